"""The model on arrays: one tick as kernels over ranges of rows.

``agents.py`` says the same in plain Python and is easier to read. Every kernel writes only to rows of the accounts it is given,
except ``finish``, which is called for all accounts awake in the order of their ids.
"""
