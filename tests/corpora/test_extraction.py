"""Sound out of media: the right channel, the same bytes, nothing twice.

They need the programs ffmpeg and ffprobe.
"""

import os
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
from media import NOISE, RATE, command, listing, make, needs_ffmpeg

from speechbrain_zsfuse.corpora import preparation
from speechbrain_zsfuse.corpora.media import ffmpeg
from speechbrain_zsfuse.corpora.media.extraction import extract
from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.files import file_sha256


@needs_ffmpeg
@pytest.mark.parametrize(
    "rule, kind, channels, expected",
    [
        ("mean", "mkv", 1, lambda x: x[:, 0]),
        ("mean", "mkv", 2, lambda x: x.mean(axis=1)),
        ("mean", "avi", 6, lambda x: x.mean(axis=1)),
        ("centre", "mov", 6, lambda x: x[:, 2]),
        ("centre", "avi", 6, lambda x: x[:, 2]),  # it states no layout
        ("centre", "mkv", 2, lambda x: x.mean(axis=1)),
        ("left", "mkv", 6, lambda x: x[:, 0]),
        ("right", "mkv", 2, lambda x: x[:, 1]),
        ("left", "mkv", 1, lambda x: x[:, 0]),
        (6, "mkv", 6, lambda x: x[:, 5]),
    ],
)
def test_channels(tmp_path, rule, kind, channels, expected):
    make(tmp_path / "source" / f"a.{kind}", channels, "-c:a", "pcm_s16le")
    extract(tmp_path / "source", tmp_path / "flac", rule, progress=False)
    found, rate = soundfile.read(tmp_path / "flac" / "a.flac", dtype="int16")
    assert rate == RATE and found.ndim == 1
    wanted = expected(NOISE[:, :channels].astype(float))
    assert np.abs(found - wanted).max() <= 0.5  # it is rounded, and no more


@needs_ffmpeg
def test_a_channel_that_is_not_there(tmp_path, capsys):
    make(tmp_path / "source" / "a.mkv", 2)
    options = ["--out", tmp_path / "flac", "--channel", "3"]
    assert command(tmp_path / "source", *options) == 1
    assert "a.mkv: it has 2 channels, and no 3" in capsys.readouterr().err


@needs_ffmpeg
def test_all_kinds_lie_under_the_same_paths_with_their_tables(tmp_path, capsys):
    source, out = tmp_path / "source", tmp_path / "flac"
    names = ["a.avi", "b/c.mp4", "b/d.M4A", "e.mkv", "f.aac", "g.wma"]
    for name in names:
        make(source / name, 1, "-ar", "44100")
    make(source / "h.webm", 1, "-c:a", "libopus", "-ar", "48000")
    make(source / "i.wav")
    (source / "b" / "labels.csv").write_text("file,emotion\n")
    (source / "b" / "._c.mp4").write_text("of macOS")
    assert command(source, "--out", out) == 0
    said = capsys.readouterr().err
    assert "7 of 7 recordings are FLAC, 1 table or note is copied" in said
    assert "1 can be read as they are, and stay where they lie: i.wav" in said
    assert (out / "b" / "labels.csv").read_text() == "file,emotion\n"
    assert {str(p.relative_to(out)) for p in out.rglob("*.flac")} == {
        *("a.flac", "b/c.flac", "b/d.flac", "e.flac", "f.flac"),
        *("g.flac", "h.flac"),
    }
    rates = {p.stem: soundfile.info(p).samplerate for p in out.rglob("*.flac")}
    assert rates.pop("h") == 48000 and {*rates.values()} == {44100}
    entry = listing(out)["files"]["b/c.mp4"]
    assert entry["sha256"] == file_sha256(source / "b" / "c.mp4")
    assert entry["to_sha256"] == file_sha256(out / "b" / "c.flac")
    assert entry["sound"] == "aac, 44100 Hz, mono" and entry["ffmpeg"]
    assert command(source, "--out", tmp_path / "w", "--kinds", "wav") == 0
    assert soundfile.info(tmp_path / "w" / "i.flac").samplerate == RATE


@needs_ffmpeg
def test_the_same_bytes_each_time(tmp_path):
    source = make(tmp_path / "source" / "a.mp4", 2).parent
    metadata = ["-metadata", "title=A secret", "-c:a", "flac"]
    make(source / "b.mkv", 2, *metadata)
    for out in ("one", "two"):
        extract(source, tmp_path / out, progress=False)
    for name in ("a.flac", "b.flac"):
        one, two = ((tmp_path / o / name).read_bytes() for o in ("one", "two"))
        assert one == two and b"secret" not in one and b"Lavf" not in one


@needs_ffmpeg
def test_what_stands_is_kept_and_what_changed_is_made_again(
    tmp_path, monkeypatch
):
    source, out = tmp_path / "source", tmp_path / "flac"
    made = make(source / "a.mkv")
    for name in "bcd":
        shutil.copy(made, source / f"{name}.mkv")
    (source / "labels.csv").write_text("one")
    assert extract(source, out, progress=False).kept == 0
    list_of_before = (out / "extraction.json").read_bytes()
    converted = []
    convert = ffmpeg.convert
    monkeypatch.setattr(
        ffmpeg,
        "convert",
        lambda path, *rest: converted.append(path.name) or convert(path, *rest),
    )
    assert extract(source, out, progress=False).kept == 5 and not converted
    assert (out / "extraction.json").read_bytes() == list_of_before
    make(source / "a.mkv", 1, "-c:a", "flac", samples=NOISE[:9000, 1])
    os.utime(source / "b.mkv", (1, 1))  # touched alone
    content = bytearray((out / "c.flac").read_bytes())
    content[-9] ^= 1
    (out / "c.flac").write_bytes(content)  # damaged
    (out / "d.flac").unlink()
    (source / "labels.csv").write_text("two")
    assert extract(source, out, progress=False).kept == 1
    assert sorted(converted) == ["a.mkv", "c.mkv", "d.mkv"]
    assert soundfile.info(out / "a.flac").frames == 9000
    assert (out / "labels.csv").read_text() == "two"
    assert listing(out)["files"]["b.mkv"]["modified_ns"] == 10**9
    converted.clear()
    extract(source, out, "left", progress=False)
    assert len(converted) == 4  # another rule


@needs_ffmpeg
def test_of_several_sounds_it_is_the_first(tmp_path, capsys):
    source = tmp_path / "source"
    one, two = (
        make(source / "1.wav"),
        make(source / "2.wav", samples=NOISE[:, 1]),
    )
    both = ["-i", one, "-i", two, "-map", "0", "-map", "1", "-c:a", "flac"]
    film = [*map(str, both), str(source / "a.mkv")]
    subprocess.run(["ffmpeg", "-v", "error", *film], check=True)
    assert command(source, "--out", tmp_path / "flac") == 0
    said = "1 hold several sounds; the first was taken: a.mkv"
    assert said in capsys.readouterr().err
    found, _ = soundfile.read(tmp_path / "flac" / "a.flac", dtype="int16")
    assert (found == NOISE[:, 0]).all()


@needs_ffmpeg
def test_more_than_16_bits_are_kept(tmp_path):
    make(tmp_path / "source" / "a.mkv", 1, "-c:a", "pcm_s24le")
    extract(tmp_path / "source", tmp_path / "flac", progress=False)
    info = soundfile.info(tmp_path / "flac" / "a.flac")
    assert info.subtype == "PCM_24"


@needs_ffmpeg
def test_a_corpus_decides_what_is_taken(tmp_path, capsys):
    source, out = tmp_path / "source", tmp_path / "flac"
    train = source / "train" / "train_splits"
    make(train / "dia0_utt0.mkv", 6, "-c:a", "pcm_s16le")
    (train / "dia0_utt0.mkv").rename(train / "dia0_utt0.mp4")
    (train / "dia125_utt3.mp4").write_text("broken as it is published")
    (train / "dia0_utt1.m4a").write_text("none of the corpus's")
    assert command(source, "--out", out, "--corpus", "meld") == 0
    said = "1 are left out, as the definition says: train/train_splits/dia125"
    assert said in capsys.readouterr().err
    [entry] = listing(out)["files"].values()
    assert entry["channel"] == "FC" and entry["rule"] == "centre"


@needs_ffmpeg
def test_the_certificate_names_the_list(tmp_path):
    import pandas

    source, out = tmp_path / "source", tmp_path / "flac"
    splits = preparation.SPLITS
    for number, split in enumerate(splits):
        make(source / f"{split}.mkv", samples=NOISE[:, number])
    extract(source, out, progress=False)
    clips = pandas.DataFrame({"ID": splits, "split": splits, "speaker": splits})
    preparation.certify(
        clips.assign(wav=clips["ID"] + ".flac", emotion="sad"),
        {},
        corpus="Tiny",
        data_folder=out,
        manifest_folder=tmp_path / "manifests",
        options={},
        read=splits,
    )
    certificate = read_certificate(tmp_path / "manifests")
    sha256 = file_sha256(out / "extraction.json")
    assert certificate["extraction_sha256"] == sha256
