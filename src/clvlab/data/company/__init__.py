"""A company's own tables beside its purchases: customers, leads, invoices and the others."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
