"""Purchases that the tests of the notebooks share."""

from __future__ import annotations

import csv

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def small_orders(tmp_path_factory):
    """A file of forty customers' purchases, some customers with names that mean harm."""
    days = pd.date_range("2023-01-01", periods=240, freq="D").strftime("%Y-%m-%d")
    evil = ["<script>alert(1)</script>", "=cmd()", "@x", "007"]
    ids = [*evil, *(f"{number:04d}" for number in range(len(evil), 40))]
    rows = [[ids[i * 7 % 40], day, f"{10 + i % 13}.50"] for i, day in enumerate(days)]
    path = tmp_path_factory.mktemp("small") / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["customer_id", "date", "amount"], *rows])
    return path
