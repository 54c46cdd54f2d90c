"""What is intended for the customers of each stage: a small table that people edit."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clvlab.errors import Problems, did_you_mean
from clvlab.lifecycle.stages import SCHEMES, stages_of

COLUMNS = {
    "scheme": "the scheme of stages",
    "stage": "the stage, by its code",
    "stage_en": "what it is called in English",
    "stage_zh": "what it is called in Chinese",
    "treatment_en": "what is intended, in English",
    "treatment_zh": "what is intended, in Chinese",
    "measures": "measures that fit the stage, with | between them; empty where all do",
    "least_contacts": "fewest contacts within the days",
    "most_contacts": "most contacts within the days",
    "days": "the days that contacts are counted over",
}
"""The columns of a policy file and what they hold."""
NUMBERS = ("least_contacts", "most_contacts", "days")


DEFAULT = Path(__file__).with_name("stage_policy.csv")
"""What is intended where nobody said anything else."""


def load_stage_policy(path: str | Path | None, scheme: str) -> pd.DataFrame:
    """Read what is intended for the stages of a scheme.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the `COLUMNS`; ``data/example/stage_policy.csv`` is one to start
        from, and what it says holds where no file is given.
    scheme
        The scheme whose rows are wanted.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``stage``, in the order of the scheme: ``stage_en``, ``stage_zh``,
        ``treatment_en``, ``treatment_zh``, ``measures`` (frozenset of text; empty where all fit),
        ``least_contacts``, ``most_contacts``, ``days`` (int64).

    Raises
    ------
    InputError
        Telling everything that is wrong at once: no such file, missing columns, unknown or
        repeated stages, stages of the scheme without a row, numbers that are none, bounds that
        exclude each other, and days that differ between stages.
    """
    path = Path(DEFAULT if path is None else path)
    problems, where = Problems(), f"the policy '{path.name}'"
    if not path.is_file():
        problems.add(where, "must be a file", "there is none", f"Columns: {', '.join(COLUMNS)}.")
        problems.raise_if_any()
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        problems.add(where, f"must have the columns {', '.join(COLUMNS)}", f"lacks {missing}")
        problems.raise_if_any()
    table = table.apply(lambda column: column.str.strip())
    known = [stage.name for stage in stages_of(scheme)]
    _refuse_unknown(table, where, problems)
    own = table[table["scheme"] == scheme]
    absent = [name for name in known if name not in set(own["stage"])]
    if absent:
        problems.add(where, f"must have a row for every stage of {scheme}", f"lacks {absent}")
    numbers = _numbers(own, where, problems)
    problems.raise_if_any()
    out = own.drop(columns=["scheme"]).set_index("stage").assign(**numbers.set_index(own["stage"]))
    out["measures"] = [frozenset(filter(None, one.split("|"))) for one in out["measures"]]
    whole: pd.DataFrame = out.reindex(known)
    return whole


def _refuse_unknown(table: pd.DataFrame, where: str, problems: Problems) -> None:
    for row, (scheme, stage) in enumerate(zip(table["scheme"], table["stage"], strict=True), 2):
        names = [one.name for one in SCHEMES.get(scheme, ())]
        if scheme not in SCHEMES:
            hint = did_you_mean(scheme, list(SCHEMES))
            problems.add(f"{where}, row {row}", "must name a scheme", f"got {scheme!r}", hint)
        elif stage not in names:
            hint = did_you_mean(stage, names)
            rule = f"must name a stage of {scheme}"
            problems.add(f"{where}, row {row}", rule, f"got {stage!r}", hint)
    repeated = table[table.duplicated(["scheme", "stage"])]
    for row in repeated.index + 2:
        found = f"{table['stage'][row - 2]!r} stands there before"
        problems.add(f"{where}, row {row}", "must not repeat a stage", found)


def _numbers(own: pd.DataFrame, where: str, problems: Problems) -> pd.DataFrame:
    """Bounds and days as whole numbers; what is none is told."""
    read = own[list(NUMBERS)].apply(pd.to_numeric, errors="coerce")
    for name in NUMBERS:
        least = 1 if name == "days" else 0
        wrong = ~((read[name] >= least) & (read[name] % 1 == 0))
        for row in own.index[wrong]:
            rule = f"must be a whole number of at least {least}"
            problems.add(f"{where}, row {row + 2}, {name}", rule, f"got {own[name][row]!r}")
    for row in own.index[read["least_contacts"] > read["most_contacts"]]:
        found = f"got {own['least_contacts'][row]} to {own['most_contacts'][row]}"
        rule = "must not have more least_contacts than most_contacts"
        problems.add(f"{where}, row {row + 2}", rule, found)
    if len(set(own["days"])) > 1:
        found = f"got {sorted(set(own['days']))}"
        problems.add(f"{where}, days", "must be the same for all stages of a scheme", found)
    whole = read.notna().all(axis=None)
    numbers: pd.DataFrame = read.astype("int64") if whole and not len(problems) else read
    return numbers
