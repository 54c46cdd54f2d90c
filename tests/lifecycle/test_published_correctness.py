"""Published labels are what each month's own report shows; what was restated is counted."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.lifecycle.published import PublishedStages, flips_a_year, publish_stages
from clvlab.lifecycle.replay import StageHistory, replay_stages
from clvlab.lifecycle.standing import PurchaseDays, histories_at

END = date(1997, 9, 30)


@pytest.fixture(scope="module")
def restated(sample_log, sample_model):
    return replay_stages(sample_log, "relationship", sample_model, as_of=END)


@pytest.fixture(scope="module")
def found(sample_log, sample_model, restated):
    return publish_stages(sample_log, restated, sample_model, fewest_repeaters=50)


def test_a_months_labels_are_those_of_a_report_made_then(sample_log, sample_model, found):
    then = date(1997, 5, 31)
    known = clvlab.summarize(sample_log, calibration_end=then, unit="week")
    earlier = replay_stages(
        sample_log, "relationship", sample_model.unfitted().fit(known), as_of=then
    )
    once = publish_stages(sample_log, earlier, sample_model, fewest_repeaters=50)
    day = pd.Timestamp(then)
    pd.testing.assert_series_equal(
        once.published.labels[day].astype(str),
        found.published.labels[day].dropna().astype(str),
    )


def test_later_purchases_change_no_published_label(sample_log, sample_model, found, restated):
    longer = replay_stages(sample_log, "relationship", sample_model, as_of=date(1997, 12, 31))
    more = publish_stages(sample_log, longer, sample_model, fewest_repeaters=50)
    days = found.published.labels.columns
    ids = found.published.labels.index
    pd.testing.assert_frame_equal(more.published.labels.loc[ids, days], found.published.labels)


def test_the_last_labels_differ_by_memory_only(sample_log, sample_model, restated):
    fitted = sample_model.unfitted().fit(
        histories_at(PurchaseDays.of(sample_log, END), END), unit="day"
    )
    one = replay_stages(sample_log, "process", fitted, as_of=END, confirmations=1)
    both = publish_stages(sample_log, one, fitted, confirmations=1, fewest_repeaters=50)
    assert both.by_month()["restated"].iloc[-1] == 0


def test_tables_count_the_same_labels(found):
    by_month, cross, told = found.by_month(), found.cross(), found.describe()
    assert by_month["customers"].sum() == cross.to_numpy().sum() == told["labels"]
    off = cross.to_numpy().sum() - np.trace(cross.to_numpy())
    assert by_month["restated"].sum() == off
    assert told["restated"] == pytest.approx(off / told["labels"])
    assert 0 < told["restated"] < 0.2


def history(rows):
    kind = pd.CategoricalDtype(["a", "b"])
    days = pd.date_range("2024-01-01", periods=len(rows[0]), freq="ME")
    columns = zip(*rows, strict=True)
    labels = {day: pd.Categorical(one, dtype=kind) for day, one in zip(days, columns, strict=True)}
    return StageHistory("time", ("a", "b"), pd.DataFrame(labels), 0.0)


def test_restated_labels_and_flips_by_hand():
    both = PublishedStages(
        history([["a", "a", "b"], [None, "a", "a"]]), history([["a", "b", "b"], ["a", "a", "a"]])
    )
    assert both.by_month()["customers"].tolist() == [1, 2, 2]
    assert both.by_month()["restated"].tolist() == [0, 1, 0]
    assert both.cross().to_numpy().tolist() == [[3, 1], [0, 1]]
    # three steps between labels that are there, one of them a change
    assert flips_a_year(both.published) == pytest.approx(12 / 3)
    assert flips_a_year(both.restated) == pytest.approx(12 / 4)


def test_nothing_is_published_while_too_few_bought_twice(sample_log, sample_model, restated):
    none = publish_stages(sample_log, restated, sample_model, fewest_repeaters=10**6)
    assert none.describe()["labels"] == 0
    assert np.isnan(none.describe()["restated"])
    assert (none.by_month()["customers"] == 0).all()


def test_days_known_by_a_day_are_those_arranged_on_it(sample_log):
    then = date(1997, 4, 15)
    one, other = PurchaseDays.of(sample_log).known_by(then), PurchaseDays.of(sample_log, then)
    assert one.usual_gap == other.usual_gap
    assert one.ids.equals(other.ids)
    assert (one.starts == other.starts).all()
    assert (one.days == other.days).all()
    pd.testing.assert_frame_equal(histories_at(one, then), histories_at(other, then))
