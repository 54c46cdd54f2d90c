"""Where customers are in their life: the customer-base audit, and what moves between its dates."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
