"""What a run is asked for, checked before anything starts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from glob import has_magic, iglob
from pathlib import Path

from clvlab.clock import parse_date
from clvlab.errors import InputError, ParameterError, Problem, Problems
from clvlab.reports.orders.notebooks import find_notebook, refuse_other_languages
from clvlab.reports.orders.order import Layer, Order
from clvlab.reports.orders.parameters import Parameter, check_parameters, read_parameters
from clvlab.reports.orders.written_secrets import (
    host_and_path,
    refuse_unset_variables,
    refuse_written_secrets,
)
from clvlab.reports.places.slugs import slug


@dataclass(frozen=True, slots=True)
class Job:
    """One report to be made.

    Attributes
    ----------
    order
        What was asked for.
    notebook
        Its source.
    declared
        The parameters that the notebook declares.
    given
        Checked values for them, as the user wrote them.
    sources
        Where each of these comes from.
    located
        The full path of the data, when they are files.
    """

    order: Order
    notebook: Path
    declared: tuple[Parameter, ...]
    given: dict[str, object]
    sources: dict[str, str]
    located: dict[str, object]

    @property
    def report(self) -> str:
        """The report's name, which is its folder's: that of its notebook unless ordered so."""
        return slug(self.order.report or self.notebook.stem, "report")

    @property
    def variant(self) -> str:
        """The name of this run among those of its report: that of its data unless ordered so."""
        return slug(self.order.variant or self.data_name)

    @property
    def data_name(self) -> str:
        """What the data are called, without folder and password; empty where there are none."""
        return _short_name(self.parameters.get("data"))

    @property
    def home(self) -> Path:
        """The folder of all runs of this report and variant, always below the order's."""
        return Path(self.order.out).resolve() / self.report / self.variant

    @property
    def as_of(self) -> str | None:
        """The last day seen, when it is known before the notebook ran."""
        day = self.parameters.get("as_of")
        return parse_date(str(day), "as_of").isoformat() if day else None

    @property
    def parameters(self) -> dict[str, object]:
        """All parameters of the run, defaults filled in."""
        return {each.name: each.default for each in self.declared} | self.given

    @property
    def parameter_sources(self) -> dict[str, str]:
        """Where each parameter's value comes from."""
        return {each.name: "notebook" for each in self.declared} | self.sources

    @property
    def told(self) -> dict[str, object]:
        """What is handed to the kernel, which stands in a folder of its own."""
        return self.given | self.located

    @property
    def data(self) -> object:
        """The data as the notebook gets them."""
        return self.located.get("data", self.parameters.get("data"))


def prepare_job(order: Order) -> Job:
    """Find the notebook and check what it is told.

    Raises
    ------
    ParameterError
        When the report or a parameter is unknown, a value is of the wrong type or out of range,
        holds a password, or the data are not there.
    """
    notebook = find_notebook(order.notebook)
    refuse_other_languages(notebook)
    layers: Iterable[Layer] = order.layers
    if order.as_of is not None:
        layers = (*layers, ("date of the run", {"as_of": order.as_of}))
    given, sources = _gather(notebook, layers)
    declared = read_parameters(notebook)
    problems = Problems(ParameterError)
    values = {each.name: each.default for each in declared} | given
    refuse_unset_variables(refuse_written_secrets(values, problems), problems)
    problems.raise_if_any()
    located = _locate_data(given, Path(order.data_folder or Path.cwd()))
    job = Job(order, notebook, declared, given, sources, located)
    _refuse_what_is_no_day(job)
    return job


def _refuse_what_is_no_day(job: Job) -> None:
    """The day is a folder's name, so it must be one whatever type the notebook declares."""
    try:
        _ = job.as_of
    except InputError as error:
        raise ParameterError(error.problems) from None


def _gather(notebook: Path, layers: Iterable[Layer]) -> tuple[dict[str, object], dict[str, str]]:
    """The values of all layers, the later ones counting, and where each is from."""
    given: dict[str, object] = {}
    sources: dict[str, str] = {}
    secrets = Problems(ParameterError)
    wrong: list[Problem] = []
    for source, values in layers:
        whose = source if source == "catalogue" or source.startswith("file ") else ""
        # messages about any other mistake quote the value
        plain = refuse_written_secrets(values, secrets, whose)
        try:
            checked = check_parameters(notebook, plain, whose)
        except ParameterError as error:
            wrong.extend(error.problems)
            continue
        given |= checked
        sources |= dict.fromkeys(checked, source)
    if wrong := [*secrets, *wrong]:
        raise ParameterError(wrong)
    return given, sources


def _short_name(data: object) -> str:
    """What the data are called in the name of a folder."""
    if not isinstance(data, str):
        return ""
    return host_and_path(data) if "://" in data else Path(data).name


def _locate_data(given: Mapping[str, object], folder: Path) -> dict[str, object]:
    """The full path of given data; nothing for the name of a data set or an address."""
    data = given.get("data")
    if not isinstance(data, str) or not data or "://" in data or data.startswith("env:"):
        return {}
    path = folder / Path(data).expanduser()
    if path.exists() or _matches(path):
        return {"data": os.path.abspath(path)}  # noqa: PTH100 - a link keeps its own name
    if path.suffix or len(Path(data).parts) > 1:
        remedy = "Give a file, a folder, or the name of an embedded data set."
        raise ParameterError(
            Problem("parameter 'data'", "must exist", f"there is no {data}", remedy)
        )
    return {}


def _matches(path: Path) -> bool:
    """Whether it is a pattern that matches something."""
    return has_magic(str(path)) and any(iglob(str(path), recursive=True))  # noqa: PTH207
