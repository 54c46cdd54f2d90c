"""Which model of spend foretold what customers spent in a holdout."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from clvlab.models.checking.accuracy import (
    difference_with_error,
    gamma_deviances,
    relative_error,
)
from clvlab.models.checking.holdout import require_holdout
from clvlab.models.gamma_gamma.frequency_gamma_gamma import FrequencyGammaGammaModel
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.summary.customer_summary import HOLDOUT_AMOUNT, HOLDOUT_FREQUENCY, CustomerSummary


def compare_spend_models(
    summary: CustomerSummary,
    models: Sequence[GammaGammaModel] = (GammaGammaModel(), FrequencyGammaGammaModel()),
) -> pd.DataFrame:
    """Compare models of spend on what the buyers of a holdout spent a purchase.

    How often they bought is taken as it was: errors of the model of purchases don't count.

    Parameters
    ----------
    summary
        With a holdout.
    models
        Fitted ones are taken as they are, others are fitted to the summary.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``model``, what it is called: ``log_likelihood``, ``buyers`` with a positive
        amount in the holdout, the ``observed`` and ``expected`` sum of their amounts,
        ``relative_error``, the mean ``deviance`` of a buyer's amount (see `gamma_deviances`;
        smaller is better), and its ``difference`` to the first model's with ``standard_error``.

    Raises
    ------
    InputError
        When the summary has no holdout.
    """
    require_holdout(summary)
    bought = (summary.table[HOLDOUT_FREQUENCY] > 0) & (summary.table[HOLDOUT_AMOUNT] > 0)
    purchases = summary.table.loc[bought, HOLDOUT_FREQUENCY]
    observed = summary.table.loc[bought, HOLDOUT_AMOUNT]
    rows, deviances = [], []
    for given in models:
        model = given if hasattr(given, "log_likelihood_") else given.unfitted().fit(summary)
        expected = model.expected_spend(summary)[bought] * purchases
        deviances.append(gamma_deviances(observed, expected))
        known = len(observed) > 0
        difference, error = (
            difference_with_error(deviances[-1], deviances[0]) if known else (math.nan, math.nan)
        )
        rows.append(
            {
                "model": model.called,
                "log_likelihood": model.log_likelihood_,
                "buyers": len(observed),
                "observed": math.fsum(observed),
                "expected": math.fsum(expected),
                "relative_error": relative_error(observed, expected),
                "deviance": float(deviances[-1].mean()) if known else math.nan,
                "difference": difference,
                "standard_error": error,
            }
        )
    return pd.DataFrame(rows).set_index("model")
