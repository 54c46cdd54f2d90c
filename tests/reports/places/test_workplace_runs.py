"""Folders are replaced in one step, and cleared after runs that died."""

import json
import threading

import pytest

from clvlab.errors import ReportError
from clvlab.reports.places.slugs import slug
from clvlab.reports.places.workplace import Workplace, remove_leftovers, workplace


def dead_token(out, **owner):
    token = out / ".running" / "1-dead"
    (token / "run").mkdir(parents=True)
    told = {"machine": "elsewhere", "process": 1, "process_started": 0.0, "home": None} | owner
    (token / "owner.json").write_text(json.dumps(told))
    return token


@pytest.fixture
def this_machine(monkeypatch):
    monkeypatch.setattr("platform.node", lambda: "elsewhere")


def put(out, home, text):
    with workplace(out) as place:
        (place.run / "x").write_text(text)
        place.move_to(home)


def test_new_run_takes_the_place_of_the_earlier_one(tmp_path):
    home = tmp_path / "report" / "default" / "2024-01-31"
    put(tmp_path, home, "first")
    put(tmp_path, home, "second")
    assert (home / "x").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_runs_that_race_leave_one_whole_folder(tmp_path):
    home = tmp_path / "report" / "default" / "2024-01-31"
    threads = [threading.Thread(target=put, args=(tmp_path, home, str(n))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (home / "x").read_text() in "01234567"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_leftovers_of_the_dead_are_removed(tmp_path, this_machine):
    dead_token(tmp_path)
    remove_leftovers(tmp_path)
    assert not (tmp_path / ".running").exists()


def test_unfinished_run_of_another_machine_is_left_alone(tmp_path):
    dead_token(tmp_path)
    remove_leftovers(tmp_path)
    assert (tmp_path / ".running" / "1-dead").exists()


def test_run_under_way_is_left_alone(tmp_path):
    with workplace(tmp_path) as place:
        remove_leftovers(tmp_path)
        assert place.run.exists()


def test_report_is_put_back_when_the_process_died_while_swapping(tmp_path, this_machine):
    home = tmp_path / "report" / "default" / "2024-01-31"
    home.parent.mkdir(parents=True)
    token = dead_token(tmp_path, home=str(home))
    (token / "previous" / "0").mkdir(parents=True)
    (token / "previous" / "0" / "x").write_text("earlier")
    remove_leftovers(tmp_path)
    assert (home / "x").read_text() == "earlier"


def test_place_that_can_not_be_written_is_told(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ReportError, match="nothing can be written to"), workplace(blocked):
        pass


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("..", "default"),
        ("", "default"),
        ("/", "default"),
        ("CDNOW 1/10 sample", "cdnow-1-10-sample"),
        ("华东 区", "华东-区"),
        ("x" * 300, "x" * 60),
    ],
)
def test_no_name_leaves_the_folder(text, name):
    assert slug(text) == name


def test_clock_that_is_set_does_not_make_a_run_look_dead(tmp_path, monkeypatch):
    with workplace(tmp_path) as place:
        monkeypatch.setattr("psutil.boot_time", lambda: 0.0)
        monkeypatch.setattr("time.time", lambda: 4e9)
        remove_leftovers(tmp_path)
        assert place.run.exists()


def test_owner_can_be_read_while_it_is_written_anew(tmp_path):
    with workplace(tmp_path) as place:
        stop = threading.Event()

        def rewrite():
            while not stop.is_set():
                place._write_owner(tmp_path)

        writer = threading.Thread(target=rewrite)
        writer.start()
        owner = place._token / "owner.json"
        seen = [owner.read_text() for _ in range(2000)]
        stop.set()
        writer.join()
    assert all(json.loads(text)["process"] for text in seen)


def test_workplace_that_can_not_be_completed_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Workplace, "_write_owner", fail)
    with pytest.raises(ReportError, match="No space left"), workplace(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
