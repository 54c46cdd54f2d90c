"""What an engine says when memory or disk are not enough, in the words of a message."""

from __future__ import annotations

import re

from clvlab.errors import InputError, Problem

_NO_ROOM = "no space left|max_temp_directory_size|failed to offload|could not write|file too large"
_NO_MEMORY = "out of memory|could not allocate"


def shortage_of(said: str, *, place: str) -> InputError | None:
    """That there is not enough of something; None when an engine says something else.

    Parameters
    ----------
    said
        What it says.
    place
        The parameter that names the folder for what does not fit into memory.

    Examples
    --------
    >>> print(shortage_of("Could not write file: No space left on device", place="spill_folder"))
    the spill folder must have room; Could not write file: No space left on device. Make room, or name another place as spill_folder.
    >>> shortage_of("no such column", place="spill_folder") is None
    True
    """  # noqa: E501 - a message is one line
    reason = said.strip().splitlines()[0].rstrip(".") if said.strip() else ""
    if re.search(_NO_ROOM, said, re.IGNORECASE):
        remedy = f"Make room, or name another place as {place}."
        return InputError(Problem("the spill folder", "must have room", reason, remedy))
    if re.search(_NO_MEMORY, said, re.IGNORECASE):
        remedy = "Allow more, such as memory_limit='8GB'."
        return InputError(Problem("parameter 'memory_limit'", "must be enough", reason, remedy))
    return None
