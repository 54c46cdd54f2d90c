"""Effective draws per second from the posterior of BG/NBD, given the CDNOW sample."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import clvlab
from clvlab.models.study.study_fitting import posterior_of_purchases
from measuring import Row, Timed

DRAWS = 4000
QUESTION = "an effective draw from the posterior of BG/NBD, CDNOW sample"
PEER = "pymc-marketing with nutpie"
ADD_IT = "not installed: pip install 'clvlab[peers]', or name its Python with --peer-python"


def posterior_row(python: str, repeats: int) -> tuple[Row, list[str]]:
    """Seconds per effective draw of both, and sentences on what they mean.

    An effective draw is worth one independent draw for a mean: the smallest bulk effective sample
    size of the four parameters for a chain; for importance sampling, one over the sum of squared
    weights, reduced once more for the resampling of equally weighted draws.
    """
    summary = clvlab.summarize(
        clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    )

    def ours(seed: int):
        model = clvlab.BetaGeoModel().fit(summary)
        rng = np.random.default_rng(seed)
        return posterior_of_purchases(summary, model, n_draws=DRAWS, rng=rng)

    ours(0)
    found = []
    runs = [Timed.of(lambda seed=seed: found.append(ours(seed)) or 0.0) for seed in range(repeats)]
    run, posterior = Timed.median(runs), found[0]
    effective = posterior.effective_draws
    mine = Timed(run.seconds / effective, run.processor / effective, 1.0)
    worth = f"worth {effective:,.0f} independent ones: {1 / mine.seconds:,.0f} a second"
    said = [f"clvlab: fit and {DRAWS:,} draws in {run.seconds:.3f} s, {worth}."]
    theirs = asked(python, summary)
    if "missing" in theirs:
        return Row(QUESTION, PEER, None, mine, 100, ADD_IT), said
    per = theirs["effective"]
    peer = Timed(theirs["seconds"] / per, theirs["processor"] / per, 1.0)
    apart = np.array(theirs["means"]) / posterior.draws.mean(axis=0) - 1
    with_compilation = (theirs["seconds"] + theirs["compilation"]) / per / mine.seconds
    said.append(
        f"{theirs['version']}: 4 chains of 1,000 after 1,000 to tune in {theirs['seconds']:.1f} s "
        f"({theirs['processor']:.1f} s of processor), worth {per:,.0f} independent ones: "
        f"{1 / peer.seconds:,.1f} a second. Compilation took {theirs['compilation']:.1f} s before "
        f"that; with it clvlab is {with_compilation:.0f} times as fast."
    )
    said.append("The two state different priors, and their means are not the same.")
    return Row(QUESTION, PEER, peer, mine, 100, f"{np.abs(apart).max():.1e}"), said


def asked(python: str, summary: clvlab.CustomerSummary) -> dict:
    """What the peer answers in its own Python."""
    script = Path(__file__).with_name("peer_posterior.py")
    with tempfile.TemporaryDirectory() as folder:
        customers = Path(folder) / "customers.csv"
        summary.to_frame().reset_index().to_csv(customers, index=False)
        done = subprocess.run(
            [python, str(script), str(customers)], capture_output=True, text=True, check=True
        )
    return json.loads(done.stdout.splitlines()[-1])
