"""One currency for all money: converted by given rates, or refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab.data.options import Policies
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems


@dataclass(frozen=True)
class Conversion:
    """The log's currency and what turns each row's money into it.

    Attributes
    ----------
    currency
        Currency of the log, None when unknown.
    rates
        Factor of each row, None when nothing needs converting.
    converted
        Which rows were in another currency.
    """

    currency: str | None
    rates: NDArray[np.float64] | None = None
    converted: NDArray[np.bool_] | None = None


def find_conversion(
    raw: RawTable,
    column: str | None,
    positions: NDArray[np.int64],
    policies: Policies,
    problems: Problems,
) -> Conversion:
    """How the money of the rows at `positions` becomes one currency.

    Parameters
    ----------
    raw, column
        The source and its currency column, None without one.
    positions
        Rows of the source that are in use.
    policies
        The currency asked for, and exchange rates: what one unit of each currency is worth in it.
    problems
        Where mixed, missing or unknown currencies are added.
    """
    if column is None:
        return Conversion(policies.currency)
    codes = raw.column(column).iloc[positions].map(str, na_action="ignore").str.strip()
    codes = codes.where(codes.ne(""))
    missing = codes.isna().to_numpy(dtype=bool)
    if missing.any():
        found = f"missing in {raw.name_rows(positions[missing].tolist())}"
        remedy = "Fill them in, or leave the column out with currency= set to nothing."
        problems.add(raw.subject(column), "must name a currency in every row", found, remedy)
    counts = codes.value_counts().sort_index()
    if len(counts) == 1 and policies.currency in (None, counts.index[0]):
        return Conversion(str(counts.index[0]))
    return _convert(codes, counts, raw.subject(column), policies, problems)


def _convert(
    codes: pd.Series, counts: pd.Series, subject: str, policies: Policies, problems: Problems
) -> Conversion:
    if not len(counts):
        return Conversion(policies.currency)
    rates = {**(policies.exchange_rates or {})}
    if policies.currency is not None:
        rates[policies.currency] = 1.0
    unknown = [str(code) for code in counts.index if code not in rates]
    if unknown:
        there = ", ".join(f"{count:,} x {code}" for code, count in counts.items())
        example = ", ".join(f'"{code}": ...' for code in counts.index)
        target = policies.currency or counts.idxmax()
        problems.add(
            subject,
            "must hold one currency, or come with an exchange rate for each",
            f"it holds {there}, and there is no rate for {', '.join(unknown)}",
            f'Pass currency="{target}" and exchange_rates={{{example}}}, the worth of one unit of '
            f"each in {target}.",
        )
        return Conversion(policies.currency)
    factors = np.asarray(codes.map(rates), dtype=np.float64)
    return Conversion(
        policies.currency, factors, codes.ne(str(policies.currency)).to_numpy(dtype=bool)
    )
