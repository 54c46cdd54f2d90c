"""Effects against published numbers, hand-worked tables and the truth of simulated campaigns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab.data.hillstrom import hillstrom_file, load_hillstrom
from clvlab.recovery import (
    bounds_without_control,
    effects,
    effects_by,
    heterogeneity,
    read_experiment,
)

EQUAL = {"none": 1 / 3, "mens": 1 / 3, "womens": 1 / 3}


@pytest.fixture(scope="module")
def hillstrom():
    if hillstrom_file() is None:
        pytest.skip("Hillstrom's test is not in CLVLAB_DATA_DIR")
    return read_experiment(
        load_hillstrom(),
        shares=EQUAL,
        control="none",
        outcomes=["visit", "conversion", "spend"],
        covariates=["recency", "history", "mens", "womens", "newbie"],
    )


def test_hillstroms_effects_are_the_published_ones(hillstrom):
    table = effects(hillstrom, ["visit", "conversion", "spend"])
    mens, womens = table.loc["mens"], table.loc["womens"]
    assert mens["effect"].round(5).tolist() == [0.07659, 0.00681, 0.76983]
    assert mens.loc["conversion", "effect"] == pytest.approx(0.006805, abs=5e-7)
    assert womens["effect"].to_dict() == pytest.approx(
        {"visit": 0.04523, "conversion": 0.003111, "spend": 0.4244}, abs=5e-5
    )
    assert mens["standard_error"].to_dict() == pytest.approx(
        {"visit": 0.0034, "conversion": 0.0009, "spend": 0.145}, rel=0.03
    )
    assert mens.loc["spend", ["control", "treated"]].tolist() == pytest.approx(
        [0.652789, 1.422617], abs=5e-7
    )


def test_hillstroms_arms_have_the_sizes_that_were_meant_and_are_alike(hillstrom):
    assert hillstrom.sizes().to_dict() == {"none": 21306, "mens": 21307, "womens": 21387}
    assert hillstrom.sample_ratio()["p_value"] > 0.05
    assert hillstrom.balance().filter(like="difference").abs().max().max() < 0.05
    assert hillstrom.cautions == ()


def test_adjustment_narrows_hillstroms_effects_and_hardly_moves_them(hillstrom):
    raw, adjusted = (effects(hillstrom, ["visit"], adjusted=how) for how in (False, True))
    assert (adjusted["standard_error"] < raw["standard_error"]).all()
    assert (adjusted["effect"] - raw["effect"]).abs().max() < raw["standard_error"].max()


def test_an_effect_by_hand():
    table = pd.DataFrame(
        {
            "customer_id": range(8),
            "arm": ["control"] * 4 + ["call"] * 4,
            "returned": [0, 0, 0, 1, 1, 1, 0, 1],
        }
    )
    one = read_experiment(
        table,
        shares={"control": 0.5, "call": 0.5},
        control="control",
        outcomes=["returned"],
    )
    row = effects(one, ["returned"]).loc[("call", "returned")]
    assert row[["treated", "control", "effect"]].tolist() == [0.75, 0.25, 0.5]
    assert row["standard_error"] == pytest.approx(np.sqrt(0.25 / 4 + 0.25 / 4))


def trial(rng, n=4000, gap=0.0):
    """Two arms, a covariate that tells much, an effect that differs between groups by `gap`."""
    arm = rng.permutation(np.repeat(["control", "call"], n // 2))
    group, x = rng.choice(["a", "b"], n), rng.normal(size=n)
    effect = 0.3 + gap * (group == "a")
    y = x + effect * (arm == "call") + rng.normal(size=n)
    table = pd.DataFrame({"customer_id": range(n), "arm": arm, "y": y, "x": x, "group": group})
    shares = {"control": 0.5, "call": 0.5}
    return read_experiment(
        table, shares=shares, control="control", outcomes=["y"], covariates=["x"]
    )


def test_adjusted_intervals_cover_the_effect_and_are_narrower():
    rng, hits, widths = np.random.default_rng(1), 0, []
    for _ in range(100):
        one = trial(rng, 400)
        row = effects(one, ["y"], adjusted=True).iloc[0]
        hits += row["lower"] <= 0.3 <= row["upper"]
        widths.append(row["standard_error"] / effects(one, ["y"]).iloc[0]["standard_error"])
    assert hits / 100 >= 0.88
    assert np.mean(widths) == pytest.approx(np.sqrt(0.5), abs=0.03)


def test_arms_too_small_for_an_adjustment_are_compared_as_they_are():
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"arm": ["control"] * 13 + ["visit"] * 8})
    table["x"] = [*range(13), *range(100, 108)]
    table["y"] = rng.integers(0, 2, len(table))
    one = read_experiment(
        table.rename_axis("customer_id"),
        shares={"control": 13 / 21, "visit": 8 / 21},
        control="control",
        outcomes=["y"],
        covariates=["x"],
    )
    plain, adjusted = (effects(one, ["y"], adjusted=how) for how in (False, True))
    pd.testing.assert_frame_equal(plain, adjusted)


def test_the_test_of_equal_effects_holds_its_level_and_sees_a_difference():
    rng = np.random.default_rng(2)
    p_values = [
        heterogeneity(effects_by(trial(rng, 400), "call", "y", "group"))["p_value"]
        for _ in range(100)
    ]
    assert 0.01 <= np.mean(np.array(p_values) < 0.05) <= 0.12
    assert heterogeneity(effects_by(trial(rng, gap=0.8), "call", "y", "group"))["p_value"] < 1e-6


def test_without_a_control_group_there_are_bounds_only():
    assert bounds_without_control(120, 1000, 0.08)["uplift"].round(3).tolist() == [0.0, 0.04, 0.12]
    assert bounds_without_control(50, 1000, 0.08)["uplift"].min() == 0.0
