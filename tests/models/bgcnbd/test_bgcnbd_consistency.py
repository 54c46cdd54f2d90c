"""The (M)BG/CNBD-k models against themselves: units, order, sums, files and studies."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.summary.customer_summary import CustomerSummary

MODELS = [clvlab.BetaGeoErlangModel, clvlab.ModifiedBetaGeoErlangModel]
WEEKS = {"unit": "week"}


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.__name__)
def model(request, regular):
    return request.param(3).fit(regular)


@pytest.fixture(scope="module")
def spend(regular):
    return clvlab.GammaGammaModel().fit(regular)


def test_the_unit_only_scales(regular_base, regular, model):
    for unit in ("day", "year"):
        summary = clvlab.summarize(regular_base.log, calibration_end="2023-09-30", unit=unit)
        other = type(model)(3).fit(summary)
        ratio = clvlab.TimeUnit.parse(unit).days / 7
        scaled = np.array([1, ratio, 1, 1]) * other.params_
        assert_allclose(scaled, model.params_, rtol=1e-6)
        shifted = model.log_likelihood_ + regular.repeat_purchases * np.log(ratio)
        assert other.log_likelihood_ == pytest.approx(shifted, abs=1e-6)
        for ask in ("expected_purchases", "probability_purchase"):
            one, two = (getattr(fit, ask)(regular, horizon="13 weeks") for fit in (model, other))
            assert_allclose(two, one, rtol=1e-6)


def test_the_unit_does_not_move_the_choice_of_k(regular_base, regular_model):
    summary = clvlab.summarize(regular_base.log, calibration_end="2023-09-30", unit="day")
    other = clvlab.BetaGeoErlangModel().fit(summary)
    one, two = (fit.likelihood_by_k_["log_likelihood"] for fit in (regular_model, other))
    assert_allclose(np.diff(one), np.diff(two), atol=1e-5)
    assert other.k_ == regular_model.k_ == 4


def test_the_order_of_rows_changes_nothing(regular, model):
    frame = regular.to_frame()
    shuffled = frame.sample(frac=1, random_state=3)
    other = type(model)(3).fit(shuffled, **WEEKS)
    assert_allclose(other.params_, model.params_, rtol=1e-9)
    expected = other.expected_purchases(shuffled, horizon=13, **WEEKS)
    assert_allclose(
        expected.loc[frame.index], model.expected_purchases(regular, horizon=13), rtol=1e-8
    )


def test_compressed_histories_are_as_good_as_all(regular, model):
    histories = histories_of(regular)
    whole = model.process.log_likelihood(model.params_, histories)
    parts = model.process.log_likelihood(model.params_, histories.compressed())
    for one, other in zip(whole, parts, strict=True):
        assert_allclose(other, one, rtol=1e-11, atol=1e-11 * np.abs(whole[2]).max())


def test_tables_tell_customers_apart_by_recency(regular, model):
    table = HistoryTable.of(histories_of(regular), model.unit_, memoryless=False)
    histories = table.histories
    assert_allclose(table.pair_frequency[table.pair], histories.frequency)
    assert_allclose(table.pair_recency[table.pair], table.times[histories.recency])
    assert_allclose(table.pair_T[table.pair], table.times[histories.T])
    columns = np.stack([table.pair_frequency, table.pair_recency, table.pair_T])
    assert columns.shape[1] == np.unique(columns, axis=1).shape[1]


def test_what_holds_if_alive_needs_recency(model):
    with pytest.raises(ValueError, match="since_recency"):
        model.process.expected_purchases_if_alive(model.params_, 1.0, 2.0, 3.0)


def test_one_row_at_a_time_gives_the_same_predictions(five_customers, model):
    asks = {
        "probability_alive": {"after": 3},
        "expected_purchases": {"horizon": 20},
        "probability_purchase": {"horizon": 20},
        "probability_of_count": {"horizon": 20, "count": 2},
        "discounted_expected_residual_transactions": {"annual_discount_rate": 0.1},
    }
    for ask, terms in asks.items():
        together = getattr(model, ask)(five_customers, **terms, **WEEKS)
        alone = [
            getattr(model, ask)(five_customers.iloc[[row]], **terms, **WEEKS).iloc[0]
            for row in range(len(five_customers))
        ]
        assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize("horizon", [1e-3, 5.0, 100.0])
def test_probabilities_of_counts_sum_to_one_and_have_the_expected_mean(
    five_customers, model, horizon
):
    counts = np.arange(400)
    rows = five_customers[["frequency", "recency", "T"]].to_numpy().T[:, :, None]
    chances = model.process.probability_of_count(model.params_, *rows, horizon, counts)
    assert (chances >= 0).all()
    assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-9)
    expected = model.expected_purchases(five_customers, horizon=horizon, **WEEKS)
    assert_allclose(chances @ counts, expected, rtol=2e-7)
    some = model.probability_purchase(five_customers, horizon=horizon, **WEEKS)
    assert_allclose(1 - chances[:, 0], some, rtol=1e-9, atol=1e-12)


def test_the_distribution_of_a_new_customer_has_the_expected_mean(model):
    chances = model.purchase_distribution_new_customer("52 weeks", most=300)
    assert chances.sum() == pytest.approx(1, abs=1e-11)
    mean = model.expected_purchases_new_customer("52 weeks")
    assert chances @ chances.index == pytest.approx(mean, rel=1e-10)


def test_nobody_comes_back_to_life(five_customers, model):
    alive = [
        model.probability_alive(five_customers, after=after, **WEEKS)
        for after in (0, 1e-9, 4, "8 weeks", 1e4, 1e9)
    ]
    assert_allclose(alive[0], model.probability_alive(five_customers, **WEEKS), rtol=1e-12)
    assert_allclose(alive[1], alive[0], rtol=1e-7)
    assert (np.diff(alive, axis=0) <= 1e-12).all()
    assert (alive[-1] < 0.05).all()


def test_every_dropout_follows_a_purchase(five_customers, model):
    """Purchases times the mean chance to drop out after one are the deaths to come."""
    process, parameters = model.process.since_recency(five_customers["recency"]), model.params_
    x, T = five_customers["frequency"], five_customers["T"]
    certain = parameters._replace(a=3e7, b=7e7)
    for ahead in (1.0, 20.0, 1e5):
        bought = process.expected_purchases_if_alive(certain, x, T, ahead)
        gone = 1 - process.survival_if_alive(certain, x, T, ahead)
        assert_allclose(0.3 * bought, gone, rtol=1e-5)


def test_purchases_over_all_time_are_the_limit_of_longer_and_longer_horizons(five_customers, model):
    endless = model.discounted_expected_residual_transactions(
        five_customers, annual_discount_rate=0.15, **WEEKS
    )
    long = clvlab.discounted_expected_purchases(
        five_customers, model, horizon="150 years", annual_discount_rate=0.15, **WEEKS
    )
    assert_allclose(long, endless, rtol=1e-7)
    undiscounted = model.discounted_expected_residual_transactions(
        five_customers, annual_discount_rate=0.0, **WEEKS
    )
    assert (undiscounted > endless).all()


def test_scores_are_the_models_own(regular, model, spend):
    terms = {"annual_discount_rate": 0.10, "margin_rate": 0.30, "horizon": 13}
    scores = clvlab.score_customers(regular, model, spend, n_draws=20, seed=1, **terms)
    known = {
        "probability_alive": model.probability_alive(regular),
        "expected_purchases": model.expected_purchases(regular, horizon=13),
        "probability_purchase": model.probability_purchase(regular, horizon=13),
        "clv": clvlab.customer_lifetime_value(regular, model, spend, **terms),
    }
    for name, values in known.items():
        assert_allclose(scores.table[name], values, rtol=1e-12, err_msg=name)
    both = clvlab.predict_customers(regular, model, horizon=13)
    assert_allclose(both["expected_purchases"], known["expected_purchases"], rtol=1e-12)
    assert_allclose(both["probability_alive"], known["probability_alive"], rtol=1e-12)
    limits = [scores.total[f"expected_purchases_predictive_{side}"] for side in ("lower", "upper")]
    assert limits[0] < known["expected_purchases"].sum() < limits[1]


def test_studies_answer_and_survive_their_files(regular, regular_base, spend, tmp_path):
    study = clvlab.fit_study(regular, "mbg-cnbd-k", spend=spend, n_draws=50, seed=1)
    assert (study.method, study.model.k_) == ("posterior", 4)
    some = replace(regular, table=regular.table.iloc[:200])
    months = study.by_month(some, months=3)
    expected = study.model.expected_purchases(some, horizon="92 days").sum()
    assert months.total["expected_purchases"] == pytest.approx(expected, rel=0.05)
    limits = [months.total[f"expected_purchases_credible_{side}"] for side in ("lower", "upper")]
    assert limits[0] < months.total["expected_purchases"] < limits[1]
    study.save(tmp_path / "study.json")
    back = clvlab.FittedStudy.load(tmp_path / "study.json")
    ask = {"horizon": 13}
    pd.testing.assert_frame_equal(
        back.expected_purchases(some, **ask), study.expected_purchases(some, **ask)
    )
    assert len(months.table) == 3
    terms = {"horizon": 26, "annual_discount_rate": 0.1, "margin_rate": 0.3}
    new = study.new_customer(**terms).loc["repeat_purchases"]
    assert 0 < new["credible_lower"] < new["estimate"] < new["credible_upper"]
    equity, total = study.equity(some, **terms), study.total(some, **terms)
    known = equity.table.loc["existing_customers", "estimate"]
    assert known == pytest.approx(total["clv"], rel=1e-9)
    check = clvlab.check_holdout(regular, study.model)
    assert check.by_frequency["expected"].notna().all()
    tracked = clvlab.track_repeat_purchases(regular_base.log, regular, study.model, n_draws=30)
    total = tracked.iloc[-1]
    assert total["cumulative_expected"] == pytest.approx(total["cumulative_observed"], rel=0.1)


def test_a_model_survives_its_file_with_its_k(regular, regular_model, tmp_path):
    clvlab.save_model(regular_model, tmp_path / "model.json")
    back = clvlab.load_model(tmp_path / "model.json")
    assert (back.k, back.k_) == (None, 4)
    pd.testing.assert_frame_equal(back.likelihood_by_k_, regular_model.likelihood_by_k_)
    assert_allclose(
        back.expected_purchases(regular, horizon=13),
        regular_model.expected_purchases(regular, horizon=13),
        rtol=1e-14,
    )


def test_a_stated_k_gives_the_same_fit_as_a_chosen_one(regular, regular_model):
    stated = clvlab.BetaGeoErlangModel(4).fit(regular)
    assert stated.params_ == regular_model.params_
    assert stated.log_likelihood_ == regular_model.log_likelihood_
    judged = clvlab.BetaGeoErlangModel(4).evaluate(stated.params_, regular)
    assert judged.log_likelihood_ == pytest.approx(stated.log_likelihood_, abs=1e-9)


def test_a_model_behaves_like_an_estimator_of_scikit_learn(model, regular_model):
    from sklearn.base import clone

    fresh = clone(model)
    assert not hasattr(fresh, "params_")
    assert (fresh.k, clone(regular_model).k) == (3, None)


def test_covariates_work_and_nest(regular):
    flag = (np.arange(len(regular)) % 2).astype(np.float64)
    column = pd.DataFrame({"flag": flag}, index=regular.table.index)
    summary = clvlab.with_covariates(regular, column)
    plain, full, other = (
        clvlab.BetaGeoErlangModel(k, purchase_covariates=names).fit(summary)
        for k, names in ((4, None), (4, ["flag"]), (3, None))
    )
    assert clvlab.likelihood_ratio_test(plain, full).degrees == 1
    expected = full.expected_purchases(summary, horizon=13)
    assert expected.sum() == pytest.approx(
        plain.expected_purchases(summary, horizon=13).sum(), rel=0.01
    )
    with pytest.raises(clvlab.InputError, match="special case"):
        clvlab.likelihood_ratio_test(other, full)


def test_gaps_survive_parquet_and_are_those_of_the_log(regular_base, regular, tmp_path):
    regular.to_parquet(tmp_path / "summary.parquet")
    back = CustomerSummary.read_parquet(tmp_path / "summary.parquet")
    pd.testing.assert_frame_equal(back.table, regular.table)
    log = regular_base.log.table
    days = log[log["date"] <= "2023-09-30"].sort_values(["customer_id", "date"])
    gaps = days.groupby("customer_id")["date"].diff().dt.days.dropna()
    sums = np.log(gaps).groupby(days["customer_id"]).sum()
    known = sums.reindex(regular.table.index).fillna(0.0)
    # Each logarithm is rounded to 2**-36, so each gap may differ by half of that.
    off = (regular.table["log_gaps"] - known).abs()
    assert (off <= regular.table["frequency"] * 2.0**-37 + 1e-12).all()


def test_an_older_summary_without_gaps_is_fitted_with_a_stated_k(regular, regular_model):
    older = replace(regular, table=regular.table.drop(columns="log_gaps"))
    model = clvlab.BetaGeoErlangModel(4).fit(older)
    assert_allclose(model.params_, regular_model.params_, rtol=1e-9)
    assert "leaves out the gaps" in model.diagnosis_[0]
    assert clvlab.BetaGeoModel().fit(older).params_ == clvlab.BetaGeoModel().fit(regular).params_


def test_regularity_of_log_and_summary_agree(regular_base):
    by_log = clvlab.purchase_regularity(regular_base.log)
    by_summary = clvlab.purchase_regularity(clvlab.summarize(regular_base.log))
    for one in (by_log, by_summary):
        assert abs(one.k - 4) < 3.5 * one.standard_error
        assert "more regularly" in str(one)
    assert by_log.customers == by_summary.customers
    assert by_summary.standard_error < by_log.standard_error


def test_regularity_of_random_purchases_is_one():
    base = clvlab.simulate_base(
        3000, transaction=(0.6, 6, 0.4, 4), spend=(6, 4, 15), unit="week", seed=4, observed_days=700
    )
    found = clvlab.purchase_regularity(base.log)
    assert abs(found.k - 1) < 3.5 * found.standard_error + 0.05
    assert "at random" in str(found)


histories_in_days = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 300), st.integers(0, 200)), min_size=2, max_size=30
)


@pytest.mark.parametrize("k", [2, 12])
@settings(max_examples=5, deadline=None)
@given(rows=histories_in_days)
def test_any_base_with_a_repeat_buyer_is_fitted_or_explained(k, rows):
    frame = pd.DataFrame(
        {
            "frequency": [x for x, _, _ in rows],
            "recency": [float(t) if x else 0.0 for x, t, _ in rows],
            "T": [float(t + more) for _, t, more in rows],
        }
    )
    if not frame["frequency"].any():
        return
    model = clvlab.ModifiedBetaGeoErlangModel(k).fit(frame, unit="day")
    assert np.isfinite(model.log_likelihood_)
    expected = model.expected_purchases(frame, horizon=100, unit="day")
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    alive = model.probability_alive(frame, unit="day")
    assert ((alive >= 0) & (alive <= 1)).all()
    undetermined = model.parameter_table()["standard_error"].isna().any()
    assert not undetermined or len(model.diagnosis_) > 1
    assert math.isfinite(model.aic_)
