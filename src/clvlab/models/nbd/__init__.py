"""NBD: nobody drops out, the baseline of the others."""
