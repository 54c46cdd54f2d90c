"""Customer bases and companies with known truth."""

from clvlab.simulate.bases import SimulatedBase, simulate_base
from clvlab.simulate.company import SimulatedCompany, simulate_company, write_company

__all__ = [
    "SimulatedBase",
    "SimulatedCompany",
    "simulate_base",
    "simulate_company",
    "write_company",
]
