"""Packaged real cases: facts with their sources."""
