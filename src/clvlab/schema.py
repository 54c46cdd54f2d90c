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
    "share_active": "active",
    "amount_share": "share of the amount",
    "basket": "amount of an order",
    "first_basket": "first order",
    "bought_once": "bought once",
    "at_risk": "seen so long",
    "new_share": "new of all",
    "change_earlier": "change without new",
    "mean_steps": "months on average",
    "half_life": "months until half left",
    "stay": "stay",
    "from_stage": "from",
    "to_stage": "to",
    "value_then": "worth then",
    "value_now": "worth now",
    "value_at_risk": "at risk",
}
"""What a column is called where people read it; a report never shows a raw column name."""

_AMOUNTS = [
    f"clv_{kind}_{side}" for kind in ("credible", "predictive") for side in ("lower", "upper")
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
    **dict.fromkeys(_AMOUNTS, "amount.0"),
    **dict.fromkeys(["amount_share", "share_active", "new_share", "change_earlier"], "percent"),
    **dict.fromkeys(["value_then", "value_now", "value_at_risk"], "amount.0"),
    **dict.fromkeys(["basket", "first_basket", "amount_per_customer", "comparable"], "amount"),
    **dict.fromkeys(["mean_steps", "half_life"], ",.1f"),
    "stay": "percent",
    "orders": "count",
    **dict.fromkeys(["estimate", "standard_error", "lower", "upper"], "plain"),
}
"""How a column's numbers are written where people read them."""
