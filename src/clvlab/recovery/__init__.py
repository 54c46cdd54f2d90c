"""Which lost customers to win back, with which measure, and whether it paid."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
