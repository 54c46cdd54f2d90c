"""The page of a check of a company's tables, and its place among the reports."""
