"""What is wrong with the records, in short, and what was done about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from clvlab.clock import StudyWindow, TimeUnit
from clvlab.data.company import CONTRACTS, Company
from clvlab.data.company.checks import CompanyCheck, check_company
from clvlab.data.company.checks.findings import Findings
from clvlab.data.company.checks.kinds import KINDS
from clvlab.data.company.tables_file import is_company

ROWS_NAMED = 4


def findings_in_short(check: CompanyCheck) -> pd.DataFrame:
    """Findings by table and kind, errors first.

    Returns
    -------
    pandas.DataFrame
        ``table`` and ``wrong`` (what is, in words), ``findings`` (number), ``severity``, ``lines``
        (the source's own names of the first ones).
    """
    rows = []
    for (table, kind), part in check.findings.groupby(["table", "kind"], sort=False):
        named = part["row_name"].dropna().map(str).drop_duplicates()
        listed = ", ".join(named.head(ROWS_NAMED))
        more = len(named) - ROWS_NAMED
        rows.append(
            (
                CONTRACTS[str(table)].en if str(table) in CONTRACTS else str(table),
                KINDS[str(kind)].words,
                len(part),
                str(part["severity"].iloc[0]),
                f"{listed} and {more} more" if more > 0 else listed,
            )
        )
    out = pd.DataFrame(rows, columns=["table", "wrong", "findings", "severity", "lines"])
    order = {"error": 0, "warning": 1}
    return out.sort_values(
        "severity", key=lambda column: column.map(order), kind="stable", ignore_index=True
    )


def policies_applied(company: Company) -> pd.DataFrame:
    """Rows that were left out, merged or noted, by table and policy.

    Returns
    -------
    pandas.DataFrame
        ``table``, ``description``, ``effect``, ``rows``, ``policy``; steps that concerned no row
        are left out.
    """
    steps = company.quality()
    if steps.empty:
        return pd.DataFrame(columns=["table", "description", "effect", "rows", "policy"])
    told = steps[~steps["effect"].isin(["read", "left"]) & (steps["rows"] > 0)]
    out = told[["table", "description", "effect", "rows", "policy"]].reset_index(drop=True)
    words = {name: contract.en for name, contract in CONTRACTS.items()}
    return out.assign(table=out["table"].replace(words))


def check_records(data: str | Path, *, as_of: date, max_age: str) -> CompanyCheck:
    """Look at a company's tables; of purchases alone there is nothing to look at.

    Parameters
    ----------
    data
        A company's folder or database, or another source of purchases.
    as_of, max_age
        As in `check_company`.

    Returns
    -------
    CompanyCheck
        Without findings where there are no tables.
    """
    if is_company(data):
        return check_company(data, as_of=as_of, max_age=max_age)
    nothing, days = Findings(), StudyWindow(TimeUnit.DAY).horizon_days(max_age, "max_age")
    empty = pd.DataFrame()
    missing = {"freshness": "not available: needs the table customers"}
    return CompanyCheck(
        str(data), as_of, days, nothing.table(), empty, empty, empty, missing, nothing.summary(), {}
    )
