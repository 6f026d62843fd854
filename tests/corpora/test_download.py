"""Downloads end whole and verified, whatever happens on the way."""

import hashlib
import io
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from speechbrain_zsfuse.corpora import download
from speechbrain_zsfuse.corpora.download import Archive, fetch, obtain, unpack

NOISE = np.random.default_rng(0).bytes(300_000)


def zipped(files):
    """Bytes of a zip file with some files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return stream.getvalue()


CONTENT = zipped({"Actor_01/a.wav": NOISE, "Actor_02/b.wav": b"sound"})


class Server(ThreadingHTTPServer):
    """Serves CONTENT; ``ranges`` is what it was asked for."""

    content, has_range, breaks_after = CONTENT, True, None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ranges = []

    def archive(self, path="corpus.zip", md5=None):
        """What it publishes."""
        md5 = md5 or hashlib.md5(CONTENT).hexdigest()
        url = f"http://127.0.0.1:{self.server_port}/{path}?download=1"
        return Archive(url, "corpus.zip", md5)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, start = self.server, 0
        server.ranges.append(self.headers["Range"])
        if "corpus.zip" not in self.path:
            return self.send_error(404)
        if self.headers["Range"] and server.has_range:
            start = int(self.headers["Range"][len("bytes=") : -1])
            if start >= len(server.content):
                return self.send_error(416)
            self.send_response(206)
            end, size = len(server.content) - 1, len(server.content)
            self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
        else:
            self.send_response(200)
        body = server.content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.breaks_after])

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def check_corpus(folder):
    files = {p.name: p.read_bytes() for p in folder.rglob("*.wav")}
    assert files == {"a.wav": NOISE, "b.wav": b"sound"}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_archive_is_downloaded_and_unpacked_once(server, tmp_path):
    for _ in range(2):
        folder = obtain(server.archive(), tmp_path / "new", progress=False)
        check_corpus(folder)
    assert server.ranges == [None]
    assert names(tmp_path / "new") == ["corpus", "corpus.zip"]


def test_an_interrupted_download_goes_on(server, tmp_path):
    server.breaks_after = 100_000
    with pytest.raises(ConnectionError, match="broke off after 100,000 of 300"):
        obtain(server.archive(), tmp_path, progress=False)
    assert names(tmp_path) == [".corpus.zip.part"]
    server.breaks_after = None
    check_corpus(obtain(server.archive(), tmp_path, progress=False))
    assert server.ranges == [None, "bytes=100000-"]


def test_a_server_that_cannot_go_on_begins_anew(server, tmp_path):
    (tmp_path / ".corpus.zip.part").write_bytes(CONTENT[:1000])
    server.has_range = False
    check_corpus(obtain(server.archive(), tmp_path, progress=False))
    assert server.ranges == ["bytes=1000-"]


@pytest.mark.parametrize("size", [1000, len(CONTENT), 2 * len(CONTENT)])
def test_a_beginning_of_another_file_is_thrown_away(server, tmp_path, size):
    (tmp_path / ".corpus.zip.part").write_bytes(b"x" * size)
    check_corpus(obtain(server.archive(), tmp_path, progress=False))
    assert server.ranges == [f"bytes={size}-", None]


def test_killed_after_the_last_byte(server, tmp_path):
    (tmp_path / ".corpus.zip.part").write_bytes(CONTENT)
    check_corpus(obtain(server.archive(), tmp_path, progress=False))
    assert server.ranges == [f"bytes={len(CONTENT)}-"]


def test_a_wrong_checksum_is_refused(server, tmp_path):
    archive = server.archive(md5="0" * 32)
    with pytest.raises(ValueError, match="md5 0000.*, but the md5 of"):
        fetch(archive, tmp_path, progress=False)
    assert names(tmp_path) == []
    (tmp_path / "corpus.zip").write_bytes(b"from a browser, cut")
    with pytest.raises(ValueError, match="Delete it"):
        fetch(archive, tmp_path, progress=False)
    assert names(tmp_path) == ["corpus.zip"]


def test_a_missing_file_is_told(server, tmp_path):
    with pytest.raises(ConnectionError, match="elsewhere.*404.*in a browser"):
        obtain(server.archive("elsewhere"), tmp_path, progress=False)


def test_no_server_is_told(server, tmp_path):
    archive = server.archive()._replace(url="http://127.0.0.1:9/corpus.zip")
    with pytest.raises(ConnectionError, match="refused.*Run the same command"):
        obtain(archive, tmp_path, progress=False)


@contextmanager
def killed(monkeypatch, name, after):
    """Die when something is called once more."""
    original = getattr(zipfile.ZipFile, name)
    calls = []

    def mortal(*arguments):
        calls.append(arguments)
        if len(calls) > after:
            raise KeyboardInterrupt
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, name, mortal)
        with pytest.raises(KeyboardInterrupt):
            yield


def test_killed_while_unpacking(server, tmp_path, monkeypatch):
    with killed(monkeypatch, "extract", after=1):
        obtain(server.archive(), tmp_path, progress=False)
    assert names(tmp_path) == [".corpus.unpacking", "corpus.zip"]
    check_corpus(obtain(server.archive(), tmp_path, progress=False))
    assert names(tmp_path) == ["corpus", "corpus.zip"]
    assert server.ranges == [None]


def test_what_is_not_unpacked_yet_is_no_corpus(tmp_path):
    from speechbrain_zsfuse.files import find_files

    (tmp_path / ".corpus.unpacking").mkdir()
    (tmp_path / ".corpus.unpacking" / "a.wav").touch()
    assert find_files(tmp_path, (".wav",)) == []


@pytest.mark.parametrize("name", ["../evil.wav", "/evil.wav", "a/../../evil"])
def test_nothing_is_written_elsewhere(tmp_path, name):
    path = tmp_path / "sub" / "bad.zip"
    path.parent.mkdir()
    path.write_bytes(zipped({"fine.wav": b"", name: b"evil"}))
    with pytest.raises(ValueError, match="evil.* would lie outside"):
        unpack(path, tmp_path / "sub" / "bad", progress=False)
    assert names(tmp_path) == ["sub"] and names(path.parent) == ["bad.zip"]


def test_a_damaged_zip_is_refused(tmp_path):
    (tmp_path / "bad.zip").write_bytes(CONTENT[:-100])
    with pytest.raises(ValueError, match="intact zip file at .*bad.zip"):
        unpack(tmp_path / "bad.zip", tmp_path / "bad", progress=False)
    assert names(tmp_path) == ["bad.zip"]


def test_a_slow_server_is_not_waited_for_forever(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "_TIMEOUT", 0.2)
    monkeypatch.setattr(
        _Handler, "do_GET", lambda self: threading.Event().wait(0.6)
    )
    with pytest.raises(ConnectionError, match="timed out"):
        obtain(server.archive(), tmp_path, progress=False)
