"""How much of the customer file is filled in."""

from __future__ import annotations

import pandas as pd

from clvlab.data.company.checks.source import CheckedTable
from clvlab.data.company.contracts import CONTRACTS, GROUPS
from clvlab.data.company.masking import masked

COMPLETENESS_COLUMNS = ("by", "name", "group", "customers", "columns", "filled", "status")
OF_A_CUSTOMER = GROUPS[:4]
"""The groups of a complete customer file; who keeps it up to date is not part of the customer."""
_PARTS = ("region", "customer_type")


def completeness_of(
    customers: CheckedTable | None, rows: pd.Series | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of filled cells of the customer file.

    Columns that are not there are told as not available and count nowhere. A customer's
    completeness is the mean of the shares of the four groups, each of the same weight, so that a
    group of many columns does not outweigh one of few.

    Parameters
    ----------
    rows
        Which rows of the table count: those that do not repeat another.

    Returns
    -------
    DataFrame
        One row for each share: ``by`` (``"customers"``, ``"group"``, ``"column"``, ``"region"``
        or ``"customer_type"``), ``name`` (of what), ``group``, ``customers``, ``columns``
        (available), ``filled`` (share in [0, 1]), ``status`` (empty, or what is not available).
    DataFrame
        One row per customer: ``customer_id``, a share for each group, ``completeness``.
    """
    if customers is None or rows is None:
        needs = "not available: needs the table customers"
        lacking = [{"by": "customers", "name": "all", "customers": 0, "status": needs}]
        return pd.DataFrame(lacking, columns=list(COMPLETENESS_COLUMNS)), pd.DataFrame()
    frame = customers.frame[rows]
    filled = frame.notna()
    shares = {
        group: filled[there].mean(axis=1)
        for group in OF_A_CUSTOMER
        if (there := _columns_of(group, frame))
    }
    each = pd.DataFrame(shares, index=frame.index)
    total = each.mean(axis=1)
    told = [_share("customers", "all", "", len(frame), len(frame.columns), total.mean())]
    for group in GROUPS:
        told += _of_group(group, filled, each)
    for part in _PARTS:
        told += _of_parts(part, frame, total)
    ids = frame["customer_id"] if "customer_id" in frame else pd.Series("", index=frame.index)
    by_customer = each.assign(completeness=total)
    by_customer.insert(0, "customer_id", ids)
    table = pd.DataFrame(told, columns=list(COMPLETENESS_COLUMNS))
    return table, by_customer.reset_index(drop=True)


def _columns_of(group: str, frame: pd.DataFrame) -> list[str]:
    columns = CONTRACTS["customers"].columns
    return [name for name in columns if columns[name].group == group and name in frame]


def _of_group(group: str, filled: pd.DataFrame, each: pd.DataFrame) -> list[dict[str, object]]:
    """The group and its columns."""
    names = [name for name, one in CONTRACTS["customers"].columns.items() if one.group == group]
    there = [name for name in names if name in filled]
    absent = [name for name in names if name not in filled]
    share = each[group].mean() if group in each else filled[there].mean(axis=1).mean()
    status = f"not available: {', '.join(absent)}" if absent else ""
    rows = [_share("group", group, group, len(filled), len(there), share, status)]
    for name in names:
        if name in there:
            rows.append(_share("column", name, group, len(filled), 1, filled[name].mean()))
        else:
            needs = f"not available: needs the column {name} of customers"
            rows.append(_share("column", name, group, len(filled), 0, None, needs))
    return rows


def _of_parts(part: str, frame: pd.DataFrame, total: pd.Series) -> list[dict[str, object]]:
    if part not in frame:
        needs = f"not available: needs the column {part} of customers"
        return [_share(part, "", "", len(frame), 0, None, needs)]
    labels = frame[part].astype(object).map(masked, na_action="ignore").fillna("not said")
    return [
        _share(part, str(label), "", len(of), len(frame.columns), of.mean())
        for label, of in total.groupby(labels)
    ]


def _share(
    by: str,
    name: str,
    group: str,
    customers: int,
    columns: int,
    filled: float | None,
    status: str = "",
) -> dict[str, object]:
    return {
        "by": by,
        "name": name,
        "group": group,
        "customers": customers,
        "columns": columns,
        "filled": filled,
        "status": status,
    }
