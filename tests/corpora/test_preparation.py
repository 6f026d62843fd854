"""What every preparation shares: labels, counts, proofs, marks."""

import json
import shutil

import numpy as np
import pandas
import pytest
import soundfile

from speechbrain_zsfuse.corpora.labels import choose_labels
from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.corpora.preparation import certify
from speechbrain_zsfuse.corpora.recordings import hearing
from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.folders import check_folder


@pytest.fixture
def corpus(tmp_path):
    """Six clips of six speakers."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(6):
        samples = np.random.default_rng(number).uniform(-0.5, 0.5, 1600)
        soundfile.write(folder / f"{number}.wav", samples, 16000)
    return folder


def table(**columns):
    """Its annotations, two clips a split."""
    numbers = [str(number) for number in range(6)]
    clips = pandas.DataFrame({"ID": numbers, "split": SPLITS * 2})
    clips["wav"] = clips["ID"] + ".wav"
    clips["emotion"] = ["sad", "sad", "sad", "happy", "happy", "happy"]
    return clips.assign(**{"speaker": clips["ID"], **columns})


def run(corpus, clips, **options):
    return certify(
        clips,
        {"too long": ["9", "8"], "never": []},
        corpus="Tiny",
        data_folder=corpus,
        manifest_folder=corpus.parent / "manifests",
        **{"options": {}, "read": [*clips["ID"], "9", "8"], **options},
    )


def certificate(corpus):
    return read_certificate(corpus.parent / "manifests")


def test_manifests_and_certificate(corpus):
    manifests = run(corpus, table(part=["a", "b"] * 3), release="1.0")
    train = pandas.read_csv(manifests["train"])
    assert train["wav"].tolist() == ["$data_root/0.wav", "$data_root/3.wav"]
    assert train["duration"].tolist() == [0.1, 0.1]
    assert "split" not in train and train["part"].tolist() == ["a", "b"]
    found = certificate(corpus)
    assert (found["corpus"], found["release"]) == ("Tiny", "1.0")
    assert found["total"]["classes"] == {"happy": 3, "sad": 3}
    assert found["splits"]["test"]["speakers"] == {"2": 1, "5": 1}
    assert found["total"]["seconds"] == 0.6
    assert found["dropped"] == {"too long": ["8", "9"]}
    assert found["dropped_counts"] == {"too long": 2}


def test_a_difference_is_an_error_or_a_mark(corpus):
    options = {"differences": lambda clips: ["one too few"]}
    with pytest.raises(ValueError, match="(?s)one too few.*--allow_mismatch"):
        run(corpus, table(), **options)
    assert certificate(corpus) == {}
    run(corpus, table(), allow_mismatch=True, **options)
    assert certificate(corpus)["mismatch"] == ["one too few"]
    run(corpus, table(), remarks=options["differences"])
    found = certificate(corpus)
    assert found["mismatch"] == [] and found["notes"][0] == "one too few"


def test_remarks_are_told_with_the_error(corpus):
    with pytest.raises(ValueError, match="(?s)too few.*Also noted.*line 3"):
        run(
            corpus,
            table(),
            differences=lambda clips: ["one too few"],
            remarks=lambda clips: ["a.txt, line 3: what is this"],
        )


def test_splits_must_not_share_a_speaker(corpus):
    shared = table().assign(speaker=list("111234"))
    with pytest.raises(ValueError, match=r"common speaker in train & valid.*1"):
        run(corpus, shared, allow_mismatch=True)
    run(corpus, table(speaker=["1", "Unknown", "3"] * 2))
    found = certificate(corpus)
    assert found["disjoint"]["speaker"] == {
        "train & valid": "nothing to compare: no speaker is known in valid",
        "train & test": [],
        "valid & test": "nothing to compare: no speaker is known in valid",
    }
    assert "speaker of 2 clips is unknown (valid 2)" in found["notes"][0]
    run(corpus, table(speaker=""))
    assert certificate(corpus)["total"]["speakers"] == {"unknown": 6}


@pytest.mark.parametrize("other", ["7.0", "0007", "Speaker_7", " 7 ", "spk-07"])
def test_a_speaker_is_the_same_in_any_spelling(corpus, other):
    spelled = table(speaker=["7", "1", other, "7", "2", "3"])
    with pytest.raises(ValueError, match="common speaker in train & test") as e:
        run(corpus, spelled, allow_mismatch=True)
    assert f"{sorted(['7', other])}" in str(e.value)


def test_sessions_and_parts_are_counted_whatever_they_are(corpus):
    run(corpus, table(session=[1, 2.5, None] * 2, part=["a", 1, True] * 2))
    total = certificate(corpus)["total"]
    assert total["sessions"] == {"1.0": 2, "2.5": 2, "unknown": 2}
    assert total["parts"] == {"1": 2, "True": 2, "a": 2}


def test_a_speaker_has_one_spelling_in_manifests_and_certificate(corpus):
    spelled = ["7.0", "1", "Unknown", " 07 ", "1", "speaker 2"]
    manifests = run(corpus, table(speaker=spelled))
    frames = [
        pandas.read_csv(manifests[s], dtype=str, keep_default_na=False)
        for s in SPLITS
    ]
    assert [frame["speaker"].tolist() for frame in frames] == [
        ["07", "07"],
        ["1", "1"],
        ["", "speaker 2"],
    ]
    found = certificate(corpus)
    assert found["splits"]["train"]["speakers"] == {"07": 2}
    assert found["splits"]["test"]["speakers"] == {"speaker 2": 1, "unknown": 1}


def test_a_mended_preparation_makes_other_manifests(corpus):
    """Whatever it changes: labels, speakers, splits, votes or others."""
    run(corpus, table(votes="{}"))
    seen = {certificate(corpus)["inputs_sha256"]}
    for changes in (
        {"emotion": ["happy"] * 3 + ["sad"] * 3},
        {"speaker": list("abcdef")},
        {"split": ["test", "train", "valid"] * 2},
        {"votes": '{"sad": 1}'},
        {"part": "acted"},
    ):
        manifests = run(corpus, table(**{"votes": "{}", **changes}))
        seen.add(certificate(corpus)["inputs_sha256"])
        frames = [pandas.read_csv(manifests[s], dtype=str) for s in SPLITS]
        for frame, split in zip(frames, SPLITS):
            made = table(**{"votes": "{}", **changes}).set_index("ID")
            made = made[made["split"] == split][list({*changes} - {"split"})]
            pandas.testing.assert_frame_equal(
                frame.set_index("ID")[list(made)], made, check_dtype=False
            )
    assert len(seen) == 6
    run(corpus, table(part="acted"), notes=["a line was read otherwise"])
    assert certificate(corpus)["inputs_sha256"] not in seen


@pytest.fixture
def deaf(monkeypatch):
    """A preparation that must not need the audio."""

    def inspect(*arguments):
        raise AssertionError("the table already tells")

    monkeypatch.setattr(hearing, "inspect_files", inspect)


def test_shared_values_are_named_before_the_audio_is_inspected(corpus, deaf):
    clips = table(session=list("112233"))
    with pytest.raises(ValueError, match="common session in train & valid"):
        run(corpus, clips, disjoint=["speaker", "session"])


def test_classes_are_missed_before_the_audio_is_inspected(corpus, deaf):
    labels = {"options": {"labels": ["sad", "happy", "angry"]}}
    for place, split in enumerate(SPLITS):
        emotions = ["sad", "sad", "sad", "happy", "happy", "happy"]
        emotions[place] = "happy"
        with pytest.raises(ValueError, match=f"is no 'sad' in {split}[.]"):
            run(corpus, table(emotion=emotions), allow_mismatch=True)
    with pytest.raises(ValueError, match="no 'angry' in train, no 'angry' in"):
        run(corpus, table(), allow_mismatch=True, **labels)
    with pytest.raises(
        ValueError, match="(?s)was noticed before.*line 3: what"
    ):
        run(corpus, table(), problems=["line 3: what"], notes=["b"], **labels)


def test_a_class_whose_last_file_is_unusable_is_missed(corpus):
    (corpus / "1.wav").write_bytes(b"RIFF")
    with pytest.raises(
        ValueError, match="(?s)no 'sad' in valid.*1 .1.wav.: it"
    ):
        run(corpus, table(), allow_mismatch=True)


def test_an_emotion_that_is_no_label_is_named(corpus):
    emotions = ["sad", "sad", "sad", "happy", "bored", "happy"]
    with pytest.raises(ValueError, match="labels .sad, happy. in the col") as e:
        run(
            corpus,
            table(emotion=emotions),
            options={"labels": ["sad", "happy"]},
        )
    assert "but 1 have another word:\n  4: 'bored'" in str(e.value)


def test_what_is_to_be_proved_is_part_of_the_manifests_key(corpus):
    clips = table(session=list("112233"), script="x")
    run(corpus, clips, disjoint=["speaker"])
    run(corpus, clips, disjoint=["speaker"], repeated=["script"])
    assert certificate(corpus)["repeated"]["script"]["train & test"] == ["x"]
    with pytest.raises(ValueError, match="common session in train & valid"):
        run(corpus, clips, disjoint=["speaker", "session"])


def test_few_clips_of_a_class_are_noted(corpus, caplog):
    run(corpus, table())
    notes = certificate(corpus)["notes"]
    assert [note.split(":")[0] for note in notes] == [
        "valid holds few clips of happy (1), sad (1)",
        "test holds few clips of happy (1), sad (1)",
    ]
    assert all(note in caplog.text for note in notes)


@pytest.mark.parametrize(
    "copy, of, said",
    [
        ("1", "0", "0 (train, sad) and 1 (valid, sad) are the same recording"),
        ("3", "0", "0 (train, sad) and 3 (train, happy) are the same record"),
    ],
)
def test_one_recording_in_two_splits_or_classes(corpus, copy, of, said):
    sound, rate = soundfile.read(corpus / f"{of}.wav")
    soundfile.write(corpus / f"{copy}.wav", 0.5 * sound, rate, subtype="FLOAT")
    with pytest.raises(ValueError, match="does not hold Tiny") as error:
        run(corpus, table())
    assert said in str(error.value)
    run(corpus, table(), allow_mismatch=True)
    assert certificate(corpus)["mismatch"][0].startswith(said)


def add_copies(corpus, **copies):
    """The table with other names of its clips: name to number of the clip."""
    clips = table()
    added = [clips]
    for name, number in copies.items():
        sound = (corpus / f"{number}.wav").read_bytes()
        (corpus / f"{name}.wav").write_bytes(sound)
        again = clips[clips["ID"] == str(number)]
        added.append(again.assign(ID=name, wav=f"{name}.wav", speaker=name))
    return pandas.concat(added)


def test_one_recording_twice_in_a_class_is_noted(corpus, caplog):
    run(corpus, add_copies(corpus, a=0))
    found = certificate(corpus)
    assert found["mismatch"] == []
    assert found["notes"][0] == (
        "1 recording has several ids, within one class of one split: 0 = a"
    )
    assert f"Note on Tiny: {found['notes'][0]}\n" in caplog.text
    run(corpus, add_copies(corpus, a=0, b=1, c=2))
    assert certificate(corpus)["notes"][0] == (
        "3 recordings have several ids, within one class of one split: "
        "0 = a, 1 = b, 2 = c"
    )


def test_what_the_published_corpus_holds_twice_is_said_as_known(corpus):
    known = {"known_copies": [("0", "a"), ("4", "5")]}
    run(corpus, add_copies(corpus, a=0, b=1), **known)
    assert certificate(corpus)["notes"][:2] == [
        "1 recording has several ids, as in the published corpus: 0 = a",
        "1 recording has several ids, within one class of one split: 1 = b",
    ]
    run(corpus, add_copies(corpus, a=0, b=0), **known)
    [note, *_] = certificate(corpus)["notes"]
    assert "within one class" in note, "a third copy is not as published"
    shutil.copy(corpus / "0.wav", corpus / "5.wav")
    shutil.copy(corpus / "0.wav", corpus / "4.wav")
    with pytest.raises(ValueError, match="are the same recording"):
        run(corpus, table(), known_copies=[("0", "4", "5")])


def test_of_many_copies_each_split_and_class_is_named_once(corpus):
    for number in range(1, 6):
        (corpus / f"{number}.wav").write_bytes((corpus / "0.wav").read_bytes())
    clips = table().assign(split=["train"] * 3 + ["valid", "test", "valid"])
    clips["emotion"] = "sad"
    with pytest.raises(ValueError, match="as it is known") as error:
        run(corpus, clips)
    assert (
        "0 (train, sad), 3 (valid, sad), 4 (test, sad) and 3 more of them are "
        "the same recording"
    ) in str(error.value)


def test_what_is_read_is_kept_or_dropped(corpus):
    ids = [*table()["ID"], "9", "8"]
    with pytest.raises(ValueError, match="(?s)but 1 are neither:\n  lost"):
        run(corpus, table(), read=[*ids, "lost"])
    with pytest.raises(ValueError, match="(?s)more often .* read:\n  8"):
        run(corpus, table(), read=ids[:-1])


def test_what_repeats_is_listed(corpus):
    run(
        corpus,
        table(script=list("aab cd".replace(" ", "x"))),
        repeated=["script"],
    )
    shared = certificate(corpus)["repeated"]["script"]
    assert shared["train & valid"] == ["a"] and shared["train & test"] == []


def test_an_empty_split(corpus):
    clips = table()
    with pytest.raises(ValueError, match=r"\['valid'\] would be empty"):
        run(corpus, clips[clips["split"] != "valid"])


def test_nothing_is_left_of_an_earlier_preparation(corpus):
    run(corpus, table())
    with pytest.raises(ValueError, match="unique ids"):
        run(corpus, pandas.concat([table(), table()]))
    (corpus / "0.wav").write_bytes(b"RIFF")
    with pytest.raises(ValueError, match=r"0 \(0.wav\): it is unreadable"):
        run(corpus, table())


def test_merged_labels_are_chosen():
    clips = pandas.DataFrame(
        {"ID": list("abcd"), "emotion": ["sad", "calm", "neutral", "bored"]}
    )
    kept, dropped = choose_labels(
        clips, ["sad", "neutral"], {"calm": "neutral"}
    )
    assert kept["emotion"].tolist() == ["sad", "neutral", "neutral"]
    assert dropped == {"bored is not among the labels": ["d"]}
    with pytest.raises(ValueError, match=r"nothing in the corpus is \['angry"):
        choose_labels(clips, ["angry"])
    with pytest.raises(ValueError, match=r"merge emotions.*is \['clam'\]"):
        choose_labels(clips, ["sad", "neutral"], {"clam": "neutral"})
    with pytest.raises(
        ValueError, match="`merge` counts every 'sad' as 'bored"
    ):
        choose_labels(clips, ["sad", "neutral"], {"sad": "bored"})
    with pytest.raises(ValueError, match=r"nothing is \['neutrl'\]. Change `m"):
        choose_labels(clips, ["sad", "neutral"], {"calm": "neutrl"})
    with pytest.raises(ValueError, match="(?s)was noticed before.*line 3: Sad"):
        choose_labels(clips, ["angry"], problems=["line 3: Sad"])


def test_a_merge_ends_in_a_label_or_a_word_of_the_corpus():
    clips = pandas.DataFrame({"ID": list("abc"), "emotion": ["sad", "x", "y"]})
    kept, _ = choose_labels(clips, ["sad"], {"y": "x"})
    assert kept["ID"].tolist() == ["a"]
    with pytest.raises(
        ValueError, match=r"count emotions as labels \(\['sad'\]\).*\['sda'\]"
    ):
        choose_labels(clips, ["sad"], {"y": "sda"})


@pytest.mark.parametrize("emotion", [None, float("nan"), 1, "", " "])
def test_a_clip_without_an_emotion_is_not_lost(emotion):
    clips = pandas.DataFrame({"ID": list("abc")})
    clips["emotion"] = pandas.Series(["sad", emotion, "happy"], dtype=object)
    with pytest.raises(ValueError, match="(?s)in the column emotion.*  b: "):
        choose_labels(clips, ["sad", "happy"])


def test_the_folder_that_was_meant(tmp_path):
    release = tmp_path / "somewhere" / "release"
    release.mkdir(parents=True)
    (release / "labels.txt").write_text("")

    def is_corpus(folder):
        return (folder / "labels.txt").is_file()

    assert check_folder(release, is_corpus, "labels.txt") == release
    for given in (tmp_path, release.parent, release / "a" / "b"):
        with pytest.raises(FileNotFoundError, match=f"mean {release}[?]"):
            check_folder(given, is_corpus, "labels.txt")
    with pytest.raises(FileNotFoundError, match="Give the corpus's folder"):
        check_folder(tmp_path / "empty", lambda folder: False, "labels.txt")
    meant = f"Did you mean {tmp_path / 'somewhere'}[?] Give the corpus's folder"
    with pytest.raises(FileNotFoundError, match=meant):
        check_folder(tmp_path / "somewere", lambda folder: False, "labels.txt")


def test_certificates_are_plain_json(corpus):
    run(corpus, table())
    path = corpus.parent / "manifests" / "certificate.json"
    assert json.loads(path.read_text()) == certificate(corpus)


def test_manifests_of_another_version_are_made_again(corpus, monkeypatch):
    from speechbrain_zsfuse.corpora import manifests

    made = run(corpus, table())
    monkeypatch.setattr(manifests, "FORMAT", manifests.FORMAT + 1)
    before = certificate(corpus)["inputs_sha256"]
    assert run(corpus, table()) == made
    assert certificate(corpus)["inputs_sha256"] != before


def test_names_of_files_never_hide_the_counts(corpus):
    lines = [f"a.txt, line {n}: what is this" for n in range(30)]
    with pytest.raises(ValueError, match="as it is known") as error:
        run(
            corpus,
            table(),
            problems=lines,
            differences=lambda clips: ["one too few"],
        )
    said = str(error.value).split("\n")
    assert f"  {lines[19]}" in said and f"  {lines[20]}" not in said
    assert said[21:23] == ["  … and 10 more", "  one too few"]
