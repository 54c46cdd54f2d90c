"""What is due, and many runs at a time."""
