"""What the answer depends on: sensitivity to assumptions, and in which plausible worlds which strategy helps."""
