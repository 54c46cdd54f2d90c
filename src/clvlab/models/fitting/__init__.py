"""What every model shares: mixtures in logarithms, the search for a maximum, the estimator."""
