"""The command line."""

from clvlab.cli.app import app

__all__ = ["app"]
