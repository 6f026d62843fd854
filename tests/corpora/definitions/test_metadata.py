"""The package's definitions: each loads, and reads names as it should.

``tests/assets/corpora/`` has names of our own making for each that reads them,
with its traps: what is left out says why, and an exclamation mark is a problem.
"""

import csv
import unicodedata

import pytest
import ruamel.yaml
from places import ASSETS, PACKAGE

from speechbrain_zsfuse.corpora.definitions.applying import read_defined
from speechbrain_zsfuse.corpora.definitions.definition import (
    METADATA,
    find_definition,
    list_definitions,
)
from speechbrain_zsfuse.corpora.definitions.names import (
    clip_name,
    composed,
    read_name,
)
from speechbrain_zsfuse.corpora.prepare import name_clips
from speechbrain_zsfuse.corpora.words.families import FORMS

NAMES = sorted(path.stem for path in (ASSETS / "corpora").glob("*.csv"))
BY_TABLE = {"emns", "emozionalmente", "emotiontalk", "meld", "pavoque"}


@pytest.mark.parametrize("key", list_definitions())
def test_a_definition_says_what_every_reader_needs(key):
    definition = find_definition(key)
    assert definition.example and definition.releases
    assert {*definition.emotion.values()} <= {*FORMS, *definition.styles}
    for path, expected in definition.example.items():
        matched, fields = read_name(definition, clip_name(path))
        fields = composed(definition, fields)
        assert matched
        assert {field: fields[field] for field in expected} == expected
    [first, *_] = definition.releases.values()
    assert first.clips > 100


@pytest.mark.parametrize("key", list_definitions())
def test_a_file_of_metadata_is_short_and_begins_with_what_it_is(key):
    text = (METADATA / f"{key}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert len(text.splitlines()) <= 60
    assert not {"!", "&"} & {line.strip()[:1] for line in text.splitlines()}
    assert ruamel.yaml.YAML(typ="safe").load(text)


def test_names_of_every_corpus_that_needs_no_table_are_at_hand():
    assert {*NAMES} == {*list_definitions()} - BY_TABLE - {"cremad_perceived"}


@pytest.mark.parametrize("key", NAMES)
def test_names_are_read_with_their_traps(key, tmp_path):
    with open(ASSETS / "corpora" / f"{key}.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        path = tmp_path / row["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(row["path"])
    reading = read_defined(tmp_path, key)
    clips = reading.clips.set_index("wav")
    kept = {row["path"]: row for row in rows if not row["left_out"]}
    assert {*clips.index} == {*kept}
    for path, row in kept.items():
        found = clips.loc[path]
        assert (found["emotion"], found["speaker"]) == (
            row["emotion"],
            row["speaker"],
        )
    problems = {row["path"]: row for row in rows if row["left_out"][:1] == "!"}
    assert len(reading.problems) == len(problems)
    for path, row in problems.items():
        [line] = [p for p in reading.problems if p.startswith(f"{path}: ")]
        assert row["left_out"][1:] in line
    dropped = {p: why for why, ps in reading.dropped.items() for p in ps}
    assert {*dropped} == {r["path"] for r in rows if r["left_out"]}
    for row in rows:
        if row["left_out"] and row["path"] not in problems:
            assert dropped[row["path"]] == row["left_out"]
    assert not name_clips(reading.clips, key)["ID"].duplicated().any()


def test_who_speaks_is_told_by_names_alone():
    """What is easily read wrong: genders, texts, groups, languages."""

    def fields(key, name):
        definition = find_definition(key)
        return composed(definition, read_name(definition, name)[1])

    assert fields("cafe", "12-P-2-5")["gender"] == "female"
    assert fields("cafe", "07-P-2-5")["gender"] == "male"
    assert fields("ravdess", "03-01-05-02-01-02-11")["gender"] == "male"
    assert fields("urdu", "SM20_F8_N012")["gender"] == "male"
    assert fields("emodb", "08a01Fa")["gender"] == "female"
    assert fields("mesd", "Fear_C_B_miedo")["gender"] == "child"
    assert fields("ased", "a5-01-01-02-50")["text"] == "01"
    assert fields("ased", "s4-03-01-02-50")["text"] == "s4-03"
    # the same words again in the next emotion, and after 350 of them
    assert fields("esd", "0016/Neutral/0016_000325")["text"] == "en 325"
    assert fields("esd", "0016/Happy/0016_001025")["text"] == "en 325"
    assert fields("esd", "0001/Angry/0001_000700")["text"] == "zh 350"
    assert fields("resd", "48_fear_disgust_d_030")["group"] == "48"
    assert "speaker" not in fields("resd", "48_fear_disgust_d_030")
    decomposed = unicodedata.normalize("NFD", "Oréau/f/sessj/10a02Ja.wav")
    assert fields("oreau", clip_name(decomposed))["speaker"] == "10"


def test_the_package_ships_its_definitions():
    assert METADATA == PACKAGE / "corpora" / "metadata"
    assert len(list_definitions()) == 31
