"""What customers are worth, those of today and those to come."""
