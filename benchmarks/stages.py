"""The stages that are timed: the same question to clvlab and to a peer, frame in, frame out."""

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


@dataclass(frozen=True)
class Stage:
    """One question.

    `ours` and `theirs` take nothing and return a number that both must agree on.
    """

    name: str
    ours: Callable[[], float]
    theirs: Callable[[], float]


def simulated_frame(customers: int, seed: int = 1) -> pd.DataFrame:
    """Frequency, recency, T in days and monetary value of a simulated base."""
    base = clvlab.simulate_base(
        customers, transaction=(0.55, 60, 0.8, 2.5), spend=(6.25, 3.74, 15.44), unit="day",
        seed=seed, observed_days=730,
    )  # fmt: skip
    return clvlab.summarize(base.log, unit="day").to_frame()


def stages(frame: pd.DataFrame) -> list[Stage]:
    """Fits and predictions on one base; predictions rest on lifetimes' parameters for both."""
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

    def our_predictions():
        expected = model.expected_purchases(frame, horizon=91, unit="day")
        alive = model.probability_alive(frame, unit="day")
        return float(expected.sum() + alive.sum())

    def their_predictions():
        expected = bgf.conditional_expected_number_of_purchases_up_to_time(91, *columns)
        alive = bgf.conditional_probability_alive(*columns)
        return float(np.sum(expected) + np.sum(alive))

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

    return [
        Stage(
            "BG/NBD fit",
            lambda: clvlab.BetaGeoModel().fit(frame, unit="day").params_.b,
            lambda: float(their_fit().params_["b"]),
        ),
        Stage(
            "Gamma-Gamma fit",
            lambda: clvlab.GammaGammaModel().fit(frame).params_.v,
            lambda: float(their_spend().params_["v"]),
        ),
        Stage("expected purchases and P(alive)", our_predictions, their_predictions),
        Stage("CLV over 12 months", our_value, their_value),
    ]


def pareto_stages(frame: pd.DataFrame) -> list[Stage]:
    """The Pareto/NBD and MBG/NBD models on a base that lifetimes can still fit in a minute."""
    columns = [frame[name] for name in ("frequency", "recency", "T")]
    model = clvlab.ParetoNBDModel().fit(frame, unit="day")
    fitter = clvlab.to_lifetimes(model)

    def our_predictions():
        expected = model.expected_purchases(frame, horizon=91, unit="day")
        alive = model.probability_alive(frame, unit="day")
        return float(expected.sum() + alive.sum())

    def their_predictions():
        expected = fitter.conditional_expected_number_of_purchases_up_to_time(91, *columns)
        alive = fitter.conditional_probability_alive(*columns)
        return float(np.sum(expected) + np.sum(alive))

    return [
        Stage(
            "Pareto/NBD fit",
            lambda: clvlab.ParetoNBDModel().fit(frame, unit="day").params_.beta,
            lambda: float(ParetoNBDFitter().fit(*columns).params_["beta"]),
        ),
        Stage("Pareto/NBD expected purchases and P(alive)", our_predictions, their_predictions),
        Stage(
            "MBG/NBD fit",
            lambda: clvlab.ModifiedBetaGeoModel().fit(frame, unit="day").params_.b,
            lambda: float(ModifiedBetaGeoFitter().fit(*columns).params_["b"]),
        ),
    ]
