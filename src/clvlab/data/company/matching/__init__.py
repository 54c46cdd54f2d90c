"""Customers that may be one: what their entries have in common, and a score with stated weights."""
