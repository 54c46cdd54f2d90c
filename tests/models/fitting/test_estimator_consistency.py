"""Models are estimators as scikit-learn means it, though they start without importing it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sklearn.base import clone

from clvlab import BetaGeoModel, GammaGammaModel
from clvlab.errors import InputError

SLOW_TO_IMPORT = ("sklearn", "scipy.stats", "lifetimes", "matplotlib", "duckdb")


def test_models_are_imported_without_what_is_slow_to_import():
    code = "import sys, clvlab.models; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(SLOW_TO_IMPORT) & set(done.stdout.split())


def test_settings_can_be_read_changed_and_shown():
    model = BetaGeoModel(purchase_covariates=["gender"])
    assert model.get_params()["purchase_covariates"] == ["gender"]
    assert repr(model) == "BetaGeoModel(purchase_covariates=['gender'])"
    assert repr(model.set_params(purchase_covariates=None)) == "BetaGeoModel()"
    assert GammaGammaModel().get_params() == {}


def test_a_copy_has_the_settings_and_not_the_fit():
    model = BetaGeoModel(dropout_covariates="gender")
    model.log_likelihood_ = -1.0
    for copy in (clone(model), model.unfitted()):
        assert type(copy) is BetaGeoModel
        assert copy.get_params() == model.get_params()
        assert not hasattr(copy, "log_likelihood_")


def test_a_setting_that_is_none_is_refused():
    with pytest.raises(InputError, match="Did you mean 'purchase_covariates'"):
        BetaGeoModel().set_params(purchase_covariate=["gender"])
