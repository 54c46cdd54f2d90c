"""Pareto/NBD: dropping out at any moment."""
