"""Customer lifetime value from a company's own records, as dated reports.

The names that a user types first are here; they are loaded when they are first used, so that
``import clvlab`` and the command line start at once.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
