"""Back from a list of customers to who they are: for an export that someone asks for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clvlab.data.company.company import load_table
from clvlab.data.company.places import find_tables
from clvlab.data.environment import unrepeated
from clvlab.data.pseudonyms import pseudonym_key, pseudonyms_of
from clvlab.errors import InputError, NotAvailableError, Problem
from clvlab.schema import CUSTOMER_ID

CUSTOMERS = "customers"


def load_identities(source: str | Path) -> pd.DataFrame:
    """Who the customers of a company are: the columns that `load_company` leaves behind.

    Returns
    -------
    pandas.DataFrame
        Indexed by the text of the ``customer_id`` that reports have, a pseudonym where ids are
        personal: ``id``, the company's own, and the personal columns of the table customers.

    Raises
    ------
    NotAvailableError
        When the company has no table of customers.
    InputError
        When the table can't be read, or pseudonyms need a key that the environment lacks.
    """
    with unrepeated(source):
        found = find_tables(source)
        if CUSTOMERS not in found.places:
            raise NotAvailableError("not available: needs the table customers")
        table = load_table(CUSTOMERS, *found.places[CUSTOMERS])
    ids = table.frame[CUSTOMER_ID].reset_index(drop=True)
    shown = pseudonyms_of(ids, pseudonym_key()) if CUSTOMER_ID in found.said.personal_ids else ids
    names = [name for name in table.contract.personal if name in table.frame]
    out = table.frame[names].set_axis(pd.Index(shown, name=CUSTOMER_ID))
    out.insert(0, "id", ids.to_numpy())
    return out


def identify(customers: pd.DataFrame, source: str | Path) -> pd.DataFrame:
    """A list of customers with who they are.

    Parameters
    ----------
    customers
        A table with a column or an index ``customer_id``, such as one of a run folder.
    source
        The company's folder or database, as `load_company` takes it.

    Returns
    -------
    pandas.DataFrame
        ``id`` and the personal columns, then what the list holds without ``customer_id``; in the
        order of the list. Customers whom the company's table does not know keep the id they have.

    Raises
    ------
    InputError
        When the list has no ``customer_id``, or none of its customers is known.
    """
    flat = customers.reset_index() if customers.index.name == CUSTOMER_ID else customers
    if CUSTOMER_ID not in flat:
        there = ", ".join(map(str, flat.columns))
        raise InputError(Problem("the list", f"must have a column {CUSTOMER_ID}", f"has {there}"))
    known = load_identities(source)
    ids = flat[CUSTOMER_ID].map(str)
    if len(flat) and not ids.isin(known.index).any():
        raise InputError(
            Problem(
                "the list",
                "must be of customers of this company",
                f"none of its {len(flat):,} ids is in the table customers",
                "Is it another company's, or are its pseudonyms of another key?",
            )
        )
    who = known.reindex(ids).reset_index(drop=True)
    who["id"] = who["id"].fillna(ids.reset_index(drop=True))
    return pd.concat([who, flat.drop(columns=CUSTOMER_ID).reset_index(drop=True)], axis=1)
