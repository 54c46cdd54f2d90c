"""What a notebook can be told: its `parameters` cell, read and checked before a kernel starts.

papermill accepts unknown names and wrong types, and can't read choices; so the cell is read here
as Python, without running it.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clvlab.errors import ParameterError, Problems, did_you_mean
from clvlab.reports.orders.notebooks import read_notebook, tagged
from clvlab.reports.orders.ranges import NO_RANGE, Range, split_comment
from clvlab.reports.orders.values import KINDS, convert_value


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a parameters cell.

    Attributes
    ----------
    name
        The variable's name.
    kind
        One of str, int, float, bool, date, choice, or any when the cell does not say.
    default
        Its value when nothing is given.
    help
        The comment behind it.
    optional
        Whether None is allowed.
    choices
        The allowed values of a choice.
    range
        Its unit and bounds, from brackets at the end of the comment: ``[share, > 0, < 1]``.
    """

    name: str
    kind: str
    default: object
    help: str = ""
    optional: bool = False
    choices: tuple[object, ...] = ()
    range: Range = NO_RANGE

    @property
    def unit(self) -> str:
        """What the value counts; empty when the cell does not say."""
        return self.range.unit

    @property
    def expected(self) -> str:
        """What a value must be, in words."""
        if self.kind == "choice":
            words = f"one of {', '.join(str(choice) for choice in self.choices)}"
        elif self.range.in_words and self.kind == "str":
            words = self.range.in_words
        else:
            words = " ".join(filter(None, (KINDS[self.kind], self.range.in_words)))
        return f"{words}, or none" if self.optional else words


def read_parameters(notebook: Path) -> tuple[Parameter, ...]:
    """The parameters of a notebook in the order of its cell; empty without such a cell.

    Raises
    ------
    ParameterError
        When the file is not a notebook, or its parameters cell is not plain Python.
    """
    cells = [cell for cell in read_notebook(notebook).cells if tagged(cell, "parameters")]
    return parse_parameters(cells[0].source, notebook.name) if cells else ()


def parse_parameters(source: str, where: str = "the notebook") -> tuple[Parameter, ...]:
    """The parameters that a cell's source declares, one `name: type = value  # help` a line.

    Examples
    --------
    >>> found = parse_parameters('unit: Literal["day", "week"] = "week"  # unit of time')
    >>> found[0].kind, found[0].choices, found[0].help
    ('choice', ('day', 'week'), 'unit of time')
    """
    problems = Problems(ParameterError)
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        problems.add(f"the parameters cell of {where}", "must be Python", f"line {error.lineno}")
        statements = []
    comments = _trailing_comments(source) if statements else {}
    found = []
    for statement in statements:
        target = _target(statement)
        if target is None:
            continue
        name, annotation, value = target
        try:
            default = ast.literal_eval(value)
            comment = comments.get(value.end_lineno or 0, "")
            parameter = _declare(name, annotation, default, comment)
        except (ValueError, TypeError):
            problems.add(
                f"parameter '{name}' of {where}",
                "must have a plain value and a known type",
                f"line {statement.lineno} has {ast.unparse(statement)!r}",
                "Types are str, int, float, bool, date, Literal[...], each with '| None'; "
                "a comment may end with a unit and bounds as in [share, > 0, < 1].",
            )
            continue
        if not parameter.range.holds(default):
            problems.add(
                f"parameter '{name}' of {where}",
                f"must be {parameter.expected}",
                f"its own value is {default!r}",
            )
        found.append(parameter)
    problems.raise_if_any()
    return tuple(found)


def _target(statement: ast.stmt) -> tuple[str, ast.expr | None, ast.expr] | None:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        if statement.value is not None:
            return statement.target.id, statement.annotation, statement.value
    elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, None, statement.value
    return None


def _trailing_comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _declare(name: str, annotation: ast.expr | None, default: object, comment: str) -> Parameter:
    words, allowed = split_comment(comment)
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    parts, optional = _alternatives(annotation), default is None
    kinds = []
    for part in parts:
        if isinstance(part, ast.Constant) and part.value is None:
            optional = True
        else:
            kinds.append(part)
    if len(kinds) > 1:
        raise ValueError(name)
    if not kinds:
        kind = type(default).__name__ if default is not None else "any"
        kind = kind if kind in KINDS else "any"
        return Parameter(name, kind, default, words, optional, range=allowed)
    kind, choices = _kind(kinds[0])
    return Parameter(name, kind, default, words, optional, choices, allowed)


def _alternatives(annotation: ast.expr | None) -> list[ast.expr]:
    """The sides of `a | b`, or of `Optional[a]`."""
    if annotation is None:
        return []
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_alternatives(annotation.left), *_alternatives(annotation.right)]
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Optional":
        return [annotation.slice, ast.Constant(None)]
    return [annotation]


def _kind(annotation: ast.expr) -> tuple[str, tuple[object, ...]]:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Literal":
        inside = annotation.slice
        items = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        return "choice", tuple(ast.literal_eval(item) for item in items)
    kind = ast.unparse(annotation)
    if kind not in KINDS:
        raise ValueError(kind)
    return kind, ()


def check_parameters(
    notebook: Path, given: Mapping[str, object], source: str = ""
) -> dict[str, object]:
    """The given values converted to the types that the notebook declares.

    Parameters
    ----------
    notebook
        Path of the notebook.
    given
        Values by parameter name; text is converted, so ``"1e-3"`` is a number, ``"true"`` a
        truth value and ``"none"`` nothing where that is allowed. Dates stay ISO text.
    source
        Where they come from, for messages; empty for a call or a command line.

    Raises
    ------
    ParameterError
        With every unknown name, every wrong value and every value out of range at once.
    """
    known = {parameter.name: parameter for parameter in read_parameters(notebook)}
    problems = Problems(ParameterError)
    checked: dict[str, object] = {}
    whose = f" ({source})" if source else ""
    for name, value in given.items():
        if name not in known:
            remedy = did_you_mean(name, list(known)) if known else "It has none."
            problems.add(
                f"parameter '{name}'{whose}", f"must be one of {notebook.stem}", "it is not", remedy
            )
            continue
        try:
            checked[name] = _convert(known[name], value)
        except ValueError:
            words = known[name].help
            problems.add(
                f"parameter '{name}'{whose}",
                f"must be {known[name].expected}",
                f"got {value!r}",
                words and f"It means: {words}.",
            )
    problems.raise_if_any()
    return checked


def _convert(parameter: Parameter, value: object) -> object:
    if parameter.range.is_span and isinstance(value, (int, float)):
        value = str(value)  # a file has 52 where a command line has "52"
    converted = convert_value(
        value, parameter.kind, optional=parameter.optional, choices=parameter.choices
    )
    if not parameter.range.holds(converted):
        raise ValueError(value)
    return converted
