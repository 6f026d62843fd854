"""Files that are written whole or not at all."""

import errno
import os

import pytest

from speechbrain_zsfuse.errors import explain_system
from speechbrain_zsfuse.files import write_text


def test_a_full_disk_is_named_and_not_kept_full(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = write_text(tmp_path / "a.html", "old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space left") as caught:
        write_text(path, "new")
    assert f"room in {tmp_path}, but" in explain_system(caught.value)
    assert [*tmp_path.iterdir()] == [path] and path.read_text() == "old"
