"""Shifted-beta-geometric: contracts that are renewed or not."""
