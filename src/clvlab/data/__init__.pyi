from .check import FileCheck as FileCheck
from .check import check_file as check_file
from .datasets import load_cdnow as load_cdnow
from .datasets import load_complete_journey as load_complete_journey
from .log import TransactionLog as TransactionLog
from .opening import open_company as open_company
from .opening import open_log as open_log
from .transactions import load_transactions as load_transactions
