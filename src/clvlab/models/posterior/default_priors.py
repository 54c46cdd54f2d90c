"""The priors that posteriors follow from unless another one is stated.

Rates are placed relative to how long customers were observed, which is not random in any of the
models; amounts relative to a typical amount. Medians are those of ordinary consumer bases; 95
percent of the shapes of rates lie within a factor of 7 of theirs, of the mean rates and of the odds
of a chance within a factor of 19.
"""

from __future__ import annotations

from collections.abc import Mapping

from clvlab.models.posterior.priors import Prior, Quantity

LOG_SD_OF_EFFECTS = 0.7
"""A standard deviation of a covariate changes a rate by a factor within 4, 95 times in 100."""


def gamma_rates(shape: str, scale: str, per_observation: float, observed: float) -> list[Quantity]:
    """Quantities of rates that are gamma distributed over customers.

    Parameters
    ----------
    shape, scale
        Names of the two parameters; the scale is in units of time.
    per_observation
        Median of the mean number of events while observed.
    observed
        How long a typical customer was observed, in the unit of the scale.
    """
    return [
        Quantity({shape: 1}, 0.7, 1.0, "shape of the rates; smaller is more unequal"),
        Quantity(
            {shape: 1, scale: -1},
            per_observation / observed,
            1.5,
            f"mean rate; the median makes {per_observation:g} in {observed:.4g}, as long as a "
            "typical customer was observed",
        ),
    ]


def beta_chances(first: str, second: str, odds: float) -> list[Quantity]:
    """Quantities of chances that are beta distributed over customers.

    Parameters
    ----------
    first, second
        Names of the two parameters.
    odds
        Median of the odds, first to second.
    """
    return [
        Quantity({first: 1, second: -1}, odds, 1.5, "odds of the mean chance"),
        Quantity({first: 1, second: 1}, 2.0, 2.0, "how alike chances are; larger is more alike"),
    ]


def beta_geo_prior(observed: float) -> Prior:
    """The default prior of the BG/NBD and MBG/NBD models.

    Parameters
    ----------
    observed
        Mean ``T`` of the customers, in the unit of ``alpha``.
    """
    return Prior(
        ("r", "alpha", "a", "b"),
        (*gamma_rates("r", "alpha", 1.0, observed), *beta_chances("a", "b", 0.3)),
    )


def nbd_prior(observed: float) -> Prior:
    """The default prior of the NBD model; `observed` as in `beta_geo_prior`."""
    return Prior(("r", "alpha"), tuple(gamma_rates("r", "alpha", 1.0, observed)))


def beta_geo_beta_binom_prior() -> Prior:
    """The default prior of the BG/BB model, whose time is counted in opportunities."""
    return Prior(
        ("alpha", "beta", "gamma", "delta"),
        (*beta_chances("alpha", "beta", 0.5), *beta_chances("gamma", "delta", 0.2)),
    )


def shifted_beta_geometric_prior() -> Prior:
    """The default prior of the shifted-beta-geometric model, whose time is counted in periods."""
    return Prior(("alpha", "beta"), tuple(beta_chances("alpha", "beta", 0.3)))


def pareto_nbd_prior(observed: float) -> Prior:
    """The default prior of the Pareto/NBD model.

    Parameters
    ----------
    observed
        Mean ``T`` of the customers, in the unit of ``alpha`` and ``beta``.
    """
    return Prior(
        ("r", "alpha", "s", "beta"),
        (
            *gamma_rates("r", "alpha", 1.0, observed),
            *gamma_rates("s", "beta", 1.0, observed),
        ),
    )


def gamma_gamma_prior(typical_amount: float) -> Prior:
    """The default prior of the Gamma-Gamma model.

    Parameters
    ----------
    typical_amount
        A typical amount of a purchase, in the log's currency. The spread is wide enough that
        taking it from the same customers changes nothing that can be seen.
    """
    return Prior(
        ("p", "q", "v"),
        (
            Quantity({"p": 1}, 4.0, 1.0, "shape of a customer's amounts; larger is steadier"),
            Quantity({"q": 1}, 4.0, 0.8, "shape of the spread between customers"),
            Quantity({"p": 1, "v": 1, "q": -1}, typical_amount, 1.5, "scale of the amounts"),
        ),
    )


def with_effects(prior: Prior, effects: Mapping[str, str]) -> Prior:
    """The prior of a model with covariates, from that of the model without.

    The quantities of the model are those of a customer whose covariates are the means of the fit.
    Those that are added are the factors by which a standard deviation of a covariate changes
    rates, so that the unit of a covariate doesn't matter; a category counts as a number that is
    0 or 1.

    Parameters
    ----------
    prior
        Of the model without covariates.
    effects
        Names of the coefficients, with what each changes.

    Examples
    --------
    >>> prior = with_effects(beta_geo_prior(26.0), {"purchase:age": "the purchase rate"})
    >>> prior.table().loc["purchase:age", "upper"].round(2).item()
    3.94
    """
    factors = tuple(
        Quantity({name: 1}, 1.0, LOG_SD_OF_EFFECTS, f"factor per standard deviation; {what}")
        for name, what in effects.items()
    )
    return Prior((*prior.parameter_names, *effects), (*prior.quantities, *factors))
