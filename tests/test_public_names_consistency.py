"""Every name of a package can be had: packages load theirs on first use, from their stubs."""

import subprocess
import sys
from importlib import import_module

import pytest

PACKAGES = (
    "clvlab",
    "clvlab.data",
    "clvlab.data.company",
    "clvlab.simulate",
    "clvlab.summary",
    "clvlab.models",
    "clvlab.churn",
    "clvlab.lifecycle",
    "clvlab.segments",
    "clvlab.recovery",
    "clvlab.relations",
    "clvlab.plots",
)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_is_there(package):
    module = import_module(package)
    assert module.__all__
    assert sorted(dir(module)) == sorted(module.__all__)
    assert all(getattr(module, name) is not None for name in module.__all__)


def test_a_model_brings_only_what_it_needs():
    slow = ("matplotlib", "scipy.stats", "scipy.optimize", "sklearn", "clvlab.simulate.company")
    code = (
        f"import sys, clvlab; clvlab.BetaGeoModel; print([m for m in {slow} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
