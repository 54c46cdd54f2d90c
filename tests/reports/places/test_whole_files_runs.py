"""Files appear whole or not at all, and one process writes at a time."""

import os
import subprocess
import sys
import time

import pytest

from clvlab.reports.places.whole_files import one_at_a_time, write_whole


def test_a_file_that_can_not_be_written_leaves_nothing_and_the_earlier_one(tmp_path, monkeypatch):
    path = tmp_path / "index.html"
    write_whole(path, "as it was")

    def full(self, text, encoding):
        self.write_bytes(b"cut sho")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "as it would be")
    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]
    assert path.read_text() == "as it was"


def test_a_place_that_is_taken_by_a_folder_leaves_nothing(tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(OSError, match=r"index\.html"):
        write_whole(tmp_path / "index.html", "x")
    assert [each.name for each in tmp_path.iterdir()] == ["index.html"]


def test_what_a_killed_process_left_is_removed_when_it_is_old(tmp_path):
    old, young = tmp_path / ".index.html-00000000", tmp_path / ".index.html-11111111"
    for path in (old, young):
        path.write_text("half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    write_whole(tmp_path / "index.html", "x")
    assert sorted(each.name for each in tmp_path.iterdir()) == [young.name, "index.html"]


@pytest.mark.skipif(os.name != "posix", reason="folders are locked on POSIX systems only")
def test_another_process_waits_and_leaves_nothing(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from clvlab.reports.places.whole_files import one_at_a_time\n"
        "print('asking', flush=True)\n"
        "with one_at_a_time(Path(sys.argv[1])):\n"
        "    (Path(sys.argv[1]) / 'order').open('a').write('second')\n"
    )
    with one_at_a_time(tmp_path):
        command = [sys.executable, "-c", script, str(tmp_path)]
        other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline() == "asking\n"
        time.sleep(0.3)
        (tmp_path / "order").write_text("first ")
    assert other.wait(timeout=30) == 0
    other.stdout.close()
    assert (tmp_path / "order").read_text() == "first second"
    assert [each.name for each in tmp_path.iterdir()] == ["order"]


def test_nobody_waits_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("clvlab.reports.places.whole_files._LONGEST_WAIT_SECONDS", 0.1)
    with one_at_a_time(tmp_path), one_at_a_time(tmp_path):
        pass
    with one_at_a_time(tmp_path / "missing"):
        pass
