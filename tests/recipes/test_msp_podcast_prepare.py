"""MSP-Podcast to manifests: every release's spelling, counts, proofs."""

import json
import os
import shutil
from collections import Counter
from functools import partial
from pathlib import Path

import pandas
import pytest
import soundfile
from msp_podcast_clips import LABELS, LETTERS
from msp_podcast_corpus import CLIP, edit_row, read, refusal
from msp_podcast_prepare import prepare_msp_podcast
from msp_podcast_release import CLASSES, PAPER, SPLITS, find_release
from msp_podcast_synthetic import list_clips, list_votes, make_msp_podcast
from msp_podcast_synthetic_files import LAYOUTS
from msp_podcast_votes import read_votes

from speechbrain_zsfuse.corpora.recordings import inspection
from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.file_cache import look_up

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
    prepare_msp_podcast(
        corpus, tmp_path / "m", release=PAPER, allow_mismatch=True
    )
    assert len(read_certificate(tmp_path / "m")["mismatch"]) == 11


def test_other_releases_are_compared_in_a_note(corpus, tmp_path):
    prepare_msp_podcast(corpus, tmp_path / "m", release="1.10")
    certificate = read_certificate(tmp_path / "m")
    assert certificate["release"] == "1.10" and certificate["mismatch"] == []
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
    with pytest.raises(
        ValueError, match=r'version in quotes, .* Write "1\.11"'
    ):
        prepare_msp_podcast(msp_podcast, tmp_path, release=release)


# -------------------------------------------------------------------- files
def test_nothing_is_written_into_the_corpus(corpus, tmp_path):
    before = {p: p.stat().st_mtime_ns for p in corpus.rglob("*")}
    prepare_msp_podcast(corpus, tmp_path / "m")
    assert {p: p.stat().st_mtime_ns for p in corpus.rglob("*")} == before


def test_stopping_halfway_costs_nothing(corpus, tmp_path, monkeypatch):
    cache, real = tmp_path / "audio.sqlite", inspection.inspect_file
    seen = []

    def inspect(path, rates):
        if len(seen) == 60:
            raise KeyboardInterrupt
        seen.append(os.path.basename(path))
        return real(path, rates)

    with monkeypatch.context() as patch:
        patch.setattr(inspection, "look_up", partial(look_up, batch=4))
        patch.setattr(inspection, "inspect_file", inspect)
        with pytest.raises(KeyboardInterrupt):
            prepare_msp_podcast(corpus, tmp_path / "m", audio_cache=cache)
    first, again = set(seen), []
    monkeypatch.setattr(
        inspection, "inspect_file", lambda *p: again.append(p) or real(*p)
    )
    clips = read(prepare_msp_podcast(corpus, tmp_path / "m", audio_cache=cache))
    assert len(first) > 0 and len(again) < len(clips)


def test_the_full_corpus_has_the_papers_counts():
    clips = list_clips(seed=1, full=True)
    assert len(clips) == 151654
    clips = clips[clips["label"].isin(list("NHASUCDF"))]
    assert Counter(clips["label"].map(LETTERS)) == CLASSES
    assert Counter(clips["partition"].map(HOMES)) == SPLITS
    assert len(LABELS) == 8 and set(LABELS) == set(CLASSES)


def test_layouts_that_do_not_exist(tmp_path):
    with pytest.raises(ValueError, match="Expected a layout among .*'3.0'"):
        make_msp_podcast(tmp_path, seed=1, layout="3.0")


def test_a_raters_own_words_are_one_vote(tmp_path):
    (tmp_path / "Labels").mkdir()
    (tmp_path / "Audios").mkdir()
    detail = '"W7; Other-tired, sad; Sad,Amused; A:3.0; V:4.0; D:4.0;"'
    path = tmp_path / "Labels" / "labels_detailed.csv"
    path.write_text(f"FileName,EmoDetail\na.wav,{detail}\n")
    votes, *_ = read_votes(tmp_path, pandas.Series(["a"]))
    assert json.loads(votes["votes"][0]) == {"other": 1}
    assert json.loads(votes["other_votes"][0]) == {"amused": 1, "sad": 1}


@pytest.mark.parametrize("clips", [149307, 151654])
def test_the_papers_number_of_clips_is_its_release(tmp_path, clips):
    text = "Release 1.11. See also Release 1.12, aligner version 2.0."
    (tmp_path / "readme.txt").write_text(text)
    assert find_release(tmp_path, clips) == "1.11"
