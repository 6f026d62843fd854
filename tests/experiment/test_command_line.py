"""The words of a command line: each is understood, or named."""

import pytest

from speechbrain_zsfuse.experiment.configuration.command_line import (
    RUN_OPTIONS,
    RUN_SWITCHES,
    read_run_options,
    read_words,
)


@pytest.mark.parametrize(
    "words, expected",
    [
        (["a.yaml", "--lr=1"], {"lr": "1"}),
        (["--lr", "1", "a.yaml"], {"lr": "1"}),
        (["a.yaml", "--decay", "-1"], {"decay": "-1"}),
        (["a.yaml", "--lr", "-.5", "--seed=2"], {"lr": "-.5", "seed": "2"}),
        (["a.yaml", "--note=a=b c"], {"note": "a=b c"}),
        (["a.yaml", "--download", "--lr=1"], {"download": None, "lr": "1"}),
        (["--download", "a.yaml"], {"download": None}),
        (["--download", "a.yaml+clap"], {"download": None}),
        (["--debug", "a.yaml"], {"debug": None}),
        (["--debug", "No", "a.yaml"], {"debug": "No"}),
        (
            ["a.yaml", "--results_folder", "b.yaml"],
            {"results_folder": "b.yaml"},
        ),
        (
            ["--log_config", "b.yaml", "--jit_module_keys", "a", "b", "--lr=1"]
            + ["a.yaml"],
            {"log_config": "b.yaml", "jit_module_keys": ["a", "b"], "lr": "1"},
        ),
    ],
)
def test_words_are_sorted(words, expected):
    name, options = read_words(words)
    assert name.startswith("a.yaml") and options == expected


@pytest.mark.parametrize(
    "words, message",
    [
        (["-seed=3"], "got '-seed=3'. Write --seed=3"),
        (["-seed", "3"], r"got '-seed'. Write --seed\.$"),
        (["--lr:1"], r"Write --lr=1\.$"),
        (["-x=a:b"], r"Write --x=a:b\.$"),
        (["--allow-mismatch"], r"Write --allow_mismatch\.$"),
        (["--no-download"], r"Write --download=no\.$"),
        (["---seed=3"], "Write --seed=3"),
        (["--data-folder=/x"], "Write --data_folder=/x"),
        (["–seed=3"], "words '–seed=3'"),
        (["--loader.batch_size=8"], "Write --loader='{batch_size: 8}'"),
        (["--"], "of the form --key=value, but got '--'"),
        (["--=3"], "of the form --key=value, but got '--=3'"),
        (["more", "words"], "words 'more', 'words', too.*quotes"),
        (["--labels=[a,", "b]"], r"words 'b\]', too.*quotes"),
        (
            ["--seed=1", "--seed=2"],
            "--seed once, but got it twice: '1' and '2'",
        ),
        (["--seed=1", "--seed", "1"], "--seed once"),
        (["--debug", "--debug"], "--debug once"),
    ],
)
def test_a_word_that_is_none_is_named(words, message):
    with pytest.raises(ValueError, match=f"Expected .*{message}"):
        read_words(["a.yaml", *words])


def test_a_yaml_is_needed():
    with pytest.raises(ValueError, match="Expected a YAML .* Begin with it"):
        read_words(["--lr=1"])


@pytest.mark.parametrize("name", sorted(RUN_SWITCHES & RUN_OPTIONS))
def test_switches_of_speechbrain_mean_what_they_say(name):
    for word, on in (
        (None, True),
        ("yes", True),
        ("NO", False),
        ("off", False),
    ):
        run_opts, _ = read_run_options("a.yaml", {name: word})
        assert run_opts[name] is on and name in run_opts.overridden_args
    with pytest.raises(ValueError, match=f"--{name} to be True.*'maybe'"):
        read_run_options("a.yaml", {name: "maybe"})


@pytest.mark.parametrize(
    "options, message",
    [
        ({"debug_batches": "abc"}, "--debug_batches: invalid int.*'abc'"),
        ({"precision": "fp8"}, "--precision: invalid choice: 'fp8'.*bf16"),
        ({"device": None}, "value of --device, but got none"),
        ({"device": ""}, "value of --device, but got nothing"),
    ],
)
def test_run_options_without_a_right_value_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        read_run_options("a.yaml", options)


def test_no_run_option_is_abbreviated():
    assert read_run_options("a.yaml", {"dev": "cpu"})[1] == {"dev": "cpu"}
