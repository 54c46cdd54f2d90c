"""Customer bases and companies with known truth."""

from clvlab.simulate.bases import SimulatedBase, simulate_base
from clvlab.simulate.company import SimulatedCompany, simulate_company, write_company
from clvlab.simulate.large_log import write_simulated_log
from clvlab.simulate.stages import SimulatedStages, simulate_stages

__all__ = [
    "SimulatedBase",
    "SimulatedCompany",
    "SimulatedStages",
    "simulate_base",
    "simulate_company",
    "simulate_stages",
    "write_company",
    "write_simulated_log",
]
