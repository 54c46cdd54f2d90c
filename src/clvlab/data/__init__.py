"""Transactions in: one door for files and tables, the embedded data sets, and a file check."""

from clvlab.data.check import FileCheck, check_file
from clvlab.data.datasets import load_cdnow, load_complete_journey
from clvlab.data.log import TransactionLog
from clvlab.data.opening import open_company, open_log
from clvlab.data.transactions import load_transactions

__all__ = [
    "FileCheck",
    "TransactionLog",
    "check_file",
    "load_cdnow",
    "load_complete_journey",
    "load_transactions",
    "open_company",
    "open_log",
]
