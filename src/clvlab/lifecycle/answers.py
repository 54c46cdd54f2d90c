"""The answer of a lifecycle study in a sentence: templates of what was recorded, not numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.lifecycle.stages import stages_of
from clvlab.lifecycle.two_periods import TwoPeriods


def stages_in_a_sentence(scheme: str, counts: pd.Series) -> str:
    """Where the customers are, as a template over ``base.customers`` and ``share.STAGE``.

    Parameters
    ----------
    scheme
        Name of the scheme.
    counts
        Customers by stage; stages without any are left out.

    Examples
    --------
    >>> stages_in_a_sentence("process", pd.Series({"upcoming": 0, "past": 6, "current": 2}))
    'Of {base.customers:count} customers **{share.past:percent.0}** are past and
    {share.current:percent.0} current.'
    """
    words = {stage.name: stage.en for stage in stages_of(scheme)}
    inside = "in " if scheme == "relationship" else ""
    order = [str(name) for name in counts[counts > 0].sort_values(ascending=False).index]
    said = [f"**{{share.{order[0]}:percent.0}}** are {inside}{words[order[0]]}"]
    said += [f"{{share.{name}:percent.0}} {inside}{words[name]}" for name in order[1:]]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"Of {{base.customers:count}} customers {listed}."


def change_in_a_sentence(two: TwoPeriods, period: str) -> str:
    """What changed most, as a template over ``change``.

    Examples
    --------
    >>> import clvlab
    >>> from clvlab.summary.period import Period
    >>> from clvlab.lifecycle.two_periods import audit_two_periods
    >>> quarters = Period.of("1997-07-01", "1997-09-30"), Period.of("1997-10-01", "1997-12-31")
    >>> change_in_a_sentence(audit_two_periods(clvlab.load_cdnow(), *quarters), "quarter")
    'In the last whole quarter they spent {change.after:money}, {change.relative:percent} more than
    in the one before, mostly because of more orders per customer.'
    """
    numbers, parts = two.describe(), two.factors()["part"]
    more = "more" if numbers["change"] >= 0 else "less"
    same_way = parts[np.sign(parts) == np.sign(numbers["change"])].abs()
    leading = str((same_way if len(same_way) else parts.abs()).idxmax())
    up = float(parts.loc[leading]) >= 0
    words = {
        "customers": f"{'more' if up else 'fewer'} customers",
        "orders per customer": f"{'more' if up else 'fewer'} orders per customer",
        "amount of an order": f"{'larger' if up else 'smaller'} orders",
    }
    return (
        f"In the last whole {period} they spent {{change.after:money}}, "
        f"{{change.relative:percent}} {more} than in the one before, mostly because of "
        f"{words[leading]}."
    )


def p_value_in_words(p_value: float) -> str:
    """A p-value as it is written in a sentence.

    Examples
    --------
    >>> p_value_in_words(0.0312), p_value_in_words(1e-9)
    ('p = 0.031', 'p < 0.001')
    """
    return f"p = {p_value:.3f}" if p_value >= 0.001 else "p < 0.001"
