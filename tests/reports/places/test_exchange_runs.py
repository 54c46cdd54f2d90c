"""Two folders change places in one step, or not at all."""

import errno
import sys

import pytest

from clvlab.reports.places import exchange as module
from clvlab.reports.places.exchange import exchange

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can do this")


def folders(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).write_text("")
    return one, other


@linux
def test_folders_change_places(tmp_path):
    one, other = folders(tmp_path)
    assert exchange(one, other)
    assert (one / "other").exists()
    assert (other / "one").exists()


@linux
def test_folder_that_is_missing_is_an_error(tmp_path):
    one, _ = folders(tmp_path)
    with pytest.raises(FileNotFoundError):
        exchange(one, tmp_path / "missing")


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EINVAL])
def test_file_system_that_can_not_do_it_is_left_alone(tmp_path, monkeypatch, number):
    one, other = folders(tmp_path)
    monkeypatch.setattr(module, "_renameat2", lambda: lambda *_: -1)
    monkeypatch.setattr(module.ctypes, "get_errno", lambda: number)
    assert not exchange(one, other)
    assert (one / "one").exists()


def test_other_systems_are_left_alone(tmp_path, monkeypatch):
    one, other = folders(tmp_path)
    monkeypatch.setattr(module, "_renameat2", lambda: None)
    assert not exchange(one, other)
