"""Draws from the posterior of the parameters."""
