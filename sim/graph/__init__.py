"""Who follows whom: graphs that are drawn, and networks that are given."""
