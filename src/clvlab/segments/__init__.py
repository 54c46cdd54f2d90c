"""Segments of customers."""
