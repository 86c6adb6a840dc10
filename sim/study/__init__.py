"""Studies: branches and seeds compared, the tree of branches, and the ledger."""
