"""Every word of the engine is in one file, and every word of that file is used."""

import ast
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from clvlab.reports.writing.words import page_words, word

REPORTS = Path(str(files("clvlab.reports")))
TEMPLATES = sorted((REPORTS / "template").glob("*.j2"))
MODULES = sorted(REPORTS.rglob("*.py"))


def asked_in_templates():
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"\bwords\.([a-z_]+)", text)
        yield from re.findall(r"\bword\(\"([a-z_]+)\"", text)


def calls_of_word():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "word":
                yield node


def asked_in_modules():
    for call in calls_of_word():
        key = call.args[0]
        for node in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def texts_in_modules():
    """Every text of the code: words that are chosen by a table or a type stand there as well."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_word_that_is_asked_for_exists():
    asked = {*asked_in_templates(), *asked_in_modules()}
    assert asked <= set(page_words())
    assert len(asked) > 60


def test_every_word_is_used():
    used = {*asked_in_templates(), *texts_in_modules()}
    assert sorted(set(page_words()) - used) == []


def test_templates_hold_no_words_of_their_own():
    for path in TEMPLATES:
        text = re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        shown = re.sub(r"<[^>]*>", "", text)
        assert re.findall(r"[A-Za-z]{2,}", shown) == [], path.name


@pytest.mark.parametrize("key", sorted(page_words()))
def test_word_is_filled_by_its_names(key):
    names = [name for _, name, _, _ in Formatter().parse(page_words()[key]) if name is not None]
    filled = word(key, **dict.fromkeys(names, "7"))
    assert "{" not in filled
    assert filled.count("7") == len(names)
