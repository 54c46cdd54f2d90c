"""What customers think: latent drivers, satisfaction and loyalty, and late support."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clvlab.simulate.company.draws import Array, log_odds, logistic
from clvlab.simulate.company.parameters import CompanyParameters

DRIVERS = ("quality", "service", "price_fairness")
CONSTRUCTS = (*DRIVERS, "satisfaction", "loyalty")


@dataclass(frozen=True)
class Opinions:
    """Latent opinions, (n,) each; drivers have mean 0 and standard deviation 1."""

    quality: Array
    service: Array
    price_fairness: Array
    satisfaction: Array
    loyalty: Array
    late_support_probability: Array
    """Of late support in a month."""


def draw_opinions(rng: np.random.Generator, n: int, rates: CompanyParameters) -> Opinions:
    """Drivers with one correlation; satisfaction and loyalty are linear in them, with noise."""
    section, late = rates.satisfaction, rates.late_support
    shared = rng.standard_normal(n)
    r = section["driver_correlation"]
    drivers = {
        name: np.sqrt(r) * shared + np.sqrt(1 - r) * rng.standard_normal(n) for name in DRIVERS
    }
    satisfaction = section["noise"] * rng.standard_normal(n)
    for name in DRIVERS:
        satisfaction = satisfaction + section["drivers"][name] * drivers[name]
    loyalty = section["loyalty_from_satisfaction"] * satisfaction + section[
        "loyalty_noise"
    ] * rng.standard_normal(n)
    chance = logistic(
        log_odds(late["probability"]) + late["service_coefficient"] * drivers["service"]
    )
    return Opinions(
        **drivers, satisfaction=satisfaction, loyalty=loyalty, late_support_probability=chance
    )
