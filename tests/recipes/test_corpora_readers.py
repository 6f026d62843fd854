"""Corpora that need code, on made-up trees; and a YAML for every corpus."""

import csv
import json
from collections import Counter

import pytest
import ruamel.yaml
from corpora_prepare import READERS, prepare_corpora
from m3ed_files import CLIPS, EMOTIONS, read_m3ed
from places import ROOT
from thai_ser_files import read_thai_ser

from speechbrain_zsfuse.corpora.definitions.definition import (
    find_definition,
    list_definitions,
)
from speechbrain_zsfuse.corpora.words.families import FORMS
from speechbrain_zsfuse.experiment.configuration.composition import compose
from speechbrain_zsfuse.options import kinds

RECIPE = ROOT / "recipes" / "Corpora"
RATERS = "Happy", "Happy", "Surprise"
SHARED = {"corpora", "table", "several"}  # YAMLs of no one corpus


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


# --------------------------------------------------------------------- M3ED
def utterance(side, emotion, *raters):
    answers = {f"EmoAnnotator{n}": r for n, r in enumerate(raters, 1)}
    answers |= {"final_mul_emo": emotion, "final_main_emo": emotion}
    said = {"StartTime": "00:00:00:01", "EndTime": "00:00:01:03"}
    said |= {"Text": "好", "Speaker": side, "EmoAnnotation": answers}
    return said


@pytest.fixture
def m3ed(tmp_path):
    """Two series; in the second somebody has the name of the first's."""
    people = {
        "A": {"Name": "林大为", "Age": "mid", "Gender": "male"},
        "B": {"Name": "阿姨", "Age": "old", "Gender": "female"},
    }
    one = {
        "shaonianpai_1_1": utterance(
            "A", "Happy", "Happy", "Happy", "Surprise"
        ),
        "shaonianpai_1_2": utterance(
            "B", "Anger", "Anger,Disgust", "Anger", ""
        ),
        "shaonianpai_1_3": utterance("B", "Sad", "Sad"),
    }
    two = {"anjia_1_1": utterance("A", "Fear", "Fear", "Fear", "Bored")}
    tree = {
        "shaonianpai": {
            "shaonianpai_1": {"SpeakerInfo": people, "Dialog": one}
        },
        "anjia": {"anjia_1": {"SpeakerInfo": people, "Dialog": two}},
    }
    (tmp_path / "annotation.json").write_text(json.dumps(tree))
    touch(
        tmp_path,
        "modality_speech/A_shaonianpai_1_1.wav",
        "modality_speech/B_shaonianpai_1_2.wav",
        "modality_speech/A_anjia_1_1.wav",
    )
    (tmp_path / "splitInfo").mkdir()
    (tmp_path / "splitInfo/movie_list_train.txt").write_text("shaonianpai\n")
    (tmp_path / "splitInfo/movie_list_val.txt").write_text("anjia\n")
    return tmp_path


def test_m3ed_is_read_from_its_tree(m3ed):
    reading = read_m3ed(m3ed)
    clips = reading.clips.set_index("wav")
    first = clips.loc["modality_speech/A_shaonianpai_1_1.wav"]
    assert first[["emotion", "speaker", "gender", "split"]].tolist() == [
        "happy",
        "shaonianpai_林大为",
        "male",
        "train",
    ]
    assert json.loads(first["votes"]) == {"happy": 2, "surprised": 1}
    second = clips.loc["modality_speech/B_shaonianpai_1_2.wav"]
    assert json.loads(second["votes"]) == {"angry": 2, "disgusted": 1}
    third = clips.loc["modality_speech/A_anjia_1_1.wav"]
    assert (third["speaker"], third["split"]) == ("anjia_林大为", "valid")
    assert json.loads(third["votes"]) == {"fearful": 2, "other": 1}
    assert reading.dropped == {
        "annotated, but without a sound file": ["B_shaonianpai_1_3"]
    }
    assert reading.differences(reading.clips) == []  # not of all classes


def test_m3ed_counts_its_clips(m3ed):
    reading = read_m3ed(m3ed)
    words = [*EMOTIONS.values()]
    clips = reading.clips.iloc[[0] * 7].assign(emotion=words)
    [line] = reading.differences(clips)
    assert f"expected {CLIPS:,}, found 7" in line


def test_what_m3ed_does_not_know_is_named(m3ed):
    touch(m3ed, "modality_speech/C_anjia_1_9.wav")
    reading = read_m3ed(m3ed)
    assert reading.problems == [
        "modality_speech/C_anjia_1_9.wav: not in annotation.json"
    ]
    touch(m3ed, "more/A_anjia_1_1.wav")
    assert read_m3ed(m3ed).problems[1:] == [
        "more/A_anjia_1_1.wav: another file of the clip that is "
        "modality_speech/A_anjia_1_1.wav"
    ]
    (m3ed / "more/A_anjia_1_1.wav").unlink()
    text = (m3ed / "annotation.json").read_text()
    (m3ed / "annotation.json").write_text(text.replace("Fear", "Dread"))
    assert "modality_speech/A_anjia_1_1.wav: its emotion is 'Dread'" in (
        read_m3ed(m3ed).problems
    )
    (m3ed / "annotation.json").write_text('{"anjia": {"anjia_1": {}}}')
    with pytest.raises(ValueError, match="annotation.json, but something is m"):
        read_m3ed(m3ed)


# ----------------------------------------------------------------- Thai-SER
@pytest.fixture
def thai_ser(tmp_path):
    name = "s001_con_actor00{}_impro1_{}.wav"
    labels = {
        name.format(1, 1): [["Happy"], ["Happy", "Neutral"], ["None"]],
        name.format(2, 2): [["Sad"], ["Angry"]],
        name.format(1, 3): [],
        "z001_mic_actor161_script1_1a.wav": [["Frustrated"]],
    }
    tree = {k: [{"annotated": v}] for k, v in labels.items()}
    (tmp_path / "emotion_label.json").write_text(json.dumps(tree))
    for clip in labels:
        home = "studio001/con/" if clip[0] == "s" else "zoom001/mic/"
        touch(tmp_path, home + clip.replace(".wav", ".flac"))
    touch(tmp_path, "studio001/clip/s001_clip_actor001_impro1_1.flac")
    touch(tmp_path, "studio001/con/s001_con_actor002_impro1_9.flac")
    return tmp_path


def test_thai_ser_is_read_by_one_microphone(thai_ser):
    reading = read_thai_ser(thai_ser)
    clips = reading.clips.set_index("wav")
    first = clips.loc["studio001/con/s001_con_actor001_impro1_1.flac"]
    assert first[["emotion", "speaker", "group"]].tolist() == [
        "happy",
        "001",
        "studio001",
    ]
    assert json.loads(first["votes"]) == {"happy": 2, "neutral": 1, "other": 1}
    call = clips.loc["zoom001/mic/z001_mic_actor161_script1_1a.flac"]
    assert (call["emotion"], call["speaker"]) == ("frustrated", "161")
    assert {why: len(paths) for why, paths in reading.dropped.items()} == {
        "the same speech by another microphone": 1,
        "no emotion has the most votes": 1,
        "no raters in the file of labels": 2,
    }


def test_labels_of_thai_ser_in_another_form_are_refused(thai_ser):
    (thai_ser / "emotion_label.json").write_text('{"a.wav": ["Happy"]}')
    with pytest.raises(ValueError, match="of 'a.wav' in .*emotion_label.json"):
        read_thai_ser(thai_ser)


# ------------------------------------------------------------------- recipe
def test_other_folders_are_refused(tmp_path):
    for corpus in READERS:
        with pytest.raises(FileNotFoundError, match="Expected .*label|annot"):
            prepare_corpora(
                tmp_path / "none",
                tmp_path / "manifests",
                corpus=corpus,
                table=None,
                labels=["sad", "happy"],
            )
    assert "labels" in kinds(prepare_corpora)


def test_a_corpus_with_a_reader_takes_no_table(tmp_path):
    with pytest.raises(ValueError, match="no `table` for m3ed, which has a re"):
        prepare_corpora(
            tmp_path,
            tmp_path,
            corpus="m3ed",
            table="a.csv",
            labels=["sad", "happy"],
        )


def test_nor_does_it_as_one_of_several(tmp_path):
    with pytest.raises(ValueError, match="no `release` for m3ed, which has a"):
        prepare_corpora(
            {"m3ed": tmp_path / "a", "emodb": tmp_path / "b"},
            tmp_path / "manifests",
            corpora={"m3ed": {"release": "1"}},
            labels=["sad", "happy"],
        )


def values(key):
    path = RECIPE / "hparams" / f"{key}.yaml"
    return ruamel.yaml.YAML().load(compose(path))


@pytest.mark.parametrize("key", [*list_definitions(), *READERS])
def test_every_corpus_has_a_yaml(key):
    content = values(key)
    assert content["corpus"] == key
    labels = [*content["labels"]]
    assert len({*labels}) == len(labels) and {*labels} <= {*FORMS}
    if key not in READERS:
        assert {*labels} <= {*find_definition(key).emotion.values()}
    text = (RECIPE / "hparams" / f"{key}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ") and len(text.splitlines()) <= 8


def test_the_table_of_recipes_is_complete():
    path = ROOT / "tests" / "recipes" / "Corpora.csv"
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    yamls = [
        f"{RECIPE.relative_to(ROOT)}/hparams/{p.name}"
        for p in (RECIPE / "hparams").glob("*.yaml")
    ]
    assert Counter(row["Hparam_file"] for row in rows) == Counter(yamls)
    keys = {p.rpartition("/")[2][:-5] for p in yamls} - SHARED
    assert keys == {*list_definitions(), *READERS}
    for row in rows:
        assert (ROOT / row["Script_file"]).is_file()
        assert (ROOT / row["Data_prep_file"]).is_file()
        assert row["test_debug_flags"]
