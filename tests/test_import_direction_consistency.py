"""What the source may import and write: layers from left to right, one clock, one lifetimes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import clvlab

SOURCE = Path(clvlab.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
LAYERS = [
    ("errors", "relation_columns", "schema", "clock", "compiled"),
    ("data",),
    ("simulate",),
    ("summary",),
    ("models",),
    ("churn",),
    ("lifecycle", "segments"),
    ("recovery",),
    ("relations",),
    ("plots",),
    ("reports",),
    ("cli",),
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
FORBIDDEN = {"plots": {"models", "reports"}, "models": {"plots"}}
CALENDAR = {7, 30, 52, 365, 365.25}


def layer_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every node, deferred imports included, but not what only type checkers see."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield other
                yield from statements(other)
            continue
        yield child
        yield from statements(child)


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module imports."""
    package = ("clvlab", *path.relative_to(SOURCE).parts[:-1])
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else ()
            source = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{source}.{alias.name}"


def inside(path: Path) -> Iterator[tuple[int, str]]:
    """Line and layer of everything imported from the package itself."""
    for line, name in imported(path):
        parts = name.split(".")
        if parts[0] == "clvlab":
            yield line, parts[1] if len(parts) > 1 and parts[1] in RANK else "clvlab"


LAYERED = [path for path in MODULES if path.name != "__init__.py" or path.parent != SOURCE]


def test_every_module_stands_in_a_layer():
    assert {layer_of(path) for path in LAYERED} <= set(RANK)


@pytest.mark.parametrize("path", LAYERED, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_its_own_layer_or_from_the_left(path):
    own = layer_of(path)
    wrong = [
        f"{path.name}:{line} imports {layer}"
        for line, layer in inside(path)
        if layer in FORBIDDEN.get(own, ()) or RANK.get(layer, -1) > RANK[own]
    ]
    assert wrong == []


PARTS = {
    "reports": [
        ("places", "writing"),
        ("orders",),
        ("history",),
        ("pages", "exports"),
        ("running",),
        ("nights", "workspace", "checks"),
    ],
    "models": [
        ("customers",),
        ("fitting",),
        ("posterior", "nbd", "shifted_beta_geometric", "gamma_gamma"),
        ("bgnbd", "pareto_nbd", "bgbb"),
        ("bgcnbd",),
        ("futures",),
        ("value",),
        ("study",),
        ("checking", "scoring"),
    ],
}
"""Folders of a layer: each imports only from itself and from those above it."""
PART_RANK = {
    layer: {name: rank for rank, names in enumerate(parts) for name in names}
    for layer, parts in PARTS.items()
}
IN_PARTS = [path for layer in PARTS for path in sorted((SOURCE / layer).glob("*/*.py"))]


@pytest.mark.parametrize("path", IN_PARTS, ids=lambda path: str(path.relative_to(SOURCE)))
def test_within_a_layer_imports_go_one_way_as_well(path):
    layer, own = path.relative_to(SOURCE).parts[:2]
    rank, prefix = PART_RANK[layer], f"clvlab.{layer}."
    wrong = [
        f"{path.name}:{line} imports {name}"
        for line, name in imported(path)
        for part in name.removeprefix(prefix).split(".")[:1]
        if name.startswith(prefix) and part != own
        if rank.get(part, -1) >= rank[own]
    ]
    assert wrong == []


@pytest.mark.parametrize("layer", PARTS)
def test_every_part_of_a_layer_has_its_place(layer):
    folders = {path.parent.name for path in (SOURCE / layer).glob("*/*.py")}
    assert folders - {"template"} == set(PART_RANK[layer])


def test_only_reports_and_the_command_line_import_the_whole_package():
    whole = {layer_of(path) for path in LAYERED for _, layer in inside(path) if layer == "clvlab"}
    assert whole <= {"reports", "cli"}


def test_one_module_alone_imports_lifetimes():
    importers = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        for _, name in imported(path)
        if name.split(".")[0] == "lifetimes"
    }
    assert importers == {"models/study/lifetimes_conversion.py"}


def test_what_only_type_checkers_see_is_no_import():
    tree = ast.parse("if TYPE_CHECKING:\n    import a\nelse:\n    import b\ndef f():\n    import c")
    names = [node.names[0].name for node in statements(tree) if isinstance(node, ast.Import)]
    assert names == ["b", "c"]


def calendar_arithmetic(tree: ast.AST) -> list[int]:
    """Lines that reckon with the length of a week, month or year."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp)
        for side in (node.left, node.right)
        if isinstance(side, ast.Constant)
        and isinstance(side.value, (int, float))
        and side.value in CALENDAR
    ]


def test_reckoning_with_the_calendar_is_recognised():
    assert calendar_arithmetic(ast.parse("x = days / 7\ny = 365.25 * z\nw = '%d' % 7")) == [1, 2, 3]
    assert calendar_arithmetic(ast.parse("f(7)\nx[:30]\ny = 365")) == []


def test_the_clock_is_where_the_calendar_is_known():
    clock = (SOURCE / "clock.py").read_text(encoding="utf-8")
    numbers = {node.value for node in ast.walk(ast.parse(clock)) if isinstance(node, ast.Constant)}
    assert {7.0, 365.25} <= numbers


@pytest.mark.parametrize("path", LAYERED, ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_clock_reckons_with_the_calendar(path):
    if path == SOURCE / "clock.py":
        return
    assert calendar_arithmetic(ast.parse(path.read_text(encoding="utf-8"))) == []
