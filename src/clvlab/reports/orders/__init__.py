"""What is asked for, checked before anything starts."""
