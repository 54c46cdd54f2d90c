"""A folder of one's own to work in."""
