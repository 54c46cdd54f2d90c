"""Checks of a company's tables: one module for each question, one table of findings."""

from clvlab.data.company.checks.check import CompanyCheck, check_company
from clvlab.data.company.checks.kinds import KINDS

__all__ = ["KINDS", "CompanyCheck", "check_company"]
