"""Loops that are compiled on first use and kept on disk, next to their source or in numba's cache.

A compiled function has the contract of ordinary Python: arrays and floats in, the same out. Where
one is more than a loop around a documented formula, a readable NumPy version of it stays in the
package and serves as its oracle in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile with division by zero giving infinity, as in NumPy."""
    return cast("Function", njit(cache=True, nogil=True, error_model="numpy")(function))


def compiled_sum(function: Function) -> Function:
    """Compile a long sum, allowing the multiply-and-add and reciprocals of the processor.

    Sums are never reordered, so the same processor gives the same digits every time.
    """
    relaxed = {"contract", "arcp", "nsz"}
    return cast(
        "Function", njit(cache=True, nogil=True, error_model="numpy", fastmath=relaxed)(function)
    )


def compiled_inside(function: Function) -> Function:
    """Compile what another loop calls for each of its rows, a few operations without branches.

    It becomes part of that loop, also of its compiled code on disk, which numba makes anew only
    when the loop's own file changes: who edits one of these removes ``__pycache__`` as well.
    """
    relaxed = {"contract", "arcp", "nsz"}
    return cast("Function", njit(nogil=True, error_model="numpy", fastmath=relaxed)(function))


def compiled_lanes(function: Function) -> Function:
    """Compile a long sum without branches, which the processor may take in several lanes at once.

    The number of lanes belongs to the processor, so the same processor gives the same digits
    every time; another one may differ in the last.
    """
    relaxed = {"contract", "arcp", "nsz", "reassoc"}
    return cast(
        "Function", njit(cache=True, nogil=True, error_model="numpy", fastmath=relaxed)(function)
    )
