"""Gamma-Gamma: what customers spend."""
