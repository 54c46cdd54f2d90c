"""The relationship itself: key figures, the customer card, the health of the records, their use."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
