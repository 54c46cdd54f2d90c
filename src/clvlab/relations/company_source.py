"""The tables of a company by its place, or those of a company that does not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from clvlab.data.company import Company, load_company
from clvlab.data.environment import held_by, unrepeated, variable_in
from clvlab.simulate.company import simulate_company, write_company

SIMULATED: Final = "simulated"
CUSTOMERS, SEED = 600, 11


@contextmanager
def company_at(
    data: str | Path, *, tables: Collection[str], as_of: date | None = None
) -> Iterator[tuple[Company, str]]:
    """Load some tables of a company, whose files are there until the block ends.

    Parameters
    ----------
    data
        What `clvlab.load_company` takes; ``"env:NAME"`` for what the environment variable NAME
        holds; or ``"simulated"`` for a company that does not exist.
    tables
        Names of tables; those that are not there are left out.
    as_of
        Last day that is seen (inclusive).

    Yields
    ------
    tuple
        The company, and what it is called on a page.

    Raises
    ------
    InputError
        When something can't be read; see `clvlab.load_company`.
    """
    if str(data) == SIMULATED:
        with TemporaryDirectory() as folder:
            write_company(simulate_company(CUSTOMERS, seed=SEED), folder, force=True)
            company = load_company(folder, as_of=as_of, tables=tables)
            yield company, company.name
        return
    variable = variable_in(data)
    with unrepeated(data):
        company = load_company(held_by(variable) if variable else data, as_of=as_of, tables=tables)
        yield company, variable or company.name
