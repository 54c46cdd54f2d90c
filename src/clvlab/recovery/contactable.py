"""Which customers may be contacted and can be reached, as far as a company has it on record."""

from __future__ import annotations

import pandas as pd

from clvlab.data.company import Company
from clvlab.data.company.company import REACHABLE
from clvlab.schema import CUSTOMER_ID

PERMISSION = "contact_permission"
NEEDS = "not available: needs contact permissions or addresses in the table customers"


def contactable(company: Company | None, customers: pd.Index) -> tuple[pd.Series | None, str]:
    """Who may be contacted and can be reached.

    Parameters
    ----------
    company
        Its table customers may have ``contact_permission``, and any of address, telephone number
        and e-mail address, of which only is known here whether there is one.
    customers
        Who is asked about.

    Returns
    -------
    tuple
        True or false for each customer, None where nothing is on record; and in words what it
        rests on. A permission that nobody recorded is none, and a customer who is not in the
        table can't be reached.

    Examples
    --------
    >>> contactable(None, pd.Index(["a"]))[1]
    'not available: needs contact permissions or addresses in the table customers'
    """
    if company is None or not company.has("customers"):
        return None, NEEDS
    known = company.table("customers").drop_duplicates(CUSTOMER_ID, keep="last")
    known = known.set_index(CUSTOMER_ID).reindex(customers)
    holds = pd.Series(data=True, index=customers)
    said = []
    for column, words in ((PERMISSION, "may be contacted"), (REACHABLE, "can be reached")):
        if column in known:
            holds &= known[column].astype("boolean").fillna(value=False).astype(bool)
            said.append(words)
    if not said:
        return None, NEEDS
    lacking = "" if len(said) > 1 else _lacking(said[0])
    return holds, f"contactable is who {' and '.join(said)}{lacking}"


def _lacking(said: str) -> str:
    other = "addresses are" if said == "may be contacted" else "permissions are"
    return f"; {other} not on record"
