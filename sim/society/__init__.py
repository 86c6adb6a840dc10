"""A world with its people, accounts and follows drawn."""
