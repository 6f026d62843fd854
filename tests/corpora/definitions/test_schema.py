"""A definition that makes no sense is refused, with file and field."""

import re
import unicodedata

import pytest

from speechbrain_zsfuse.corpora.definitions.definition import find_definition

GOOD = """\
name: Mine
citation: none
licence: mine
source: my disk
languages: [de]
style: acted
label_source: expressed
seen: audio
files: '(?:^|/)(?P<speaker>\\d{2})(?P<emotion>[WT])$'
example: {'a/03W.wav': {speaker: '03', emotion: angry}}
emotion: {W: angry, T: sad}
"""
TABLE = "tables: [{file: a.csv, key: {id: name}, columns: {text: words}}]\n"
VOTES = "votes: {file: a.csv, key: {id: name}, counts: {A: angry}}\n"

BAD = {
    "no field": ("name: Mine\n", "", "Expected `name` in .*, but it is not"),
    "unknown field": (
        "seen: audio",
        "seen: audio\nfolds_bye: speaker",
        "Expected no `folds_bye` in .*Did you mean folds_by",
    ),
    "unknown field of a table": (
        "seen: audio",
        "seen: audio\n" + TABLE.replace("key:", "keys:"),
        "Expected no `tables.0.keys` in ",
    ),
    "a number for a text": (
        "name: Mine",
        "name: 1",
        r"Expected `name` in .* to be text \(numbers in quotes\), but got 1",
    ),
    "a code that is a number": (
        "{W: angry, T: sad}",
        "{W: angry, 3: sad}",
        r"Expected `emotion.3` in .* to be text \(numbers in quotes\)",
    ),
    "a code without a word": (
        "T: sad}",
        "T: }",
        "Expected `emotion.T` in .* to be text",
    ),
    "an empty word": (
        "T: sad}",
        "T: ''}",
        "Expected `emotion.T` in .* to be text that is not empty",
    ),
    "a code of files that has no word": (
        "[WT]",
        "[WTQ]",
        "Expected `emotion` in .* to say the word of each code, but 'Q'",
    ),
    "a noun": ("T: sad", "T: sadness", "got 'sadness'. Write sad"),
    "a typing error": ("T: sad", "T: sda", "`emotion` in .*got 'sda'"),
    "a pattern that does not compile": (
        "[WT])$",
        "[WT]$",
        r"Expected `files.0` in .* to be a regular expression \(missing \)",
    ),
    "an ignored pattern that does not compile": (
        "seen: audio",
        "seen: audio\nignore: {'[': noise}",
        "Expected `ignore.* in .* to be a regular expression",
    ),
    "a group that is no field": (
        "?P<speaker>",
        "?P<person>",
        "Expected `files` in .* to have groups among .*, but got 'person'",
    ),
    "a group without words": (
        r"\d{2}",
        r"\d(?P<gender>\d)",
        "Expected `gender` in .* to say the word of each code",
    ),
    "a gender that is none": (
        "seen: audio",
        "seen: audio\ngender: {f: woman}",
        "Expected `gender.f` in .*'female'.* but got 'woman'",
    ),
    "two that give the emotion away": (
        "seen: audio",
        "seen: audio\nconfounded: {text: a, speaker: b}",
        "Expected `confounded` in .* to name text or speaker.* it has both",
    ),
    "no speaker": (
        "?P<speaker>",
        "?:",
        "Expected `files` in .* to have the group 'speaker'",
    ),
    "no emotion": (
        "?P<emotion>",
        "?:",
        "Expected `files` in .* to have the group 'emotion'",
    ),
    "an example that does not match": (
        "a/03W.wav",
        "a/03Q.wav",
        "Expected `example.a/03Q.wav` in .* to match `files`",
    ),
    "an example that gives something else": (
        "emotion: angry}",
        "emotion: sad}",
        "Expected `example.a/03W.wav.emotion` in .*got 'sad' and 'angry'",
    ),
    "an example that is ignored": (
        "seen: audio",
        "seen: audio\nignore: {'a/': noise}",
        "to be no file that is ignored",
    ),
    "a composition of nothing": (
        "seen: audio",
        "seen: audio\ncompose: {text: '{word}'}",
        "Expected `compose.text` in .*nothing says 'word'",
    ),
    "a table joined by nothing": (
        "seen: audio",
        "seen: audio\n" + TABLE.replace("name", "turn"),
        "Expected `key` in .*nothing says 'turn'",
    ),
    "a table without a key": (
        "seen: audio",
        "seen: audio\n" + TABLE.replace("key: {id: name}, ", ""),
        "Expected `key` in .* to join the rows of 'a.csv'",
    ),
    "a column of no field": (
        "seen: audio",
        "seen: audio\n" + TABLE.replace("text:", "colour:"),
        "Expected `tables.0.columns.colour` in .* to be a field of a clip",
    ),
    "votes that count nothing": (
        "seen: audio",
        "seen: audio\n" + VOTES.replace(", counts: {A: angry}", ""),
        "Expected `votes` in .* to have either `counts`, or",
    ),
    "votes for other words": (
        "seen: audio",
        "seen: audio\n" + VOTES.replace("angry", "happy"),
        "Expected `votes` in .* to count words of `emotion`",
    ),
    "a majority of no votes": (
        "seen: audio",
        "seen: audio\nlabel: majority",
        "Expected `votes` in .* to be there, since `label`",
    ),
    "a release that does not add up": (
        "seen: audio",
        "seen: audio\nreleases: {'1': {clips: 3, classes: {sad: 2}}}",
        "Expected `releases.1` in .* to add up",
    ),
    "a release with other words": (
        "seen: audio",
        "seen: audio\nreleases: {'1': {clips: 2, classes: {happy: 2}}}",
        "Expected `releases.1` in .*'happy' is none",
    ),
    "a style of no word": (
        "seen: audio",
        "seen: audio\nstyles: {poker: cool}",
        "Expected `styles` in .*'poker' is none",
    ),
    "no fields": (GOOD, "- a\n", "Expected fields in "),
    "a base that is none": (
        "name: Mine",
        "base: emodbb",
        "Expected `base` in .*Did you mean emodb",
    ),
    "a key": ("name: Mine", "key: a\nname: Mine", "Expected no `key` in "),
}


@pytest.fixture
def own(tmp_path):
    """Write a definition of one's own."""

    def write(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_definition_of_ones_own(own):
    definition = find_definition(own(GOOD))
    assert definition.key == definition.corpus == "mine"
    assert definition.emotion == {"W": "angry", "T": "sad"}


@pytest.mark.parametrize("old, new, text", BAD.values(), ids=BAD)
def test_a_bad_definition_is_refused_with_file_and_field(own, old, new, text):
    assert old in GOOD
    path = own(GOOD.replace(old, new))
    with pytest.raises(ValueError, match=text) as error:
        find_definition(path)
    assert str(path) in str(error.value)


def test_accents_are_one_however_they_are_written(own):
    text = GOOD.replace("(?:^|/)", "(?:^|/)Oréau/").replace(
        "a/03W", "Oréau/03W"
    )
    for form in ("NFC", "NFD"):
        path = own(unicodedata.normalize(form, text))
        assert find_definition(path).files[0].startswith("(?:^|/)Or\u00e9au")


def test_words_that_no_other_corpus_has_are_announced(own):
    text = GOOD.replace("T: sad", "T: poker")
    with pytest.raises(ValueError, match=re.escape("`styles: {poker: …}`")):
        find_definition(own(text))
    assert find_definition(own(text + "styles: {poker: cool}"))


def test_a_definition_on_top_of_another_keeps_its_speakers(own):
    path = own("base: emodb\nname: EmoDB (mine)\n")
    definition = find_definition(path)
    assert (definition.key, definition.corpus) == ("mine", "emodb")
    assert definition.files == find_definition("emodb").files


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="Expected to read .*no.yaml"):
        find_definition(tmp_path / "no.yaml")
    with pytest.raises(ValueError, match="but got 'emo'. .*There is: aesdd"):
        find_definition("emo")


def test_yaml_that_is_none_is_told_with_its_line(own):
    path = own(GOOD + "name: again\n")
    with pytest.raises(ValueError, match="line 12 is none: found duplicate"):
        find_definition(path)
