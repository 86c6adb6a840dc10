"""What is told of a study: the numbers that matter, as text on the terminal, as a page and as figures."""
