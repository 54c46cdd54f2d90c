"""A simulated company as a folder: its tables, what the folder says of itself, its truth beside."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from string import Template

import pandas as pd

from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.data.company.tables_file import FILE
from clvlab.errors import InputError, Problem
from clvlab.simulate.company.cells import as_text, kind_of, plain, written
from clvlab.simulate.company.company import SimulatedCompany
from clvlab.simulate.company.dirty import CUSTOMERS_FILE, as_csv, dirty_files

TRUTH = "truth"
NAME = "Simulated boards (no such company)"
CURRENCY = "CNY"
_POLICIES = {
    "customers": ("newest", "drop"),
    "leads": ("first", "drop"),
    "contacts": (None, "drop"),
    "invoices": ("first", "drop"),
    "losses": (None, "drop"),
    "surveys": (None, "drop"),
    "costs": (None, "drop"),
}
"""What to do with two rows of one key, and with rows that lack what they must have."""


def tables_files(company: SimulatedCompany, *, dirty: bool = False) -> dict[str, bytes]:
    """Every file of the company's folder, by its path in it.

    Parameters
    ----------
    company
        What `simulate_company` drew.
    dirty
        Whether some tables are written as careless exports are; see `dirty_files`. Meant for a
        company without planted errors.

    Returns
    -------
    dict
        The tables as CSV, ``tables.toml``, ``README.md`` and the folder ``truth``: the tables of
        `SimulatedCompany.truth`, and ``truth.json`` with every rate.
    """
    tables = {name: as_text(name, table) for name, table in company.tables.items()}
    truth = {name: plain(table) for name, table in company.truth.items()}
    said = ""
    if "errors" in truth:
        truth["errors"] = _account(company)
        said = _policies()
    folder = {f"{name}.csv": as_csv(table) for name, table in tables.items()}
    if dirty:
        made = dirty_files(tables)
        for name in made.replaced:
            del folder[f"{name}.csv"]
        folder |= made.files
        truth["errors"], said = made.errors, made.said
    head = Template(_template(FILE)).substitute(
        name=NAME, currency=CURRENCY, as_of=company.period.as_of
    )
    folder[FILE] = (head + said).encode()
    folder["README.md"] = _readme(company, dirty=dirty).encode()
    folder |= {f"{TRUTH}/{name}.csv": as_csv(table) for name, table in truth.items()}
    folder[f"{TRUTH}/truth.json"] = _facts(company).encode()
    return dict(sorted(folder.items()))


def write_company(
    company: SimulatedCompany, folder: Path | str, *, dirty: bool = False, force: bool = False
) -> list[Path]:
    """Write the files of `tables_files` into a folder, which is made when missing.

    Parameters
    ----------
    company, dirty
        See `tables_files`.
    folder
        Where; empty, unless `force`.
    force
        Whether what an earlier call wrote there may go; other files stay.

    Raises
    ------
    InputError
        When the folder is a file, or holds something and `force` is not set.
    """
    folder = Path(folder).expanduser()
    refuse_full(folder, force=force)
    content = tables_files(company, dirty=dirty)
    for old in _written_before(folder):
        old.unlink()
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return [folder / name for name in content]


def refuse_full(folder: Path, *, force: bool) -> None:
    """Refuse a folder that is a file, or that holds something and `force` is not set."""
    subject = f"folder {folder}"
    if folder.exists() and not folder.is_dir():
        raise InputError(Problem(subject, "must be a folder", "it is a file", "Name another."))
    if not force and folder.is_dir() and any(folder.iterdir()):
        names = sorted(path.name for path in folder.iterdir())
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
        remedy = "Name another, or set force (--force) to write over what an earlier run made."
        raise InputError(Problem(subject, "must be empty", f"it holds {shown}", remedy))


def _written_before(folder: Path) -> list[Path]:
    """Files that this module may have written there."""
    named = [folder / f"{name}.csv" for name in (PURCHASES, *CONTRACTS)]
    named += [folder / CUSTOMERS_FILE, *sorted((folder / TRUTH).glob("*.csv"))]
    return [path for path in named if path.is_file()]


def _account(company: SimulatedCompany) -> pd.DataFrame:
    """The account of errors as text, each value as its own table writes it."""
    errors = company.truth["errors"].astype({"found": object, "was": object})
    for table, column in errors[["table", "column"]].drop_duplicates().to_numpy():
        rows = (errors["table"] == table) & (errors["column"] == column)
        kind = kind_of(table, column) if column else "text"
        for name in ("found", "was"):
            errors.loc[rows, name] = written(errors.loc[rows, name].infer_objects(), kind)
    return errors


def _policies() -> str:
    parts = []
    for name, (same_key, incomplete) in _POLICIES.items():
        lines = [f"\n[tables.{name}]"]
        lines += [f'same_key = "{same_key}"'] if same_key else []
        parts.append("\n".join([*lines, f'incomplete = "{incomplete}"\n']))
    return "".join(parts)


def _readme(company: SimulatedCompany, *, dirty: bool) -> str:
    planted = "errors" in company.truth
    clean = "" if planted else (" --dirty" if dirty else " --clean")
    command = (
        f"clvlab simulate company --seed {company.seed} "
        f"--customers {len(company.truth['customers'])} --years {company.period.years}{clean} "
        "--out FOLDER"
    )
    rows = [
        f"| {name} | {len(table):,} | {len(table.columns)} |"
        for name, table in company.tables.items()
    ]
    return Template(_template("README.md")).substitute(
        currency=CURRENCY,
        first_day=company.period.first_day,
        as_of=company.period.as_of,
        command=command,
        tables="\n".join(rows),
        **_notes(planted=planted, dirty=dirty),
    )


def _notes(*, planted: bool, dirty: bool) -> dict[str, str]:
    """What the page says of errors."""
    pairs = (
        "- `duplicates.csv`: customers who were entered twice, and how the second entry differs."
    )
    account = (
        "- `errors.csv`: every error with its table, row (counted from 0 in the file), column,"
    )
    if planted:
        return {
            "policies": ", with the policies of `tables.toml`",
            "kind": "Errors were planted: repeated rows, customers entered twice, entries out of "
            "date, references to nobody, days and numbers that can't be, phone numbers in the "
            "wrong columns, empty cells.",
            "errors": f"{account} what stands there and what stood there.\n{pairs}",
        }
    if dirty:
        return {
            "policies": ", and refuses the contacts",
            "kind": "Careless exports: customers in GB18030 with Chinese names of columns, "
            "invoices in Latin-1 with German names, decimal commas and day-first dates, and "
            "contacts with dates in three forms in one column. `tables.toml` says how to read "
            "the first two; the contacts have to be refused, since nobody can say which day "
            "03/04/2022 is.",
            "errors": f"{account} what stands there and what it was.",
        }
    return {"policies": "", "kind": "No errors were planted.", "errors": ""}


def _facts(company: SimulatedCompany) -> str:
    facts = {
        "simulated": True,
        "name": NAME,
        "seed": company.seed,
        "customers": len(company.truth["customers"]),
        "first_day": str(company.period.first_day),
        "as_of": str(company.period.as_of),
        "parameters": company.parameters.as_dict(),
    }
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def _template(name: str) -> str:
    place = files("clvlab.simulate.company").joinpath("templates", name)
    return place.read_text(encoding="utf-8")
