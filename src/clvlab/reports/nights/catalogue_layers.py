"""The parameters that one table of a catalogue sets: itself, its data, and the files it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clvlab.errors import ParameterError, Problems
from clvlab.reports.nights.catalogue_form import VariantForm
from clvlab.reports.orders.order import Layer
from clvlab.reports.orders.parameter_files import plain_values, read_parameter_file, rebased
from clvlab.reports.orders.written_secrets import refuse_written_secrets

CATALOGUE = "catalogue"
"""How a manifest calls parameters that stand in the catalogue itself."""


class FileReader:
    """Reads each parameter file once.

    Parameters
    ----------
    catalogue
        The catalogue's file; paths of files and of data start from its folder.
    problems
        Receives what is wrong with a file, once.
    """

    def __init__(self, catalogue: Path, problems: Problems) -> None:
        self.catalogue, self.folder = catalogue.name, catalogue.parent
        self.problems = problems
        self._read: dict[Path, dict[str, object]] = {}

    def layer(self, name: str) -> Layer:
        """The parameters of a file, with paths of data as seen from the catalogue's folder."""
        path = self.folder / Path(name).expanduser()
        if path not in self._read:
            read = self.taken(lambda: read_parameter_file(path))
            self._read[path] = refuse_written_secrets(read, self.problems, f"file {path.name}")
        return f"file {path.name}", rebased(self._read[path], path.parent, self.folder)

    def taken(self, read: Callable[[], dict[str, object]]) -> dict[str, object]:
        """What `read` returns; nothing when it finds problems, which are noted."""
        try:
            return read()
        except ParameterError as error:
            for problem in error.problems:
                self.problems.add(problem.subject, problem.rule, problem.found, problem.remedy)
        return {}


def layers_of(form: VariantForm, files: FileReader, key: str) -> tuple[Layer, ...]:
    """The layers that a table of the catalogue sets; its files count more than the table itself.

    Values with a password in them are noted and left out, so that no further message repeats them.

    Parameters
    ----------
    form
        The table.
    files
        Reads what it names.
    key
        Where it stands, for messages.
    """
    table = files.taken(lambda: plain_values(form.parameters, f"key {key}.parameters"))
    if form.data is not None:
        if "data" in table:
            files.problems.add(f"key {key}.data", "can't be given twice", "it is in parameters too")
        table["data"] = form.data
    table = refuse_written_secrets(table, files.problems, f"{files.catalogue}, key {key}")
    layers = [(CATALOGUE, table)] if table else []
    return (*layers, *(files.layer(name) for name in form.parameters_file))
