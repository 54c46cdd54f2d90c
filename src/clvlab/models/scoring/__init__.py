"""Customers scored where they lie: on disk by DuckDB and Arrow, or on a cluster by Spark."""
