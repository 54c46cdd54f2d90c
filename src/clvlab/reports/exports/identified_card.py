"""A customer card with the customer's name: written only where someone asks for it."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd

from clvlab.data.company import CONTRACTS, identify
from clvlab.errors import InputError, Problem
from clvlab.reports.exports.identified_list import note_export, refuse_place
from clvlab.reports.history.run_folder import Run, load_run
from clvlab.reports.places.whole_files import write_whole

_PLACE = "</header>"


def export_identified_card(run: Run | Path | str, company: Path | str, out: Path | str) -> None:
    """Write the page of a card with who the customer is; the run's manifest names the file.

    Parameters
    ----------
    run
        A finished run of the customer card, or its folder.
    company
        The company's folder or database, with a table ``customers``.
    out
        The page to write; it must not exist, and can't lie in a folder of reports.

    Raises
    ------
    InputError
        When the run is no card, the customer is not in the table, or `out` exists or lies among
        reports.
    NotAvailableError
        When the company has no table of customers.
    """
    found = run if isinstance(run, Run) else load_run(run)
    path = Path(out).expanduser()
    refuse_place(path, found.folder)
    whom = found.results.get("customer")
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    if whom is None or page.count(_PLACE) != 1:
        raise InputError(Problem("the run", "must be of a customer card", "it is another report"))
    who = identify(pd.DataFrame({"customer_id": [whom]}), company)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, page.replace(_PLACE, _identity(who.iloc[0]) + _PLACE))
    note_export(found, "card", who, path)


def _identity(who: pd.Series) -> str:
    columns = CONTRACTS["customers"].columns
    rows = [
        f"<tr><th>{escape(columns[str(name)].en)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in who.dropna().items()
        if str(name) in columns
    ]
    note = "This page holds personal data: it was asked for, and is no report."
    return f'<table class="clv-identity">{"".join(rows)}</table><p><b>{note}</b></p>'
