"""What classifiers learn: against statsmodels, against the truth, and in the order of time."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from tests.churn.conftest import FIRST, SECOND, THIRD

from clvlab import churn
from clvlab.churn.labelled import LabelledSnapshot
from clvlab.errors import InputError, NotAvailableError, NotFittedError


def drawn(rng, snapshot, n=1500):
    """Customers whose outcome follows a logistic regression on two plain features."""
    x = pd.DataFrame(
        {"one": rng.normal(size=n), "other": rng.normal(2, 3, n)},
        index=pd.Index(range(n), name="customer_id"),
    )
    odds = 0.5 + 1.2 * x["one"] - 0.3 * x["other"]
    return LabelledSnapshot(
        snapshot, x, pd.Series(rng.random(n) < 1 / (1 + np.exp(-odds)), x.index)
    )


def test_estimates_and_clustered_errors_are_those_of_statsmodels(rng):
    from statsmodels.api import Logit, add_constant

    days = [drawn(rng, FIRST), drawn(rng, SECOND)]
    model = churn.LogisticChurn(strength=1e8).fit(days)
    x = np.concatenate([one.features.to_numpy() for one in days])
    x = add_constant((x - x.mean(axis=0)) / x.std(axis=0))
    y = np.concatenate([one.churned.to_numpy(float) for one in days])
    groups = np.tile(np.arange(1500), 2)
    options = {"groups": groups, "use_correction": False}
    theirs = Logit(y, x).fit(disp=0, cov_type="cluster", cov_kwds=options)
    assert [model.constant_, *model.effects_] == pytest.approx(list(theirs.params), rel=1e-5)
    np.testing.assert_allclose(model.covariance_, theirs.cov_params(), rtol=1e-4, atol=1e-9)


def test_the_interval_of_a_chance_covers_the_truth(rng):
    inside = []
    for _ in range(40):
        train, calibrate, test = (drawn(rng, day, 800) for day in (FIRST, SECOND, THIRD))
        model = churn.calibrated(churn.LogisticChurn().fit([train]), calibrate)
        limits = model.churn_interval(test.features, 0.9)
        odds = 0.5 + 1.2 * test.features["one"] - 0.3 * test.features["other"]
        true = 1 / (1 + np.exp(-odds))
        lower, upper = limits["churn_probability_lower"], limits["churn_probability_upper"]
        inside.append(((lower <= true) & (true <= upper)).mean())
    assert 0.86 < np.mean(inside) < 0.96


@pytest.mark.parametrize("method", ["offset", "platt", "beta", "isotonic"])
def test_calibration_makes_the_mean_right_where_it_learnt(rng, method):
    train, calibrate = drawn(rng, FIRST), drawn(rng, SECOND)
    model = churn.calibrated(churn.BoostingChurn(rounds=20).fit([train]), calibrate, method)
    given = model.churn_probability(calibrate.features)
    assert given.mean() == pytest.approx(calibrate.churned.mean(), abs=1e-6)


def test_a_search_never_learns_from_what_it_predicts_or_later(small):
    used = []

    class Watched(churn.LogisticChurn):
        def fit(self, snapshots):
            used.append([one.snapshot.as_of for one in snapshots])
            return super().fit(snapshots)

    days = [*small.train, small.calibrate]
    tried = [{"strength": 1.0}, {"strength": 1e-6}]
    best, table = churn.search_settings(Watched, days, small.test, candidates=tried)
    assert used == [[FIRST.as_of]] * 2
    assert best == {"strength": 1.0}
    assert len(table) == 2
    assert len(churn.search_settings(Watched, days, small.test, budget=1, candidates=tried)[1]) == 1


@pytest.mark.skipif(find_spec("lightgbm") is not None, reason="LightGBM is installed")
def test_lightgbm_says_that_it_is_missing(small):
    with pytest.raises(NotAvailableError, match=r"needs the package lightgbm; install clvlab\[boo"):
        churn.LightGBMChurn().fit(small.train)


@pytest.mark.parametrize("name", ["boosting", "lightgbm"])
def test_trees_learn_what_the_truth_says_and_do_it_twice_the_same(rng, name):
    if name == "lightgbm":
        pytest.importorskip("lightgbm", reason="needs clvlab[boosting]")
    learnt, asked = drawn(rng, FIRST, 4000), drawn(rng, SECOND)
    one, again = (
        churn.CLASSIFIERS[name]().fit([learnt]).churn_probability(asked.features) for _ in range(2)
    )
    pd.testing.assert_series_equal(one, again, check_exact=True)
    truth = 1 / (1 + np.exp(-(0.5 + 1.2 * asked.features["one"] - 0.3 * asked.features["other"])))
    assert np.corrcoef(one, truth)[0, 1] > 0.97
    assert one.mean() == pytest.approx(truth.mean(), abs=0.03)


def test_what_cannot_be_learnt_from_is_refused(small, rng):
    one = small.train[0]
    with pytest.raises(NotFittedError, match="logistic must be fitted first"):
        churn.LogisticChurn().churn_probability(one.features)
    model = churn.SilenceRule().fit([one])
    with pytest.raises(InputError, match="not known: more"):
        model.churn_probability(one.features.assign(more=1.0))
    gone = one.features.copy()
    gone.iloc[0, 0] = np.nan
    with pytest.raises(InputError, match="'silence_days' must hold finite numbers; 1 of 2,357"):
        model.churn_probability(gone)
    alike = LabelledSnapshot(one.snapshot, one.features, one.churned | True)
    with pytest.raises(InputError, match="must be of both kinds; all 2,357 are churned"):
        churn.LogisticChurn().fit([alike])
    with pytest.raises(InputError, match="'method' must be one of none, offset"):
        churn.calibrated(model, one, "plat")
    with pytest.raises(InputError, match="'classifiers' must be of logistic"):
        churn.study.maker_of("forest")
