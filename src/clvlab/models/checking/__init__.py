"""How wrong the models are."""
