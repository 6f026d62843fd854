"""Downloads end whole and verified, whatever happens on the way."""

import io
import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from places import ROOT
from publisher import serving

from speechbrain_zsfuse.corpora import obtain
from speechbrain_zsfuse.corpora.obtaining import download
from speechbrain_zsfuse.folders import find_files
from speechbrain_zsfuse.progress import show_bar

NOISE = np.random.default_rng(0).bytes(300_000)

# Obtains an archive again and again, each time in a folder and a process of
# its own, which dies before one file operation more than the last.
DEATHS = """
import json, os, sys
from speechbrain_zsfuse.corpora import obtain

archive, place = json.loads(sys.argv[1]), sys.argv[2]

def die_after(operations):
    def count(event, arguments):
        nonlocal operations
        if any(str(argument).startswith(place) for argument in arguments):
            operations -= 1
            if operations < 0:
                os._exit(9)
    sys.addaudithook(count)

for operations in range(1000):
    child = os.fork()
    if not child:
        die_after(operations)
        obtain(**archive, folder=f"{place}/{operations}")
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def zipped(files):
    """Bytes of a zip file with some files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return stream.getvalue()


CONTENT = zipped({"Actor_01/a.wav": NOISE, "Actor_02/b.wav": b"sound"})


@pytest.fixture
def publisher():
    with serving(CONTENT) as publisher:
        yield publisher


def check_corpus(folder):
    files = {p.name: p.read_bytes() for p in find_files(folder, (".wav",))}
    assert files == {"a.wav": NOISE, "b.wav": b"sound"}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_archive_is_downloaded_and_unpacked_once(publisher, tmp_path):
    for _ in range(2):
        folder = obtain(**publisher.archive(), folder=tmp_path / "new")
        check_corpus(folder)
    assert names(tmp_path / "new") == ["corpus"]
    [headers] = publisher.asked
    assert headers["User-Agent"] == "speechbrain-zsfuse"


def test_a_bar_is_shown(publisher, tmp_path, monkeypatch):
    bars = []

    def show(**options):
        bars.append((options["title"], show_bar(**options)))
        return bars[-1][1]

    monkeypatch.setattr(download, "show_bar", show)
    obtain(**publisher.archive(), folder=tmp_path)
    [(title, bar)] = bars
    assert (title, bar.total) == ("Downloading", len(CONTENT))


def test_what_breaks_off_is_told_and_begins_anew(publisher, tmp_path):
    publisher.breaks_after = 100_000
    with pytest.raises(ConnectionError, match="100000 bytes.*Run the same com"):
        obtain(**publisher.archive(), folder=tmp_path)
    assert find_files(tmp_path, (".wav",)) == []
    publisher.breaks_after = None
    check_corpus(obtain(**publisher.archive(), folder=tmp_path))
    assert names(tmp_path) == ["corpus"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_moment_leaves_nothing_that_looks_whole(
    publisher, tmp_path
):
    archive = json.dumps(publisher.archive())
    command = [sys.executable, "-c", DEATHS, archive, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    folders = list(tmp_path.iterdir())
    unfinished = [f for f in folders if not (f / "corpus").exists()]
    assert len(folders) > len(unfinished) > 5
    for folder in folders:
        if folder in unfinished:
            assert find_files(folder, (".wav",)) == []
        for cut in folder.glob(".*/**/*.wav"):  # killed while it was written
            cut.write_bytes(b"sou")
        check_corpus(obtain(**publisher.archive(), folder=folder))


def test_another_file_is_refused(publisher, tmp_path):
    archive = publisher.archive(md5="0" * 32)
    message = "corpus.zip as published.*expected md5:0000.* but got .*changed"
    with pytest.raises(ValueError, match=message):
        obtain(**archive, folder=tmp_path)
    assert names(tmp_path / ".corpus.zip") == []


def test_a_missing_file_is_told(publisher, tmp_path):
    archive = publisher.archive("elsewhere.zip")
    with pytest.raises(ConnectionError, match="elsewhere.*404.*in a browser"):
        obtain(**archive, folder=tmp_path)


def test_no_server_is_told(publisher, tmp_path):
    archive = publisher.archive(url="http://127.0.0.1:9/corpus.zip")
    with pytest.raises(ConnectionError, match="refused.*Run the same command"):
        obtain(**archive, folder=tmp_path)


def test_nothing_is_written_elsewhere(publisher, tmp_path):
    publisher.content = zipped({"fine.wav": b"", "../evil.wav": b"evil"})
    with pytest.raises(ValueError, match="evil.* would lie outside"):
        obtain(**publisher.archive(), folder=tmp_path)
    assert names(tmp_path) == [".corpus.zip"]
    assert names(tmp_path / ".corpus.zip") == ["corpus.zip"]


def test_nothing_is_written_through_a_link(publisher, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".corpus.zip").symlink_to(elsewhere)
    check_corpus(obtain(**publisher.archive(), folder=tmp_path))
    assert names(elsewhere) == []
