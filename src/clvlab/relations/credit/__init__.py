"""Credit: terms, what is owed, how late payments are and will be, limits and handling."""

from clvlab.data.credit_default import load_credit_default as load_card_holders
from clvlab.relations.credit.card_holders import card_holders_test
from clvlab.relations.credit.handling import credit_lights, load_credit_policy
from clvlab.relations.credit.known_at_issue import features_at_issue
from clvlab.relations.credit.late_payment import LatePaymentStudy, OwnRecord, fit_late_payment
from clvlab.relations.credit.lateness import (
    LatenessLaw,
    delays,
    fit_lateness,
    lateness_by_class,
    lateness_by_customer,
    terms_kept,
)
from clvlab.relations.credit.ledger import Receivables, read_receivables, receivables_of
from clvlab.relations.credit.limits import credit_limits, need_based_limit
from clvlab.relations.credit.net_value import (
    default_rate,
    expected_loss,
    financing_cost,
    large_but_disloyal,
    mean_days_to_pay,
    value_net_of_credit,
)
from clvlab.relations.credit.opening import OpenedCredit, open_credit
from clvlab.relations.credit.outstanding import (
    ageing,
    days_sales_outstanding,
    outstanding_by_month,
    outstanding_on,
)

__all__ = [
    "LatePaymentStudy",
    "LatenessLaw",
    "OpenedCredit",
    "OwnRecord",
    "Receivables",
    "ageing",
    "card_holders_test",
    "credit_lights",
    "credit_limits",
    "days_sales_outstanding",
    "default_rate",
    "delays",
    "expected_loss",
    "features_at_issue",
    "financing_cost",
    "fit_late_payment",
    "fit_lateness",
    "large_but_disloyal",
    "lateness_by_class",
    "lateness_by_customer",
    "load_card_holders",
    "load_credit_policy",
    "mean_days_to_pay",
    "need_based_limit",
    "open_credit",
    "outstanding_by_month",
    "outstanding_on",
    "read_receivables",
    "receivables_of",
    "terms_kept",
    "value_net_of_credit",
]
