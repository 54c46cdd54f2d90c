"""Small companies on disk."""

from pathlib import Path

import pytest

CUSTOMERS = """\
customer_id,name,phone,region,customer_type,updated_on
7,First School,0100-1,north,project,2024-01-05
8,Second School,0100-2,south,end,2024-02-01
9,Third School,,,终端客户,
"""
PURCHASES = "customer_id,date,amount\n7,2024-01-01,100.5\n8,2024-01-03,80\n7,2024-02-20,9.5\n"
INVOICES = """\
invoice_id,customer_id,issued_on,due_on,paid_on,amount,disputed
A1,7,2024-01-01,2024-01-31,2024-03-01,100.5,no
A2,8,2024-01-03,2024-02-02,,80,是
"""


@pytest.fixture
def folder(tmp_path):
    """A function that writes files into a folder and gives it back."""

    def write(**files: str | bytes | None) -> Path:
        place = tmp_path / "boards"
        place.mkdir(exist_ok=True)
        for name, content in files.items():
            path = place / name.replace("__", ".")
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    return write


@pytest.fixture
def boards(folder):
    """Three customers, three purchases, two invoices."""
    return folder(customers__csv=CUSTOMERS, purchases__csv=PURCHASES, invoices__csv=INVOICES)
