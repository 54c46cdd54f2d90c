"""A page as PDF, printed by a browser that is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from clvlab.errors import ParameterError, Problem, ReportError

BROWSER = "CLVLAB_BROWSER"
"""Environment variable that names the browser to print with."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
"""Programs looked for when the variable is not set, the first found is taken."""

TIMEOUT_SECONDS = 60.0

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_LINK_TO_A_FILE = re.compile(r'(<a\b[^>]*?)\shref="(?!#|https?:|mailto:)[^"]*"')
_LAST_LINES = 5


def find_browser() -> str | None:
    """The program that prints; None when there is none.

    The environment variable CLVLAB_BROWSER names it, as a path or a program; otherwise it is the
    first of `BROWSERS` that is installed. A variable that names nothing finds nothing.
    """
    named = os.environ.get(BROWSER)
    candidates = (named,) if named else BROWSERS
    return next(filter(None, map(shutil.which, candidates)), None)


def require_browser() -> None:
    """Refuse to go on without a browser, before anything is run.

    Raises
    ------
    ParameterError
        When none is found; it says what to do.
    """
    if find_browser() is not None:
        return
    named = os.environ.get(BROWSER)
    found = (
        f"{BROWSER} is {named!r}, and there is no such program"
        if named
        else f"none of {', '.join(BROWSERS)} is installed"
    )
    remedy = (
        f"Install Chromium, Chrome or Edge, set {BROWSER} to its path, or make the report "
        "without a PDF."
    )
    raise ParameterError(Problem("a PDF", "must be printed by a browser", found, remedy))


def print_pdf(page: Path, pdf: Path, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Print a finished page as PDF.

    The browser gets a profile of its own and no network. Neither the paper nor the file names a
    place of this machine: there is no header or footer, and links to files beside the page are
    left out, which a PDF would keep as full paths.

    Parameters
    ----------
    page
        A `report.html`.
    pdf
        The file to write.
    timeout_seconds
        After which the browser is stopped.

    Raises
    ------
    ParameterError
        When there is no browser.
    ReportError
        When the browser fails, with its last words, or takes too long.
    """
    require_browser()
    browser = str(find_browser())
    with tempfile.TemporaryDirectory(prefix="clvlab-pdf-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        copy, printed = place / "report.html", place / "report.pdf"
        html = page.read_text(encoding="utf-8")
        copy.write_text(_LINK_TO_A_FILE.sub(r"\1", html), encoding="utf-8")
        code, words = _run(_command(browser, copy, printed, place / "profile"), timeout_seconds)
        if code != 0 or not _is_pdf(printed):
            said = words.replace(folder, "").strip() or f"it ended with code {code}"
            raise ReportError(f"{Path(browser).name} could not print the page as PDF: {said}")
        try:
            shutil.copyfile(printed, pdf)
        except OSError as error:
            raise ReportError(f"the PDF can't be written: {error.strerror}.") from error


def _command(browser: str, page: Path, pdf: Path, profile: Path) -> list[str]:
    # Chromium refuses to run as root inside its sandbox, as in most containers.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    sandbox = ["--no-sandbox"] if root else []
    own = [f"--user-data-dir={profile}", f"--print-to-pdf={pdf}"]
    return [browser, *_FLAGS, *sandbox, *own, page.as_uri()]


def _run(command: list[str], timeout_seconds: float) -> tuple[int, str]:
    """Exit code and last words of the browser; it never outlives this call."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise ReportError(f"{Path(command[0]).name} can't be started: {error.strerror}.") from error
    try:
        _, words = process.communicate(timeout=timeout_seconds)
    except subprocess.TimeoutExpired:
        raise ReportError(
            f"{Path(command[0]).name} did not print the page within {timeout_seconds:g} seconds."
        ) from None
    finally:
        _stop(process)
    return process.returncode, "\n".join(words.strip().splitlines()[-_LAST_LINES:])


def _stop(process: subprocess.Popen[str]) -> None:
    """End the browser and every process that it started."""
    if process.poll() is not None:
        return
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    for child in family:
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
    process.communicate()


def _is_pdf(path: Path) -> bool:
    return path.is_file() and path.read_bytes()[:5] == b"%PDF-"
