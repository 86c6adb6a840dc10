"""The model on arrays: one tick as kernels over ranges of rows.

``agents.py`` says the same in plain Python and is easier to read. Every kernel writes only to rows of the accounts it is given,
except ``enter_topic_stream``, which is called for all posts of a tick in the order of account ids.
"""
