"""Run folders that never lie: worked on out of sight, moved into place in one step.

Everything unfinished lives in `OUT/.running/TOKEN/`: `run` is the folder being written,
`owner.json` says whose it is. A process that dies leaves its token behind; the next run removes
it. Where two folders can't change places in one step, the replaced one waits in `previous`, and is
put back by the next run if the process died in between.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from clvlab.errors import ReportError
from clvlab.reports.places.exchange import exchange
from clvlab.reports.places.stopping import undisturbed

_RUNNING = ".running"
_START_TICKS = 19
"""Position of the start time in a line of /proc/PID/stat, counted behind the process's name."""

_FORGOTTEN_SECONDS = 48 * 3600
"""Age at which an unfinished run of another machine is taken for dead."""


class Workplace:
    """One unfinished run.

    Attributes
    ----------
    run
        The folder that the run writes into.
    work
        An empty folder for the kernel to stand in, so that no notebook depends on where it runs.
    log
        What the kernel itself complains of, beside the cells' own output.
    moved
        Where the run was put; None before.
    """

    def __init__(self, out: Path) -> None:
        self._token = out / _RUNNING / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.run = self._token / "run"
        self.work = self._token / "work"
        self.log = self._token / "kernel.log"
        self.moved: Path | None = None
        try:
            self.run.mkdir(parents=True)
            self.work.mkdir()
            self._write_owner(None)
        except OSError:
            self.remove()
            raise

    def _write_owner(self, home: Path | None) -> None:
        owner = {
            "machine": platform.node(),
            "process": os.getpid(),
            "process_started": birth_of(os.getpid()),
            "home": str(home) if home else None,
        }
        unfinished = self._token / "owner.new"
        unfinished.write_text(json.dumps(owner), encoding="utf-8")
        unfinished.replace(self._token / "owner.json")

    def move_to(self, home: Path) -> None:
        """Put the finished run into its place, where it changes places with an earlier one.

        Raises
        ------
        ReportError
            When that is not possible, or other runs keep taking the place twenty times.
        """
        self._write_owner(home)
        with undisturbed():
            try:
                home.parent.mkdir(parents=True, exist_ok=True)
                self._move(self.run, home)
                self.moved = home
            except OSError as error:
                raise ReportError(f"the report can't be put into {home}: {error}.") from error

    def move_beside(self, folder: Path, home: Path) -> None:
        """Put another folder of this workplace, such as that of a failure, into its place."""
        with undisturbed():
            home.parent.mkdir(parents=True, exist_ok=True)
            self._move(folder, home)

    def _move(self, folder: Path, home: Path) -> None:
        """Change places with what is there, or take the empty place; others may race for it."""
        for attempt in range(20):
            with suppress(FileNotFoundError):
                if exchange(folder, home):
                    return
                self._step_aside(home, attempt)
            try:
                folder.rename(home)
            except OSError:
                if not home.exists():
                    _put_back(self._token / "previous", home)
                    raise
                time.sleep(0.01 * attempt)
            else:
                return
        raise ReportError(f"the report can't be put into {home}: other runs keep replacing it.")

    def _step_aside(self, home: Path, attempt: int) -> None:
        """Where places can't be changed in one step, the earlier run is moved away first."""
        previous = self._token / "previous" / str(attempt)
        previous.parent.mkdir(exist_ok=True)
        home.rename(previous)

    def remove(self) -> None:
        """Remove what is left of the unfinished run."""
        _remove_token(self._token)


@contextmanager
def workplace(out: Path) -> Iterator[Workplace]:
    """A workplace for one run, removed afterwards whatever happens; clears dead ones first.

    Raises
    ------
    ReportError
        When nothing can be written to `out`.
    """
    remove_leftovers(out)
    try:
        place = Workplace(out)
    except OSError as error:
        raise ReportError(f"nothing can be written to {out}: {error.strerror}.") from error
    try:
        yield place
    finally:
        place.remove()


def remove_leftovers(out: Path) -> None:
    """Clear what runs left behind that were killed; runs still under way are not touched."""
    running = out / _RUNNING
    if not running.is_dir():
        return
    for token in running.iterdir():
        owner = _read_owner(token)
        if _is_alive(owner, token):
            continue
        home = owner.get("home")
        if isinstance(home, str):
            _put_back(token / "previous", Path(home))
        _remove_token(token)


def _read_owner(token: Path) -> dict[str, object]:
    try:
        owner = json.loads((token / "owner.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _is_alive(owner: dict[str, object], token: Path) -> bool:
    if not owner:  # killed, or stopped just now, before it could say who it is
        return _age(token) < 60
    if owner["machine"] != platform.node():
        return _age(token) < _FORGOTTEN_SECONDS
    try:
        return birth_of(int(str(owner["process"]))) == owner["process_started"]
    except (psutil.Error, OSError, ValueError):
        return False


def birth_of(pid: int) -> str:
    """What tells a process from a later one with its number, whatever the clock says.

    On Linux the start in ticks since the machine was booted, and which boot that was: the time of
    day would move when the clock is set.
    """
    proc = Path("/proc")
    if (proc / "sys/kernel/random/boot_id").exists():
        boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        after_name = (proc / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2]
        return f"{boot} {after_name.split()[_START_TICKS]}"
    return repr(psutil.Process(pid).create_time())


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _put_back(previous: Path, home: Path) -> None:
    """Return the newest replaced run to its place when that was left empty."""
    kept = sorted(previous.glob("*"), key=lambda path: int(path.name)) if previous.is_dir() else []
    if kept and not home.exists():
        with suppress(OSError):
            kept[-1].rename(home)


def _remove_token(token: Path) -> None:
    shutil.rmtree(token, ignore_errors=True)
    with suppress(OSError):  # another run is still under way
        token.parent.rmdir()
