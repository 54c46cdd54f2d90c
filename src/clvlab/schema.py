"""The names of columns, once, and what each is called on a page."""

from __future__ import annotations

CUSTOMER_ID = "customer_id"
DATE = "date"
AMOUNT = "amount"
TRANSACTION_COLUMNS = (CUSTOMER_ID, DATE, AMOUNT)
OPTIONAL_TRANSACTION_COLUMNS = (
    "order_id",
    "margin",
    "product",
    "category",
    "channel",
    "region",
    "quantity",
    "currency",
)

FREQUENCY = "frequency"
RECENCY = "recency"
T = "T"
MONETARY_VALUE = "monetary_value"

LABELS = {
    CUSTOMER_ID: "customer",
    DATE: "date",
    AMOUNT: "amount",
    FREQUENCY: "repeat purchases",
    RECENCY: "first to last purchase",
    T: "time observed",
    MONETARY_VALUE: "average repeat purchase",
}
"""What a column is called where people read it; a report never shows a raw column name."""
