"""Every rate of a simulated company, by name; the numbers are in `parameters.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from typing import Any

from clvlab.errors import Problems, did_you_mean

Section = Mapping[str, Any]


@dataclass(frozen=True)
class CompanyParameters:
    """The rates that a company is drawn with, one attribute for each section of the file.

    Attributes
    ----------
    base
        Types, industries, regions, sizes and sources of customers.
    satisfaction, late_support, price_rise
        Latent drivers, and what weighs on a relationship.
    stages
        Chances of a change from month to month, and what moves them.
    orders, invoices, leads, losses, campaigns, contacts, costs, budgets, benefits, surveys, file
        What each table is drawn with.
    errors
        How many errors of each kind are planted per 600 customers.
    """

    base: Section = field(repr=False)
    satisfaction: Section = field(repr=False)
    late_support: Section = field(repr=False)
    price_rise: Section = field(repr=False)
    stages: Section = field(repr=False)
    orders: Section = field(repr=False)
    leads: Section = field(repr=False)
    invoices: Section = field(repr=False)
    losses: Section = field(repr=False)
    campaigns: Section = field(repr=False)
    contacts: Section = field(repr=False)
    costs: Section = field(repr=False)
    budgets: Section = field(repr=False)
    benefits: Section = field(repr=False)
    surveys: Section = field(repr=False)
    file: Section = field(repr=False)
    errors: Section = field(repr=False)

    def changed(self, **sections: Section) -> CompanyParameters:
        """The same with other numbers in some sections; what is not named there stays.

        Raises
        ------
        InputError
            For a section or a name that is not known.

        Examples
        --------
        >>> rare = default_parameters().changed(orders={"return_probability": 0.0})
        >>> rare.orders["return_probability"], rare.orders["rate_shape"]
        (0.0, 3.0)
        """
        problems = Problems()
        known = [one.name for one in fields(self)]
        for name, section in sections.items():
            if name not in known:
                hint = did_you_mean(name, known)
                rule = "must be a section of the parameters"
                problems.add("the parameters", rule, f"got {name!r}", hint)
                continue
            there = list(getattr(self, name))
            for key in section:
                if key not in there:
                    hint = did_you_mean(key, there)
                    rule = f"can't set '{key}'"
                    problems.add(f"section '{name}'", rule, "it has no such number", hint)
        problems.raise_if_any()
        merged = {name: {**getattr(self, name), **section} for name, section in sections.items()}
        return replace(self, **merged)

    def as_dict(self) -> dict[str, Section]:
        """All sections as plain values, for a file."""
        return {one.name: dict(getattr(self, one.name)) for one in fields(self)}


def default_parameters() -> CompanyParameters:
    """The parameters of the example company."""
    return CompanyParameters(**_read("parameters.toml"))


def words() -> Mapping[str, Any]:
    """Parts of fictitious names and sentences, from `words.toml`."""
    return _read("words.toml")


def _read(name: str) -> dict[str, Any]:
    text = files("clvlab.simulate.company").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
