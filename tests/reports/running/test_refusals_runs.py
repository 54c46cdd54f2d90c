"""A refused order leaves a record beside the runs of its report, and none of its secrets."""

import json
from datetime import UTC, datetime

from clvlab.reports.orders.order import Order
from clvlab.reports.running.refusals import record_refusal

NIGHT = datetime(2024, 7, 5, 4, 30, tzinfo=UTC)


def test_record_says_what_and_keeps_no_parameter_but_the_day(tmp_path):
    written = {"data": "postgresql://me:s3cret@crm/orders", "as_of": "2024-05-31"}
    layers = (("catalogue", written),)
    order = Order("clv.ipynb", str(tmp_path), "clv", "north", "2024-06-30", layers)
    folder = record_refusal(order, "parameter 'data' can't hold a password.", NIGHT)
    assert folder == tmp_path / "clv" / "north" / "2024-06-30.failed"
    record = json.loads((folder / "failure.json").read_text())
    assert record["reason"] == "refused"
    assert record["line"] == "parameter 'data' can't hold a password."
    assert record["started"] == "2024-07-05T04:30:00+00:00"
    assert record["parameters"] == {"as_of": "2024-06-30"}
    assert "It was refused before it began" in (folder / "failure.html").read_text()
    assert not any(b"s3cret" in path.read_bytes() for path in folder.iterdir())
    assert not (tmp_path / ".running").exists()


def test_day_comes_from_the_parameters_of_a_report_that_is_made_once(tmp_path):
    layers = (("file company.toml", {"rate": 1}), ("catalogue", {"as_of": "1998-06-30"}))
    order = Order("clv.ipynb", str(tmp_path), "clv", "north", layers=layers)
    assert record_refusal(order, "no data", NIGHT).name == "1998-06-30.failed"
    undated = Order("clv.ipynb", str(tmp_path), "clv", "south")
    assert record_refusal(undated, "no data", NIGHT).name == "undated.failed"


def test_place_that_can_not_be_written_is_no_further_failure(tmp_path):
    (tmp_path / "file").write_text("")
    order = Order("clv.ipynb", str(tmp_path / "file"), "clv", "north")
    assert record_refusal(order, "no data", NIGHT) is None
