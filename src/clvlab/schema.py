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
    "name": "model",
    "log_likelihood": "log-likelihood",
    "aic": "AIC",
    "bic": "BIC",
    "akaike_weight": "Akaike weight",
    "likelihood_ratio": "likelihood ratio to NBD",
    "relative_error": "error of the total",
    "predictive_lower": "possible from",
    "predictive_upper": "to",
    "mean_absolute_error": "mean absolute error",
    "root_mean_squared_error": "root mean squared error",
    "gini": "Gini",
    "log_score": "log score",
    "difference": "difference to the best",
    "apart": "told apart from it",
    "inside": "total inside its limits",
    "inside_50": "inside their 50 %",
    "inside_80": "inside their 80 %",
    "inside_90": "inside their 90 %",
    "origin": "fitted up to",
    "horizon_end": "forecast up to",
    "problem": "why there is none",
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
    **dict.fromkeys(["amount_share", "share_active", "new_share", "change_earlier"], "percent"),
    **dict.fromkeys(["value_then", "value_now", "value_at_risk"], "amount.0"),
    **dict.fromkeys(["basket", "first_basket", "amount_per_customer", "comparable"], "amount"),
    **dict.fromkeys(["mean_steps", "half_life"], ",.1f"),
    "stay": "percent",
    "orders": "count",
    **dict.fromkeys(["log_likelihood", "aic", "bic"], ",.2f"),
    "likelihood_ratio": ",.1f",
    **dict.fromkeys(["mean_absolute_error", "root_mean_squared_error", "gini"], ".3f"),
    **dict.fromkeys(["rank_correlation", "bias"], ".3f"),
    **dict.fromkeys(["log_score", "difference", "deviance"], ".4f"),
    "relative_error": "percent.1",
    **dict.fromkeys(["akaike_weight", "inside_50", "inside_80", "inside_90"], "percent.0"),
    **dict.fromkeys(["predictive_lower", "predictive_upper"], "count"),
    **dict.fromkeys(["estimate", "standard_error", "lower", "upper"], "plain"),
}
"""How a column's numbers are written where people read them."""
