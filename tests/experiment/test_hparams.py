"""YAML files: found, composed, saved whole."""

import pytest
from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.experiment.composition import compose, override
from speechbrain_zsfuse.experiment.hparams import (
    find_yaml,
    parse_arguments,
    save_resolved,
)

BASE = """
lr: 1.0
thing: !new:collections.Counter
    a: !ref <lr>
alm: null
"""
VARIANT = """
base: base.yaml
lr: 2.0
alm: !new:collections.OrderedDict
"""


@pytest.fixture
def recipe(tmp_path):
    folder = tmp_path / "recipe" / "hparams"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text(BASE)
    (folder / "variant.yaml").write_text(VARIANT)
    return folder.parent / "train.py"


def test_a_relative_path_is_looked_up_beside_the_recipe(recipe):
    text, _, _ = parse_arguments(["hparams/variant.yaml"], recipe)
    assert load_hyperpyyaml(text)["lr"] == 2.0


def test_the_current_folder_comes_first(recipe, tmp_path, monkeypatch):
    (tmp_path / "hparams").mkdir()
    (tmp_path / "hparams" / "base.yaml").write_text("lr: 3.0")
    monkeypatch.chdir(tmp_path)
    text, _, _ = parse_arguments(["hparams/base.yaml"], recipe)
    assert text == "lr: 3.0"


def test_references_and_tags_survive(recipe):
    hparams = load_hyperpyyaml(compose(recipe.parent / "hparams/variant.yaml"))
    assert hparams["thing"] == {"a": 2.0}
    assert type(hparams["alm"]).__name__ == "OrderedDict"


def test_overrides_of_the_command_line_win(recipe):
    arguments = ["hparams/variant.yaml", "--lr=5.0", "--alm=null"]
    text, _, overrides = parse_arguments(arguments, recipe)
    hparams = load_hyperpyyaml(text, overrides)
    assert hparams["thing"] == {"a": 5.0}
    assert hparams["alm"] is None


def test_a_missing_file_is_named_with_what_there_is(recipe):
    with pytest.raises(
        FileNotFoundError, match="hparams/: base.yaml, variant.yaml"
    ):
        find_yaml("hparams/other.yaml", recipe.parent)


def test_a_key_that_the_base_lacks_is_refused(recipe):
    path = recipe.parent / "hparams" / "typo.yaml"
    path.write_text("base: base.yaml\nlearning_rate: 1.0")
    with pytest.raises(KeyError, match="learning_rate.*base does not have"):
        compose(path)


def test_a_folder_with_other_settings_is_refused(recipe, tmp_path):
    run = parse_arguments(["hparams/base.yaml"], recipe)
    save_resolved(tmp_path, run[0], "lr: 7.0")
    save_resolved(tmp_path, run[0], run[2])  # nothing was trained yet
    (tmp_path / "save" / "CKPT+1").mkdir(parents=True)
    save_resolved(tmp_path, run[0], run[2])
    with pytest.raises(ValueError, match=r"\['lr', 'thing'\] differ"):
        save_resolved(tmp_path, run[0], "lr: 5.0")
    run = parse_arguments(["hparams/variant.yaml"], recipe)
    with pytest.raises(ValueError, match=r"\['alm', 'lr', 'thing'\] differ"):
        save_resolved(tmp_path, run[0], run[2])


def test_a_run_may_be_continued_where_files_have_moved(tmp_path):
    (tmp_path / "save" / "CKPT+1").mkdir(parents=True)
    text = "data_folder: /here\nlr: 1.0  # ours\n"
    save_resolved(tmp_path, text, "")
    save_resolved(tmp_path, text, "data_folder: /there")
    assert "/there" in (tmp_path / "hyperparams.yaml").read_text()


def test_run_options_of_the_yaml_are_saved_as_given(recipe, tmp_path):
    path = recipe.parent / "hparams" / "precise.yaml"
    path.write_text("precision: fp32\nlr: 1.0\n")
    arguments = ["hparams/precise.yaml", "--precision=bf16", "--lr=2.0"]
    text, run_opts, overrides = parse_arguments(arguments, recipe)
    assert run_opts["precision"] == "bf16"
    saved = load_hyperpyyaml(save_resolved(tmp_path, text, overrides).open())
    assert saved == {"precision": "bf16", "lr": 2.0}


def test_the_saved_file_is_complete(recipe, tmp_path):
    text, _, overrides = parse_arguments(
        ["hparams/variant.yaml", "--lr=5.0"], recipe
    )
    saved = save_resolved(tmp_path, text, overrides)
    assert "base:" not in saved.read_text()
    assert load_hyperpyyaml(compose(saved))["thing"] == {"a": 5.0}
    # what is overridden later reaches everything, as the first time
    again = parse_arguments([str(saved), "--lr=6.0"], recipe)
    assert load_hyperpyyaml(override(again[0], again[2]))["thing"] == {"a": 6.0}


def test_a_run_may_be_continued_without_its_download(tmp_path):
    text = "data_folder: /here\ndownload: False\nallow_mismatch: False\n"
    save_resolved(tmp_path, text, "download: True")
    (tmp_path / "save" / "CKPT+1").mkdir(parents=True)
    save_resolved(tmp_path, text, "allow_mismatch: True")


def test_bases_lie_on_top_of_each_other(tmp_path):
    (tmp_path / "all.yaml").write_text("a: 1\nb: {x: 1, y: 2}\nc: 3\n")
    (tmp_path / "more.yaml").write_text("a: 2\nb: {y: 3}\n")
    (tmp_path / "mine.yaml").write_text("base: [all.yaml, more.yaml]\nc: 4\n")
    text = compose(tmp_path / "mine.yaml")
    values = load_hyperpyyaml(text)
    assert values == {"a": 2, "b": {"x": 1, "y": 3}, "c": 4}


def test_an_object_replaces_that_of_the_base(tmp_path):
    first = "head: !new:torch.nn.Linear\n    in_features: 2\n    bias: False\n"
    (tmp_path / "all.yaml").write_text(first)
    mine = "base: all.yaml\nhead: !new:torch.nn.PReLU\n    init: 0.5\n"
    (tmp_path / "mine.yaml").write_text(mine)
    head = load_hyperpyyaml(compose(tmp_path / "mine.yaml"))["head"]
    assert head.weight.item() == 0.5


def test_a_base_that_is_nowhere(tmp_path):
    (tmp_path / "mine.yaml").write_text("base: yours.yaml\n")
    with pytest.raises(
        FileNotFoundError, match="beside it or in .*zsfuse.yaml"
    ):
        compose(tmp_path / "mine.yaml")


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_bare_flag_means_true(tmp_path, place):
    (tmp_path / "a.yaml").write_text("download: False\nlr: 1\n")
    arguments = {
        "before": ["a.yaml", "--download", "--lr=2", "--device=cpu"],
        "after": ["a.yaml", "--lr=2", "--device=cpu", "--download"],
    }[place]
    text, _, overrides = parse_arguments(arguments, tmp_path / "train.py")
    values = load_hyperpyyaml(text, overrides)
    assert values == {"download": True, "lr": 2}


def test_an_empty_value_is_no_flag(tmp_path):
    (tmp_path / "a.yaml").write_text("alm: 1\n")
    arguments = ["a.yaml", "--alm=", "--device=cpu"]
    text, _, overrides = parse_arguments(arguments, tmp_path / "train.py")
    assert load_hyperpyyaml(text, overrides) == {"alm": None}


def test_debugging_goes_elsewhere_unless_it_shall_persist(tmp_path):
    (tmp_path / "a.yaml").write_text("output_folder: here\n")
    for flags, stays in (
        (["--debug"], False),
        (["--debug_persistently"], True),
    ):
        arguments = ["a.yaml", "--debug", *flags, "--device=cpu"]
        text, _, overrides = parse_arguments(arguments, tmp_path / "train.py")
        folder = load_hyperpyyaml(text, overrides)["output_folder"]
        assert (folder == "here") == stays


def test_a_dictionary_goes_into_the_arguments_of_an_object(tmp_path):
    text = "unit: !new:torch.nn.PReLU\n    init: 0.5\nlora: null\n"
    (tmp_path / "all.yaml").write_text(text)
    (tmp_path / "mine.yaml").write_text("base: all.yaml\nunit: {init: 0.1}\n")
    mine = compose(tmp_path / "mine.yaml")
    assert load_hyperpyyaml(mine)["unit"].weight.item() == pytest.approx(0.1)
    assert load_hyperpyyaml(override(mine, "lora: {r: 8}"))["lora"] == {"r": 8}


def test_a_base_may_lie_among_those_of_the_recipe(recipe, tmp_path):
    (tmp_path / "mine.yaml").write_text("base: base.yaml\nlr: 9.0\n")
    text, *_ = parse_arguments([str(tmp_path / "mine.yaml")], recipe)
    assert load_hyperpyyaml(text)["lr"] == 9.0


def test_comments_go_with_what_they_were_about():
    assert "paper" not in override("lr: 1  # paper\nrate: 2  # ours\n", "lr: 3")
    with pytest.raises(KeyError, match="the command line sets .'rat'"):
        override("rate: 2", "rat: 3")
