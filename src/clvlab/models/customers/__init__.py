"""Customers as models read them: columns checked, histories compressed."""
