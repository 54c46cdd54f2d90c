"""What a catalogue that was read and found in order says: reports and their variants."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from clvlab.errors import ParameterError, Problem, did_you_mean
from clvlab.reports.nights.catalogue_form import RetentionForm
from clvlab.reports.orders.order import Layer, Order


@dataclass(frozen=True, slots=True)
class Variant:
    """One set of parameters of a report.

    Attributes
    ----------
    name
        Its folder; empty when the report has no variants, and the data give the folder its name.
    layers
        Where parameters come from, and their values; the later ones count.
    """

    name: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One report of the catalogue.

    Attributes
    ----------
    name
        Its folder.
    notebook
        The path of its source.
    description
        One sentence.
    cadence
        daily, weekly, monthly, quarterly or once.
    variants
        Its sets of parameters; at least one.
    base
        The parameters that all variants share.
    order
        Limits and options as an order without output folder, date and parameters.
    """

    name: str
    notebook: Path
    description: str
    cadence: str
    variants: tuple[Variant, ...]
    base: tuple[Layer, ...]
    order: Order

    def variant(self, name: str | None) -> Variant:
        """The variant of that name, the first when none is given.

        Raises
        ------
        ParameterError
            When there is none of that name.
        """
        if name is None:
            return self.variants[0]
        known = [variant.name for variant in self.variants if variant.name]
        for variant in self.variants:
            if variant.name == name:
                return variant
        remedy = did_you_mean(name, known) if known else f"Report {self.name} has no variants."
        raise ParameterError(
            Problem(f"variant '{name}'", f"must be one of {self.name}", "it is not", remedy)
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue that was read and found in order.

    Attributes
    ----------
    path
        Its file.
    reports
        Its reports, in the order of the file.
    retention
        Which runs are kept.
    """

    path: Path
    reports: tuple[Report, ...]
    retention: RetentionForm = field(default_factory=RetentionForm)

    @property
    def folder(self) -> Path:
        """The folder that its paths start from, and its reports go to."""
        return self.path.parent

    def report(self, name: str) -> Report:
        """The report of that name.

        Raises
        ------
        ParameterError
            When there is none.
        """
        for report in self.reports:
            if report.name == name:
                return report
        known = [report.name for report in self.reports]
        remedy = did_you_mean(name, known) if known else "It has none."
        subject = f"report '{name}'"
        raise ParameterError(Problem(subject, f"must be in {self.path.name}", "it is not", remedy))
