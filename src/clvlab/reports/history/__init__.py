"""Earlier runs: found, compared, pruned."""
