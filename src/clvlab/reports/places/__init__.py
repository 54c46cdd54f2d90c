"""Folders that are never half-written."""
