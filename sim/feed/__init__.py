"""The topic of every feed: what is posted, how it is named, ranked and read."""
