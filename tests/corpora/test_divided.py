"""A corpus that is divided when it is certified: copies, segments, whole
corpora, and when manifests are made again.
"""

import numpy as np
import pandas
import pytest
import soundfile

from speechbrain_zsfuse.corpora.naming import name_clips
from speechbrain_zsfuse.corpora.prepare import prepare_reading
from speechbrain_zsfuse.corpora.reading import Reading
from speechbrain_zsfuse.corpora.recordings import hearing
from speechbrain_zsfuse.corpora.sealing import read_certificate

LABELS = ["angry", "sad"]


@pytest.fixture
def corpus(tmp_path):
    """Five speakers say two texts in two emotions."""
    rows = []
    for speaker in "abcde":
        for emotion in LABELS:
            for text in "xy":
                wav = f"{speaker}/{emotion}_{text}.wav"
                path = tmp_path / "corpus" / wav
                path.parent.mkdir(parents=True, exist_ok=True)
                draw = np.random.default_rng(len(rows))
                sound = draw.normal(0, 0.1, 4000 + 40 * len(rows))
                soundfile.write(path, sound, 8000)
                rows.append((wav, speaker, emotion, text))
    columns = ["wav", "speaker", "emotion", "text"]
    return tmp_path / "corpus", pandas.DataFrame(rows, columns=columns)


def prepare(corpus, clips=None, known_copies=(), about=None, **options):
    folder, usual = corpus
    reading = Reading(
        "tiny",
        usual if clips is None else clips,
        known_copies=list(known_copies),
        about=about or {},
    )
    options = {"labels": LABELS} | options
    return prepare_reading(reading, folder, folder.parent / "out", **options)


def certificate(corpus):
    return read_certificate(corpus[0].parent / "out")


def copy(corpus, source, target):
    """The same recording under another name, softer."""
    sound, rate = soundfile.read(corpus[0] / source)
    soundfile.write(corpus[0] / target, 0.5 * sound, rate)


def splits(manifests):
    return {name: pandas.read_csv(path) for name, path in manifests.items()}


def test_ids_speakers_folds_and_baselines(corpus):
    found = splits(prepare(corpus, fold=2))
    assert found["test"]["ID"].tolist() == [
        *("b/angry_x", "b/angry_y", "b/sad_x", "b/sad_y")
    ]
    assert set(found["valid"]["speaker"]) == {"tiny:c"}
    told = certificate(corpus)
    assert told["division"]["folds"] == 5
    assert told["disjoint"]["speaker"]["train & test"] == []
    assert told["baselines"]["text"]["uar"] == 0.5  # both texts in both
    assert told["caveats"] == []


def test_words_that_tell_the_emotion_are_marked(corpus, caplog):
    folder, clips = corpus
    told = clips.assign(text=clips["emotion"] + clips["text"])
    prepare(corpus, told)
    [caveat] = certificate(corpus)["caveats"]
    assert caveat.startswith("the words give the emotion away: without heari")
    assert f"Note on tiny: {caveat}" in caplog.text


def test_a_recording_under_two_emotions_is_named(corpus):
    copy(corpus, "a/sad_x.wav", "a/angry_x.wav")
    told = (
        "a/angry_x \\(\\w+, angry\\) and a/sad_x \\(\\w+, sad\\) are the same"
    )
    with pytest.raises(ValueError, match=told):
        prepare(corpus)
    prepare(corpus, allow_mismatch=True)
    assert "are the same recording" in certificate(corpus)["mismatch"][0]


def test_a_recording_under_two_speakers_is_named(corpus):
    copy(corpus, "a/sad_x.wav", "d/sad_x.wav")
    told = (
        "a/sad_x \\((\\w+), sad, tiny:a\\) and d/sad_x \\(\\1, sad, tiny:d\\) "
        "are the same recording"
    )
    with pytest.raises(ValueError, match=told):
        prepare(corpus)


def test_speakers_who_share_a_recording_stay_in_one_fold(corpus):
    copy(corpus, "a/sad_x.wav", "d/sad_x.wav")
    known = [("a/sad_x.wav", "d/sad_x.wav")]
    found = splits(prepare(corpus, known_copies=known))
    assert set(found["test"]["speaker"]) == {"tiny:a", "tiny:d"}
    told = certificate(corpus)
    assert told["division"]["groups"] == 4 and told["mismatch"] == []
    assert "a/sad_x = d/sad_x" in told["notes"][0]


def test_copies_of_one_emotion_and_speaker_are_a_note(corpus):
    copy(corpus, "a/sad_x.wav", "a/sad_y.wav")
    prepare(corpus)
    told = certificate(corpus)
    assert "a/sad_x = a/sad_y" in told["notes"][0] and not told["mismatch"]


def test_manifests_are_made_again_when_what_decides_the_split_changes(corpus):
    folder, clips = corpus

    def identity(**changes):
        prepare(corpus, **changes)
        return certificate(corpus)["inputs_sha256"]

    one = identity()
    assert identity() == one
    changes = (
        {"fold": 2},
        {"folds": 3},
        {"fold": "source"},
        {"clips": clips.assign(group=clips["speaker"].replace("a", "b"))},
        {"clips": clips.assign(speaker=clips["speaker"].replace("a", "b"))},
        {"known_copies": [("a/sad_x.wav", "a/sad_y.wav")]},
        {"about": {"confounded": "text"}},
    )
    found = [identity(**change) for change in changes]
    assert len({one, *found}) == 1 + len(changes)


def test_what_cannot_be_divided_is_said_before_the_audio_is_read(
    corpus, monkeypatch
):
    monkeypatch.setattr(hearing, "inspect_files", None)
    with pytest.raises(ValueError, match="one of 1 to 5.*got 9"):
        prepare(corpus, fold=9)
    alone = corpus[1].assign(speaker="a")
    with pytest.raises(ValueError, match="there is one \\(tiny:a\\)"):
        prepare(corpus, alone)


@pytest.mark.parametrize(
    "options, told",
    [
        ({"fold": "whole", "folds": 3}, "--folds beside .* --fold is whole"),
        ({"fold": "source", "emobox": "x"}, "--emobox beside .* is source"),
        ({"folds": 3, "emobox": "x"}, "--folds or --emobox, but got 3 and x"),
    ],
)
def test_two_divisions_at_once_are_refused(corpus, options, told):
    with pytest.raises(ValueError, match=told):
        prepare(corpus, **options)


def test_words_that_are_no_text_are_refused(corpus):
    with pytest.raises(ValueError, match="a text in the column text of every"):
        prepare(corpus, corpus[1].assign(text=7))


def test_a_source_is_not_tested_and_a_whole_corpus_is(corpus):
    source = prepare(corpus, fold="source")
    assert [*source] == ["train", "valid"]
    assert certificate(corpus)["total"]["clips"] == 20
    assert prepare(corpus, fold="source") == source
    whole = splits(prepare(corpus, fold="whole"))
    assert [*whole] == ["test"] and len(whole["test"]) == 20


def test_two_speakers_are_proved_apart_and_their_words(corpus):
    few = corpus[1]["speaker"].isin(["a", "b"])
    prepare(corpus, corpus[1][few])
    told = certificate(corpus)
    assert told["disjoint"] == {
        "speaker": {"train & test": [], "valid & test": []},
        "text": {"train & valid": []},
    }
    assert told["caveats"][0].startswith("validated with other words (1 of 2)")


# ------------------------------------------------------------------- names
def test_spellings_of_a_speaker_are_one_and_nobody_stays_nobody():
    clips = pandas.DataFrame({"wav": ["a.wav", "b.wav", "c.wav", "d.wav"]})
    clips["speaker"] = ["1", "01", "unknown", "Anna"]
    found = name_clips(clips, "tiny")["speaker"].tolist()
    assert found == ["tiny:01", "tiny:01", "", "tiny:Anna"]


@pytest.mark.parametrize(
    "other",
    [
        "anna ko\u0301",
        "Anna  K\u00f3",
        "Anna\u00a0K\u00f3",
        "\ufeffAnna K\u00f3",
    ],
)
@pytest.mark.parametrize("field", ["speaker", "group"])
def test_what_looks_like_one_name_is_one(field, other):
    clips = pandas.DataFrame({"wav": ["a.wav", "b.wav"], "speaker": ""})
    clips[field] = ["Anna K\u00f3", other]
    assert name_clips(clips, "tiny")[field].nunique() == 1


@pytest.mark.parametrize(
    "first, second",
    [("x/a.wav", "x/a.flac"), ("caf\u00e9.wav", "cafe\u0301.wav")],
)
def test_two_files_of_one_id_are_named(first, second):
    clips = pandas.DataFrame({"wav": [first, second, "b.wav"], "speaker": "1"})
    with pytest.raises(ValueError, match="ids are of several files") as error:
        name_clips(clips, "tiny")
    assert repr(first) in str(error.value) and repr(second) in str(error.value)


def test_points_in_names_are_no_endings():
    clips = pandas.DataFrame({"wav": ["m3.s_x_5.wav", "d.1/.wav", "n.o/e"]})
    found = name_clips(clips.assign(speaker="1"), "tiny")["ID"].tolist()
    assert found == ["m3.s_x_5", "d.1/.wav", "n.o/e"]
