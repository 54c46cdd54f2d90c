"""Ctrl-C while data are read ends the command with its code and without a traceback."""

import gzip
import os
import pty
import signal
import subprocess
import sys
import time

import duckdb
import psutil
import pytest

CHECK = [sys.executable, "-c", "from clvlab.cli import app; app()", "check"]


@pytest.fixture
def start():
    """A function that starts a check, which does not outlive the test."""
    started = []
    # What a script starts in its background ignores Ctrl-C, and so would all that it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def begin(arguments, **options):
        started.append(subprocess.Popen([*CHECK, *arguments], start_new_session=True, **options))
        return started[-1]

    yield begin
    signal.signal(signal.SIGINT, before)
    for command in started:
        command.kill()
        command.communicate()


def large_text(folder):
    """Half a gigabyte of lines in few bytes."""
    block = gzip.compress(b"0012,2024-01-05,10.50\n" * 200_000)
    path = folder / "orders.csv.gz"
    path.write_bytes(gzip.compress(b"customer_id,date,amount\n") + block * 120)
    return path


def endless_view(folder):
    path = folder / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE VIEW purchases AS SELECT hash(a.range) AS customer_id, "
            "DATE '2024-01-05' AS date, max(b.range) AS amount "
            "FROM range(1000000) a, range(1000000) b GROUP BY ALL"
        )
    return path


@pytest.mark.parametrize("write", [large_text, endless_view])
def test_ctrl_c_ends_with_130(write, start, tmp_path):
    path = write(tmp_path)
    before = set(tmp_path.rglob("*"))
    command = start([str(path), "--no-page"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process = psutil.Process(command.pid)
    while not any(one.path == str(path) for one in process.open_files()):
        assert command.poll() is None
        time.sleep(0.02)
    time.sleep(0.5)
    command.send_signal(signal.SIGINT)
    stdout, stderr = command.communicate(timeout=60)
    assert command.returncode == 130
    assert b"Traceback" not in stderr
    assert stdout == b""
    assert set(tmp_path.rglob("*")) == before


def test_rows_and_time_left_are_shown_in_a_terminal(start, tmp_path):
    path = large_text(tmp_path)
    ours, theirs = pty.openpty()
    shown_at = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    command = start([str(path)], stdout=subprocess.DEVNULL, stderr=theirs, env=shown_at)
    os.close(theirs)
    shown = b""
    while b" s left" not in shown and command.poll() is None:
        shown += os.read(ours, 4096)
    command.send_signal(signal.SIGINT)
    command.wait(timeout=120)
    os.close(ours)
    assert b"reading orders.csv.gz" in shown
    assert b" rows read, " in shown
