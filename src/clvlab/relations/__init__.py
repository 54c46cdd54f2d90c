"""What draws on all of the other packages: satisfaction, credit and the customer file."""
