"""BG/CNBD-k and MBG/CNBD-k: buying with regularity, dropping out after a purchase."""
