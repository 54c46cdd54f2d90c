"""Churn: who will not buy again in time, how sure that is, and whether acting on it pays."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
