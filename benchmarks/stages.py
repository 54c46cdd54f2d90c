"""The questions that are timed: the same one to clvlab and to lifetimes, frame in, frame out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

import clvlab
from clvlab.models.study.lifetimes_conversion import undisturbed

with undisturbed():
    from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

RATE = 0.10
HORIZON = 91


@dataclass(frozen=True)
class Stage:
    """One question.

    `ours` and `theirs` take nothing and return a number that both must agree on; `floor` is how
    many times as fast clvlab means to be.
    """

    name: str
    ours: Callable[[], float]
    theirs: Callable[[], float]
    floor: float | None = None


def simulated_summary(customers: int, seed: int = 1) -> clvlab.CustomerSummary:
    """A simulated base of two years, in days."""
    base = clvlab.simulate_base(
        customers, transaction=(0.55, 60, 0.8, 2.5), spend=(6.25, 3.74, 15.44), unit="day",
        seed=seed, observed_days=730,
    )  # fmt: skip
    return clvlab.summarize(base.log, unit="day")


def stages(summary: clvlab.CustomerSummary) -> list[Stage]:
    """Fits and predictions on one base; predictions rest on lifetimes' parameters for both."""
    frame = summary.to_frame()
    columns = [frame[name] for name in ("frequency", "recency", "T")]
    repeat = frame[frame["frequency"] > 0]
    repeat_columns = (repeat["frequency"], repeat["monetary_value"])

    def their_fit():
        return BetaGeoFitter().fit(*columns)

    def their_spend():
        return GammaGammaFitter().fit(*repeat_columns)

    with undisturbed():
        bgf, ggf = their_fit(), their_spend()
    model = clvlab.from_lifetimes(bgf, frame, unit="day")
    spend = clvlab.from_lifetimes(ggf, frame)
    mean = frame["monetary_value"].where(frame["frequency"] > 0, 0.0)

    def our_value():
        value = clvlab.customer_lifetime_value(
            frame, model, spend, horizon=365, annual_discount_rate=RATE, margin_rate=1.0, unit="day"
        )
        return float(value.sum())

    def their_value():
        monthly = (1 + RATE) ** (1 / 12) - 1
        value = ggf.customer_lifetime_value(
            bgf, *columns, mean, time=12, discount_rate=monthly, freq="D"
        )
        return float(value.sum())

    def our_study():
        return float(clvlab.fit_study(summary, n_draws=1000, seed=1).transaction_draws[:, 3].mean())

    return [
        Stage(
            "BG/NBD fit",
            lambda: clvlab.BetaGeoModel().fit(frame, unit="day").params_.b,
            lambda: float(their_fit().params_["b"]),
            80,
        ),
        Stage(
            "Gamma-Gamma fit",
            lambda: clvlab.GammaGammaModel().fit(frame).params_.v,
            lambda: float(their_spend().params_["v"]),
            100,
        ),
        Stage(
            "expected purchases and P(alive)",
            lambda: predictions_of(model, frame),
            lambda: their_predictions_of(bgf, columns),
            30,
        ),
        Stage("CLV over 12 months", our_value, their_value, 75),
        Stage(
            "both posteriors, against a point fit of BG/NBD",
            lambda: float(
                clvlab.fit_study(summary, n_draws=1000, seed=1).transaction_draws[:, 3].mean()
            ),
            lambda: float(their_fit().params_["b"]),
            1,
        ),
    ]


def pareto_stages(summary: clvlab.CustomerSummary) -> list[Stage]:
    """The Pareto/NBD and MBG/NBD models on a base that lifetimes can still fit in a minute."""
    frame = summary.to_frame()
    columns = [frame[name] for name in ("frequency", "recency", "T")]
    model = clvlab.ParetoNBDModel().fit(frame, unit="day")
    fitter = clvlab.to_lifetimes(model)
    return [
        Stage(
            "Pareto/NBD fit",
            lambda: clvlab.ParetoNBDModel().fit(frame, unit="day").params_.beta,
            lambda: float(ParetoNBDFitter().fit(*columns).params_["beta"]),
            120,
        ),
        Stage(
            "Pareto/NBD expected purchases and P(alive)",
            lambda: predictions_of(model, frame),
            lambda: their_predictions_of(fitter, columns),
        ),
        Stage(
            "MBG/NBD fit",
            lambda: clvlab.ModifiedBetaGeoModel().fit(frame, unit="day").params_.b,
            lambda: float(ModifiedBetaGeoFitter().fit(*columns).params_["b"]),
        ),
    ]


def predictions_of(model: clvlab.TransactionModel, frame: pd.DataFrame) -> float:
    """Both predictions in one pass over the customers."""
    found = clvlab.predict_customers(frame, model, horizon=HORIZON, unit="day")
    expected, alive = (found[name].to_numpy() for name in found)
    # As the peer's arrays are summed: sums of pandas would take a tenth of the time.
    return float(np.sum(expected) + np.sum(alive))


def their_predictions_of(fitter, columns: list[pd.Series]) -> float:
    """Both predictions of a fitter of lifetimes."""
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(HORIZON, *columns)
    alive = fitter.conditional_probability_alive(*columns)
    return float(np.sum(expected) + np.sum(alive))
