"""How well the same buying would fit if nobody ever dropped out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clvlab.models.fitting.fitted import climb
from clvlab.models.fitting.fitted_to_histories import from_edges, objective_of

if TYPE_CHECKING:
    from clvlab.models.customers.histories import Histories
    from clvlab.models.fitting.fitted_to_histories import FittedToHistories


NO_EVIDENCE = 3.841
"""Likelihood ratio below which dropout is called hardly visible: the 5 percent point of chi-square
with one degree of freedom. It is no test: of 500 simulated bases of 200 customers without dropout
3.8 percent exceeded it in the BG/NBD model and 5.4 percent in the MBG/NBD model. The p-value that
holds its level takes simulation, see `dropout_test`."""


def log_likelihood_without_dropout(model: FittedToHistories, histories: Histories) -> float:
    """The maximum for customers who never drop out, searched from the model's own buying."""
    process = model.process.without_dropout
    if process is None:
        return model.log_likelihood_
    objective = objective_of(process, histories)
    start = np.log(list(model.params_)[: process.n_parameters])
    return from_edges(objective, climb(objective, start), process).value
