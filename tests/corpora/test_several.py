"""Several corpora, prepared and joined: ids, speakers, splits, certificate,
classes, borrowed recordings, one left out; and each mistake with its text."""

import json
import shutil

import pandas
import pytest
from made_corpora import X, Y, make_corpus, two_corpora

from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.corpora.sealing import SEAL, read_certificate
from speechbrain_zsfuse.corpora.several.prepare import (
    prepare_corpora,
    prepare_several,
)
from speechbrain_zsfuse.corpora.several.reading import fill_from_corpora
from speechbrain_zsfuse.experiment.describe import (
    describe_corpus,
    note_contamination,
)
from speechbrain_zsfuse.experiment.options.checking import check_options


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Folders, and options, of x and y."""
    return two_corpora(tmp_path_factory.mktemp("corpora"))


@pytest.fixture(scope="module")
def joined(corpora, tmp_path_factory):
    """Manifest folder of the union of x and y."""
    folder = tmp_path_factory.mktemp("joined")
    prepare(corpora, folder)
    return folder


def prepare(made, folder, **options):
    folders, tables = made
    options = {"labels": X, "corpora": tables} | options
    return prepare_several(folders, folder, **options)


def tables_of(folder, folders):
    return {
        split: read_manifest(folder / f"{split}.csv", folders)
        for split in ("train", "valid", "test")
    }


def test_a_joint_manifest_is_the_sum_of_all(joined, corpora):
    folders, _ = corpora
    for split, table in tables_of(joined, folders).items():
        parts = {
            name: read_manifest(
                joined / "corpora" / name / f"{split}.csv", folders[name]
            )
            for name in folders
        }
        assert len(table) == sum(map(len, parts.values()))
        for name, part in parts.items():
            own = table[table["corpus"] == name]
            assert own["ID"].tolist() == (f"{name}/" + part["ID"]).tolist()
            for column in ("wav", "emotion", "speaker", "duration"):
                assert own[column].tolist() == part[column].tolist()
            assert own["speaker"].str.startswith(f"{name}:").all()
    raw = pandas.read_csv(joined / "train.csv")
    assert raw["wav"][0].startswith("$data_root_x/wav/")
    assert raw["ID"].is_unique


def test_a_joint_certificate_has_all_that_each_has(joined):
    whole = read_certificate(joined)
    assert whole["corpus"] == "x+y"
    parts = {name: read_certificate(joined / "corpora" / name) for name in "xy"}
    for name, part in parts.items():
        assert whole["corpora"][name][SEAL] == part[SEAL]
        assert whole["total"]["corpora"][name] == part["total"]["clips"]
    classes = {"angry": 12, "happy": 6, "sad": 12}
    assert whole["total"]["classes"] == classes
    assert whole["corpora"]["y"]["labels"] == Y
    assert whole["disjoint"]["speaker"] == {
        "train & valid": [],
        "train & test": [],
        "valid & test": [],
    }
    few = [line for line in whole["notes"] if line.startswith("y: test holds")]
    assert few  # each note says of which it is
    facts = describe_corpus(whole)
    assert facts["corpus"] == "x+y"
    assert facts["corpora"]["y"]["labels"] == Y


def test_what_is_prepared_is_found_again(joined, corpora):
    before = (joined / "certificate.json").stat().st_mtime_ns
    prepare(corpora, joined)
    assert (joined / "certificate.json").stat().st_mtime_ns == before
    prepare(corpora, joined, fold=2)
    assert (joined / "certificate.json").stat().st_mtime_ns != before
    prepare(corpora, joined)


def test_one_that_is_left_out_is_tested_whole(corpora, tmp_path):
    folders, _ = corpora
    prepare(corpora, tmp_path, labels=Y, leave_out="y")
    tables = tables_of(tmp_path, folders)
    assert {*tables["test"]["corpus"]} == {"y"} and len(tables["test"]) == 12
    others = pandas.concat([tables["train"], tables["valid"]])
    assert {*others["corpus"]} == {"x"}
    assert len(others) == 12  # 6 speakers, angry and sad; no happy
    assert not {*tables["train"]["speaker"]} & {*tables["valid"]["speaker"]}
    certificate = read_certificate(tmp_path)
    assert certificate["corpus"] == "x to y"
    assert describe_corpus(certificate, fold=3)["fold"] is None
    reason = "x: happy is not among the labels"
    assert certificate["dropped_counts"] == {reason: 6}
    assert certificate["dropped"][reason][0] == "x/wav/1_happy"


def test_an_emotion_is_merged_where_it_is(corpora, tmp_path):
    prepare(corpora, tmp_path, labels=Y, merge={"happy": "sad"})
    assert read_certificate(tmp_path)["total"]["classes"] == {
        "angry": 12,
        "sad": 18,
    }


def test_each_may_have_a_fold_of_its_own(corpora, joined, tmp_path):
    folders, tables = corpora
    given = {"x": tables["x"], "y": tables["y"] | {"fold": 2}}
    prepare((folders, given), tmp_path)
    for name, same in (("x", True), ("y", False)):
        ids = [
            (place / "corpora" / name / "test.csv").read_text()
            for place in (joined, tmp_path)
        ]
        assert (ids[0] == ids[1]) == same


# ------------------------------------------------------ borrowed recordings
@pytest.fixture
def borrowing(corpora, tmp_path):
    """x, and z, which has the clips of the first speaker of x as its own."""
    folders, _ = corpora
    z = make_corpus(tmp_path / "z", X, seed=3)
    for emotion in X:
        name = f"wav/1_{emotion}.wav"
        shutil.copy(f"{folders['x']}/{name}", z / name)
    places = {"x": folders["x"], "z": str(z)}
    tables = {k: {"table": f"{v}/clips.csv"} for k, v in places.items()}
    return places, tables


def homes(folder, name):
    """Split of each clip of a corpus."""
    return {
        clip: split
        for split in ("train", "valid", "test")
        for clip in pandas.read_csv(folder / "corpora" / name / f"{split}.csv")[
            "ID"
        ]
    }


def test_a_recording_in_two_corpora_is_named(borrowing, tmp_path):
    folder = tmp_path / "whole"
    with pytest.raises(ValueError) as caught:
        prepare(borrowing, folder, leave_out="z")
    said = str(caught.value)
    assert said.startswith("Expected recordings of their own in x, z, but some")
    assert "z/wav/1_sad (test, sad) are the same recording" in said
    assert "add --allow_mismatch." in said
    prepare(borrowing, folder, leave_out="z", allow_mismatch=True)
    marks = read_certificate(folder)["mismatch"]
    assert len([m for m in marks if "are the same recording" in m]) == 3


def test_in_one_split_it_is_noted(borrowing, tmp_path):
    """Both divide the same speakers alike."""
    prepare(borrowing, tmp_path / "whole")
    split = homes(tmp_path / "whole", "x")
    assert split == homes(tmp_path / "whole", "z")
    notes = read_certificate(tmp_path / "whole")["notes"]
    assert [n for n in notes if n.startswith("3 recordings have several ids")]


@pytest.mark.parametrize("start", [None, "0.05"])
def test_one_folder_of_two_corpora_is_seen(corpora, tmp_path, start):
    """Whole files are copies of themselves; parts leave theirs in one split."""
    folder = corpora[0]["x"]
    first = pandas.read_csv(f"{folder}/clips.csv", dtype=str)
    # Speakers count backwards, so that others are tested.
    speakers = first["speaker"].map(lambda one: f"{7 - int(one)}")
    second = first.assign(speaker=speakers)
    if start:
        first, second = first.assign(end=start), second.assign(start=start)
    first.to_csv(tmp_path / "a.csv", index=False)
    second.to_csv(tmp_path / "b.csv", index=False)
    tables = {name: {"table": str(tmp_path / f"{name}.csv")} for name in "ab"}
    told = "parts of " if start else "the same recording"
    with pytest.raises(ValueError, match=rf"(?s)in a, b.*{told}") as said:
        prepare((dict.fromkeys("ab", folder), tables), tmp_path / "m")
    assert "(test" in str(said.value) and "(train" in str(said.value)


# ------------------------------------------------------------------ classes
def test_classes_are_those_of_the_inventory(corpora):
    folders, tables = corpora
    settings = {"data_folder": folders, "corpora": tables, "labels": None}
    assert fill_from_corpora(settings) == {"labels": X}
    for more in ({"inventory": "intersection"}, {"leave_out": "y"}):
        assert fill_from_corpora(settings | more) == {"labels": Y}
    assert fill_from_corpora(settings | {"labels": Y}) == {}
    unknown = {"data_folder": {"m3ed": "/a", "emodb": "/b"}, "labels": None}
    with pytest.raises(ValueError, match="no definition of m3ed.*--labels="):
        fill_from_corpora(unknown)
    with pytest.raises(ValueError, match="--inventory to be one of union, in"):
        fill_from_corpora(settings | {"inventory": "all"})
    with pytest.raises(ValueError, match="but they have sad. Choose other co"):
        fill_from_corpora(
            settings | {"merge": {"angry": "sad", "happy": "sad"}}
        )
    with pytest.raises(ValueError, match="but nothing is calm. Change `merge`"):
        fill_from_corpora(settings | {"merge": {"calm": "sad"}})


@pytest.mark.parametrize(
    "options, problem",
    [
        ({"labels": [*X, "calm"]}, "but none has calm. Leave them out"),
        (
            {"inventory": "intersection"},
            "but y has no happy. Give labels that all have: angry, sad.",
        ),
        (
            {"leave_out": "y"},
            "in y, which is tested on all of them, but y has no happy.",
        ),
        (
            {"leave_out": "x"},
            r"trained on \(y\), but none has happy.*there is: angry, sad",
        ),
        (
            {"labels": ["happy", "sad"]},
            r"but y has sad \(of angry, sad\). Choose other `labels`",
        ),
        ({"leave_out": "X"}, "but got 'X'. .*There is: x, y."),
        ({"inventory": "all"}, "`inventory` to be one of union, intersection"),
        ({"corpora": {"z": {}}}, "`corpora` to tell of x, y, but got z"),
        ({"corpora": {"x": {"tabel": "a"}}}, "'tabel'. Did you mean table"),
        ({"corpora": {"x": {"fold": 0}}}, "`corpora.x.fold` to be"),
        (
            {"corpora": {"x": {"folds": 3}}, "leave_out": "y", "labels": Y},
            "Expected no folds of x where a corpus is left out, which",
        ),
        (
            {"fold": 2, "leave_out": "y", "labels": Y},
            "Expected no fold where a corpus is left out, which is tested who",
        ),
    ],
)
def test_mistakes_are_told_before_sound_is_read(
    corpora, tmp_path, options, problem
):
    with pytest.raises(ValueError, match=problem):
        prepare(corpora, tmp_path / "m", **options)
    assert not (tmp_path / "m").exists()


def test_manifests_stay_out_of_every_corpus(corpora):
    folders, _ = corpora
    with pytest.raises(ValueError, match="outside the corpus to write to"):
        prepare((folders, {}), f"{folders['y']}/manifests")
    with pytest.raises(ValueError, match="of its own .* /.*/y/clips.csv lies"):
        prepare(corpora, folders["y"])


# ---------------------------------------------------------- one, or several
def test_one_corpus_is_prepared_as_ever(corpora, tmp_path):
    folders, tables = corpora
    made = prepare_corpora(folders["x"], tmp_path, labels=X, **tables["x"])
    assert "corpus" not in pandas.read_csv(made["test"])
    with pytest.raises(ValueError, match="no `leave_out` for one corpus, but"):
        prepare_corpora(folders["x"], tmp_path, labels=X, leave_out="y")
    with pytest.raises(ValueError, match="no `table` for several corpora, but"):
        prepare_corpora(folders, tmp_path, labels=X, table="a.csv")
    with pytest.raises(ValueError, match="no columns of emodb, which is known"):
        prepare_corpora(
            folders["x"],
            tmp_path,
            labels=X,
            corpus="emodb",
            columns={"speaker": "who"},
        )
    one = {"x": folders["x"]}
    with pytest.raises(ValueError, match="at least two corpora, but got one"):
        prepare_corpora(one, tmp_path, labels=X)


def test_options_of_both_are_checked_in_a_yaml():
    check_options("preparation: {inventory: union, fold: 1}", prepare_corpora)
    for option in ("inventory: all", "fold: 0", "table: 3"):
        with pytest.raises(ValueError, match="^Expected `preparation."):
            check_options(f"preparation: {{{option}}}", prepare_corpora)


def test_a_model_that_heard_one_corpus_has_heard_them(tmp_path):
    record = {
        "format": 1,
        "version": "0",
        **dict.fromkeys(["release", "fold", "experiment", "loss"]),
        "corpus": "iemocap+meld",
        "corpora": {
            "meld": {"name": "MELD", "release": None},
            "msp": {"name": "MSP-Podcast", "release": None},
        },
        "labels": ["sad", "angry"],
        "seed": 1,
        "encoder": None,
        "score_source": {
            **dict.fromkeys(["fingerprint", "prompts", "prompts_sha256"]),
            **dict.fromkeys(["audio_repeats", "text_repeats"]),
            **{"kind": "dual", "class": "X", "source": "KeiKinn/paraclap"},
        },
        "mismatch": [],
        "signature": "0" * 64,
        "code": {},
        "finished": False,
    }
    (tmp_path / "run.json").write_text(json.dumps(record))
    found = note_contamination(tmp_path)["score_source"]
    assert (found["status"], found["corpus"]) == ("seen", "MSP-Podcast")


def test_two_speakers_are_one_of_several_corpora(tmp_path):
    folders, tables = two_corpora(tmp_path)
    path = tmp_path / "y" / "clips.csv"
    few = pandas.read_csv(path, dtype=str)
    few["speaker"] = few["speaker"].map(lambda name: "ab"[int(name) % 2])
    few.to_csv(path, index=False)
    prepare((folders, tables), tmp_path / "out")
    found = read_certificate(tmp_path / "out")
    # y trains and validates with one speaker, and tests the other
    pairs = {"train & test": [], "valid & test": []}
    assert found["disjoint"]["speaker"] == pairs
    [caveat] = found["caveats"]
    assert caveat.startswith("y: validated with another stretch of the record")
