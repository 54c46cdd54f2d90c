"""Where notebooks are found and how their cells are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import clvlab
from clvlab.errors import ParameterError, Problem, did_you_mean

if TYPE_CHECKING:
    from nbformat import NotebookNode


def notebook_folders() -> list[Path]:
    """The folders searched for a notebook's name, the nearest first: here, the clone, installed."""
    clone = Path(clvlab.__file__).parents[2]
    installed = Path(sys.prefix) / "share" / "clvlab"
    return [folder / "notebooks" for folder in (Path.cwd(), clone, installed)]


def find_notebook(name_or_path: str | Path) -> Path:
    """The notebook of that name or path.

    Raises
    ------
    ParameterError
        When there is none; the message lists the known names.
    """
    path = Path(name_or_path)
    if path.suffix == ".ipynb":
        if path.is_file():
            return path.resolve()
        raise _unknown_report(str(name_or_path), [])
    known = known_notebooks()
    if str(name_or_path) in known:
        return known[str(name_or_path)]
    raise _unknown_report(str(name_or_path), list(known))


def known_notebooks() -> dict[str, Path]:
    """Every notebook that can be run by its name."""
    found: dict[str, Path] = {}
    for folder in notebook_folders():
        for path in sorted(folder.glob("*.ipynb")):
            found.setdefault(path.stem, path.resolve())
    return found


def _unknown_report(name: str, known: list[str]) -> ParameterError:
    remedy = did_you_mean(name, known) if known else "Give a name, or the path of an .ipynb file."
    return ParameterError(
        Problem(f"report '{name}'", "must be a notebook", "there is none of that name", remedy)
    )


def read_notebook(path: Path) -> NotebookNode:
    """The notebook as nbformat reads it.

    Raises
    ------
    ParameterError
        When the file is not a notebook.
    """
    nbformat = _import_nbformat()
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except (ValueError, KeyError, AttributeError, nbformat.ValidationError, OSError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ParameterError(
            Problem(f"file {path.name}", "must be a Jupyter notebook", reason)
        ) from None
    return notebook


def refuse_other_languages(path: Path) -> None:
    """Refuse a notebook that is not written in Python.

    Raises
    ------
    ParameterError
        When the notebook names another language.
    """
    known = read_notebook(path).metadata
    told = known.get("kernelspec", {}).get("language") or known.get("language_info", {}).get("name")
    if told and str(told).lower() not in {"python", "ipython"}:
        raise ParameterError(
            Problem(f"file {path.name}", "must be a notebook in Python", f"it is in {told}")
        )


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook as nbformat does."""
    _import_nbformat().write(notebook, path)


def _import_nbformat() -> ModuleType:
    """nbformat, without two seconds for a grammar of web addresses that no notebook needs.

    jsonschema, which it brings along, builds that grammar while it is imported unless the
    package is missing; so the package is made to look missing for as long as that takes.
    """
    grammar = "rfc3987_syntax"
    hidden = grammar not in sys.modules
    if hidden:
        sys.modules[grammar] = None  # type: ignore[assignment]
    try:
        import nbformat
    finally:
        if hidden:
            sys.modules.pop(grammar, None)
    return nbformat


def tagged(cell: NotebookNode, tag: str) -> bool:
    """Whether the cell carries that tag."""
    return tag in cell.get("metadata", {}).get("tags", [])


def source_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The cells with their number from 1 as the author counts them, without injected ones."""
    number = 0
    for cell in notebook.cells:
        if not tagged(cell, "injected-parameters") and not tagged(cell, "papermill-error-cell-tag"):
            number += 1
            yield number, cell
