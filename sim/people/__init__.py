"""The people: who they are, which accounts they have, and what they think of platform and movement."""
