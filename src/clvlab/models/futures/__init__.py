"""Draws of parameters carried through to what customers will do."""
