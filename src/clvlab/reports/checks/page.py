"""The page of a check: what was found, how complete and how fresh the customer file is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date

import pandas as pd
from markupsafe import Markup

from clvlab.data.company.checks import KINDS, CompanyCheck
from clvlab.data.company.matching.scores import THRESHOLD, WEIGHTS
from clvlab.reports.checks.labels import FORMATS, GROUPS, LABELS, column_words
from clvlab.reports.pages.rendering import join, render
from clvlab.reports.writing.fragments import Card, cards_html, limits_html, meta_html, stamp_html
from clvlab.reports.writing.numbers import as_count, as_percent, format_value
from clvlab.reports.writing.sentences import to_inline_html
from clvlab.reports.writing.table_html import table_html
from clvlab.reports.writing.words import word

ROWS_SHOWN = 25
"""Findings of one kind that the page shows; the file beside it has all."""
_USUAL_COLUMNS = ("table", "row_name", "key", "column", "found", "other")
_WITH_RULE = ("table", "row_name", "key", "column", "found", "rule")
_OF_CUSTOMERS = ("key", "other", "row_name", "found")
_COLUMNS = {
    "unreadable": _WITH_RULE,
    "beyond_limits": _WITH_RULE,
    "near_duplicate": _OF_CUSTOMERS,
    "stale": _OF_CUSTOMERS,
}
"""What is shown of each finding; of some kinds every row needs its own rule."""
_COUNTED = {
    "error": ("check_one_error", "check_many_errors"),
    "warning": ("check_one_warning", "check_many_warnings"),
    "table": ("check_one_table", "check_many_tables"),
}
_SEVERITIES = {"error": "check_severity_error", "warning": "check_severity_warning"}
Frame = pd.DataFrame


def check_results(check: CompanyCheck) -> dict[str, object]:
    """The results that are compared from one check to the next.

    Returns
    -------
    dict
        ``as_of``, ``errors``, ``warnings``, ``near_duplicates``, ``rows``, ``tables``;
        ``completeness`` and ``fresh`` (shares) are None where they are not known; ``findings``
        has the number by kind.
    """
    counts = check.findings["kind"].value_counts()
    whole = check.completeness["filled"].iloc[0]
    fresh = check.freshness["within"].iloc[0] if len(check.freshness) else None
    return {
        "as_of": check.as_of.isoformat(),
        "errors": check.errors,
        "warnings": check.warnings,
        "near_duplicates": int(counts.get("near_duplicate", 0)),
        "rows": sum(check.tables.values()),
        "tables": len(check.tables),
        "completeness": _number(whole),
        "fresh": _number(fresh),
        "findings": {kind: int(counts.get(kind, 0)) for kind in KINDS},
    }


def check_facts(check: CompanyCheck) -> dict[str, object]:
    """What the page says of itself, for the manifest and the index."""
    cards = [
        asdict(card) | {"result": result, "format": spec} for card, result, spec in _cards(check)
    ]
    return {
        "title": check_title(check),
        "kind": word("check_kind"),
        "as_of": check.as_of.isoformat(),
        "data": _data(check),
        "note": "",
        "cards": cards,
        "stamps": ["simulated"] if check.simulated else [],
    }


def check_title(check: CompanyCheck) -> str:
    """The question that the page answers."""
    return word("check_title", name=check.name)


def render_check(check: CompanyCheck, *, made: date, version: str) -> str:
    """The page of a check.

    Parameters
    ----------
    made
        The day on which it is made.
    version
        The version of clvlab.

    Returns
    -------
    str
        One file that needs nothing else; it links to ``findings.csv`` beside it.
    """
    tables = _Tables()
    stamp = stamp_html(word("simulated"), word("check_simulated")) if check.simulated else ""
    return render(
        "check.html.j2",
        title=check_title(check),
        meta=join([meta_html(check.as_of.isoformat(), _data(check), "")]),
        stamp=join([stamp]),
        answer=answer_of(check),
        cards=join([cards_html([card for card, _, _ in _cards(check)])]),
        found=_found(check, tables),
        kinds=_kinds(check, tables),
        completeness=_completeness(check, tables),
        freshness=_freshness(check, tables),
        open_checks=_open(check, tables),
        limits=join([limits_html([to_inline_html(text) for text in _limits()])]),
        made=word(
            "check_made",
            day=made.isoformat(),
            version=version,
            as_of=check.as_of.isoformat(),
            days=as_count(check.max_age_days),
        ),
    )


@dataclass
class _Tables:
    """Numbers the tables of the page."""

    names: list[str] = field(default_factory=list)

    def html(self, frame: Frame, name: str, caption: str, rows: int | None = None) -> Markup:
        self.names.append(name)
        text = table_html(
            frame,
            name=name,
            number=len(self.names),
            caption=to_inline_html(caption),
            labels=LABELS,
            formats=FORMATS,
            currency="",
            rows=rows,
            linked=False,
        )
        return join([text])


def answer_of(check: CompanyCheck) -> str:
    """The answer in a sentence."""
    tables = check.findings["table"].nunique()
    where = _counted("table", tables)
    errors, warnings = _counted("error", check.errors), _counted("warning", check.warnings)
    if check.errors and check.warnings:
        return word("check_answer", errors=errors, warnings=warnings, where=where)
    if check.errors:
        return word("check_answer_errors", errors=errors, where=where)
    if check.warnings:
        return word("check_answer_warnings", warnings=warnings, where=where)
    return word("check_clean", tables=as_count(len(check.tables)))


def _counted(what: str, count: int) -> str:
    one, many = _COUNTED[what]
    return word(one) if count == 1 else word(many, count=as_count(count))


def _data(check: CompanyCheck) -> str:
    rows = as_count(sum(check.tables.values()))
    return word("check_data", rows=rows, tables=as_count(len(check.tables)))


def _cards(check: CompanyCheck) -> list[tuple[Card, str, str]]:
    """Each card with the result that it shows and its format."""
    results = check_results(check)
    days = as_count(check.max_age_days)
    cards = [
        (Card(word("check_card_errors"), as_count(check.errors)), "errors", "count"),
        (Card(word("check_card_warnings"), as_count(check.warnings)), "warnings", "count"),
    ]
    completeness, fresh = results["completeness"], results["fresh"]
    if isinstance(completeness, float):
        note = word("check_card_completeness_note")
        card = Card(word("check_card_completeness"), as_percent(completeness, 0), note=note)
        cards.append((card, "completeness", "percent.0"))
    if isinstance(fresh, float):
        note = word("check_card_fresh_note", days=days)
        cards.append(
            (Card(word("check_card_fresh"), as_percent(fresh, 0), note=note), "fresh", "percent.0")
        )
    return cards


def _found(check: CompanyCheck, tables: _Tables) -> Markup:
    """One row for each kind of which something was found."""
    found = check.findings
    if not len(found):
        return Markup("")
    rows = [
        {
            "what": KINDS[kind].words,
            "findings": len(of),
            "severity": word(_SEVERITIES[severity]),
            "tables": ", ".join(of["table"].unique()),
        }
        for (kind, severity), of in _parts(found)
    ]
    return tables.html(pd.DataFrame(rows), "found", word("check_found_caption"))


def _parts(found: Frame) -> list[tuple[tuple[str, str], Frame]]:
    by = ["kind", "severity"]
    pairs = found[by].drop_duplicates().to_numpy(dtype=str).tolist()
    groups = dict(list(found.groupby(by, sort=False)))
    return [((kind, severity), groups[kind, severity]) for kind, severity in pairs]


def _kinds(check: CompanyCheck, tables: _Tables) -> list[tuple[str, str, Markup]]:
    """Each kind of which something was found: its name, its words, its first rows."""
    parts = []
    for kind, rows in check.findings.groupby("kind", sort=False):
        known = KINDS[str(kind)]
        rules = rows["rule"].unique()
        caption = known.remedy if len(rules) > 1 else f"{_sentence(rules[0])}. {known.remedy}"
        columns = _COLUMNS.get(known.name, _USUAL_COLUMNS)
        shown = rows[[name for name in columns if (rows[name] != "").any()]]
        if "column" in shown:
            shown = shown.assign(column=_columns_in_words(rows))
        name = known.name.replace("_", "-")
        parts.append((name, _sentence(known.words), tables.html(shown, name, caption, ROWS_SHOWN)))
    return parts


def _columns_in_words(rows: Frame) -> list[str]:
    pairs = rows[["table", "column"]].to_numpy(dtype=str).tolist()
    return [
        " and ".join(column_words(name, table) for name in columns.split(" and "))
        for table, columns in pairs
    ]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _completeness(check: CompanyCheck, tables: _Tables) -> list[Markup]:
    shares = check.completeness
    groups, columns = shares[shares["by"] == "group"], shares[shares["by"] == "column"]
    if not len(groups):
        return [Markup(word("check_no_customers"))]  # noqa: S704 - words of the engine
    by_group = groups[["group", "columns", "filled"]].assign(
        group=groups["group"].map(GROUPS), status=[_absent(text) for text in groups["status"]]
    )
    by_column = columns[columns["columns"] > 0][["name", "group", "filled"]].assign(
        name=lambda rows: rows["name"].map(column_words),
        group=lambda rows: rows["group"].map(GROUPS),
    )
    html = [
        tables.html(by_group, "groups", word("check_groups_caption")),
        tables.html(by_column.sort_values("filled"), "columns", word("check_columns_caption")),
    ]
    for part in ("region", "customer_type"):
        rows = shares[(shares["by"] == part) & (shares["customers"] > 0) & shares["filled"].notna()]
        if len(rows):
            called = column_words(part)
            shown = rows[["name", "customers", "filled"]].rename(columns={"name": called})
            caption = word("check_parts_caption", part=called)
            html.append(tables.html(shown, part.replace("_", "-"), caption))
    return html


def _absent(status: str) -> str:
    names = status.removeprefix("not available: ")
    return ", ".join(column_words(name) for name in names.split(", ")) if names else ""


def _freshness(check: CompanyCheck, tables: _Tables) -> Markup:
    if not len(check.freshness):
        return Markup("<p>%s</p>") % word("check_not_fresh", why=check.not_available["freshness"])
    caption = word("check_fresh_caption", as_of=check.as_of.isoformat())
    return tables.html(check.freshness, "freshness", caption)


def _open(check: CompanyCheck, tables: _Tables) -> list[Markup]:
    rows = check.summary[check.summary["status"] != "done"]
    shown = pd.DataFrame(
        {"what": rows["what"], "table": rows["table"], "status": rows["status"]}
    ).drop_duplicates()
    html = [tables.html(shown, "open", word("check_open_caption"))] if len(shown) else []
    absent = [name for name in check.not_available if name.startswith("table ")]
    if absent:
        names = ", ".join(name.removeprefix("table ") for name in absent)
        html.append(Markup("<p>%s</p>") % word("check_no_table", tables=names))
    return html or [Markup("<p>%s</p>") % word("check_all_looked_at")]


def _limits() -> list[str]:
    points = {
        name: format_value(WEIGHTS[f"the same {said}"], "g")
        for name, said in (("name", "name"), ("phone", "telephone"), ("email", "e-mail"))
    }
    return [
        word("check_limit_values"),
        word("check_limit_double", threshold=format_value(THRESHOLD, "g"), **points),
        word("check_limit_personal"),
    ]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, float) and value == value else None
