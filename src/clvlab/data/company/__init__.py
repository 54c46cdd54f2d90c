"""A company's own tables beside its purchases: customers, leads, invoices and the others."""

from clvlab.data.company.company import Company, load_company
from clvlab.data.company.contracts import CONTRACTS, TableContract
from clvlab.data.company.identities import identify, load_identities

__all__ = ["CONTRACTS", "Company", "TableContract", "identify", "load_company", "load_identities"]
