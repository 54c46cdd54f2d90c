"""Transactions in: one door for files and tables, the embedded data sets, and a file check."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
