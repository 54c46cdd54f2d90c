"""Customer ids that are the same in all tables: of one type, or pseudonyms by one key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from clvlab.data.identifiers import typed_ids, usual_text
from clvlab.data.pseudonyms import pseudonym_key, pseudonyms_of
from clvlab.schema import CUSTOMER_ID

if TYPE_CHECKING:
    from clvlab.data.company.company import Company
    from clvlab.data.company.table import CompanyTable


def with_same_ids(company: Company) -> Company:
    """The company with all customer ids as whole numbers, or, if one is none, as text.

    One table alone can't tell: where all ids of the purchases look like numbers and one of the
    customers is ``0012``, zeros mean something, and the ids of both are text.
    """
    tables = {name: one for name, one in company.tables.items() if CUSTOMER_ID in one.frame}
    texts = [one.frame[CUSTOMER_ID].dropna().map(str) for one in tables.values()]
    if company.log is not None:
        texts.append(company.log.table[CUSTOMER_ID].map(str))
    if not texts:
        return company
    distinct = pd.Series(pd.concat(texts, ignore_index=True).unique(), dtype="string")
    numbers = pd.api.types.is_integer_dtype(typed_ids(distinct, is_text=True).dtype)
    changed = {
        name: replace(one, frame=one.frame.assign(**{CUSTOMER_ID: _typed(one.frame, numbers)}))
        for name, one in tables.items()
    }
    log = company.log
    if log is not None:
        log = replace(
            log,
            table=log.table.assign(**{CUSTOMER_ID: _typed(log.table, numbers)}),
            returns=None
            if log.returns is None
            else log.returns.assign(**{CUSTOMER_ID: _typed(log.returns, numbers)}),
        )
    return replace(company, tables={**company.tables, **changed}, log=log)


def with_pseudonyms(company: Company, columns: tuple[str, ...]) -> Company:
    """The company with pseudonyms in these columns of its tables; those of its log are already.

    Raises
    ------
    InputError
        When the environment holds no key; see `clvlab.data.pseudonyms`.
    """
    key = pseudonym_key()

    def hidden(one: CompanyTable) -> CompanyTable:
        names = [name for name in columns if name in one.frame]
        pseudonyms = {name: pseudonyms_of(one.frame[name], key) for name in names}
        return replace(one, frame=one.frame.assign(**pseudonyms))

    return replace(company, tables={name: hidden(one) for name, one in company.tables.items()})


def _typed(frame: pd.DataFrame, numbers: bool) -> pd.Series:  # noqa: FBT001 - one of two types
    ids = frame[CUSTOMER_ID]
    if not numbers:
        return usual_text(ids.map(str, na_action="ignore").astype("string"))
    whole = pd.to_numeric(ids).astype("Int64")
    return whole if whole.isna().any() else whole.astype("int64")
