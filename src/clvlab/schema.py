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
    "first_purchase": "first purchase",
    "last_purchase": "last purchase",
    "probability_alive": "chance to be alive",
    "probability_purchase": "chance of a purchase",
    "expected_purchases": "expected purchases",
    "expected_purchases_credible_lower": "credible from",
    "expected_purchases_credible_upper": "to",
    "expected_purchases_predictive_lower": "possible from",
    "expected_purchases_predictive_upper": "to",
    "expected_spend": "expected spend a purchase",
    "clv": "lifetime value",
    "clv_credible_lower": "credible from",
    "clv_credible_upper": "to",
    "clv_predictive_lower": "possible from",
    "clv_predictive_upper": "to",
    "month": "month",
    "first_day": "first day",
    "last_day": "last day",
    "revenue": "revenue",
    "revenue_credible_lower": "credible from",
    "revenue_credible_upper": "to",
    "revenue_predictive_lower": "possible from",
    "revenue_predictive_upper": "to",
    "fit": "model of today",
    "checked": "model under test",
    "spend": "spend model",
    "decile": "tenth",
    "customers": "customers",
    "standard_error": "standard error",
    "description": "what",
    "why": "because",
    "lower": "from",
    "upper": "to",
}
"""What a column is called where people read it; a report never shows a raw column name."""

_AMOUNTS = [
    f"{name}_{kind}_{side}"
    for name in ("clv", "revenue")
    for kind in ("credible", "predictive")
    for side in ("lower", "upper")
]
FORMATS = {
    "customers": "count",
    "rows": "count",
    AMOUNT: "amount",
    FREQUENCY: "count",
    "probability_alive": "percent.0",
    "probability_purchase": "percent.0",
    "expected_purchases": ",.1f",
    "expected_purchases_predictive_lower": "count",
    "expected_purchases_predictive_upper": "count",
    "expected_spend": "amount",
    "clv": "amount.0",
    "revenue": "amount.0",
    **dict.fromkeys(_AMOUNTS, "amount.0"),
    **dict.fromkeys(["estimate", "standard_error", "lower", "upper"], "plain"),
}
"""How a column's numbers are written where people read them."""
