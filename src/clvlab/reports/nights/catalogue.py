"""The catalogue: which reports there are, how often, with which parameters and data."""

from __future__ import annotations

from pathlib import Path

from clvlab.errors import ParameterError, Problem, Problems
from clvlab.reports.nights.catalogue_assembly import Assembly
from clvlab.reports.nights.catalogue_entries import Catalogue, Report, Variant
from clvlab.reports.nights.catalogue_form import read_form
from clvlab.reports.orders.parameter_files import read_toml

__all__ = ["Catalogue", "Report", "Variant", "read_catalogue"]


def read_catalogue(path: Path | str) -> Catalogue:
    """Read a catalogue and check it against the notebooks that it names.

    Paths in it start from its own folder.

    Parameters
    ----------
    path
        The TOML file.

    Raises
    ------
    ParameterError
        With everything that is wrong at once: keys, values, names that can't be folders, notebooks
        and files that are not there, and every parameter of every variant that its notebook does
        not know or would refuse.
    """
    path = Path(path).absolute()
    if not path.is_file():
        remedy = "Write one with clvlab init, or name another with --catalogue."
        raise ParameterError(Problem(f"catalogue {path}", "must exist", "it does not", remedy))
    problems = Problems(ParameterError)
    form = read_form(read_toml(path), path.name, problems)
    problems.raise_if_any()
    assert form is not None  # noqa: S101 - otherwise there was a problem
    reports = Assembly(path, form, problems).reports()
    problems.raise_if_any()
    return Catalogue(path, reports, form.retention)
