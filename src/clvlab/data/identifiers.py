"""Customer ids: which are missing, and which type they keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True)
class Coded:
    """Values as positions in a sorted list of distinct values.

    Attributes
    ----------
    codes
        Position of each value in `distinct`.
    distinct
        Each value once: numbers in numeric order, everything else in the order of its text.
    """

    codes: NDArray[np.int64]
    distinct: pd.Series


def missing_ids(values: pd.Series) -> NDArray[np.bool_]:
    """Where an id is absent: no value, or text of nothing but spaces.

    Examples
    --------
    >>> missing_ids(pd.Series(["0001", " ", None, "nan"])).tolist()
    [False, True, True, False]
    """
    missing = values.isna().to_numpy(dtype=bool, copy=True)
    if is_textual(values):
        as_text = (
            values.where(np.array([isinstance(value, str) for value in values], dtype=bool))
            if values.dtype == object
            else values
        )
        missing |= as_text.str.strip().eq("").fillna(value=False).to_numpy(dtype=bool)
    return missing


def is_textual(values: pd.Series) -> bool:
    """Whether a column can hold text."""
    return values.dtype == object or isinstance(values.dtype, pd.StringDtype)


def typed_ids(values: pd.Series, *, is_text: bool) -> pd.Series:
    """Ids in the type that they keep.

    Parameters
    ----------
    values
        Ids, none missing.
    is_text
        Whether the source had no types. Then ids become integers where every one is a whole
        number without leading zeros, and stay text otherwise.

    Returns
    -------
    Series
        Integers with gaps, which pandas holds as floats, are integers again; categories give up
        their categories; everything else is as it came.

    Examples
    --------
    >>> typed_ids(pd.Series(["7", "12"]), is_text=True).tolist()
    [7, 12]
    >>> typed_ids(pd.Series(["07", "12"]), is_text=True).tolist()
    ['07', '12']
    >>> typed_ids(pd.Series([7.0, 12.0]), is_text=False).tolist()
    [7, 12]
    >>> typed_ids(pd.Series(["7.0", "12.0"]), is_text=True).tolist()
    [7, 12]
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.dtype.categories.dtype)
    if is_text:
        return _whole_numbers(values)
    if pd.api.types.is_float_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64)
        if (np.isfinite(numbers) & (numbers == np.rint(numbers))).all():
            return values.astype("int64")
    if pd.api.types.is_extension_array_dtype(values.dtype) and not is_textual(values):
        return pd.Series(values.to_numpy())
    return values


def _whole_numbers(values: pd.Series) -> pd.Series:
    text = pa.array(values, type=pa.string(), from_pandas=True)
    if len(text) and pc.all(pc.ends_with(text, ".0")).as_py():
        # Whole numbers that went through a column with gaps were written as 12.0.
        text = pc.utf8_slice_codeunits(text, 0, -2)
    try:
        numbers = pc.cast(text, pa.int64())
    except pa.ArrowInvalid:
        return values
    # 0012 would come back as 12: then the zeros mean something and the ids are text.
    same = len(text) > 0 and pc.all(pc.equal(pc.cast(numbers, pa.string()), text)).as_py()
    return pd.Series(numbers.to_numpy(zero_copy_only=False)) if same else values


def usual_text(values: pd.Series) -> pd.Series:
    """Text of a file in the type that this version of pandas gives to text.

    Examples
    --------
    >>> usual_text(pd.Series(["a"], dtype="string")).dtype == pd.Series(["a"]).dtype
    True
    """
    if not isinstance(values.dtype, pd.StringDtype):
        return values
    usual = values.astype(pd.Series(["text"]).dtype)
    return usual.where(values.notna().to_numpy(dtype=bool), None)


def coded(values: pd.Series) -> Coded:
    """Number the distinct values in an order that does not depend on the rows.

    Examples
    --------
    >>> coded(pd.Series(["b", "a", "b"])).codes.tolist()
    [1, 0, 1]
    """
    codes, distinct = pd.factorize(values)
    ordered = pd.Series(distinct, dtype=values.dtype)
    order = _order(ordered)
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    # A missing value has code -1 and so takes the last place, after every other.
    place[-1] = len(order)
    return Coded(place[codes], ordered.iloc[order].reset_index(drop=True))


def _order(distinct: pd.Series) -> NDArray[np.int64]:
    if distinct.dtype != object:
        return np.asarray(distinct.argsort(), dtype=np.int64)
    # Numbers and text in one column have no order of their own; 7 stands before "7".
    keys = [(str(value), type(value).__name__) for value in distinct]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
