"""Tables on a page: numbered, sortable, every cell escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from pandas.api import types

from clvlab.reports.writing.numbers import format_value
from clvlab.reports.writing.results import plain_scalar
from clvlab.reports.writing.words import word
from clvlab.schema import CUSTOMER_ID, FORMATS, LABELS

ROWS_SHOWN = 200
"""Rows of a table that a page shows when the notebook does not say how many."""

_LONG_TEXT = 32
"""Characters from which on a text may take several lines."""


@dataclass(frozen=True, slots=True)
class _Column:
    """How one column is shown."""

    label: str
    spec: str
    kind: str
    """Class of its cells: numbers, long texts that may wrap, or neither."""

    @property
    def numeric(self) -> bool:
        return self.kind == "clv-number"

    @property
    def attribute(self) -> str:
        return f' class="{self.kind}"' if self.kind else ""


def column_label(column: str, labels: Mapping[str, str]) -> str:
    """What a column is called on a page.

    Examples
    --------
    >>> column_label("T", {}), column_label("net_value", {}), column_label("T", {"T": "age"})
    ('time observed', 'net value', 'age')
    """
    return labels.get(column) or LABELS.get(column) or column.replace("_", " ")


def column_spec(column: str, formats: Mapping[str, str]) -> str:
    """The format given to a column, else that of `clvlab.schema.FORMATS`, else nothing.

    Examples
    --------
    >>> column_spec("frequency", {}), column_spec("share", {"share": "percent"})
    ('count', 'percent')
    """
    return formats.get(column) or FORMATS.get(column, "")


def column_format(column: pd.Series, spec: str = "") -> str:
    """One format for a whole column, so that its decimals stand below each other.

    Money gets two decimals, or none when the column reaches 100,000; other numbers get as many
    as show three digits of the median.

    Examples
    --------
    >>> column_format(pd.Series([6.0, 0.71, 0.08])), column_format(pd.Series([1, 2]))
    (',.3f', 'count')
    >>> column_format(pd.Series([412.5, 0.4]), "money")
    'money.2'
    """
    if not is_number(column) or spec not in {"", "money", "amount"}:
        return spec
    sizes = np.abs(column.to_numpy(dtype=float, na_value=np.nan))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if spec:
        return f"{spec}.{0 if sizes.size and sizes.max() >= 100_000 else 2}"
    if types.is_integer_dtype(column.dtype):
        return "count"
    middle = np.floor(np.log10(np.median(sizes))) if sizes.size else 0
    return f",.{int(np.clip(2 - middle, 0, 6))}f"


def is_number(column: pd.Series) -> bool:
    """Whether a column holds numbers; truth values are none."""
    return types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype)


def is_code(name: str) -> bool:
    """Whether the column of that name holds ids or years, which are written as they are."""
    return name in {CUSTOMER_ID, "year"} or name.endswith("_id")


def table_html(
    table: pd.DataFrame,
    *,
    name: str,
    number: int,
    caption: str,
    labels: Mapping[str, str],
    formats: Mapping[str, str],
    currency: str,
    rows: int | None,
    linked: bool,
) -> str:
    """A flat table with its number and caption (HTML); every other text is escaped.

    Parameters
    ----------
    linked
        Whether the run folder holds the table, which is then linked.
    """
    shown = table.head(ROWS_SHOWN if rows is None else rows)
    columns = [_column(shown[column], str(column), labels, formats) for column in shown.columns]
    head = "".join(_head_html(column) for column in columns)
    body = "".join(_row_html(values, columns, currency) for values in shown.itertuples(index=False))
    link = f' <a href="tables/{name}.csv">{escape(word("data_file"))}</a>' if linked else ""
    called = f'aria-labelledby="caption-{name}"'
    return (
        f'<figure class="clv-listed"><figcaption id="caption-{name}">'
        f"<b>{escape(word('table'))} {number}.</b> {caption}{link}</figcaption>"
        f'<div class="clv-wide" tabindex="0" role="region" {called}>'
        f'<table class="clv-table" id="table-{name}" {called}>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f"{_rows_note(len(shown), len(table))}</figure>"
    )


def _column(
    column: pd.Series, name: str, labels: Mapping[str, str], formats: Mapping[str, str]
) -> _Column:
    spec, label = column_spec(name, formats), column_label(name, labels)
    if is_number(column) and not is_code(name):
        return _Column(label, column_format(column, spec), "clv-number")
    longest = max((len(str(value)) for value in column.dropna()), default=0)
    return _Column(label, spec, "clv-words" if longest > _LONG_TEXT else "")


def _head_html(column: _Column) -> str:
    label = escape(column.label)
    hint = escape(word("sort_hint", column=column.label))
    return (
        f'<th scope="col"{column.attribute}><button type="button" title="{hint}">{label}'
        '<span class="clv-arrow" aria-hidden="true"></span></button></th>'
    )


def _row_html(values: tuple[object, ...], columns: list[_Column], currency: str) -> str:
    cells = (
        _cell_html(value, column, currency) for value, column in zip(values, columns, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _cell_html(value: object, column: _Column, currency: str) -> str:
    plain = plain_scalar(value, f"column {column.label}")
    text = word("missing_cell") if plain is None else format_value(plain, column.spec, currency)
    if not column.numeric:
        return f"<td{column.attribute}>{escape(text)}</td>"
    key = "" if plain is None else f' data-value="{plain}"'
    return f'<td class="clv-number"{key}>{escape(text)}</td>'


def _rows_note(shown: int, total: int) -> str:
    if shown == total:
        return ""
    counts = {"shown": format_value(shown, "count"), "total": format_value(total, "count")}
    return f'<p class="clv-rows">{escape(word("rows_shown", **counts))}</p>'
