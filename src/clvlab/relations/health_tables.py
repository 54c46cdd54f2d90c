"""The health report by class: who is contacted and answers, is treated how, and gets what."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.data.exact_money import sum_by
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.relations.health_records import HealthRecords
from clvlab.schema import CUSTOMER_ID

CLASSES = ("A", "B", "C", "none")


def contacts_by_class(records: HealthRecords, interval: float) -> pd.DataFrame | None:
    """Contacts of the last year and their answers by class; see `Health`."""
    if not records.company.has("contacts"):
        return None
    rows = records.in_year("contacts")
    rows = rows[rows[CUSTOMER_ID].isin(records.ids)]
    ids = pd.Series(records.ids)
    classes, of_row = records.class_of(ids), records.class_of(rows[CUSTOMER_ID])
    many = classes.value_counts().reindex(CLASSES, fill_value=0)
    reached = ids.isin(rows[CUSTOMER_ID]).groupby(classes).sum().reindex(CLASSES, fill_value=0)
    out = pd.DataFrame({"customers": many, "contacted": reached / many.where(many > 0)})
    out["lower"], out["upper"] = wilson_limits(reached, many, interval)
    out["contacts_each"] = of_row.value_counts().reindex(CLASSES, fill_value=0) / many.where(
        many > 0
    )
    if "responded" in rows:
        known = rows["responded"].notna()
        said = rows.loc[known, "responded"].astype(bool)
        answers = said.groupby(of_row[known]).agg(["sum", "size"]).reindex(CLASSES).fillna(0)
        out["answered"] = answers["sum"] / answers["size"].where(answers["size"] > 0)
        limits = wilson_limits(answers["sum"], answers["size"], interval)
        out["answer_lower"], out["answer_upper"] = limits
    return out.rename_axis("class")


def treated_by_class(records: HealthRecords) -> pd.DataFrame | None:
    """Too few and too many contacts by class; see `Health`."""
    if records.treatment is None:
        return None
    table = records.treatment.customers
    verdict = table["verdict"]
    classes = records.class_of(pd.Series(table.index, index=table.index))
    counted = pd.crosstab(classes, verdict).reindex(CLASSES, fill_value=0)
    counted = counted.reindex(columns=["under", "as intended", "over"], fill_value=0)
    judged = counted.sum(axis=1)
    out = pd.DataFrame({"customers": judged, "under": counted["under"], "over": counted["over"]})
    out["intended"] = counted["as intended"] / judged.where(judged > 0)
    return out.rename_axis("class")


def offers_by_class(records: HealthRecords) -> pd.DataFrame | None:
    """What was offered in the last year, and to whom; see `Health`."""
    parts = []
    if records.company.has("benefits"):
        rows = records.in_year("benefits")
        parts.append(rows.assign(offer="benefit: " + rows["benefit"].str.replace("_", " ")))
    if records.company.has("contacts", "measure"):
        rows = records.in_year("contacts").dropna(subset="measure")
        parts.append(rows.assign(offer="measure: " + rows["measure"].astype(str)))
    if not parts:
        return None
    names = [CUSTOMER_ID, "offer", "cost"]
    rows = pd.concat([part.reindex(columns=names) for part in parts], ignore_index=True)
    rows["class"] = records.class_of(rows[CUSTOMER_ID])
    reached = rows.drop_duplicates([CUSTOMER_ID, "offer"])
    out = pd.crosstab(reached["offer"], reached["class"]).reindex(
        columns=list(CLASSES), fill_value=0
    )
    out.columns = [f"class_{name}" for name in CLASSES]
    out.insert(0, "customers", out.sum(axis=1))
    cost = rows["cost"].where(rows["cost"] >= 0)
    known = cost.notna()
    out["cost"] = sum_by(cost[known], rows.loc[known, "offer"]).reindex(out.index)
    out["large_share"] = out["class_A"] / out["customers"].where(out["customers"] > 0)
    return out.replace([np.inf], np.nan)
