"""BG/BB: buying, or not, at each of a number of opportunities."""
