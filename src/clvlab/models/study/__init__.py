"""The fitted study, what is asked of it, and its files."""
