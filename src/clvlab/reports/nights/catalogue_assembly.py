"""Reports made from the form of a catalogue, and checked against the notebooks they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from clvlab.errors import InputError, ParameterError, Problem, Problems, did_you_mean
from clvlab.reports.nights.catalogue_entries import Report, Variant
from clvlab.reports.nights.catalogue_form import (
    CatalogueForm,
    DefaultsForm,
    ReportForm,
    VariantForm,
)
from clvlab.reports.nights.catalogue_layers import CATALOGUE, FileReader, layers_of
from clvlab.reports.orders.notebooks import find_notebook
from clvlab.reports.orders.order import (
    DEFAULT_CHANGE_THRESHOLD,
    DEFAULT_TIMEOUT_SECONDS,
    Layer,
    Order,
)
from clvlab.reports.orders.parameters import Parameter, check_parameters, read_parameters
from clvlab.reports.orders.written_secrets import refuse_written_secrets
from clvlab.reports.places.slugs import slug


class Assembly:
    """Makes the reports of a catalogue.

    Parameters
    ----------
    path
        The catalogue's file.
    form
        What it holds.
    problems
        Receives everything that is wrong.
    """

    def __init__(self, path: Path, form: CatalogueForm, problems: Problems) -> None:
        self.path, self.form, self.problems = path, form, problems
        self.files = FileReader(path, problems)

    def reports(self) -> tuple[Report, ...]:
        """Every report whose notebook can be found; only to be used when there is no problem."""
        self._check_names("reports", self.form.reports)
        found = {
            name: notebook
            for name, entry in self.form.reports.items()
            if (notebook := self._notebook(name, entry)) is not None
        }
        self.declared = {name: self._declared(notebook) for name, notebook in found.items()}
        shared = layers_of(self.form.defaults, self.files, "defaults")
        self._check_shared(shared)
        return tuple(
            self._report(name, self.form.reports[name], notebook, shared)
            for name, notebook in found.items()
        )

    def _note(self, key: str, rule: str, found: str, remedy: str = "") -> None:
        self.problems.add(f"{self.path.name}, key {key}", rule, found, remedy)

    def _check_names(self, key: str, names: Mapping[str, object]) -> None:
        """Names are folders, and no two the same one, also where case is not told apart."""
        folders: dict[str, str] = {}
        for name in names:
            folder = slug(name, "report")
            if folder in folders:
                other = f"{key}.{folders[folder]}"
                self._note(f"{key}.{name}", f"can't share a folder with {other}", f"it is {folder}")
            elif folder != name:
                rule = "must be a name of small letters, digits and single hyphens"
                self._note(f"{key}.{name}", rule, f"got {name!r}", f"Write it as in {folder}.")
            folders[folder] = name

    def _notebook(self, name: str, entry: ReportForm) -> Path | None:
        asked = entry.notebook or name
        folder = self.path.parent
        if asked.endswith(".ipynb"):
            candidates = [folder / Path(asked).expanduser()]
        else:
            places = (folder, folder.parent)
            candidates = [place / "notebooks" / f"{asked}.ipynb" for place in places]
        for candidate in candidates:
            if candidate.is_file():
                return candidate.resolve()
        try:
            return find_notebook(asked)
        except ParameterError as error:
            (problem,) = error.problems
            key = f"reports.{name}" + (".notebook" if entry.notebook else "")
            found = f"there is no {asked}"
            self._note(key, "must name a notebook", found, problem.remedy)
        return None

    def _declared(self, notebook: Path) -> tuple[Parameter, ...]:
        try:
            declared = read_parameters(notebook)
        except ParameterError as error:
            for problem in error.problems:
                self.problems.add(problem.subject, problem.rule, problem.found, problem.remedy)
            return ()
        defaults = {each.name: each.default for each in declared}
        refuse_written_secrets(defaults, self.problems, notebook.name)
        return declared

    def _check_shared(self, layers: Sequence[Layer]) -> None:
        """What holds for all reports must be known to one of them; the others leave it out."""
        known = sorted({each.name for declared in self.declared.values() for each in declared})
        for source, values in layers if known else ():
            for name in values:
                if name not in known:
                    place = f"{self.path.name}, key defaults" if source == CATALOGUE else source
                    rule = "must be a parameter of a notebook of the catalogue"
                    remedy = did_you_mean(name, known)
                    self.problems.add(f"{place}, parameter '{name}'", rule, "it is not", remedy)

    def _report(
        self, name: str, entry: ReportForm, notebook: Path, shared: Sequence[Layer]
    ) -> Report:
        key, defaults = f"reports.{name}", self.form.defaults
        names = {each.name for each in self.declared[name]}
        kept = [
            (source, {each: value for each, value in values.items() if each in names})
            for source, values in shared
        ]
        base = (*(layer for layer in kept if layer[1]), *layers_of(entry, self.files, key))
        forms = entry.variants if entry.variants is not None else defaults.variants
        place = key if entry.variants is not None else "defaults"
        self._check_names(f"{place}.variants", forms or {})
        variants = tuple(
            Variant(each, (*base, *layers_of(form, self.files, f"{place}.variants.{each}")))
            for each, form in (forms or {"": VariantForm()}).items()
        )
        cadence = entry.cadence or defaults.cadence
        if cadence is None:
            rule = "must say its cadence"
            self._note(key, rule, "it does not", 'Add for instance cadence = "monthly".')
        order = _limits(Order(str(notebook), "", name), defaults, entry)
        order = replace(order, data_folder=str(self.path.parent))
        report = Report(name, notebook, entry.description, cadence or "once", variants, base, order)
        self._check_parameters(report, names)
        return report

    def _check_parameters(self, report: Report, names: set[str]) -> None:
        said: set[Problem] = set()
        for variant in report.variants:
            where = "/".join(filter(None, (report.name, variant.name)))
            for source, values in variant.layers:
                try:
                    check_parameters(report.notebook, values)
                except InputError as error:
                    for problem in error.problems:
                        if problem not in said:
                            said.add(problem)
                            whose = self.path.name if source == CATALOGUE else source
                            subject = f"{whose}, {where}, {problem.subject}"
                            self.problems.add(subject, problem.rule, problem.found, problem.remedy)
            self._check_as_of(report, variant, where, names)

    def _check_as_of(self, report: Report, variant: Variant, where: str, names: set[str]) -> None:
        if report.cadence == "once":
            return
        subject = f"{self.path.name}, {where}"
        if names and "as_of" not in names:
            rule = f"must have a notebook with the parameter as_of to be {report.cadence}"
            self.problems.add(subject, rule, f"{report.notebook.name} has none")
        elif any("as_of" in values for _, values in variant.layers):
            rule = f"can't set as_of and be {report.cadence}"
            self.problems.add(subject, rule, "it does both", "Leave as_of to the date of the run.")


def _limits(order: Order, defaults: DefaultsForm, entry: ReportForm) -> Order:
    """The order with the limits and options of the report, or else of all reports."""
    last = {
        "timeout": DEFAULT_TIMEOUT_SECONDS,
        "memory": 0,
        "change_threshold": DEFAULT_CHANGE_THRESHOLD,
        "pdf": False,
    }
    for form in (defaults, entry):
        last |= {key: value for key in last if (value := getattr(form, key)) is not None}
    return replace(
        order,
        timeout_seconds=last["timeout"],
        memory_bytes=int(last["memory"]),
        change_threshold=last["change_threshold"],
        pdf=bool(last["pdf"]),
    )
