"""A page used directly, as in JupyterLab or a script."""

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from clvlab.errors import InputError
from clvlab.reports import Card, Page
from clvlab.reports.writing.figures import draw


def drawn(columns=1):
    figure, axes = plt.subplots(1, columns, figsize=(3, 2))
    figure.axes[0].plot([1, 2], [2, 1], label="<b>")
    figure.axes[0].legend()
    return figure, axes


@pytest.fixture
def page(tmp_path):
    return Page("Who?", folder=tmp_path)


def test_without_a_run_everything_is_shown_and_nothing_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLVLAB_RUN_FOLDER", raising=False)
    page = Page.open("Who?", kind="Study", currency="€")
    page.record(total=1234.5, lower=900.0)
    page.meta(as_of="1998-06-30", data="{total:count} rows", note="weekly")
    page.cards([Card("Value", "{total:money}", "{lower:money} – {total:money}", "in all")])
    page.limits(["Only *{total:count}*."])
    page.stamp("Beware.", kind="descriptive")
    for _ in range(2):  # a cell that is run again keeps its numbers
        page.figure(drawn()[0], name="a", caption="All.", alt="A line.")
        page.table(pd.DataFrame({"x": [1]}), name="b", caption="Some.")
    shown = capsys.readouterr().out
    assert "1998-06-30 · 1,234 rows · weekly" in shown
    assert "Value €1,234 €900.00 – €1,234 in all" in shown
    assert "Descriptive, not causal. Beware." in shown
    assert shown.count("Figure 1. All.") == shown.count("Table 1. Some.") == 2
    assert list(tmp_path.iterdir()) == []


def test_same_figure_is_the_same_bytes():
    first, second = draw(drawn()[0]), draw(drawn()[0])
    assert first == second
    assert plt.get_fignums() == []
    assert b"<!--" not in first.svg
    assert first.address.startswith("data:image/svg+xml;base64,")


def test_large_drawing_goes_in_as_a_picture(monkeypatch):
    monkeypatch.setattr("clvlab.reports.writing.figures.INLINE_SVG_LIMIT", 10)
    assert draw(drawn()[0]).address.startswith("data:image/png;base64,")


def test_figure_axes_and_arrays_of_axes_are_taken(page, tmp_path):
    page.figure(drawn()[0], name="figure", caption="A.", alt="A.")
    page.figure(drawn()[1], name="axes", caption="B.", alt="B.")
    page.figure(drawn(2)[1], name="array", caption="C.", alt="C.", data=pd.DataFrame({"x": [1]}))
    assert len(list((tmp_path / "figures").glob("*"))) == 7


def test_bad_figures_and_names_are_refused(page):
    figure, _ = drawn()
    page.table(pd.DataFrame({"x": [1]}), name="used", caption="")
    for name, alt, drawing, said in [
        ("../x", "A.", figure, "name of a figure must be small letters"),
        ("ok", " ", figure, "the alternative text of figure 'ok' must say something"),
        ("no", "A.", "picture", "must get a figure or its axes; got str"),
    ]:
        with pytest.raises(InputError, match=said):
            page.figure(drawing, name=name, caption="A.", alt=alt)
    with pytest.raises(InputError, match="name of a table can't be used twice"):
        page.table(pd.DataFrame({"x": [1]}), name="used", caption="")
    plt.close(figure)


def test_as_of_must_be_a_date(page):
    with pytest.raises(InputError, match="parameter 'as_of' must be a date"):
        page.meta(as_of="30/06/1998", data="")


@pytest.fixture
def shown(monkeypatch):
    """The facts of every piece that a page displays."""
    found = []

    def note(piece, _html, _text, **facts):
        found.append({"piece": piece, **facts})

    monkeypatch.setattr("clvlab.reports.writing.page.show", note)
    return found


def test_card_names_the_result_that_it_shows(shown):
    page = Page("Who?", currency="$")
    page.record(total={"clv": 1234.5}, share=0.25)
    page.cards(
        [
            Card("Value", "{total.clv:money}", "{share:percent.0}", "of {share}"),
            Card("Share", "{share:percent.0}"),
            Card("Plain", "{total[clv]}"),
            Card("In words", "about {share:percent.0}"),
            Card("Two", "{share}{share}"),
            Card("None", "soon"),
        ]
    )
    (facts,) = shown
    assert [(card["result"], card["format"]) for card in facts["cards"]] == [
        ("total.clv", "money"),
        ("share", "percent.0"),
        ("total.clv", ""),
        ("", ""),
        ("", ""),
        ("", ""),
    ]
    assert facts["cards"][0]["value"] == "$1,234"
    assert facts["currency"] == "$"


def test_table_tells_how_it_is_to_be_written(shown):
    page = Page("Who?", currency="EUR")
    page.record(name="<b>")
    frame = pd.DataFrame({"customer_id": ["007"], "clv": [1.0], "share": [0.5]})
    page.table(
        frame,
        name="customers",
        caption="**All** of {name}.",
        labels={"clv": "value"},
        formats={"share": "percent"},
    )
    (facts,) = shown
    assert facts == {
        "piece": "table",
        "name": "customers",
        "caption": "All of <b>.",
        "labels": {"customer_id": "customer", "clv": "value", "share": "share"},
        "formats": {"customer_id": "", "clv": "amount.0", "share": "percent"},
        "currency": "EUR",
    }
