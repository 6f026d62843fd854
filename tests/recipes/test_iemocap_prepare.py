"""IEMOCAP to manifests: the release's counts, its traps, and bad input."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pandas
import pytest
from iemocap_prepare import LABELS, SESSION_COUNTS, prepare_iemocap
from spoiled_audio import WAYS, spoil

from speechbrain_zsfuse.corpora.recordings import inspection
from speechbrain_zsfuse.corpora.sealing import read_certificate
from speechbrain_zsfuse.experiment.run import prepare as prepare_run
from speechbrain_zsfuse.file_cache import look_up

# Train, validation and test utterances of the five folds (EMO-SUPERB's).
FOLD_SIZES = {
    1: (3423, 1023, 1085),
    2: (3357, 1151, 1023),
    3: (3349, 1031, 1151),
    4: (3259, 1241, 1031),
    5: (3205, 1085, 1241),
}
DIALOG = "Ses02F_impro01"


@pytest.fixture
def corpus(iemocap, tmp_path):
    """A small copy to spoil."""
    return Path(shutil.copytree(iemocap, tmp_path / "corpus"))


def evaluation(corpus, dialog=DIALOG):
    session = dialog[4]
    folder = corpus / f"Session{session}" / "dialog" / "EmoEvaluation"
    return folder / f"{dialog}.txt"


def first_clip(corpus):
    """Id and file of a neutral utterance, the first of its dialogue."""
    clip = f"{DIALOG}_F000"
    path = corpus / "Session2" / "sentences" / "wav" / DIALOG / f"{clip}.wav"
    assert path.exists()
    return clip, path


def prepare(corpus, folder, **options):
    """Prepare a small corpus, whose counts cannot be right."""
    return prepare_iemocap(corpus, folder, allow_mismatch=True, **options)


def read(manifests):
    tables = [pandas.read_csv(path) for path in manifests.values()]
    return pandas.concat(tables).set_index("ID")


@pytest.mark.parametrize("fold", FOLD_SIZES)
def test_the_folds_of_the_release(release, cache, tmp_path, fold):
    manifests = prepare_iemocap(release, tmp_path, fold=fold, audio_cache=cache)
    tables = {name: pandas.read_csv(path) for name, path in manifests.items()}
    sizes = tuple(len(tables[name]) for name in ("train", "valid", "test"))
    assert sizes == FOLD_SIZES[fold]
    assert set(tables["test"]["session"]) == {fold}
    assert set(tables["valid"]["session"]) == {fold % 5 + 1}
    certificate = read_certificate(tmp_path)
    assert certificate["total"]["classes"] == {
        "neutral": 1708,
        "happy": 1636,
        "sad": 1084,
        "angry": 1103,
    }
    assert certificate["total"]["sessions"] == {
        session: sum(row) for session, row in SESSION_COUNTS.items()
    }
    assert certificate["mismatch"] == []
    for field in ("speaker", "session"):
        assert not any(certificate["disjoint"][field].values())
    repeated = certificate["repeated"]["script"]["train & test"]
    assert "script01_1" in repeated


def test_a_whole_corpus_marks_nothing(release, cache, tmp_path):
    hparams = {"data_folder": str(release), "output_folder": str(tmp_path)}
    hparams |= {"preparation": {}, "download": False}
    hparams |= {"allow_mismatch": False, "audio_cache": str(cache)}
    assert set(prepare_run(prepare_iemocap, hparams)) == {
        "train",
        "valid",
        "test",
    }
    assert hparams["corpus_mismatch"] == []


def test_one_utterance_too_few_is_spelled_out(release, cache, tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for session in range(1, 6):
        (corpus / f"Session{session}").symlink_to(release / f"Session{session}")
    (corpus / "Session2").unlink()
    shutil.copytree(release / "Session2", corpus / "Session2")
    path = evaluation(corpus)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\tneu\t", "\txxx\t", 1))
    with pytest.raises(ValueError) as error:
        prepare_iemocap(corpus, tmp_path / "m", audio_cache=cache)
    assert "2, neutral: expected 362, found 361 (-1)" in str(error.value)
    assert "neutral: expected 1,708, found 1,707 (-1)" in str(error.value)
    assert "add --allow_mismatch" in str(error.value)
    assert not (tmp_path / "m" / "train.csv").exists()


@pytest.mark.parametrize(
    "part, size", [("improvised", 2943), ("scripted", 2588)]
)
def test_a_part_alone(release, cache, tmp_path, part, size):
    prepare_iemocap(release, tmp_path, part=part, audio_cache=cache)
    certificate = read_certificate(tmp_path)
    assert certificate["total"]["parts"] == {part: size}
    assert certificate["dropped_counts"][f"not {part}"] == 5531 - size


def test_other_label_sets(release, cache, tmp_path):
    six = ["neutral", "happy", "excited", "sad", "angry", "frustrated"]
    options = {"labels": six, "merge": {}, "audio_cache": cache}
    prepare_iemocap(release, tmp_path, **options)
    classes = read_certificate(tmp_path)["total"]["classes"]
    assert classes["excited"] == 1041 and classes["happy"] == 595
    assert classes["frustrated"] == 1849
    with pytest.raises(ValueError, match=r"nothing in the corpus is \['bored"):
        prepare_iemocap(release, tmp_path, labels=["sad", "bored"])


def test_a_class_that_no_test_clip_has_is_missed(release, cache, tmp_path):
    labels = [*LABELS, "disgusted"]  # two utterances in all
    with pytest.raises(ValueError, match="no 'disgusted' in test"):
        prepare_iemocap(release, tmp_path, labels=labels, audio_cache=cache)
    assert not (tmp_path / "train.csv").exists()


def test_who_spoke_is_the_last_letter(iemocap, tmp_path):
    clips = read(prepare(iemocap, tmp_path))
    wearer = clips.index.str[5]
    speaker = clips.index.str.extract(r"_([FM])\d+$")[0].to_numpy()
    assert (wearer != speaker).any()
    assert (clips["speaker"].str[-1] == speaker).all()
    assert (clips["gender"].str[0].str.upper() == speaker).all()


def test_votes_are_counted_without_the_actors_own(iemocap, tmp_path):
    clips = read(prepare(iemocap, tmp_path))
    sad = clips[clips["emotion"] == "sad"].iloc[0]
    assert json.loads(sad["votes"]) == {"neutral": 1, "sad": 2}
    assert json.loads(sad["other_votes"]) == {"frustrated": 1}
    excited = clips[clips["votes"].str.contains("excited")]
    assert set(excited["emotion"]) == {"happy"}
    # every actor says "disgust" of every utterance
    own = "".join(clips["votes"] + clips["other_votes"])
    assert "disgusted" not in own
    assert (clips["transcript"] == "That is my line, I said it.").all()


def test_lines_that_cannot_be_read_are_named(corpus, tmp_path):
    path = evaluation(corpus)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("\tneu\t", "\tmeh\t")
    lines[3] = "C-E1:\tBored;\t()"
    path.write_text("\n".join([*lines, "what is this", ""]))
    with pytest.raises(ValueError) as error:
        prepare_iemocap(corpus, tmp_path / "manifests")
    prepare(corpus, tmp_path / "manifests")
    notes = "\n".join(read_certificate(tmp_path / "manifests")["notes"])
    for text in (notes, str(error.value)):
        name = f"Session2/dialog/EmoEvaluation/{DIALOG}.txt, line"
        assert f"{name} 3:" in text and "has the unknown label 'meh'" in text
        assert f"{name} 4:" in text and "unknown vote ['Bored']" in text
        assert "'what is this' is no line of an evaluation" in text


@pytest.mark.parametrize("how", WAYS)
def test_audio_that_cannot_be_used_is_named(corpus, tmp_path, how):
    clip, path = first_clip(corpus)
    spoil(path, how)
    with pytest.raises(ValueError, match="as it is known") as error:
        prepare_iemocap(corpus, tmp_path / "manifests")
    where = path.relative_to(corpus).as_posix()
    assert f"{clip} ({where}): {WAYS[how]}" in str(error.value)
    manifests = prepare(corpus, tmp_path / "manifests")
    certificate = read_certificate(tmp_path / "manifests")
    assert any(
        clip in ids and reason.startswith(WAYS[how])
        for reason, ids in certificate["dropped"].items()
    )
    assert any(line.startswith(clip) for line in certificate["mismatch"])
    assert clip not in read(manifests).index


def test_audio_without_an_evaluation_is_counted(corpus, tmp_path):
    _, path = first_clip(corpus)
    shutil.copy(path, path.with_name(f"{DIALOG}_F999.wav"))
    prepare(corpus, tmp_path / "manifests")
    certificate = read_certificate(tmp_path / "manifests")
    dropped = certificate["dropped"]["without an evaluation"]
    assert dropped == [f"{DIALOG}_F999"]


def test_an_utterance_evaluated_twice(corpus, tmp_path):
    clip, _ = first_clip(corpus)
    path = evaluation(corpus)
    shutil.copy(path, path.with_name("copy.txt"))
    with pytest.raises(ValueError, match=f"(?s)unique ids.*{clip}"):
        prepare(corpus, tmp_path / "manifests")


def test_what_macos_leaves_behind_is_no_evaluation(corpus, tmp_path):
    path = evaluation(corpus)
    path.with_name(f"._{path.name}").write_bytes(b"\x00\x05\x16\x07")
    prepare(corpus, tmp_path / "manifests")
    certificate = read_certificate(tmp_path / "manifests")
    assert not any("._" in note for note in certificate["notes"])


@pytest.mark.parametrize("given", [".", "Session1", "Session1/dialog"])
def test_the_wrong_folder(corpus, tmp_path, given):
    folder = corpus / given if given != "." else corpus.parent
    with pytest.raises(FileNotFoundError, match=f"Did you mean {corpus}[?]"):
        prepare(folder, tmp_path / "manifests")
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        prepare(tmp_path / "nowhere", tmp_path / "manifests")


def test_without_permission(corpus, tmp_path, monkeypatch):
    def refuse(path, **options):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PermissionError, match="no permission. Ask its owner"):
        prepare(corpus, tmp_path / "manifests")


def test_wrong_options(iemocap, tmp_path):
    with pytest.raises(
        ValueError, match="`fold` to be .* from 1 to 5, but got 6"
    ):
        prepare(iemocap, tmp_path, fold=6)
    with pytest.raises(ValueError, match="`part` to be one of all, .*'acted'"):
        prepare(iemocap, tmp_path, part="acted")


def snapshot(folder):
    return {p: p.stat().st_mtime_ns for p in sorted(folder.rglob("*"))}


def test_nothing_is_written_into_the_corpus(corpus, tmp_path):
    before = snapshot(corpus)
    prepare(corpus, tmp_path / "manifests")
    assert snapshot(corpus) == before
    with pytest.raises(ValueError, match="outside the corpus"):
        prepare(corpus, corpus / "manifests")


def test_a_moved_corpus_still_works(corpus, tmp_path):
    manifests = prepare(corpus, tmp_path / "manifests")
    moved = corpus.rename(tmp_path / "moved")
    wav = read(manifests)["wav"].iloc[0]
    assert os.path.exists(wav.replace("$data_root", str(moved)))


def test_manifests_are_made_again_only_when_something_changed(
    corpus, tmp_path, monkeypatch
):
    folder = tmp_path / "manifests"
    manifests = prepare(corpus, folder)
    made = snapshot(folder)
    prepare(corpus, folder)
    assert snapshot(folder) == made
    prepare(corpus, folder, fold=2)
    assert set(pandas.read_csv(manifests["test"])["session"]) == {2}
    prepare(corpus, folder)
    Path(manifests["test"]).write_text("ID\nedited by hand\n")
    prepare(corpus, folder)
    assert set(pandas.read_csv(manifests["test"])["session"]) == {1}
    path = evaluation(corpus)
    path.write_text(path.read_text().replace("\tneu\t", "\tsad\t", 1))
    before = read(manifests)["emotion"].value_counts()
    after = read(prepare(corpus, folder))["emotion"].value_counts()
    assert after["sad"] == before["sad"] + 1


def test_what_was_inspected_is_not_inspected_again(
    corpus, tmp_path, monkeypatch
):
    cache = tmp_path / "audio.sqlite"
    inspected, stop_after = [], 90
    real = inspection.inspect_file

    def inspect(path, rates):
        if len(inspected) == stop_after:
            raise KeyboardInterrupt
        inspected.append(path)
        return real(path, rates)

    monkeypatch.setattr(inspection, "look_up", partial(look_up, batch=4))
    monkeypatch.setattr(inspection, "inspect_file", inspect)
    with pytest.raises(KeyboardInterrupt):
        prepare(corpus, tmp_path / "m", audio_cache=cache)
    with closing(sqlite3.connect(cache)) as database:
        [[known]] = database.execute("SELECT COUNT(*) FROM facts")
    inspected, stop_after = [], None
    clips = read(prepare(corpus, tmp_path / "m", audio_cache=cache))
    assert 0 < known < len(clips) and len(inspected) == len(clips) - known


def test_the_order_of_labels_is_no_matter(release, cache, tmp_path):
    labels = ["angry", "happy", "sad", "neutral"]
    prepare_iemocap(release, tmp_path, labels=labels, audio_cache=cache)
    assert any("ids" in note for note in read_certificate(tmp_path)["notes"])


def test_a_corpus_without_evaluations(corpus, tmp_path):
    for path in corpus.glob("Session*/dialog/EmoEvaluation/*.txt"):
        path.unlink()
    with pytest.raises(ValueError, match="evaluated utterances.*there is none"):
        prepare(corpus, tmp_path / "manifests")
