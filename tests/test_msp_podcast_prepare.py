"""MSP-Podcast to manifests: every release's spelling, and bad input."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pandas
import pytest
import soundfile
from msp_podcast_clips import LABELS, LETTERS
from msp_podcast_prepare import prepare_msp_podcast
from msp_podcast_release import CLASSES, PAPER, SPLITS

from speechbrain_zsfuse import inspection
from speechbrain_zsfuse.manifests import read_certificate
from speechbrain_zsfuse.synthetic import make_msp_podcast
from speechbrain_zsfuse.synthetic.msp_podcast import list_clips, list_votes
from speechbrain_zsfuse.synthetic.msp_podcast_files import LAYOUTS

CLIP = "MSP-PODCAST_0001_0003"
EMOTIONS = {  # of a rater's word
    "Neutral": "neutral",
    "Happy": "happy",
    "Angry": "angry",
    "Sad": "sad",
    "Surprise": "surprised",
    "Contempt": "contemptuous",
    "Disgust": "disgusted",
    "Fear": "fearful",
    "Other-bored": "other",
}
HOMES = {
    "Train": "train",
    "Development": "valid",
    "Test1": "test",
    "Test2": "test",
}


@pytest.fixture
def corpus(msp_podcast, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(msp_podcast, tmp_path / "MSP-Podcast"))


def read(manifests):
    frames = {
        split: pandas.read_csv(path, dtype=str, keep_default_na=False)
        for split, path in manifests.items()
    }
    frames = [f.assign(split=split) for split, f in frames.items()]
    return pandas.concat(frames).set_index("ID")


def consensus(corpus):
    return corpus / "Labels" / "labels_consensus.csv"


def edit(path, old, new):
    """Replace a text that occurs at least once."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_row(corpus, clip, change):
    """Change the label row of a clip, a list of fields, in place."""
    lines = consensus(corpus).read_text(encoding="utf-8").splitlines()
    [place] = [i for i, line in enumerate(lines) if line.startswith(clip)]
    fields = lines[place].split(",")
    change(fields)
    lines[place] = ",".join(fields)
    consensus(corpus).write_text("\n".join(lines), encoding="utf-8")
    return place + 1


def refusal(corpus, folder, **options):
    """The error that lists what is wrong."""
    with pytest.raises(ValueError, match="as it is known") as error:
        prepare_msp_podcast(corpus, folder, **options)
    return str(error.value)


# --------------------------------------------------------------- manifests
def test_clips_are_what_was_made(msp_podcast, tmp_path):
    clips = read(prepare_msp_podcast(msp_podcast, tmp_path))
    made = list_clips(seed=1).set_index("ID")
    kept = made[made["label"].isin(list("NHASUCDF"))]
    assert set(clips.index) == set(kept.index)
    made = kept.loc[clips.index]
    assert (clips["emotion"] == made["label"].map(LETTERS)).all()
    assert (clips["speaker"] == made["speaker"].replace("Unknown", "")).all()
    gender = made["gender"].str.lower().replace("unknown", "")
    assert (clips["gender"] == gender).all()
    assert (clips["session"] == clips.index.str[12:16]).all()
    assert (clips["split"] == made["partition"].map(HOMES)).all()
    parts = made["partition"].where(made["partition"].str[:4] == "Test", "")
    assert (clips["part"] == parts).all()
    path = clips["wav"].iloc[0].replace("$data_root", str(msp_podcast))
    assert float(clips["duration"].iloc[0]) == soundfile.info(path).duration


def test_every_vote_is_counted(msp_podcast, tmp_path):
    clips = read(prepare_msp_podcast(msp_podcast, tmp_path))
    votes = list_votes(list_clips(seed=1), seed=1)
    for clip, raters in votes[votes["ID"].isin(clips.index)].groupby("ID"):
        expected = Counter(map(EMOTIONS.get, raters["primary"]))
        assert json.loads(clips["votes"][clip]) == expected
        further = Counter(
            EMOTIONS.get(word, "other" if "-" in word else word.lower())
            for words in raters["secondary"]
            for word in words.split(",")
            if word
        )
        assert json.loads(clips["other_votes"][clip]) == further
    assert "other" in "".join(clips["votes"])
    assert "concerned" in "".join(clips["other_votes"])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_gives_the_same_manifests(msp_podcast, layout, tmp_path):
    wanted = read(prepare_msp_podcast(msp_podcast, tmp_path / "wanted"))
    corpus = make_msp_podcast(
        tmp_path / layout, seed=1, layout=layout, progress=False
    )
    found = read(prepare_msp_podcast(corpus, tmp_path / "found", release="1.8"))
    wanted["wav"] = wanted["wav"].str.replace("Audios", LAYOUTS[layout].audios)
    pandas.testing.assert_frame_equal(found, wanted)
    dropped = read_certificate(tmp_path / "found")["dropped_counts"]
    assert dropped["Test3, whose labels are withheld"] == 4


def test_the_json_alone_says_the_same(corpus, tmp_path):
    wanted = read(prepare_msp_podcast(corpus, tmp_path / "csv"))
    for path in (corpus / "Labels").glob("*.csv"):
        path.unlink()
    found = read(prepare_msp_podcast(corpus, tmp_path / "json"))
    pandas.testing.assert_frame_equal(found, wanted)


# -------------------------------------------------------------- certificate
def test_the_certificate_counts_and_proves(msp_podcast, tmp_path):
    prepare_msp_podcast(msp_podcast, tmp_path)
    certificate = read_certificate(tmp_path)
    made = list_clips(seed=1)
    assert certificate["dropped_counts"] == {
        "Test3, whose labels are withheld": 4,
        "no agreement is not among the labels": (made["label"] == "X").sum(),
        "other is not among the labels": (made["label"] == "O").sum(),
    }
    assert set(certificate["splits"]["test"]["parts"]) == {"Test1", "Test2"}
    assert certificate["splits"]["train"]["speakers"]["unknown"] > 0
    assert not any(certificate["disjoint"]["speaker"].values())
    # partitions do not begin with a new podcast
    assert certificate["repeated"]["session"]["train & valid"] == ["0005"]
    notes = "\n".join(certificate["notes"])
    assert "is unknown (train " in notes


def test_a_shared_speaker_is_refused(corpus, tmp_path):
    speaker = list_clips(seed=1).set_index("partition")["speaker"]
    shared = speaker["Development"].iloc[0]
    edit_row(corpus, CLIP, lambda fields: fields.__setitem__(5, shared))
    with pytest.raises(ValueError, match=f"no common speaker.*'{shared}'"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_labels_can_be_merged_and_chosen(msp_podcast, tmp_path):
    merge = {"contemptuous": "disgusted"}
    labels = ["neutral", "disgusted"]
    manifests = prepare_msp_podcast(
        msp_podcast, tmp_path, labels=labels, merge=merge
    )
    letters = Counter(list_clips(seed=1)["label"])
    found = Counter(read(manifests)["emotion"])
    assert found == {
        "neutral": letters["N"],
        "disgusted": letters["C"] + letters["D"],
    }
    # other classes than the paper's are not compared with it
    assert "release 1.11" not in "".join(read_certificate(tmp_path)["notes"])


# ------------------------------------------------------------------ release
def test_the_papers_release_must_have_the_papers_counts(corpus, tmp_path):
    text = refusal(corpus, tmp_path / "m", release=PAPER)
    for name, number in (SPLITS | CLASSES).items():
        assert f"{name}: expected {number:,}, found" in text
    prepare_msp_podcast(corpus, tmp_path / "m", release=PAPER, allow_drift=True)
    assert len(read_certificate(tmp_path / "m")["drift"]) == 11


def test_other_releases_are_compared_in_a_note(corpus, tmp_path):
    prepare_msp_podcast(corpus, tmp_path / "m", release="1.10")
    certificate = read_certificate(tmp_path / "m")
    assert certificate["release"] == "1.10" and certificate["drift"] == []
    assert "train: expected 65,205" in "".join(certificate["notes"])


def test_the_corpus_says_its_release(corpus, tmp_path):
    named = corpus.rename(corpus.with_name("MSP-PODCAST-Publish-1.11"))
    assert "MSP-Podcast 1.11 as it is known" in refusal(named, tmp_path / "m")
    plain = named.rename(corpus)
    readme = plain / "readme.txt"
    readme.write_text("Release 1.12\nChanges since version 1.11: ...")
    prepare_msp_podcast(plain, tmp_path / "m")
    assert read_certificate(tmp_path / "m")["release"] == "1.12"


@pytest.mark.parametrize("release", [1.11, "newest", "1.111"])
def test_a_release_is_a_text(msp_podcast, tmp_path, release):
    with pytest.raises(ValueError, match="as a text, with quotes"):
        prepare_msp_podcast(msp_podcast, tmp_path, release=release)


# ---------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    "place, value, reason",
    [
        (1, "Q", "unknown label 'Q'"),
        (7, "Trial", "unknown partition 'Trial'"),
    ],
)
def test_unknown_spellings_are_named(corpus, tmp_path, place, value, reason):
    edit_row(corpus, CLIP, lambda fields: fields.__setitem__(place, value))
    assert f"{CLIP}: {reason}" in refusal(corpus, tmp_path / "m")
    manifests = prepare_msp_podcast(corpus, tmp_path / "m", allow_drift=True)
    assert CLIP not in read(manifests).index
    certificate = read_certificate(tmp_path / "m")
    assert certificate["dropped"][reason] == [CLIP]
    assert certificate["drift"] == [f"{CLIP}: {reason}"]


def test_malformed_rows_are_named_and_swallow_no_others(corpus, tmp_path):
    line = edit_row(corpus, CLIP, lambda fields: fields.pop())
    reason = f"labels_consensus.csv, line {line}: row of 7 fields instead of 8"
    assert reason in refusal(corpus, tmp_path / "m")
    edit(consensus(corpus), f"{CLIP}.wav", f'"{CLIP}.wav')  # never closed
    assert f"line {line}: row of 1 fields" in refusal(corpus, tmp_path / "m")
    manifests = prepare_msp_podcast(corpus, tmp_path / "m", allow_drift=True)
    made = list_clips(seed=1)
    assert (
        len(read(manifests)) == made["label"].isin(list("NHASUCDF")).sum() - 1
    )
    dropped = read_certificate(tmp_path / "m")["dropped"]
    assert dropped["no label"] == [CLIP]


def test_votes_that_cannot_be_read_are_noted(corpus, tmp_path):
    path = corpus / "Labels" / "labels_detailed.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "a,b,c\n" + f"{CLIP}.wav,W1; Bored; A:1.0;\n")
    count = len(text.splitlines())
    before = read(prepare_msp_podcast(corpus, tmp_path / "m"))
    notes = "\n".join(read_certificate(tmp_path / "m")["notes"])
    line = (
        f"labels_detailed.csv, line {count + 1}: row of 3 fields instead of 2"
    )
    assert line in notes
    assert "1 votes are none of the primary emotions" in notes
    assert "'Bored'" in notes
    assert json.loads(before["votes"][CLIP])["other"] >= 1


def test_without_votes(corpus, tmp_path):
    for path in (corpus / "Labels").glob("labels_detailed.*"):
        path.unlink()
    clips = read(prepare_msp_podcast(corpus, tmp_path / "m"))
    assert set(clips["votes"]) == {"{}"}
    notes = "\n".join(read_certificate(tmp_path / "m")["notes"])
    assert "no labels_detailed.csv or .json" in notes


def test_a_clip_labelled_twice(corpus, tmp_path):
    edit(consensus(corpus), "MSP-PODCAST_0001_0004", CLIP)
    with pytest.raises(ValueError, match=f"(?s)unique ids.*{CLIP}"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_audio_without_a_label_is_counted(corpus, tmp_path):
    path = corpus / "Audios" / f"{CLIP}.wav"
    shutil.copy(path, path.with_name("MSP-PODCAST_9999_0001.wav"))
    prepare_msp_podcast(corpus, tmp_path / "m")
    dropped = read_certificate(tmp_path / "m")["dropped"]
    assert dropped["no label"] == ["MSP-PODCAST_9999_0001"]


def test_two_files_of_a_clip(corpus, tmp_path):
    path = corpus / "Audios" / f"{CLIP}.wav"
    (corpus / "Audios" / "more").mkdir()
    shutil.copy(path, corpus / "Audios" / "more")
    with pytest.raises(ValueError, match=f"one audio file.*{CLIP}"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def spoil(path, how):
    """Damage an audio file."""
    if how == "missing":
        path.unlink()
    elif how == "silent":
        soundfile.write(path, [0.0] * 1600, 16000)
    elif how == "empty":
        soundfile.write(path, [], 16000)
    else:
        data = path.read_bytes()
        size = {"truncated": len(data) // 2, "unreadable": 20}[how]
        path.write_bytes(data[:size])


@pytest.mark.parametrize(
    "how", ["missing", "silent", "empty", "truncated", "unreadable"]
)
def test_audio_that_cannot_be_used_is_named(corpus, tmp_path, how):
    clips = read(prepare_msp_podcast(corpus, tmp_path / "before"))
    clip = clips.index[0]
    spoil(corpus / "Audios" / f"{clip}.wav", how)
    assert f"{clip}: it is {how}" in refusal(corpus, tmp_path / "m")
    manifests = prepare_msp_podcast(corpus, tmp_path / "m", allow_drift=True)
    assert set(clips.index) - set(read(manifests).index) == {clip}
    assert read_certificate(tmp_path / "m")["drift"][0].startswith(clip)


@pytest.mark.parametrize("given", [".", "Labels", "Audios"])
def test_the_wrong_folder(corpus, tmp_path, given):
    folder = corpus / given if given != "." else corpus.parent
    with pytest.raises(FileNotFoundError, match=f"Did you mean {corpus}[?]"):
        prepare_msp_podcast(folder, tmp_path / "m")
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        prepare_msp_podcast(tmp_path / "nowhere", tmp_path / "m")


def test_files_that_are_no_tables_of_labels(corpus, tmp_path):
    edit(consensus(corpus), "EmoClass", "Feeling")
    with pytest.raises(ValueError, match="columns FileName and EmoClass"):
        prepare_msp_podcast(corpus, tmp_path / "m")
    consensus(corpus).unlink()
    json_file = consensus(corpus).with_suffix(".json")
    json_file.write_text("[1, 2")
    with pytest.raises(ValueError, match="Expected a JSON table in"):
        prepare_msp_podcast(corpus, tmp_path / "m")
    json_file.unlink()
    with pytest.raises(FileNotFoundError, match="labels_consensus.csv or"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_speakers_that_nobody_knows_are_no_proof(tmp_path):
    corpus = make_msp_podcast(
        tmp_path / "old", seed=1, layout="1.6", progress=False
    )
    (corpus / "Speaker_ids.txt").unlink()
    with pytest.raises(ValueError, match="each clip's speaker in"):
        prepare_msp_podcast(corpus, tmp_path / "m")


def test_without_permission(corpus, tmp_path, monkeypatch):
    real = Path.iterdir

    def refuse(path, **options):
        if options or path.name == "Labels":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    for kind, name, refused in (
        (Path, "read_text", refuse),  # the label file
        (Path, "iterdir", refuse),  # its folder
        (os, "access", lambda path, mode: False),  # the corpus
    ):
        with monkeypatch.context() as patch:
            patch.setattr(kind, name, refused)
            with pytest.raises(PermissionError, match="no permission. Ask its"):
                prepare_msp_podcast(corpus, tmp_path / "m")


def test_nothing_is_written_into_the_corpus(corpus, tmp_path):
    before = {p: p.stat().st_mtime_ns for p in corpus.rglob("*")}
    prepare_msp_podcast(corpus, tmp_path / "m")
    assert {p: p.stat().st_mtime_ns for p in corpus.rglob("*")} == before


def test_stopping_halfway_costs_nothing(corpus, tmp_path, monkeypatch):
    memory, real = tmp_path / "audio.sqlite", inspection.inspect_file
    seen = []

    def inspect(path):
        if len(seen) == 60:
            raise KeyboardInterrupt
        seen.append(os.path.basename(path))
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(inspection, "_BATCH", 4)
        patch.setattr(inspection, "inspect_file", inspect)
        with pytest.raises(KeyboardInterrupt):
            prepare_msp_podcast(corpus, tmp_path / "m", audio_memory=memory)
    first, again = set(seen), []
    monkeypatch.setattr(
        inspection, "inspect_file", lambda p: again.append(p) or real(p)
    )
    clips = read(
        prepare_msp_podcast(corpus, tmp_path / "m", audio_memory=memory)
    )
    assert len(first) > 0 and len(again) < len(clips)


def test_the_labels_are_eight():
    assert len(LABELS) == 8 and set(LABELS) == set(CLASSES)
