"""What a notebook writes a page with."""
