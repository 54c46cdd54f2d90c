"""What may go wrong at night, with real processes: nothing half-written, nobody left behind."""

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from clvlab.errors import ReportError
from clvlab.reports.orders.order import Order
from clvlab.reports.running.run import run_order
from clvlab.reports.writing.page import RUN_FOLDER

GOOD = """\
import os
from clvlab.reports.writing.page import Page
page = Page.open("Small?")
page.meta(as_of="2024-01-31", data="none")
page.record(mood=mood, process=os.getpid())"""

PARAMETERS = 'mood: str = "good"'


@pytest.fixture
def order(make_notebook, run_without_kernel, tmp_path):
    """A report that is good or bad, with a good run of it in place."""

    def make(*cells, **settings):
        notebook = make_notebook(GOOD, *cells, name="small", parameters=PARAMETERS)
        out = settings.pop("out", tmp_path / "reports")
        good = run_without_kernel(Order(str(notebook), str(out), layers=(("python", {}),)))
        before = files_of(good.folder)
        layers = (("python", {"mood": "bad"}),)
        return Order(str(notebook), str(out), layers=layers, **settings), before

    return make


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def home_of(order: Order) -> Path:
    return Path(order.out) / "small" / "default" / "2024-01-31"


def failure_of(order: Order) -> dict:
    folder = home_of(order).parent / "undated.failed"
    assert (folder / "failure.html").stat().st_size > 1000
    return json.loads((folder / "failure.json").read_text())


def assert_all_is_in_order(order: Order, before: dict[str, bytes]) -> None:
    assert files_of(home_of(order)) == before
    assert not (Path(order.out) / ".running").exists()
    assert kernels(Path(order.out)) == []


def kernels(out: Path) -> list[psutil.Process]:
    """Kernels that write below that folder, whoever their parent is by now."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "ipykernel_launcher" not in (process.info["cmdline"] or []):
            continue
        with suppress(psutil.Error):
            if process.environ().get(RUN_FOLDER, "").startswith(str(out)):
                found.append(process)
    return found


def start(order: Order, before_running: str = "") -> subprocess.Popen:
    """The same as the command line does, in a process of its own."""
    script = (
        "import sys\nfrom clvlab.errors import ReportError\n"
        "from clvlab.reports.orders.order import Order\n"
        "from clvlab.reports.running.run import run_order\n"
        f"{before_running}\n"
        "try:\n    run_order(Order.from_json(sys.argv[1]))\n"
        "except ReportError as error:\n    sys.exit(str(error))"
    )
    command = [sys.executable, "-c", script, order.to_json()]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def wait_for_kernel(order: Order) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        texts = [p.read_text() for p in Path(order.out).glob(".running/*/run/result.json")]
        if any('"process"' in text for text in texts):
            return
        time.sleep(0.02)
    raise TimeoutError


ENDLESS = "import time\nwhile mood == 'bad': time.sleep(0.1)"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_that_is_told_to_stop_ends_in_order(order, number):
    asked, before = order("## The long part", ENDLESS)
    process = start(asked)
    wait_for_kernel(asked)
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 1
    assert f"stopped by the signal {number.name}" in said
    assert failure_of(asked)["reason"] == "stopped"
    assert_all_is_in_order(asked, before)


def test_stop_during_the_move_lets_the_move_finish(order):
    asked, before = order()
    interrupt = (
        "import os, signal\nfrom clvlab.reports.places import workplace\n"
        "move = workplace.exchange\n"
        "def interrupted(one, other):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n    return move(one, other)\n"
        "workplace.exchange = interrupted"
    )
    process = start(asked, interrupt)
    said = process.communicate(timeout=40)[1]
    assert (process.returncode, said) == (0, "")
    after = files_of(home_of(asked))
    assert after.keys() == before.keys()
    assert json.loads(after["result.json"])["mood"] == "bad"
    assert_all_is_in_order(asked, after)
    assert not (home_of(asked).parent / "undated.failed").exists()


def test_notebook_that_never_ends_is_ended(order):
    asked, before = order("## The long part", ENDLESS, timeout_seconds=6.0)
    with pytest.raises(ReportError, match="small failed: it took longer than 6 seconds") as raised:
        run_order(asked)
    assert "cell 4 of 4, under “The long part”" in str(raised.value)
    assert failure_of(asked)["reason"] == "timeout"
    assert_all_is_in_order(asked, before)


def test_notebook_that_eats_all_memory_is_ended(order):
    eat = "import time\nif mood == 'bad': kept = [bytearray(700_000_000), time.sleep(60)]"
    asked, before = order(eat, memory_bytes=500_000_000)
    with pytest.raises(ReportError, match=r"it held .* of memory, and 500\sMB are allowed"):
        run_order(asked)
    assert failure_of(asked)["reason"] == "memory"
    assert failure_of(asked)["cell"] == 3
    assert_all_is_in_order(asked, before)


def test_kernel_that_can_not_be_started_is_told(order, monkeypatch):
    asked, before = order()
    missing = {"argv": ["/no/such/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
    monkeypatch.setattr("ipykernel.kernelspec.get_kernel_dict", lambda: missing)
    with pytest.raises(ReportError, match="no Python process could be started for it"):
        run_order(asked)
    assert failure_of(asked)["reason"] == "kernel"
    assert_all_is_in_order(asked, before)


def test_failing_cell_is_recorded_with_its_traceback_and_log(order):
    asked, before = order("## The fit", "import sys\nif mood == 'bad': 1 / 0")
    with pytest.raises(ReportError) as raised:
        run_order(asked)
    failure = failure_of(asked)
    assert raised.value.line == "cell 4 of 4: ZeroDivisionError: division by zero"
    assert raised.value.folder == home_of(asked).parent / "undated.failed"
    assert (failure["cell"], failure["heading"], failure["error"]) == (
        4,
        "The fit",
        "ZeroDivisionError",
    )
    assert "1 / 0" in failure["source"]
    assert "ZeroDivisionError: division by zero" in failure["traceback"]
    assert "\x1b" not in failure["traceback"]
    assert {"notebook.ipynb", "kernel.log"} <= {p.name for p in raised.value.folder.iterdir()}
    assert_all_is_in_order(asked, before)


def test_good_run_removes_the_record_of_the_failure(order, run_without_kernel):
    asked, _ = order("if mood == 'bad': 1 / 0")
    with pytest.raises(ReportError):
        run_order(asked)
    run_without_kernel(Order(asked.notebook, asked.out, force=True))
    assert [path.name for path in home_of(asked).parent.iterdir()] == ["2024-01-31"]


def test_two_runs_at_the_same_time_do_no_harm(order):
    asked, _ = order("import time\ntime.sleep(1)")
    both = [start(asked), start(asked)]
    ended = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    assert json.loads((home_of(asked) / "result.json").read_text())["mood"] == "bad"
    assert_all_is_in_order(asked, files_of(home_of(asked)))


def test_full_disk_is_a_failure_that_leaves_the_earlier_report(order, small_disk):
    fill = "if mood == 'bad': (page._folder / 'big.bin').write_bytes(bytes(4_000_000))"
    asked, before = order(fill, out=small_disk)
    with pytest.raises(ReportError, match="No space left on device"):
        run_order(asked)
    assert_all_is_in_order(asked, before)


def test_disk_that_is_full_when_the_page_is_written(order, small_disk):
    fill = (
        "if mood == 'bad':\n"
        "    import shutil\n"
        "    left = shutil.disk_usage(page._folder).free\n"
        "    (page._folder / 'big.bin').write_bytes(bytes(left - 12_000))"
    )
    asked, before = order(fill, out=small_disk)
    with pytest.raises(ReportError, match="No space left on device"):
        run_order(asked)
    assert_all_is_in_order(asked, before)


def test_folder_that_is_read_only_is_told(order, small_disk):
    asked, before = order(out=small_disk)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(ReportError, match=r"nothing can be written to .*: Read-only file system"):
        run_order(asked)
    assert_all_is_in_order(asked, before)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("page.record(as_of='soon') if mood == 'bad' else None", "recorded once in a run"),
        (
            "if mood == 'bad': (page._folder / 'result.json').write_text('{not json')",
            "JSONDecodeError",
        ),
    ],
)
def test_fault_after_the_last_cell_is_a_failure_like_any_other(order, cell, said):
    asked, before = order(cell)
    with pytest.raises(ReportError) as raised:
        run_order(asked)
    assert said in str(raised.value)
    assert (home_of(asked).parent / "undated.failed" / "failure.html").exists()
    assert_all_is_in_order(asked, before)


def test_what_a_cell_started_is_ended_with_it(order):
    leave = (
        "import subprocess, time\n"
        "if mood == 'bad':\n"
        "    left = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
        "    page.record(left=left.pid)\n    time.sleep(1)"
    )
    asked, _ = order(leave)
    left = run_order(asked).results["left"]
    assert not psutil.pid_exists(left) or psutil.Process(left).status() == "zombie"


def test_same_run_again_takes_back_a_failure_in_between(
    make_notebook, run_without_kernel, tmp_path
):
    (tmp_path / "orders.csv").write_text("a\n")
    parameters = PARAMETERS + "\ndata: str | None = None"
    notebook = make_notebook(GOOD, "1 / len(mood)", name="small", parameters=parameters)
    given = {"data": str(tmp_path / "orders.csv")}

    def ask(run=run_without_kernel, **more):
        layers = (("python", given | more),)
        return run(Order(str(notebook), str(tmp_path / "reports"), layers=layers))

    home = ask().folder
    with pytest.raises(ReportError):
        ask(run_order, mood="")
    assert ask().skipped
    assert [path.name for path in home.parent.iterdir()] == ["2024-01-31"]
