"""Data sets that clvlab may not carry, fetched from where their authors put them.

What comes in is written beside the file's place and checked whole before it takes that place: a
broken connection, a page that says "not found" or another file never look like the data set.
"""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clvlab.errors import ClvlabError, InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from http.client import HTTPResponse

_BLOCK: Final = 1 << 16
_SECONDS: Final = 30.0
_GZIPPED: Final = b"\x1f\x8b"


@dataclass(frozen=True)
class RemoteFile:
    """A data set on the net.

    Attributes
    ----------
    url
        Where its author put it.
    path
        Where it belongs in the folder of data sets.
    sha256
        Of the file's text, unpacked and without line ends after its last line: copies differ in
        whether there is one.
    most_bytes
        More than it can have; whatever is larger is something else.
    """

    url: str
    path: Path
    sha256: str
    most_bytes: int


REMOTE: Final = {
    "hillstrom": RemoteFile(
        url=(
            "http://www.minethatdata.com/"
            "Kevin_Hillstrom_MineThatData_E-MailAnalytics_DataMiningChallenge_2008.03.20.csv"
        ),
        path=Path("hillstrom") / "hillstrom.csv",
        # The author's file has 3,964,977 bytes, of which the last two are a line end; that file as
        # a whole has the sum 0e5893329d8b93cefecc571777672028290ab69865718020c78c7284f291aece.
        sha256="ff9e59285e9dc3f5fa3e0975419e6631ea5bdccd65d818991473d2367e02979c",
        most_bytes=20_000_000,
    )
}


def fetch_data_set(name: str, folder: Path, *, url: str | None = None) -> tuple[Path, bool]:
    """Bring a data set into a folder, unless it is there.

    Parameters
    ----------
    name
        One of `REMOTE`.
    folder
        Of data sets, such as the one that ``CLVLAB_DATA_DIR`` names; made when missing.
    url
        Another place that has the same file, packed by gzip or not.

    Returns
    -------
    tuple
        The file, and whether it was fetched now.

    Raises
    ------
    InputError
        For a name that is not known, or a file in its place that is something else.
    ClvlabError
        When the place does not answer, breaks off, or holds something else. Nothing is written.
    """
    if name not in REMOTE:
        known = list(REMOTE)
        hint = did_you_mean(name, known)
        found = f"got {name!r}"
        raise InputError(Problem("the data set", f"must be of {', '.join(known)}", found, hint))
    remote = REMOTE[name]
    target = folder / remote.path
    if target.exists():
        _refuse_other(target, remote)
        return target, False
    text = _unpacked(_download(url or remote.url, remote.most_bytes), remote.most_bytes)
    if sum_of(text) != remote.sha256:
        raise ClvlabError(
            f"{url or remote.url} holds another file than the data set {name}: its sum (SHA-256) "
            f"is {sum_of(text)}, expected was {remote.sha256}. Nothing was written."
        )
    _write_whole(text, target)
    return target, True


def sum_of(text: bytes) -> str:
    r"""SHA-256 of a text without line ends after its last line.

    Examples
    --------
    >>> sum_of(b"a,b\r\n") == sum_of(b"a,b")
    True
    """
    return hashlib.sha256(text.rstrip(b"\r\n")).hexdigest()


def _refuse_other(target: Path, remote: RemoteFile) -> None:
    if sum_of(target.read_bytes()) != remote.sha256:
        found = f"its sum (SHA-256) is {sum_of(target.read_bytes())}"
        remedy = "Move it away to fetch the data set."
        rule = "must be the data set where one is there"
        raise InputError(Problem(f"the file {target}", rule, found, remedy))


def _download(url: str, most: int) -> bytes:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    if not url.startswith(("http://", "https://")):
        rule = "must be an address that begins with http:// or https://"
        raise InputError(Problem("option --url", rule, f"got {url!r}"))
    try:
        with urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - only http and https
            return _whole(answer, url, most)
    except HTTPError as error:
        said = f"{url} answered {error.code} {error.reason}"
    except URLError as error:
        said = f"{url} can't be reached ({error.reason}); is there a connection to the internet?"
    except (HTTPException, OSError) as error:
        said = f"{url} broke off ({error})"
    raise ClvlabError(f"{said}. Nothing was written.")


def _whole(answer: HTTPResponse, url: str, most: int) -> bytes:
    """All that an answer holds, which is as much as it says."""
    announced = answer.headers.get("Content-Length")
    parts, got = [], 0
    while block := answer.read(_BLOCK):
        parts.append(block)
        got += len(block)
        if got > most:
            raise ClvlabError(f"{url} holds more than {most:,} bytes. Nothing was written.")
    if announced is not None and got < int(announced):
        raise ClvlabError(
            f"{url} broke off after {got:,} of {int(announced):,} bytes. Nothing was written."
        )
    return b"".join(parts)


def _unpacked(content: bytes, most: int) -> bytes:
    if not content.startswith(_GZIPPED):
        return content
    try:
        unpacker = zlib.decompressobj(wbits=31)
        text = unpacker.decompress(content, most)
    except zlib.error as error:
        raise ClvlabError(f"What was fetched can't be unpacked ({error}).") from error
    if not unpacker.eof:
        raise ClvlabError("What was fetched can't be unpacked: it ends too early or is too large.")
    return text


def _write_whole(text: bytes, target: Path) -> None:
    """Write a file that is there as a whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as part:
        unfinished = Path(part.name)
        try:
            part.write(text)
            part.close()
            unfinished.chmod(0o644)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
