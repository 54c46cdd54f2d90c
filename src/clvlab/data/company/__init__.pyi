from .company import Company as Company
from .company import load_company as load_company
from .contracts import CONTRACTS as CONTRACTS
from .contracts import TableContract as TableContract
from .identities import identify as identify
from .identities import load_identities as load_identities
