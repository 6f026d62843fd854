"""An archive is unpacked whole, where it should be, or refused in words."""

import struct
import zipfile

import pytest

from speechbrain_zsfuse.corpora.obtaining.unpacking import unpack

CONTENT = bytes(range(256)) * 20


def write(path, files, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in files:
            file.writestr(name, content)
    return path


@pytest.fixture
def archive(tmp_path):
    return write(tmp_path / "a.zip", [("sub/a.wav", CONTENT), ("b.wav", b"b")])


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.*"))


def test_all_is_unpacked_anew(archive, tmp_path):
    for _ in range(2):
        folder = unpack(archive, tmp_path / "new")
        assert names(folder) == ["b.wav", "sub/a.wav"]
        assert (folder / "sub" / "a.wav").read_bytes() == CONTENT
        (folder / "left.wav").touch()


@pytest.mark.parametrize("place", ["new", "new/sub"])
def test_nothing_is_written_through_a_link(archive, tmp_path, place):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.wav").write_text("mine")
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).symlink_to(elsewhere)
    folder = unpack(archive, tmp_path / "new")
    assert names(folder) == ["b.wav", "sub/a.wav"]
    assert names(elsewhere) == ["b.wav"]
    assert (elsewhere / "b.wav").read_text() == "mine"
    assert not folder.is_symlink()


def in_the_table(path, name, offset, value):
    """Overwrite a field of a member in the table at the end."""
    content = bytearray(path.read_bytes())
    start = content.rindex(name.encode()) - 46
    assert content[start : start + 4] == b"PK\x01\x02"
    content[start + offset : start + offset + len(value)] = value
    path.write_bytes(content)


def encrypt(path):
    in_the_table(path, "b.wav", 8, b"\x01")


def pack_otherwise(path):
    in_the_table(path, "b.wav", 10, b"\x63")


def claim_to_be_large(path):
    in_the_table(path, "b.wav", 24, struct.pack("<I", 1 << 31))


def claim_to_be_short(path):
    in_the_table(path, "sub/a.wav", 24, struct.pack("<I", 10))


def flip(path):
    content = bytearray(path.read_bytes())
    content[60] ^= 255
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-30])


def cut_within(path):
    """The table is whole, but says that a member lies beyond it."""
    in_the_table(path, "b.wav", 42, struct.pack("<I", 1 << 20))


def stored_and_changed(path):
    write(path, [("sub/a.wav", CONTENT)], zipfile.ZIP_STORED)
    flip(path)


def nothing(path):
    write(path, [])


def no_zip(path):
    path.write_bytes(b"<html>")


def twice(path):
    with pytest.warns(UserWarning, match="Duplicate"):
        write(path, [("a.wav", b"1"), ("a.wav", b"2")])


def both(path):
    write(path, [("a", b"1"), ("a/b.wav", b"2")])


def both_in_the_other_order(path):
    write(path, [("a/b.wav", b"2"), ("a", b"1")])


def bomb(path):
    write(path, [("a.wav", bytes(80_000_000))])


DAMAGES = {
    encrypt: "'b.wav' is encrypted",
    pack_otherwise: "'b.wav' is packed in an unknown way",
    claim_to_be_large: "bytes would become 2,147,4",
    claim_to_be_short: "'sub/a.wav' is damaged .Bad CRC-32",
    flip: "'sub/a.wav' is damaged",
    cut: "its table is damaged",
    cut_within: "'b.wav' is damaged",
    stored_and_changed: "'sub/a.wav' is damaged .Bad CRC-32",
    nothing: "it is empty",
    no_zip: "its table is damaged .File is not a zip file",
    twice: "'a.wav' stands in it twice",
    both: "'a' is both a file and a folder",
    both_in_the_other_order: "'a' is both a file and a folder",
    bomb: "bytes would become 80,000,000, to fill a disk",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_is_no_whole_archive_is_refused(archive, tmp_path, damage):
    damage(archive)
    message = f"plain files in {archive}, but .*{DAMAGES[damage]}.*Delete it"
    with pytest.raises(ValueError, match=message):
        unpack(archive, tmp_path / "new")


@pytest.mark.parametrize("name", ["../evil.wav", "/evil.wav", "a/../../evil"])
def test_nothing_is_written_elsewhere(tmp_path, name):
    archive = write(tmp_path / "a.zip", [("fine.wav", b""), (name, b"evil")])
    with pytest.raises(ValueError, match="evil.* would lie outside"):
        unpack(archive, tmp_path / "sub")
    assert names(tmp_path) == ["a.zip"]


def test_what_does_not_fit_the_disk_is_not_begun(
    archive, tmp_path, monkeypatch
):
    from types import SimpleNamespace

    full = SimpleNamespace(free=100)
    monkeypatch.setattr("shutil.disk_usage", lambda place: full)
    with pytest.raises(OSError, match="5,121 bytes .*a.zip.* got 100.*room"):
        unpack(archive, tmp_path / "new")
    assert names(tmp_path) == ["a.zip"]


def test_silence_may_be_packed_a_thousandfold(tmp_path):
    archive = write(tmp_path / "a.zip", [("silence.wav", bytes(10_000_000))])
    assert archive.stat().st_size < 20_000
    unpack(archive, tmp_path / "new")


@pytest.mark.parametrize(
    "name, message",
    [
        ("", "'' is the name of no file"),
        (".", "'.' is the name of no file"),
        ("a" * 300, "'aaa.* is too long a name"),
        ((200 * "a" + "/") * 30, "'aaa.* is too long a name"),
    ],
    ids=["none", "dot", "long", "deep"],
)
def test_a_name_that_no_disk_takes_is_named(tmp_path, name, message):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(zipfile.ZipInfo(name), b"x")
    with pytest.raises(ValueError, match=f"a.zip, but {message}"):
        unpack(tmp_path / "a.zip", tmp_path / "new")
