"""A recovery campaign with a control group: what was assigned to whom, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from clvlab.data.hillstrom import load_hillstrom
from clvlab.errors import Problems, name_rows
from clvlab.recovery.design import ARM
from clvlab.schema import CUSTOMER_ID

RETURNED = "returned"
CONTACTED_ON = "contacted_on"
RETURNED_ON = "returned_on"
OBSERVED_UNTIL = "observed_until"
FEWEST_PER_ARM = 30
"""Arms with fewer customers are named: limits that rest on normality can't be trusted there."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """Customers by arm, analysed as assigned.

    Attributes
    ----------
    table
        Indexed by ``customer_id``: ``arm``, outcomes and covariates.
    control
        Name of the control arm; None where there is none, and nothing can be called an effect.
    shares
        Share of each arm that was meant, which is each customer's known propensity.
    covariates
        Columns known before the contact, numbers.
    cautions
        Sentences that belong on the page.
    """

    table: pd.DataFrame
    control: str | None
    shares: Mapping[str, float]
    covariates: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()

    @property
    def arms(self) -> list[str]:
        """Arms that were contacted, in the order of `shares`."""
        return [arm for arm in self.shares if arm != self.control]

    def of(self, arm: str) -> pd.DataFrame:
        """Rows of one arm."""
        return self.table[self.table[ARM] == arm]

    def against_control(self, arm: str) -> pd.DataFrame:
        """Rows of one arm and of the control group, in their order."""
        return self.table[self.table[ARM].isin([arm, self.control])]

    def sizes(self) -> pd.Series:
        """Customers by arm."""
        return self.table[ARM].value_counts().reindex(list(self.shares), fill_value=0)

    def sample_ratio(self) -> dict[str, float]:
        """Chi-square test that arms have the sizes they were meant to have.

        Returns
        -------
        dict
            ``chi_square``, ``p_value``. A small p-value says that customers got lost or were
            moved after the lot, so that arms can't be compared.
        """
        sizes = self.sizes().to_numpy(dtype=np.float64)
        meant = sizes.sum() * np.array(list(self.shares.values()))
        test = scipy.stats.chisquare(sizes, meant)
        return {"chi_square": float(test.statistic), "p_value": float(test.pvalue)}

    def balance(self) -> pd.DataFrame:
        """How alike the arms were before the contact.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``covariate``: ``control`` (its mean there), and for each arm its mean and
            ``ARM difference``, in pooled standard deviations; below 0.1 is usual for a lot.
        """
        none = self.of(str(self.control))
        rows = {}
        for name in self.covariates:
            row = {"control": none[name].mean()}
            for arm in self.arms:
                some = self.of(arm)[name]
                spread = math.sqrt((some.var() + none[name].var()) / 2)
                row[arm] = some.mean()
                gap = row[arm] - row["control"]
                row[f"{arm} difference"] = gap / spread if spread else 0.0
            rows[name] = row
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("covariate")


def read_experiment(
    table: pd.DataFrame,
    *,
    shares: Mapping[str, float],
    control: str | None,
    outcomes: Sequence[str],
    covariates: Sequence[str] = (),
) -> Experiment:
    """A campaign's table as an experiment, or all that is wrong with it.

    Parameters
    ----------
    table
        One row per customer: ``customer_id`` (a column or the index), ``arm``, the outcomes and
        covariates. With ``contacted_on`` and ``observed_until`` (the last day that outcomes were
        seen, inclusive) arms are checked to share them; with ``returned_on`` returns are checked
        to come after the contact.
    shares
        Share of each arm that was meant; they sum to one.
    control
        Name of the control arm, None without one.
    outcomes
        Columns of finite numbers.
    covariates
        Columns of finite numbers, known before the contact.

    Raises
    ------
    InputError
        For a customer in two arms, arms that are not in `shares`, arms that were contacted or
        watched on different days, returns before the contact, missing or infinite numbers.

    Examples
    --------
    >>> table = pd.DataFrame({"customer_id": [1, 2], "arm": ["control", "call"],
    ...                       "returned": [0, 1]})
    >>> shares = {"control": 0.5, "call": 0.5}
    >>> one = read_experiment(table, shares=shares, control="control", outcomes=["returned"])
    >>> print(one.cautions[0])
    Arms with too few customers for limits to be trusted: control 1, call 1.
    """
    flat = table.reset_index() if table.index.name == CUSTOMER_ID else table
    problems = Problems()
    needed = [CUSTOMER_ID, ARM, *outcomes, *covariates]
    for name in needed:
        if name not in flat:
            found = f"there are {', '.join(map(str, flat.columns))}"
            problems.add(f"column '{name}' of the campaign", "must be there", found)
    problems.raise_if_any()
    _check_arms(problems, flat, shares, control)
    _check_days(problems, flat)
    for name in [*outcomes, *covariates]:
        _check_numbers(problems, flat, name)
    problems.raise_if_any()
    kept = flat.set_index(CUSTOMER_ID)
    one = Experiment(kept, control, dict(shares), tuple(covariates))
    return Experiment(kept, control, dict(shares), tuple(covariates), _cautions(one))


def hillstrom_test() -> Experiment:
    """Hillstrom's e-mail test as an experiment; see `load_hillstrom` for where it has to be."""
    known = ["recency", "history", "mens", "womens", "newbie"]
    shares = {"none": 1 / 3, "mens": 1 / 3, "womens": 1 / 3}
    outcomes = ["visit", "conversion", "spend"]
    return read_experiment(
        load_hillstrom(), shares=shares, control="none", outcomes=outcomes, covariates=known
    )


def _check_arms(
    problems: Problems, flat: pd.DataFrame, shares: Mapping[str, float], control: str | None
) -> None:
    twice = flat[CUSTOMER_ID].duplicated(keep=False)
    if twice.any():
        arms = flat[twice].groupby(CUSTOMER_ID)[ARM].nunique()
        several = arms.index[arms > 1].tolist()
        what = f"{len(several)} are in two arms" if several else "some come twice in one arm"
        who = (several or flat.loc[twice, CUSTOMER_ID].unique().tolist())[:5]
        problems.add(
            "each customer of the campaign",
            "must be in one arm, once",
            f"{what}: {', '.join(map(str, who))}",
            "Keep the arm that was drawn, whatever was done afterwards.",
        )
    unknown = sorted({str(arm) for arm in flat[ARM]} - set(shares))
    if unknown:
        problems.add(
            "column 'arm'",
            f"must hold {', '.join(shares)}",
            f"there is also {', '.join(unknown)}",
            "Name every arm in 'shares', with the share that was meant.",
        )
    if not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        problems.add("parameter 'shares'", "must sum to 1", f"got {sum(shares.values()):g}")
    for arm in shares:
        if not (flat[ARM] == arm).any():
            problems.add(f"arm '{arm}'", "must have customers", "it has none")
    if control is not None and control not in shares:
        problems.add("parameter 'control'", "must be one of the arms", f"got {control!r}")


def _check_days(problems: Problems, flat: pd.DataFrame) -> None:
    for name, what in ((CONTACTED_ON, "began"), (OBSERVED_UNTIL, "were watched until")):
        if name not in flat:
            continue
        spans = flat.groupby(ARM)[name].agg(["min", "max"])
        if len(spans.drop_duplicates()) > 1:
            each = [
                f"{arm} {low:%Y-%m-%d} to {high:%Y-%m-%d}" for arm, low, high in spans.itertuples()
            ]
            problems.add(
                f"the days on which arms {what}, column '{name}',",
                "must be the same for every arm",
                "; ".join(each),
                "A season or a longer watch would be taken for an effect.",
            )
    if RETURNED_ON in flat and CONTACTED_ON in flat:
        early = np.flatnonzero((flat[RETURNED_ON] <= flat[CONTACTED_ON]).to_numpy())
        if len(early):
            problems.add(
                f"column '{RETURNED_ON}'",
                "must hold days after the contact",
                f"{len(early)} returns are not: {name_rows(early.tolist())}",
                "Who was back before was not lost; leave them out of every arm.",
            )


def _check_numbers(problems: Problems, flat: pd.DataFrame, name: str) -> None:
    numbers = pd.to_numeric(flat[name], errors="coerce").to_numpy(dtype=np.float64)
    rows = np.flatnonzero(~np.isfinite(numbers))
    if len(rows):
        problems.add(
            f"column '{name}' of the campaign",
            "must hold finite numbers",
            f"{len(rows)} rows do not: {name_rows(rows.tolist())}",
            "Who did not come back has an outcome as well: 0.",
        )


def _cautions(experiment: Experiment) -> tuple[str, ...]:
    said = []
    sizes = experiment.sizes()
    few = sizes[sizes < FEWEST_PER_ARM]
    if len(few):
        each = ", ".join(f"{arm} {size}" for arm, size in few.items())
        said.append(f"Arms with too few customers for limits to be trusted: {each}.")
    if experiment.control is None:
        said.append("There was no control group: nothing here is an effect.")
        return tuple(said)
    if experiment.sample_ratio()["p_value"] < 0.001:
        said.append(
            "Arms do not have the sizes that were meant (sample-ratio test): customers got lost "
            "or were moved after the lot, and effects can't be trusted."
        )
    return tuple(said)
