"""Arithmetic over columns, written by the user: parsed and walked, never run as code."""

from __future__ import annotations

import ast
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clvlab.errors import InputError, Problem, did_you_mean

Numbers = NDArray[np.float64]

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS: dict[type[ast.AST], Callable[[Any], Any]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_SIGNS_IN_SQL: dict[type[ast.AST], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_LONGEST = 300
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Expression:
    """A sum, difference, product or quotient of columns.

    Attributes
    ----------
    text
        As the user wrote it.
    columns
        The columns that it needs, in the order in which they appear.
    """

    text: str
    columns: tuple[str, ...]
    _tree: ast.expr
    _names: Mapping[str, str]

    def evaluate(self, values: Mapping[str, Numbers]) -> Numbers:
        """The expression's value in each row.

        Parameters
        ----------
        values
            Numbers of every column in `columns`, equally long.
        """
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            outcome: Numbers = self._walk(self._tree, values)
        return outcome

    def to_sql(self, column: Callable[[str], str]) -> str:
        """The expression in SQL, in double precision; a division by zero is missing.

        Parameters
        ----------
        column
            Gives the SQL of a column's numbers.

        Examples
        --------
        >>> parse_expression("-Total / `Per Piece`", ["Total", "Per Piece"], "amount").to_sql(repr)
        "((- 'Total') / NULLIF('Per Piece', 0e0))"
        """
        return self._sql(self._tree, column)

    def _sql(self, node: ast.expr, column: Callable[[str], str]) -> str:
        if isinstance(node, ast.BinOp):
            left, right = self._sql(node.left, column), self._sql(node.right, column)
            divides = isinstance(node.op, ast.Div)
            return f"({left} {_SIGNS_IN_SQL[type(node.op)]} " + (
                f"NULLIF({right}, 0e0))" if divides else f"{right})"
            )
        if isinstance(node, ast.UnaryOp):
            sign = "-" if isinstance(node.op, ast.USub) else "+"
            return f"({sign} {self._sql(node.operand, column)})"
        if isinstance(node, ast.Name):
            return column(self._names[node.id])
        number = repr(_number(node)) if isinstance(node, ast.Constant) else "nan"
        return number if "e" in number else f"{number}e0"

    def _walk(self, node: ast.expr, values: Mapping[str, Numbers]) -> Any:  # noqa: ANN401
        if isinstance(node, ast.BinOp):
            combine = _OPERATORS[type(node.op)]
            return combine(self._walk(node.left, values), self._walk(node.right, values))
        if isinstance(node, ast.UnaryOp):
            return _SIGNS[type(node.op)](self._walk(node.operand, values))
        if isinstance(node, ast.Name):
            return values[self._names[node.id]]
        # What is neither of these was refused when the text was read.
        return _number(node) if isinstance(node, ast.Constant) else np.nan


def parse_expression(text: str, known: Sequence[str], subject: str) -> Expression:
    """Read an expression over `known` columns.

    Parameters
    ----------
    text
        Column names, numbers, ``+ - * /`` and parentheses; backquotes around names that hold
        spaces or signs.
    known
        The columns there are.
    subject
        What the expression is for, in error messages.

    Raises
    ------
    InputError
        When the text is anything else, names an unknown column, or names none.

    Examples
    --------
    >>> total = parse_expression("Quantity * `Unit Price`", ["Quantity", "Unit Price"], "amount")
    >>> total.columns
    ('Quantity', 'Unit Price')
    >>> total.evaluate({"Quantity": np.array([2.0]), "Unit Price": np.array([1.5])}).tolist()
    [3.0]
    """
    quoted: dict[str, str] = {}

    def stand_in(match: re.Match[str]) -> str:
        quoted[f"quoted_{len(quoted)}_"] = match[1]
        return f" quoted_{len(quoted) - 1}_ "

    try:
        tree = ast.parse(_QUOTED.sub(stand_in, text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _refused(text, subject, "it can't be read") from None
    _require_arithmetic(tree, text, subject)
    # Python folds look-alike letters of identifiers into one form, so names are compared in it.
    plain = {unicodedata.normalize("NFKC", name): name for name in known}
    names = _names(tree, quoted, plain, subject)
    if not names:
        raise _refused(text, subject, "it names no column")
    return Expression(text, tuple(dict.fromkeys(names.values())), tree, names)


def _number(constant: ast.Constant) -> float | None:
    if type(constant.value) not in (int, float):
        return None
    try:
        return float(constant.value)  # type: ignore[arg-type]
    except OverflowError:
        return None


def _require_arithmetic(tree: ast.expr, text: str, subject: str) -> None:
    if sum(1 for _ in ast.walk(tree)) > _LONGEST:
        raise _refused(text[:60], subject, "it is too long")
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            waiting += [node.right, node.left]
        elif isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
            waiting.append(node.operand)
        elif isinstance(node, ast.Constant) and _number(node) is not None:
            continue
        elif not isinstance(node, ast.Name):
            what = type(node).__name__.lower()
            raise _refused(text, subject, f"it holds something else ({what})")


def _names(
    tree: ast.expr, quoted: Mapping[str, str], plain: Mapping[str, str], subject: str
) -> dict[str, str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    names: dict[str, str] = {}
    for node in sorted(found, key=lambda node: node.col_offset):
        name = quoted.get(node.id, node.id)
        column = plain.get(unicodedata.normalize("NFKC", name))
        if column is None:
            rule = "must name columns that exist"
            remedy = did_you_mean(name, list(plain.values()))
            raise InputError(Problem(subject, rule, f"there is no column '{name}'", remedy))
        names[node.id] = column
    return names


def _refused(text: str, subject: str, found: str) -> InputError:
    return InputError(
        Problem(
            subject,
            "must be a column or an expression of columns, numbers, + - * / and parentheses",
            f"got {text!r}, and {found}",
            "Put names with spaces or signs into backquotes, as in `Unit Price` * Quantity.",
        )
    )
