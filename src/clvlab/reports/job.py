"""What a run is asked for, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clvlab.errors import ParameterError, Problem, Problems
from clvlab.reports.notebooks import find_notebook
from clvlab.reports.parameters import Parameter, check_parameters, read_parameters


@dataclass(frozen=True, slots=True)
class Job:
    """One report to be made.

    Attributes
    ----------
    notebook
        Its source.
    declared
        The parameters that the notebook declares.
    given
        Checked values that differ from the notebook's own, as the user wrote them.
    located
        The full path of the data, when they are files.
    """

    notebook: Path
    declared: tuple[Parameter, ...]
    given: dict[str, object]
    located: dict[str, object]

    @property
    def report(self) -> str:
        """The report's name: that of its notebook."""
        return self.notebook.stem

    @property
    def parameters(self) -> dict[str, object]:
        """All parameters of the run, defaults filled in."""
        return {each.name: each.default for each in self.declared} | self.given

    @property
    def told(self) -> dict[str, object]:
        """What is handed to the kernel, which stands in a folder of its own."""
        return self.given | self.located

    @property
    def data(self) -> object:
        """The data as the notebook gets them."""
        return self.located.get("data", self.parameters.get("data"))


def prepare_job(
    name_or_path: str | Path,
    parameters: Mapping[str, object],
    as_of: date | str | None = None,
    data: Path | str | None = None,
) -> Job:
    """Find the notebook and check what it is told.

    Raises
    ------
    ParameterError
        When the report or a parameter is unknown, a value is of the wrong type, a parameter is
        given twice, or the data are not there.
    """
    notebook = find_notebook(name_or_path)
    given = check_parameters(notebook, _gather(parameters, as_of=as_of, data=data))
    return Job(notebook, read_parameters(notebook), given, _locate_data(given))


def _gather(parameters: Mapping[str, object], **shortcuts: object) -> dict[str, object]:
    """The parameters with the shortcuts added; giving one in both ways is refused."""
    gathered, problems = dict(parameters), Problems(ParameterError)
    for name, value in shortcuts.items():
        if value is None:
            continue
        if name in gathered:
            problems.add(f"parameter '{name}'", "can't be given twice", "it is", "Leave one out.")
        gathered[name] = str(value) if isinstance(value, Path) else value
    problems.raise_if_any()
    return gathered


def _locate_data(given: Mapping[str, object]) -> dict[str, object]:
    """The full path of given data; nothing for the name of a data set or an address."""
    data = given.get("data")
    if not isinstance(data, str) or not data or "://" in data:
        return {}
    path = Path(data).expanduser()
    pattern = any(mark in path.name for mark in "*?[")
    if path.exists() or (pattern and path.parent.is_dir()):
        return {"data": str(path.absolute())}
    if path.suffix or len(path.parts) > 1:
        remedy = "Give a file, a folder, or the name of an embedded data set."
        raise ParameterError(
            Problem("parameter 'data'", "must exist", f"there is no {data}", remedy)
        )
    return {}
