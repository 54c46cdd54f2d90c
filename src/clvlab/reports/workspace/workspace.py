"""A folder to work in: a catalogue, the company's parameters, and copies of the notebooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from clvlab.errors import ParameterError, Problem, Problems
from clvlab.reports.orders.notebooks import notebook_folders, read_notebook
from clvlab.reports.orders.parameters import Parameter, read_parameters
from clvlab.reports.workspace.workspace_data import DataFacts, look_at

_ASSUMPTIONS = ("margin_rate", "annual_discount_rate")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that was just made.

    Attributes
    ----------
    files
        What was written.
    notes
        What its user has to know or to fill in, each a sentence.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def create_workspace(folder: Path | str, data: str | None = None) -> Workspace:
    """Write what somebody needs to make reports of their own: nothing is overwritten.

    Parameters
    ----------
    folder
        Where; made when missing.
    data
        A file, a folder, a glob pattern, or the name of an embedded data set; CDNOW, as a
        demonstration, when None. Columns are filled in as `check_file` proposes them.

    Returns
    -------
    Workspace
        `reports/catalogue.toml`, `company.toml`, `notebooks/`, `.gitignore` and `README.md`.

    Raises
    ------
    ParameterError
        When one of these files is there already, or the data are not.
    """
    folder = Path(folder).absolute()
    sources = _packaged_notebooks()
    facts = look_at(data, folder / "reports")
    content = _content(sources, facts)
    _refuse_to_overwrite(folder, content)
    for name, text in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Workspace(tuple(folder / name for name in content), facts.notes)


def _packaged_notebooks() -> list[Path]:
    """The notebooks that come with clvlab, not those of the current folder."""
    for folder in notebook_folders()[1:]:
        found = sorted(folder.glob("*.ipynb"))
        if found:
            return found
    raise ParameterError(
        Problem("the notebooks", "must come with clvlab", "they are not there", "Install it again.")
    )


def _refuse_to_overwrite(folder: Path, content: Mapping[str, str]) -> None:
    problems = Problems(ParameterError)
    for name in content:
        if (folder / name).exists():
            remedy = "Take another folder, or move it away."
            problems.add(f"file {name}", "can't be overwritten", f"it is in {folder}", remedy)
    problems.raise_if_any()


def _content(sources: list[Path], facts: DataFacts) -> dict[str, str]:
    """Every file's text by its path."""
    first = sources[0].stem
    catalogue = _fill(
        "catalogue.toml",
        data=json.dumps(facts.data, ensure_ascii=False),
        reports="".join(_report_entry(source, facts) for source in sources),
        first=first,
    )
    return {
        "reports/catalogue.toml": catalogue,
        "company.toml": _company(sources, facts),
        **{f"notebooks/{source.name}": source.read_text(encoding="utf-8") for source in sources},
        ".gitignore": _fill("gitignore"),
        "README.md": _fill("README.md", first=first, data_argument=facts.argument),
    }


def _fill(starter: str, **values: str) -> str:
    text = (
        files("clvlab.reports.workspace").joinpath("starter", starter).read_text(encoding="utf-8")
    )
    return Template(text).substitute(values)


def _report_entry(source: Path, facts: DataFacts) -> str:
    question = next(
        (
            str(cell.source).splitlines()[0].removeprefix("# ")
            for cell in read_notebook(source).cells
            if cell.cell_type == "markdown" and cell.source.startswith("# ")
        ),
        "",
    )
    return _fill(
        "report.toml",
        name=source.stem,
        description=json.dumps(question, ensure_ascii=False),
        cadence=facts.cadence,
        why=f"\n{facts.why}" if facts.why else "",
    )


def _company(sources: list[Path], facts: DataFacts) -> str:
    declared: dict[str, Parameter] = {}
    for source in sources:
        declared |= {each.name: each for each in read_parameters(source)}
    assumptions = [
        f"{name} = {json.dumps(declared[name].default)}  # {declared[name].help}"
        for name in _ASSUMPTIONS
        if name in declared
    ]
    reading = [f"{name} = {_text(value)}" for name, value in facts.options.items()]
    columns = [f"{name} = {_text(column)}" for name, column in facts.columns.items()]
    if not columns:
        columns = ['customer_id = "client"', 'date = "day"', 'amount = "quantity * price"']
        columns = [f"# {line}" for line in columns]
        head = "# Which column is what, when the data are yours:\n# [columns]"
    else:
        head = "# Which column of the data is what. Check this: the names were guessed.\n[columns]"
    return _fill(
        "company.toml",
        currency='# currency = "EUR"  # the code that pages show beside amounts',
        reading="\n".join(["", "# How the data are written.", *reading, ""]) if reading else "",
        assumptions="\n".join(assumptions),
        columns="\n".join(["", head, *columns]),
    )


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
