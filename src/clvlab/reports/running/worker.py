"""One report in a process of its own: ``python -m clvlab.reports.running.worker``.

An `Order` comes in as one line of JSON on standard input, which then stays open for as long as the
parent lives; when it ends, so does the worker with everything that it started. Events go out as
lines of JSON on standard output:

- ``cell`` with `done` and `cells`, each time that a cell begins;
- and at last one of ``done`` (`folder`, `page`, `seconds`, `skipped`, `warnings`), ``failed``
  (`line`, `message`, `folder`) or ``refused`` (`line`, `message`).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

import psutil  # type: ignore[import-untyped]

from clvlab.errors import ClvlabError, InputError, ReportError
from clvlab.reports.orders.order import Order
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.running.limits import end_process

GRACE_SECONDS = 10.0
"""How long a worker that is told to stop may take to clear away what it began."""

Tell = Callable[..., None]


def main() -> int:
    """Run the order that comes in; the exit code is 0, 1 when it failed, 2 when it was refused."""
    speak = _own_voice()
    order = Order.from_json(_first_line())
    threading.Thread(target=_outlive_nobody, daemon=True).start()
    given = {name: value for _, values in order.layers for name, value in values.items()}
    secrets = named_secrets(given)

    def tell(event: str, **facts: object) -> None:
        speak(json.dumps({"event": event, **without_secrets(facts, secrets)}))

    return _run(order, tell)


def _run(order: Order, tell: Tell) -> int:
    from clvlab.reports.running.run import run_order

    try:
        result = run_order(order, lambda done, cells: tell("cell", done=done, cells=cells))
    except InputError as error:
        tell("refused", line=" ".join(str(error).split()), message=str(error))
        return 2
    except ReportError as error:
        folder = str(error.folder) if error.folder else None
        tell("failed", line=error.line, message=str(error), folder=folder)
        return 1
    except (ClvlabError, OSError) as error:
        tell("failed", line=" ".join(str(error).split()), message=str(error), folder=None)
        return 1
    tell(
        "done",
        folder=str(result.folder),
        page=str(result.page),
        seconds=result.seconds,
        skipped=result.skipped,
        warnings=list(result.warnings),
    )
    return 0


def _own_voice() -> Callable[[str], None]:
    """A way to write lines for the parent alone: what else is printed goes to the error stream."""
    sys.stdout.flush()
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)

    def speak(line: str) -> None:
        channel.write(f"{line}\n")
        channel.flush()

    return speak


def _first_line() -> str:
    """The first line of standard input, read past any buffer that a thread might hold."""
    read = b""
    while not read.endswith(b"\n"):
        piece = os.read(0, 1 << 16)
        if not piece:
            break
        read += piece
    return read.decode("utf-8")


def _outlive_nobody() -> NoReturn:
    """End this process and all that it started as soon as the parent has ended."""
    while os.read(0, 1 << 10):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    end_process(psutil.Process())
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
