"""Is it the same run? Settings as trees, with both values of a difference."""

import re

import pytest
from places import ASSETS

from speechbrain_zsfuse.experiment.configuration.settings import (
    differences,
    flatten,
    signature,
    upgrade,
)
from speechbrain_zsfuse.experiment.configuration.trees import (
    override,
    read_yaml,
)
from speechbrain_zsfuse.zeroshot.prompts import PAPER_TEMPLATES

OTHER = [
    ("t: ['{label} # speech']", "t: ['{label} # song']", "song' now"),
    ("lr: 1", "lr: 1.0", "lr: 1 there, 1.0 now"),
    ("a: '1'", "a: 1", "a: '1' there, 1 now"),
    ("a: yes", "a: true", "a: 'yes' there, True now"),
    ("a: null", "a: 'null'", "a: None there, 'null' now"),
    ("a: [1, 2]", "a: [2, 1]", r"a\[0\]: 1 there, 2 now"),
    ("a: [1]", "a: [1, 2]", r"a\[1\]: nothing there, 2 now"),
    ("a: {b: 1}", "a: {}", "a.b: 1 there, nothing now"),
    ("a: {}", "a: null", "a: {} there, None now"),
    ("a: !new:x.A", "a: !new:x.B", "a: '!new:x.A' there, '!new:x.B' now"),
    ("a: !new:x.A {b: 1}", "a: !new:x.A {b: 2}", "a.b: 1 there, 2 now"),
    ("a: 1", "a: 1\nx: null", "x: nothing there, None now"),
    ("a: 1", "b: 1", "a: 1 there, nothing now"),
    (
        "zero_shot: {audio_repeats: auto}\namplification: {select: zero_shot}",
        "zero_shot: {audio_repeats: auto}\namplification: {select: fused}",
        "amplification.select: 'zero_shot' there, 'fused' now",
    ),
]


@pytest.mark.parametrize("old, new, expected", OTHER)
def test_what_differs_is_shown_with_both_values(old, new, expected):
    assert re.search(expected, "\n".join(differences(old, new)))
    assert signature(old) != signature(new)


@pytest.mark.parametrize(
    "old, new",
    [
        ("a: 1\nb: 2", "b: 2\na: 1"),
        ("a: 1  # paper", "a: 1  # ours"),
        ("a: 1e-4", "a: 0.0001"),
        ("a: {b: 1}", "a:\n    b: 1\n"),
        ("a: 'x'", 'a: "x"'),
        ("data_folder: /a\nlr: 1", "data_folder: /b\nlr: 1"),
        (
            "results_folder: /a\nsource: !ref <results_folder>/wavlm",
            "results_folder: /b\nsource: !ref <results_folder>/wavlm",
        ),
        ("experiment: a", "experiment: b"),
        ("a: 1", "a: 1\nevaluate_test: False"),
        ("a: 1", "a: 1\namplification: {select: fused}"),
        ("loader: {num_workers: 1}", "loader: {num_workers: 4}"),
        ("allow_drift: False\nlr: 1", "allow_mismatch: True\nlr: 1"),
    ],
)
def test_what_makes_no_other_run(old, new):
    assert differences(old, new) == []
    assert signature(old) == signature(new)


def test_what_follows_by_reference_is_not_named_beside_its_cause():
    text = "lr: {}\nopt: !name:torch.optim.SGD\n    lr: !ref <lr>\n"
    assert differences(text.format(1), text.format(2)) == ["lr: 1 there, 2 now"]


def test_a_model_that_was_moved_is_the_same_while_it_is_nowhere_else(tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "wavlm").touch()
    text = "encoder_source: {}\nencoder:\n    source: !ref <encoder_source>"
    gone, here, other = (
        text.format(tmp_path / name)
        for name in ("gone/wavlm", "here/wavlm", "here/hubert")
    )
    assert differences(gone, here) == []
    assert signature(gone) == signature(here) != signature(other)
    assert differences(text.format("here/wavlm"), here) == []  # once relative
    assert differences(here, gone) and differences(gone, other)
    hub = text.format("owner/wavlm")
    assert differences(hub, here) and signature(hub) != signature(here)


def test_prompts_that_were_moved_are_the_same_while_they_are_nowhere_else(
    tmp_path,
):
    (tmp_path / "mine.yaml").touch()
    text = "zero_shot: {{prompts: {}}}"
    here = text.format(tmp_path / "mine.yaml")
    assert differences(text.format("/gone/mine.yaml"), here) == []
    assert differences(text.format("/gone/other.yaml"), here)
    assert differences(text.format("paper"), here)


def test_a_changed_reference_is_a_difference():
    assert differences("a: 1\nb: !ref <a>", "a: 1\nb: !ref <a> * 2") == [
        "b: '!ref <a>' there, '!ref <a> * 2' now"
    ]


def test_leaves_of_lists_in_lists():
    tree = read_yaml("a: [[1, 2], []]\n")
    assert flatten(tree) == {"a[0][0]": 1, "a[0][1]": 2, "a[1]": []}


def test_yamls_saved_before_speak_the_words_of_today():
    saved = (ASSETS / "saved_before" / "hyperparams.yaml").read_text()
    words = ("allow_drift", "audio_memory", "fuse.encoder.SSL", "templates:")
    for word in words:
        assert word in saved and word not in upgrade(saved)
    assert "speechbrain_zsfuse.encoders.SSLEncoder" in upgrade(saved)
    assert differences(saved, upgrade(saved)) == []


@pytest.mark.parametrize(
    "templates, prompts",
    [(list(PAPER_TEMPLATES), "paper"), (["{label} speech"],) * 2],
)
def test_templates_of_before_are_prompts_today(templates, prompts):
    before = f"zero_shot: {{templates: {templates}, audio_repeats: 2}}"
    now = (
        f"zero_shot: {{prompts: {prompts}, audio_repeats: 2, scope: phrase, "
        "ensemble: similarities}"
    )
    assert differences(before, now) == []
    assert signature(before) == signature(now)
    base = "zero_shot: {prompts: clsp, audio_repeats: 2}"
    over = f"zero_shot: {{templates: {templates}}}"
    assert differences(upgrade(override(base, over)), now) == []


def test_another_way_with_prompts_is_another_run():
    text = "zero_shot: {{prompts: {}, scope: {}, ensemble: {}}}"
    old = text.format("paper", "phrase", "similarities")
    for other, words in (
        (("clsp", "phrase", "similarities"), "prompts: 'paper' there, 'clsp'"),
        (("paper", "word", "similarities"), "scope: 'phrase' there, 'word'"),
        (("paper", "phrase", "learned"), "'similarities' there, 'learned'"),
    ):
        [line] = differences(old, text.format(*other))
        assert words in line and line.startswith("zero_shot.")
