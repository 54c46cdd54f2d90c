"""Customer lifetime value from a company's own records, as dated reports.

The names that a user types first are here; they are loaded when they are first used, so that
``import clvlab`` and the command line start at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clvlab.clock import StudyWindow, TimeUnit
    from clvlab.data import (
        TransactionLog,
        check_file,
        load_cdnow,
        load_complete_journey,
        load_transactions,
        open_log,
    )
    from clvlab.errors import ClvlabError, InputError
    from clvlab.models import (
        Acquisition,
        BetaGeoBetaBinomModel,
        BetaGeoModel,
        CohortComparison,
        CustomerEquity,
        CustomerScores,
        FittedStudy,
        GammaGammaModel,
        LikelihoodRatioTest,
        ModifiedBetaGeoModel,
        NBDModel,
        ParetoNBDModel,
        Posterior,
        PosteriorError,
        Prior,
        Quantity,
        ShiftedBetaGeometricModel,
        TransactionModel,
        best_customers,
        check_holdout,
        check_spend_independence,
        compare_cohorts,
        customer_lifetime_value,
        default_prior,
        discounted_expected_purchases,
        fit_study,
        frequency_recency_grid,
        likelihood_ratio_test,
        load_model,
        new_customer_value,
        posterior_of,
        predict_customers,
        save_model,
        score_customers,
        track_repeat_purchases,
        with_covariates,
    )
    from clvlab.models.study.lifetimes_conversion import from_lifetimes, to_lifetimes
    from clvlab.reports import load_run
    from clvlab.simulate import simulate_base
    from clvlab.summary import (
        CustomerSummary,
        customers_to_fit,
        describe_windows,
        detect_left_truncation,
        detect_stale_end,
        split_days,
        summarize,
        supported_questions,
    )

__version__ = "0.1.0"

_HOME = {
    "BetaGeoBetaBinomModel": "clvlab.models",
    "ShiftedBetaGeometricModel": "clvlab.models",
    "compare_cohorts": "clvlab.models",
    "CohortComparison": "clvlab.models",
    "NBDModel": "clvlab.models",
    "with_covariates": "clvlab.models",
    "likelihood_ratio_test": "clvlab.models",
    "LikelihoodRatioTest": "clvlab.models",
    "FittedStudy": "clvlab.models",
    "fit_study": "clvlab.models",
    "save_model": "clvlab.models",
    "load_model": "clvlab.models",
    "new_customer_value": "clvlab.models",
    "Acquisition": "clvlab.models",
    "CustomerEquity": "clvlab.models",
    "predict_customers": "clvlab.models",
    "BetaGeoModel": "clvlab.models",
    "Posterior": "clvlab.models",
    "PosteriorError": "clvlab.models",
    "Prior": "clvlab.models",
    "Quantity": "clvlab.models",
    "default_prior": "clvlab.models",
    "posterior_of": "clvlab.models",
    "ClvlabError": "clvlab.errors",
    "CustomerScores": "clvlab.models",
    "CustomerSummary": "clvlab.summary",
    "GammaGammaModel": "clvlab.models",
    "InputError": "clvlab.errors",
    "ModifiedBetaGeoModel": "clvlab.models",
    "ParetoNBDModel": "clvlab.models",
    "StudyWindow": "clvlab.clock",
    "TimeUnit": "clvlab.clock",
    "TransactionLog": "clvlab.data",
    "TransactionModel": "clvlab.models",
    "best_customers": "clvlab.models",
    "check_file": "clvlab.data",
    "check_holdout": "clvlab.models",
    "check_spend_independence": "clvlab.models",
    "customer_lifetime_value": "clvlab.models",
    "customers_to_fit": "clvlab.summary",
    "describe_windows": "clvlab.summary",
    "detect_left_truncation": "clvlab.summary",
    "detect_stale_end": "clvlab.summary",
    "discounted_expected_purchases": "clvlab.models",
    "frequency_recency_grid": "clvlab.models",
    "from_lifetimes": "clvlab.models.study.lifetimes_conversion",
    "load_cdnow": "clvlab.data",
    "load_complete_journey": "clvlab.data",
    "load_run": "clvlab.reports",
    "load_transactions": "clvlab.data",
    "open_log": "clvlab.data",
    "score_customers": "clvlab.models",
    "simulate_base": "clvlab.simulate",
    "split_days": "clvlab.summary",
    "summarize": "clvlab.summary",
    "supported_questions": "clvlab.summary",
    "to_lifetimes": "clvlab.models.study.lifetimes_conversion",
    "track_repeat_purchases": "clvlab.models",
}

__all__ = [
    "Acquisition",
    "BetaGeoBetaBinomModel",
    "BetaGeoModel",
    "ClvlabError",
    "CohortComparison",
    "CustomerEquity",
    "CustomerScores",
    "CustomerSummary",
    "FittedStudy",
    "GammaGammaModel",
    "InputError",
    "LikelihoodRatioTest",
    "ModifiedBetaGeoModel",
    "NBDModel",
    "ParetoNBDModel",
    "Posterior",
    "PosteriorError",
    "Prior",
    "Quantity",
    "ShiftedBetaGeometricModel",
    "StudyWindow",
    "TimeUnit",
    "TransactionLog",
    "TransactionModel",
    "best_customers",
    "check_file",
    "check_holdout",
    "check_spend_independence",
    "compare_cohorts",
    "customer_lifetime_value",
    "customers_to_fit",
    "default_prior",
    "describe_windows",
    "detect_left_truncation",
    "detect_stale_end",
    "discounted_expected_purchases",
    "fit_study",
    "frequency_recency_grid",
    "from_lifetimes",
    "likelihood_ratio_test",
    "load_cdnow",
    "load_complete_journey",
    "load_model",
    "load_run",
    "load_transactions",
    "new_customer_value",
    "open_log",
    "posterior_of",
    "predict_customers",
    "save_model",
    "score_customers",
    "simulate_base",
    "split_days",
    "summarize",
    "supported_questions",
    "to_lifetimes",
    "track_repeat_purchases",
    "with_covariates",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public object
    if name not in _HOME:
        raise AttributeError(f"module 'clvlab' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
