"""Run folders as they are kept, without running anything."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Keep = Callable[..., Path]

CARDS = [
    {
        "label": "Value of the customers",
        "value": "$24,000",
        "interval": "20,000 – 28,000",
        "note": "margin",
        "result": "total.clv",
        "format": "money",
    },
    {"label": "Best tenth", "value": "63 %", "result": "share", "format": "percent.0"},
]
RESULTS: dict[str, Any] = {"total": {"clv": 24000.0}, "share": 0.63}


@pytest.fixture
def keep_run(tmp_path: Path) -> Keep:
    """Write the folder of a finished run below `tmp_path` and return it."""

    def keep(
        day: str,
        results: dict[str, Any] | None = None,
        report: str = "clv-study",
        variant: str = "cdnow",
        **manifest: object,
    ) -> Path:
        folder = tmp_path / report / variant / day
        folder.mkdir(parents=True)
        facts = {"title": "What are they worth?", "kind": "CLV study", "as_of": day, "note": ""}
        page = facts | {"data": "CDNOW", "cards": CARDS, "stamps": []}
        told = {
            "report": report,
            "variant": variant,
            "as_of": day,
            "title": "What are they worth?",
            "page": page,
            "parameters": {"horizon": "52 weeks", "as_of": day},
            "versions": {"clvlab": "1.0"},
            "started": f"{day}T06:00:00+00:00",
            "status": "complete",
        }
        recorded = (RESULTS if results is None else results) | {"as_of": day}
        (folder / "manifest.json").write_text(json.dumps(told | manifest))
        (folder / "result.json").write_text(json.dumps(recorded))
        (folder / "report.html").write_text("")
        return folder

    return keep


@pytest.fixture
def keep_failure(tmp_path: Path) -> Keep:
    """Write the folder of a failed run below `tmp_path` and return it."""

    def keep(
        day: str | None, report: str = "clv-study", variant: str = "cdnow", **told: object
    ) -> Path:
        folder = tmp_path / report / variant / f"{day or 'undated'}.failed"
        folder.mkdir(parents=True)
        facts = {"report": report, "variant": variant, "as_of": day, "title": report}
        facts |= {"started": "2030-01-01T06:00:00+00:00", "line": "cell 3 of 9: no such column"}
        (folder / "failure.json").write_text(json.dumps(facts | told))
        (folder / "failure.html").write_text("")
        return folder

    return keep
