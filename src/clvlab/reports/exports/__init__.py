"""A run as PDF and as a workbook."""
