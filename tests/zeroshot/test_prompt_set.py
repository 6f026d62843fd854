"""Named prompt sets, sentence by sentence, and a user's own file."""

from pathlib import Path

import pytest

from speechbrain_zsfuse.loading.yaml_text import parse_yaml, read_text
from speechbrain_zsfuse.zeroshot.prompt_sets.finding import (
    find_prompts,
    known_sets,
)
from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import PromptSet
from speechbrain_zsfuse.zeroshot.prompt_sets.reading import FOLDER
from speechbrain_zsfuse.zeroshot.prompts import (
    build_prompts,
    labels_without_words,
    prompts_hash,
)

FOUR = ["neutral", "happy", "sad", "angry"]
EIGHT = [*FOUR, "surprised", "contemptuous", "disgusted", "fearful"]
NOUNS = "neutral happiness sadness anger surprise contempt disgust fear".split()
TONES = "neutral happy sad angry surprised contemptuous disgust fear".split()
ADVERBS = [
    *("neutrally", "happily", "sadly", "angrily", "with surprise"),
    *("contemptuously", "with disgust", "fearfully"),
]
WORDS = {  # of each set, its forms and the words they are filled with
    "paper": [
        ("{} speech", EIGHT),
        ("a person speaking {}", ADVERBS),
        ("{} in the voice", ["neutrality", *NOUNS[1:]]),
    ],
    "clap": [("This is a sound of {}", EIGHT)],
    "msclap": [("this person is feeling {}", EIGHT)],
    "reclap": [("This is a sound of {}.", EIGHT)],
    "clsp": [("A speaker in a {} tone.", TONES)],
    "paraclap": [
        ("{}", [*EIGHT[:6], "disgust", "fearful"]),
    ],
    "paraclap_feeling": [
        ("this person is feeling {}.", ["neutral", "happy", *NOUNS[2:]]),
    ],
    "paraclap_captions": [
        ("sentence is {}", NOUNS),
        ("this is a {} instance", NOUNS),
        ("emotion is {}", NOUNS),
        ("speaker is {}", NOUNS),
    ],
    "labels": [("{}", EIGHT)],
}


def test_every_set_is_looked_at_here():
    assert known_sets() == sorted(WORDS)


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize("labels", [FOUR, EIGHT], ids=len)
def test_the_sentences_of_a_set(name, labels):
    assert build_prompts(labels, name) == [
        [form.format(word) for word in words[: len(labels)]]
        for form, words in WORDS[name]
    ]
    assert labels_without_words(labels, name) == []


def test_what_the_authors_of_clsp_print():
    # Of its README, and of its evaluation on RAVDESS.
    assert build_prompts(["happy", "angry", "sad", "neutral"], "clsp") == [
        [
            "A speaker in a happy tone.",
            "A speaker in a angry tone.",
            "A speaker in a sad tone.",
            "A speaker in a neutral tone.",
        ]
    ]
    assert build_prompts(["disgust", "fearful", "calm"], "clsp") == [
        [
            "A speaker in a disgust tone.",
            "A speaker in a fear tone.",
            "A speaker in a calm tone.",
        ]
    ]


def test_the_papers_prompts_are_those_of_earlier_versions():
    known = (
        "angry contemptuous disgusted fearful happy neutral sad surprised"
    ).split()
    assert prompts_hash(build_prompts(known)) == (
        "4121f1373aa6d1c87912bcae417b8092df5157086024acb53e5f3e9851aaea29"
    )
    assert prompts_hash(build_prompts(FOUR)) == (
        "eb7b636c2e72ca94395a97dea0bf8b8c6d9fbdf417c6f2377cabc8f3e094795a"
    )


@pytest.mark.parametrize("name", WORDS)
def test_a_set_says_where_it_comes_from(name):
    path = FOLDER / f"{name}.yaml"
    source = parse_yaml(read_text(path), "there")["source"]
    marks = ("arXiv", "github.com/", "section")
    assert any(mark in source for mark in marks)


# ------------------------------------------------------------ a user's file
def write(folder, text):
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


def test_a_file_may_say_anything_of_a_label(tmp_path):
    path = write(
        tmp_path,
        """
        source: me
        templates: ["{adjective} talk", "he speaks {adverb}"]
        words:
            anger: {adjective: mad}
            smug: {adverb: smugly, noun: smugness}
        prompts:
            Sadness: [someone sobs, "{noun}, in tears"]
        """,
    )
    labels = ["angry", "sad", "smug", "calm"]
    for given in (path, str(path), find_prompts(path)):
        assert build_prompts(labels, given) == [
            ["mad talk", "someone sobs", "smug talk", "calm talk"],
            [
                "he speaks angrily",
                "sadness, in tears",
                "he speaks smugly",
                "he speaks calmly",
            ],
        ]
    assert find_prompts(path).name == "mine.yaml"
    assert labels_without_words([*labels, "envious"], path) == ["envious"]


def test_a_set_of_another_language_has_its_own_forms_alone(tmp_path):
    path = write(
        tmp_path,
        """
        source: ich
        language: German
        templates: ["{adjective}e Sprache", "{label}: {adverb} gesagt"]
        words:
            froh: {adjective: froh, adverb: fröhlich}
            neutral: {adverb: sachlich}
        prompts:
            sad: [traurige Sprache, jemand weint]
        """,
    )
    assert build_prompts(["froh", "sad"], path) == [
        ["frohe Sprache", "traurige Sprache"],
        ["froh: fröhlich gesagt", "jemand weint"],
    ]
    lacking = "adjective of 'neutral' in the prompt set mine.yaml, whose lang"
    with pytest.raises(ValueError, match=lacking):
        build_prompts(["froh", "neutral"], path)
    lacking = "adverb of 'angry' in .*Add angry: {adverb: …} to them"
    with pytest.raises(ValueError, match=lacking):
        build_prompts(["angry"], PromptSet(("{adverb}",), language="German"))


def test_a_set_of_sentences_has_those_labels_alone(tmp_path):
    path = write(
        tmp_path, "source: me\nprompts:\n  angry: [rage]\n  sad: [tears]"
    )
    assert build_prompts(["sad", "anger"], path, 2) == [
        ["2 instances of tears", "2 instances of rage"]
    ]
    with pytest.raises(ValueError) as error:
        build_prompts(["sad", "calm"], path)
    assert str(error.value) == (
        "Expected prompts of 'calm' in the prompt set mine.yaml, but it has "
        "those of angry, sad alone. Add calm: […] to `prompts` of a copy of "
        "it, or use a set with templates, which fit any label: paper, for "
        "instance."
    )


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "a prompt set in {path} .*, but got None"),
        ("[a]", r"a prompt set in {path} .*, but got \['a'\]"),
        ("source: a\nsource: b", 'duplicate key "source"'),
        ("source: a\ntemplate: [a]", "'template'. Did you mean templates?"),
        ("templates: ['{{noun}}']", "Expected `source` in {path}, but it is m"),
        ("source: a", "`templates` or `prompts` in {path}, but there is neit"),
        ("source: 3\ntemplates: [a]", "`source in {path}` to be text"),
        ("source: ''\ntemplates: [a]", "`source in {path}` to be text"),
        ("source: a\ntemplates: a", "`templates in {path}` to be a list"),
        ("source: a\ntemplates: []", "`templates in {path}` to be a list"),
        ("source: a\ntemplates: [3]", "`templates in {path}` to be a list"),
        ("source: a\ntemplates: [!ref <b>]", "`templates in {path}` to be a"),
        ("source: a\ntemplates: [hi]", "template 'hi' in {path} to have one"),
        ("source: a\ntemplates: ['{{word}}']", "'{{word}}' in {path} to have"),
        (
            "source: a\nwords: {{sad: {{verb: x}}}}",
            "`words.sad in {path}` to b",
        ),
        ("source: a\nwords: {{sad: blue}}", "`words.sad in {path}` to be a d"),
        ("source: a\nwords: {{1: {{noun: x}}}}", "`words in {path}` to be a d"),
        ("source: a\nprompts: {{sad: blue}}", "`prompts.sad in {path}` to be"),
        (
            "source: a\nprompts: {{calm: [a], joy: [b], fear: [!ref <c>]}}",
            "`prompts.fear in {path}` to be a list of texts",
        ),
        ("source: a\nprompts: {{}}", "`prompts in {path}` to be a dict"),
        (
            "source: a\nprompts: {{sad: ['{{x']}}",
            "of 'sad' in {path} to have no",
        ),
        (
            "source: a\nprompts: {{sad: [a], sadness: [b]}}",
            "`prompts` in {path} once for an emotion, but got 'sadness'",
        ),
        (
            "source: a\nprompts: {{sad: [a, b], angry: [c]}}",
            "2 prompts of 'angry' in {path}, as many as there are prompts of",
        ),
        (
            "source: a\ntemplates: ['{{noun}}']\nprompts: {{sad: [a, b]}}",
            "1 prompts of 'sad' in {path}, as many as there are templates",
        ),
    ],
)
def test_a_file_that_is_not_in_order_is_named(text, message, tmp_path):
    path = write(tmp_path, text.format())
    with pytest.raises(ValueError, match=message.format(path=path)):
        find_prompts(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    write(tmp_path, "source: a")
    with pytest.raises(FileNotFoundError, match="set at .*mime.yaml, but") as e:
        find_prompts(tmp_path / "mime.yaml")
    assert "mine.yaml" in str(e.value)


@pytest.mark.parametrize(
    "name, hint",
    [
        ("clps", "Did you mean clsp?"),
        ("Paper", "Did you mean paper?"),
        ("mine", "There is: clap, clsp, labels, msclap, paper, paraclap, "),
        ("", "There is: clap, clsp, labels,"),
        (Path("sets/mine"), "'sets/mine'"),
    ],
)
def test_a_name_that_is_none_is_met_with_those_that_are(name, hint):
    with pytest.raises(ValueError, match="Expected prompts to be the n") as e:
        find_prompts(name)
    assert hint in str(e.value)
