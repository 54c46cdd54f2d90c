"""The entries of a customer file as they are compared."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clvlab.data.company.matching.addresses import (
    numbers_of,
    plain_address,
    plain_email,
    plain_phones,
)
from clvlab.data.company.matching.names import PlainName, plain_name


@dataclass(frozen=True)
class Entries:
    """What is compared of each customer, by position; empty text where nothing is known.

    Attributes
    ----------
    names
        Names in their plain form.
    phones
        Every telephone number.
    emails, addresses, regions
        In their plain forms.
    """

    names: list[PlainName]
    phones: list[list[str]]
    emails: list[str]
    addresses: list[str]
    regions: list[str]

    @classmethod
    def of(cls, customers: pd.DataFrame) -> Entries:
        """The entries of a table with the column ``name`` and what there is of the others."""
        return cls(
            [plain_name(name) for name in _texts(customers, "name")],
            [plain_phones(phone) for phone in _texts(customers, "phone")],
            [plain_email(email) for email in _texts(customers, "email")],
            [plain_address(address) for address in _texts(customers, "address")],
            [plain_address(region) for region in _texts(customers, "region")],
        )

    def __len__(self) -> int:
        return len(self.names)

    def numbers(self, row: int) -> frozenset[str]:
        """The numbers in an entry's address."""
        return numbers_of(self.addresses[row])


def _texts(customers: pd.DataFrame, column: str) -> list[str]:
    if column not in customers:
        return [""] * len(customers)
    return [str(text) for text in customers[column].astype(object).fillna("")]
