"""Real purchases and hand-made customers that many tests share."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

# NumPy and scikit-learn read these when they are imported. More threads than one only wait for
# each other in what is as small as here, and cost the other process of pytest its core.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import settings

import clvlab
from clvlab.data.company import CONTRACTS

mpl.use("Agg")
# How long an example takes says something about the machine only.
settings.register_profile("clvlab", deadline=None)
settings.load_profile("clvlab")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no core waits for another at the end."""
    long = ("_runs.py", "_calibration_correctness.py")
    items.sort(key=lambda item: not item.path.name.endswith(long))


@pytest.fixture(scope="session")
def sample_log():
    """CDNOW, one customer in ten: the data of the literature."""
    return clvlab.load_cdnow(sample=True)


@pytest.fixture(scope="session")
def sample(sample_log):
    """The sample split as in the literature, in weeks."""
    return clvlab.summarize(
        sample_log, calibration_end="1997-09-30", holdout_end="1998-06-30", unit="week"
    )


@pytest.fixture(scope="session")
def sample_model(sample):
    return clvlab.BetaGeoModel().fit(sample)


@pytest.fixture(scope="session")
def sample_spend(sample):
    return clvlab.GammaGammaModel().fit(sample)


@pytest.fixture(scope="session")
def master():
    """All CDNOW customers, split as in the literature, in weeks."""
    return clvlab.summarize(
        clvlab.load_cdnow(), calibration_end="1997-09-30", holdout_end="1998-06-30", unit="week"
    )


@pytest.fixture
def five_customers():
    """Five customers in weeks, as a user would type them."""
    return pd.DataFrame(
        {
            "frequency": [2, 0, 1, 7, 26],
            "recency": [30.43, 0.0, 10.0, 29.43, 30.857],
            "T": [38.86, 38.86, 20.0, 38.86, 31.0],
            "monetary_value": [22.35, 0.0, 15.0, 73.74, 40.0],
        },
        index=pd.Index(["0001", "0002", "b", "0009", "1516"], name="customer_id"),
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if os.name != "posix" or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can't be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


EXAMPLE = Path(__file__).parents[1] / "data" / "example"
SHORTEST = 4
"""Shorter texts, such as a given name, are parts of ordinary words."""


@pytest.fixture(scope="session")
def personal_values():
    """Every name, address, number and e-mail of the example company."""
    found = set()
    for name, contract in CONTRACTS.items():
        file = EXAMPLE / f"{name}.csv"
        if contract.personal and file.is_file():
            table = pd.read_csv(file, dtype=str)
            for column in (one for one in contract.personal if one in table):
                found |= set(table[column].dropna().map(str).str.strip())
    return {value for value in found if len(value) >= SHORTEST}


@pytest.fixture(scope="session")
def named_in(personal_values):
    """Look for them in files: returns what was found, by the name of the file."""
    values = [value.encode() for value in personal_values]

    def look(paths):
        found = {}
        for path in paths:
            held = _held(path)
            there = [value.decode() for value in values if value in held]
            if there:
                found[path.name] = there
        return found

    return look


def _held(path):
    """What a file holds as bytes, unpacked where it is packed."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv().encode()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return b"\n".join(packed.read(name) for name in packed.namelist())
    return path.read_bytes()


@pytest.fixture(scope="session")
def simulated_summary():
    """Simulated customers of nine months, with a holdout."""
    base = clvlab.simulate_base(
        3000, transaction=(0.6, 8, 0.8, 2.5), spend=(6.25, 3.74, 15.44), unit="week", seed=5
    )
    return clvlab.summarize(base.log, calibration_end="2023-10-01", holdout_end="2023-12-31")


@pytest.fixture(scope="session")
def summary_on_disk(simulated_summary, tmp_path_factory):
    """The simulated customers in a file."""
    path = tmp_path_factory.mktemp("summary") / "summary.parquet"
    simulated_summary.to_parquet(path)
    return path


@pytest.fixture(scope="session")
def summary_in_parts(simulated_summary, tmp_path_factory):
    """The simulated customers in a folder of three files."""
    folder = tmp_path_factory.mktemp("parts")
    for k, rows in enumerate((slice(0, 700), slice(700, 2000), slice(2000, None))):
        part = replace(simulated_summary, table=simulated_summary.table.iloc[rows])
        part.to_parquet(folder / f"part-{k}.parquet")
    return folder
