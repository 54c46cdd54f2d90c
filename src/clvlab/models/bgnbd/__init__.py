"""BG/NBD and MBG/NBD: dropping out after a purchase."""
