"""Extraction gone wrong: what is said, and that the others go on.

Most need the programs ffmpeg and ffprobe.
"""

import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from media import NOISE, command, listing, make, needs_ffmpeg
from places import ROOT

from speechbrain_zsfuse.corpora.media import extraction, ffmpeg
from speechbrain_zsfuse.corpora.media.extraction import extract
from speechbrain_zsfuse.corpora.media.telling import tell


def test_without_ffmpeg_it_is_said_how_to_get_it(tmp_path, monkeypatch, capsys):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.mp4").touch()
    monkeypatch.setenv("PATH", "")
    assert command(tmp_path / "source", "--out", tmp_path / "flac") == 2
    said = capsys.readouterr().err
    assert "Expected the program ffmpeg" in said
    for way in ("apt install ffmpeg", "conda-forge ffmpeg", "brew install"):
        assert way in said
    assert not (tmp_path / "flac").exists()


@pytest.mark.parametrize(
    "names, out, said",
    [
        (["a.mp4"], "source/flac", "Expected a place outside of"),
        (["a.mp4", "a.m4a"], "flac", "become 1:\n  a.flac: a.m4a, a.mp4\nIf"),
        (["a.mp4", "a.mkv", "b.mkv", "b.webm"], "flac", "--kinds mkv, for"),
        (["a.wav"], "flac", "There is: a.wav"),
        ([], "flac", "There is: nothing"),
    ],
)
def test_what_can_be_known_is_said_before(tmp_path, names, out, said, capsys):
    (tmp_path / "source").mkdir()
    for name in names:
        (tmp_path / "source" / name).touch()
    assert command(tmp_path / "source", "--out", tmp_path / out) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "options, said",
    [
        (["--channel", "middle"], "mean, left, right, centre or the number"),
        (["--channel", "0"], "from 1, but got '0'"),
        (["--corpus", "emodb"], "EmoDB comes as sound that can be read"),
        (["--corpus", "meldd"], "Did you mean meld?"),
        (["--kinds", "mp4;avi"], "with commas between"),
    ],
)
def test_options_that_are_none(tmp_path, options, said, capsys):
    assert command(tmp_path, "--out", tmp_path / "b", *options) == 2
    assert said in capsys.readouterr().err


@needs_ffmpeg
def test_files_that_cannot_be_used_are_told_and_others_go_on(tmp_path, capsys):
    source, out = tmp_path / "source", tmp_path / "flac"
    good = make(source / "good.mp4")
    content = good.read_bytes()
    (source / "cut.mp4").write_bytes(content[: len(content) // 2])
    (source / "noise.avi").write_bytes(os.urandom(4000))
    (source / "empty.mp4").touch()
    (source / "page.mp4").write_text("<!DOCTYPE html><p>404")
    (source / "lfs.mp4").write_text("version https://git-lfs.github.com/x")
    (source / "list.mp4").write_text("ffconcat version 1.0\nfile good.mp4\n")
    (source / "gone.mp4").symlink_to("nowhere.mp4")
    film = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=d=1:s=64x48",
        str(source / "mute.mp4"),
    ]
    subprocess.run(["ffmpeg", "-v", "error", *film], check=True)
    assert command(source, "--out", out) == 1
    said = capsys.readouterr().err
    for line in (
        "1 of 9 recordings are FLAC",
        "cut.mp4: ffmpeg says: ",
        "noise.avi: ffmpeg says: Invalid data found when processing input",
        "empty.mp4: it is empty (0 bytes)",
        "page.mp4: it is a web page, maybe the error of a download",
        "lfs.mp4: it is a Git LFS pointer, not the sound itself: run `git lfs",
        "gone.mp4: it is a link to 'nowhere.mp4', which is not there",
        "mute.mp4: it has no sound (no audio stream)",
        "8 files could not be used.",
    ):
        assert line in said, said
    assert "list.mp4: ffmpeg says: " in said  # no way to other files
    assert [p.name for p in out.glob("*.flac")] == ["good.flac"]
    assert len(listing(out)["failed"]) == 8
    good.write_bytes(content[:999])  # it was good before
    assert command(source, "--out", out) == 1
    assert not [*out.glob("*.flac")] and not listing(out)["files"]


@needs_ffmpeg
@pytest.mark.parametrize("kind", ["mkv", "avi", "wma"])
def test_truncated_files_are_noticed(tmp_path, kind):
    source = tmp_path / "source"
    rate = ["-ar", "48000"]
    path = make(source / f"a.{kind}", 1, *rate, samples=np.tile(NOISE[:, 0], 4))
    content = path.read_bytes()
    path.write_bytes(content[: 2 * len(content) // 3])
    found = extract(source, tmp_path / "flac", progress=False)
    assert [*found.failed] == [path.name] and not found.files


@needs_ffmpeg
def test_damaged_files_are_taken_if_asked_for(tmp_path):
    source, out = tmp_path / "source", tmp_path / "flac"
    path = make(source / "a.mkv", 1, "-c:a", "pcm_s16le")
    path.write_bytes(path.read_bytes()[:30000])
    options = {"keep_damaged": True, "progress": False}
    found = extract(source, out, **options)
    [entry] = found.files.values()
    assert not found.failed and entry["damage"] and 0 < entry["seconds"] < 1
    said = "1 are damaged; what could be decoded was taken: a.mkv"
    assert said in tell(found, out)
    assert extract(source, out, **options).kept == 1
    found = extract(source, out, progress=False)
    assert found.failed and not [*out.glob("*.flac")]


@needs_ffmpeg
def test_a_full_disk_is_no_fault_of_a_file(tmp_path, monkeypatch):
    source = make(tmp_path / "source" / "a.mkv").parent
    call = ffmpeg._call

    def full(command):
        done = call(command)
        if "flac" in command:
            done.stderr = (
                "av_interleaved_write_frame(): No space left on device"
            )
        return done

    monkeypatch.setattr(ffmpeg, "_call", full)
    with pytest.raises(OSError, match="its disk is full .* is not made again"):
        extract(source, tmp_path / "flac", progress=False)
    assert not listing(tmp_path / "flac")["failed"]


@needs_ffmpeg
def test_many_files_with_the_same_wrong_are_one_line(tmp_path, capsys):
    for number in range(50):
        path = tmp_path / "source" / f"{number}.mp4"
        path.parent.mkdir(exist_ok=True)
        path.write_text("version https://git-lfs.github.com/spec/v1")
    assert command(tmp_path / "source", "--out", tmp_path / "flac") == 1
    said = capsys.readouterr().err
    assert "50 files: it is a Git LFS pointer" in said
    assert len(said.splitlines()) == 3


@needs_ffmpeg
def test_hostile_names(tmp_path):
    source = tmp_path / "source"
    names = [
        *("-y.mp4", "100%d %03d.mp4", "a:b.mp4", "http:x.mp4", "new\nline.mp4"),
        *("'quoted' $(touch x).mp4", "é ü.mp4", "#t=1,2.mp4", "-/file.mp4"),
    ]
    made = make(tmp_path / "made.mp4")
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, source / name)
    (source / "link.mp4").symlink_to(made)
    bad = os.fsdecode(b"caf\xe9.mp4")
    shutil.copy(made, source / bad)
    found = extract(source, tmp_path / "flac", progress=False)
    assert found.failed == {bad: "its name is not UTF-8"}
    assert found.files.keys() == {*names, "link.mp4"}
    assert len({entry["to_sha256"] for entry in found.files.values()}) == 1
    assert extract(source, tmp_path / "flac", progress=False).kept == 10


@needs_ffmpeg
def test_what_is_left_of_other_sources_is_refused(tmp_path):
    source, out = tmp_path / "source", tmp_path / "flac"
    for name in "ab":
        make(source / f"{name}.mkv")
    extract(source, out, progress=False)
    (source / "b.mkv").unlink()
    with pytest.raises(ValueError, match=r"1 of its files .*: b\.flac"):
        extract(source, out, progress=False)
    (out / "b.flac").unlink()
    assert [*extract(source, out, progress=False).files] == ["a.mkv"]
    with pytest.raises(ValueError, match="but there is a.mkv. Give another"):
        extract(out, source, kinds=["flac"], progress=False)


@needs_ffmpeg
def test_a_kill_loses_little_and_spoils_nothing(tmp_path):
    source, out = tmp_path / "source", tmp_path / "flac"
    made = make(source / "0.mp4")
    for number in range(1, 20):
        shutil.copy(made, source / f"{number}.mp4")
    process = subprocess.Popen(
        [sys.executable, "-m", "speechbrain_zsfuse.cli", "extract"]
        + [str(source), "--out", str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 60
    while len([*out.glob("*.flac")]) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 3 <= len([*out.glob("*.flac")]) < 20
    found = extract(source, out, progress=False)
    assert len(found.files) == 20 and not found.failed
    assert len({entry["to_sha256"] for entry in found.files.values()}) == 1
    assert len([*out.glob("*.flac")]) == 20
    assert not [p for p in out.glob(".*") if "flac" in p.name]


@needs_ffmpeg
def test_two_at_once_are_refused(tmp_path):
    source, out = make(tmp_path / "source" / "a.mkv").parent, tmp_path / "flac"
    out.mkdir()
    with extraction.hold_lock(out / ".extraction.lock", wait=False):
        with pytest.raises(BlockingIOError, match="another process extracts"):
            extract(source, out, progress=False)
