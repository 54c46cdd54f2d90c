"""Pages made of executed notebooks and of run folders."""
