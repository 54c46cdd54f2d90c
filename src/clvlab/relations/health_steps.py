"""The steps of customer management as indicators: identify, differentiate, interact, customise.

What a company does not keep is named instead of being guessed.
"""

from __future__ import annotations

import pandas as pd

from clvlab.data.company import CONTRACTS, Company
from clvlab.data.exact_money import sum_by
from clvlab.relations.health_records import COMPLETE, HealthRecords
from clvlab.relations.indicators import Indicator
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import customers_in


def identify(r: HealthRecords) -> list[Indicator]:
    """Whether the company knows who its customers are: what it keeps is whole, fresh and safe."""
    step, columns = "identify", CONTRACTS["customers"].columns
    missing = r.company.missing("customers")
    names = {
        "filled": "customer file filled in",
        "buyers": "buyers who are in the customer file",
        "right": "entries without an error",
        "once": "entries that nobody else may be",
        "fresh": "entries looked after in time",
        "owner": "entries with an owner",
        "safe": "entries without personal data in text",
    }
    if missing:
        every = ["fields that the company keeps", *names.values()]
        return [Indicator(step, name, missing=missing) for name in every]
    shares = r.check.completeness
    kept = shares[(shares["by"] == "column") & (shares["columns"] > 0)]
    found = r.check.findings[r.check.findings["table"] == "customers"]
    n = float(len(r.check.customers))
    errors = found[(found["severity"] == "error") & (found["kind"] != "personal_in_text")]
    doubles = found[found["kind"].isin(["near_duplicate", "same_key"])]
    leaks = found[found["kind"] == "personal_in_text"]
    buyers = pd.Index(r.company.purchases().table[CUSTOMER_ID].unique())
    table = r.company.table("customers")
    out = [
        Indicator(
            step, "fields that the company keeps", float(len(kept)), float(len(columns)),
            sampled=False,
        ),
        # A mean of shares spreads less than a share of cases, so its limits are cautious.
        Indicator(step, names["filled"], float(r.check.customers["completeness"].sum()), n),
        Indicator(step, names["buyers"], float(buyers.isin(r.ids).sum()), float(len(buyers))),
        Indicator(step, names["right"], n - errors["row"].nunique(), n),
        Indicator(step, names["once"], n - doubles["row"].nunique(), n),
        Indicator(step, names["safe"], n - leaks["row"].nunique(), n),
    ]  # fmt: skip
    dated = r.check.freshness
    if len(dated):
        all_of = dated.iloc[0]
        looked_after = float(all_of["dated"] - all_of["stale"])
        out.append(Indicator(step, names["fresh"], looked_after, n))
    else:
        needs = r.check.not_available.get("freshness", "not available")
        out.append(Indicator(step, names["fresh"], missing=needs))
    out.append(_noted(step, names["owner"], r.company, table, "owner"))
    return out


def _noted(step: str, name: str, company: Company, table: pd.DataFrame, column: str) -> Indicator:
    missing = company.missing("customers", column)
    if missing:
        return Indicator(step, name, missing=missing)
    return Indicator(step, name, float(table[column].notna().sum()), float(len(table)))


def _total(amounts: pd.Series) -> float:
    return float(sum_by(amounts, pd.Series(0, amounts.index)).sum())


def differentiate(r: HealthRecords) -> list[Indicator]:
    """Whether it knows how customers differ: types, potential, values."""
    step = "differentiate"
    both = "revenue of customers whose type and potential are noted"
    large = "large customers whose file is complete"
    log = r.company.purchases().table
    days = log.groupby(CUSTOMER_ID, observed=True).size()
    own = Indicator(
        step, "buyers with a value of their own", float((days > 1).sum()), float(len(days))
    )
    if r.company.missing("customers"):
        missing = r.company.missing("customers")
        names = ["customers whose type is noted", "customers whose potential is noted", both, large]
        return [*(Indicator(step, name, missing=missing) for name in names), own]
    table = r.company.table("customers")
    out = [
        _noted(step, f"customers whose {word} is noted", r.company, table, column)
        for word, column in (("type", "customer_type"), ("potential", "potential"))
    ]
    missing = r.company.missing("customers", "customer_type", "potential")
    if missing:
        out.append(Indicator(step, both, missing=missing))
    else:
        noted = table.loc[table[["customer_type", "potential"]].notna().all(axis=1), CUSTOMER_ID]
        spent = customers_in(r.company.purchases(), r.year)[AMOUNT]
        known = spent[spent.index.isin(noted)]
        out.append(Indicator(step, both, _total(known), _total(spent), sampled=False))
    top = r.large()
    complete = r.completeness(top) >= COMPLETE
    return [*out, own, Indicator(step, large, float(complete.sum()), float(len(top)))]


def interact(r: HealthRecords) -> list[Indicator]:
    """Whether it talks with its customers, and listens."""
    step, missing = "interact", r.company.missing("contacts")
    names = (
        "customers contacted in the last year",
        "large customers contacted in the last year",
        "contacts that got an answer",
        "customers treated as their stage asks for",
    )
    out = [Indicator(step, name, missing=missing) for name in names]
    if not missing:
        rows, large = r.in_year("contacts"), r.large()
        whom = pd.Index(rows[CUSTOMER_ID].unique())
        answers = rows["responded"].dropna() if "responded" in rows else pd.Series(dtype=bool)
        needs = r.company.missing("contacts", "responded")
        out = [
            Indicator(step, names[0], float(r.ids.isin(whom).sum()), float(len(r.ids))),
            Indicator(step, names[1], float(large.isin(whom).sum()), float(len(large))),
            Indicator(step, names[2], float(answers.sum()), float(len(answers)), needs),
        ]
        if r.treatment is not None:
            said = r.treatment.describe()
            fits = said["judged"] - said["under"] - said["over"]
            out.append(Indicator(step, names[3], float(fits), float(said["judged"])))
    asked = "active customers who were asked for their opinion"
    missing = r.company.missing("surveys", CUSTOMER_ID, DATE)
    if missing:
        return [*out, Indicator(step, asked, missing=missing)]
    whom = pd.Index(r.in_year("surveys")[CUSTOMER_ID].dropna().unique())
    active = r.classes.index
    return [*out, Indicator(step, asked, float(active.isin(whom).sum()), float(len(active)))]


def customise(r: HealthRecords) -> list[Indicator]:
    """Whether what is done for customers depends on who they are."""
    step, large = "customise", r.large()
    reached, went = "large customers who got a benefit", "benefits that went to large customers"
    fits = "contacts of a measure that fits the stage"
    missing = r.company.missing("benefits")
    if missing:
        out = [Indicator(step, name, missing=missing) for name in (reached, went)]
    else:
        rows = r.in_year("benefits")
        whom = pd.Index(rows[CUSTOMER_ID].unique())
        top = rows[CUSTOMER_ID].isin(large)
        out = [
            Indicator(step, reached, float(large.isin(whom).sum()), float(len(large))),
            Indicator(step, went, float(top.sum()), float(len(rows))),
        ]
    needs = r.company.missing("contacts", "measure")
    if needs or r.treatment is None:
        return [*out, Indicator(step, fits, missing=needs or r.company.missing("contacts"))]
    begin = pd.Timestamp(r.treatment.first_day)
    rows = r.in_year("contacts")
    named = rows[(rows[DATE] >= begin) & rows["measure"].notna()]
    judged = named[named[CUSTOMER_ID].isin(r.treatment.customers.index)]
    wrong = float(r.treatment.describe()["other_measures"])
    return [*out, Indicator(step, fits, float(len(judged)) - wrong, float(len(judged)))]
