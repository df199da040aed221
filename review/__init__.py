"""Review: what it all came to, for those who may know."""
