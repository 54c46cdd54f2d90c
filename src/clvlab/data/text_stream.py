"""The text of a file, block by block: decoded, checked and counted while somebody reads it."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from clvlab.data.progress import Progress
from clvlab.errors import InputError, Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP = b"\x1f\x8b"
_HEAD = 200_000
_BLOCK = 1 << 20


@dataclass(frozen=True)
class TextFile:
    """A text file whose encoding is known.

    Attributes
    ----------
    path
        Where it is; gzipped or not.
    encoding
        As Python calls it.
    head
        Its first 200,000 characters or so; all of a shorter file.
    """

    path: Path
    encoding: str
    head: str

    @property
    def newline(self) -> str:
        """What ends its lines; some old programs end them with a carriage return alone."""
        return "\r" if "\r" in self.head and "\n" not in self.head else "\n"

    @contextmanager
    def lines(self) -> Iterator[IO[str]]:
        """Its lines with their ends, for a reader of fields."""
        with _opened(self.path) as file:
            yield io.TextIOWrapper(file, self.encoding, newline=self.newline)


def open_text(path: Path, encoding: str | None) -> TextFile:
    """Find out the encoding of a file, UTF-8 unless it says otherwise or one is given.

    Raises
    ------
    InputError
        When Python knows no such encoding, or the first characters are in another one.
    """
    with _opened(path) as file, _readable(path):
        raw = file.read(_HEAD)
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        decoder = codecs.getincrementaldecoder(encoding or marked)()
    except LookupError:
        rule = "must be an encoding that Python knows"
        raise InputError(Problem("parameter 'encoding'", rule, f"got {encoding!r}")) from None
    try:
        head = decoder.decode(raw, final=len(raw) < _HEAD)
    except UnicodeError as error:
        raise _encoding_error(path, encoding or marked, error, 0) from None
    return TextFile(path, encoding or marked, head)


class Utf8Stream(io.RawIOBase):
    """The bytes of a text file in UTF-8, whose lines end with a line feed.

    What is wrong with them is raised by `read` and kept in `error`, since what reads in between
    may make something else of it.
    """

    def __init__(self, text: TextFile, progress: Progress) -> None:
        super().__init__()
        self._text, self._progress = text, progress
        self._on_disk = text.path.open("rb")
        self._file = _unpacked(self._on_disk)
        self._decoder = codecs.getincrementaldecoder(text.encoding)()
        self._place = self._lines = 0
        self._rest = b""
        self._ended = False
        self.error: InputError | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, about as many as asked for; none at the end."""
        wanted = size if size > 0 else _BLOCK
        while len(self._rest) < wanted and not self._ended:
            self._rest += self._next(max(wanted - len(self._rest), 1))
        block, self._rest = self._rest[:wanted], self._rest[wanted:]
        return block

    def close(self) -> None:
        """Close the file."""
        self._on_disk.close()
        super().close()

    def _next(self, size: int) -> bytes:
        try:
            with _readable(self._text.path):
                raw = self._file.read(size)
            self._ended = not raw
            text = self._decoder.decode(raw, final=self._ended)
        except UnicodeError as error:
            self.error = _encoding_error(self._text.path, self._text.encoding, error, self._lines)
            raise self.error from None
        except InputError as error:
            self.error = error
            raise
        if self._text.newline == "\r":
            text = text.replace("\r", "\n")
        lines = text.count("\n")
        self._lines += lines
        at = self._on_disk.tell()
        self._progress.advance(rows=lines, size=at - self._place)
        self._place = at
        return text.encode()


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        yield _unpacked(file)


def is_gzipped(path: Path) -> bool:
    """Whether a file is gzipped, whatever its name says."""
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    unpacked: Any = gzip.GzipFile(fileobj=file) if packed else file
    return unpacked  # type: ignore[no-any-return]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Errors of a damaged gzip file in words."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise damaged_gzip(path) from None


def damaged_gzip(path: Path) -> InputError:
    """That a gzip file ends early, or is none."""
    return InputError(
        Problem(f"file {path}", "must be a whole gzip file", "it is damaged", "Copy it again.")
    )


def _encoding_error(path: Path, encoding: str, error: UnicodeError, before: int) -> InputError:
    """That a block holds bytes that are not of an encoding, so many lines after the beginning."""
    raw, start = getattr(error, "object", b""), getattr(error, "start", 0)
    line = before + raw[:start].decode(encoding, errors="replace").count("\n") + 1
    return other_encoding(path, encoding, line, f" ({raw[start : start + 4]!r})")


def other_encoding(path: Path, encoding: str, line: int, which: str = "") -> InputError:
    """That a line of a file holds bytes that are not of its encoding."""
    return InputError(
        Problem(
            f"file {path}",
            f"must be text in the encoding {encoding}",
            f"line {line:,} holds bytes that are not{which}",
            'Pass the encoding, such as encoding="cp1252" for Western European '
            'or encoding="gb18030" for Chinese exports.',
        )
    )
