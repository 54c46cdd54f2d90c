"""A company that does not exist, with every table that a company may have, and its truth."""

from clvlab.simulate.company.company import SimulatedCompany, simulate_company
from clvlab.simulate.company.parameters import CompanyParameters, default_parameters
from clvlab.simulate.company.writing import refuse_full, tables_files, write_company

__all__ = [
    "CompanyParameters",
    "SimulatedCompany",
    "default_parameters",
    "refuse_full",
    "simulate_company",
    "tables_files",
    "write_company",
]
