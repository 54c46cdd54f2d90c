"""Customer lifetime value, churn, segments and win-back economics from a company's own records."""

__version__ = "0.1.0"
