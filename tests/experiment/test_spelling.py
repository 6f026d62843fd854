"""Every option has somebody who takes it; every switch is on or off."""

import importlib
import re

import pytest
from places import ROOT

from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.spelling import (
    check_keys,
    settle,
)
from speechbrain_zsfuse.experiment.configuration.switches import SWITCH_WORDS
from speechbrain_zsfuse.experiment.configuration.trees import (
    override,
    read_yaml,
)
from speechbrain_zsfuse.experiment.options.checking import check_options

# Of each corpus, and of each model once.
YAMLS = sorted((ROOT / "recipes").glob("*/hparams/[!hw]*.yaml"))
YAMLS += sorted((ROOT / "recipes/RAVDESS").glob("hparams/wavlm_*.yaml"))


ZSFUSE = "speechbrain_zsfuse"


def prepare_of(recipe):
    """The preparation of a recipe's corpus."""
    name = recipe.name.lower().replace("-", "_")
    module = importlib.import_module(f"{name}_prepare")
    return getattr(module, f"prepare_{name}")


def load(*options, yaml="RAVDESS/hparams/wavlm_clap.yaml"):
    """The tree of a recipe's YAML, as a run begins with it."""
    path = ROOT / "recipes" / yaml
    recipe = path.parents[1]
    argv = [str(path), "--data_folder=/data", "--device=cpu", *options]
    return read_yaml(
        parse_arguments(argv, recipe / "train.py", prepare_of(recipe))[0]
    )


@pytest.mark.parametrize("path", YAMLS, ids=lambda p: p.stem)
def test_every_yaml_of_a_recipe_is_spelt_right(path):
    load(yaml=path.relative_to(ROOT / "recipes"))


@pytest.mark.parametrize(
    "option, message",
    [
        ("loader={batch_sise: 8}", r"loader \(DataLoader\).*mean batch_size\?"),
        ("loader={shuffle: True}", "takes no 'shuffle'"),
        ("loader={batchsize: 8}", r"mean batch_size\? There .* and 6 more\."),
        ("preparation={folds: 3}", r"\(prepare_ravdess\).*Did you mean fold\?"),
        ("preparation={allow_mismatch: 3}", "There is: labels, merge, fold"),
        ("clips={crop_secs: 2}", r"\(load_datasets\).*mean crop_seconds\?"),
        ("zero_shot={audio_repeat: 2}", "Did you mean audio_repeats?"),
        ("zero_shot={labels: [a]}", "takes no 'labels'"),
        ("encoder={lyers: last}", r"encoder \(SSLEncoder\).*mean layers\?"),
        ("alm={max_seconds: 2}", r"alm \(CLAP\) in .*wavlm_clap.yaml"),
        ("opt_class={beta: 2}", r"\(AdamW\).*Did you mean betas\?"),
        (f"pooling=!new:{ZSFUSE}.pooling.MaskdMean", "you mean MaskedMean"),
        ("loss=!new:no_such.Loss", "loss to be made by no_such.Loss"),
        (f"loss=!new:{ZSFUSE}.losses", "a class behind !new of loss"),
        (f"loss=!apply:{ZSFUSE}.ZSFuseHead", "a function behind !apply of"),
        (f"head=!new:{ZSFUSE}.ZSFuseHead {{n_classes: 4}}", "'input_size'"),
        (f"head=!new:{ZSFUSE}.ZSFuseHead", "'input_size' among the options"),
        ("loader=3", "loader to be a dictionary"),
        ("preparation=[a]", "preparation to be a dictionary"),
        ("modules={a: {b: !new:torch.nn.GELU {x: 1}}}", r"modules.a.b \(GELU"),
        ("fold_=3", "no 'fold_'. Did you mean --fold"),
    ],
)
def test_a_slip_within_is_found_before_anything_is_read(option, message):
    with pytest.raises(ValueError, match=f"Expected .*{message}"):
        load(f"--{option}")


def test_a_loader_offers_what_a_command_line_can_give():
    with pytest.raises(ValueError, match="There is: batch_size, ") as error:
        load("--loader={xyz: 8}")
    for code in ("collate_fn", "worker_init_fn", "generator"):
        assert code not in str(error.value)
        load(f"--loader={{{code}: !name:torch.Generator }}")  # still taken


@pytest.mark.parametrize(
    "key, meant",
    [
        ("lrr", "Did you mean --lr?"),
        ("LR", "Did you mean --lr?"),
        ("__set_seed", "no '__set_seed'. "),
        ("epochs", "Did you mean --number_of_epochs?"),
        ("audio_repeat", "Did you mean --zero_shot='{audio_repeats: …}'?"),
        ("devise", "Did you mean --device?"),
        ("noprogresbar", "Did you mean --noprogressbar?"),
        ("qqqq", "no 'qqqq'. There is: lr"),
    ],
)
def test_the_command_line_adds_no_keys(key, meant):
    text = (
        "lr: 1\n__set_seed: 3\nnumber_of_epochs: 2\n"
        "zero_shot: {audio_repeats: 1}\n"
    )
    with pytest.raises(ValueError) as caught:
        check_keys([key], text, "a.yaml")
    words = str(caught.value)
    assert words.startswith("Expected settings of a.yaml on the command line")
    assert meant in words
    assert "There is: lr, number_of_epochs, zero_shot; `--help`" in words


def test_a_corpus_without_folds_says_so():
    with pytest.raises(ValueError, match="no 'fold'. Its corpus has one split"):
        load("--fold=2", yaml="MSP-Podcast/hparams/wavlm_clap.yaml")


@pytest.mark.parametrize("code", ["import no_such_module", "1 / 0"])
def test_a_class_whose_file_cannot_be_imported(tmp_path, monkeypatch, code):
    (tmp_path / "mine_broken.py").write_text(f"{code}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="by mine_broken.A, but importing it"):
        settle("encoder: !new:mine_broken.A")


@pytest.mark.parametrize(
    "value, message",
    [
        ("!new:", "a name behind !new: of x, but got none"),
        ("!new: torch.nn.Linear", "Write !new:torch.nn.Linear, without"),
        ("!apply: {a: 1}", "a name behind !apply: of x"),
        ("!neww:torch.nn.Linear {a: 1}", "got !neww. Did you mean !new?"),
        ("{y: !reff <lr>}", "before x.y, but got !reff. Did you mean !ref"),
        ("!zzzzzz 3", "There is: !new, !apply, !name, !ref"),
    ],
)
def test_a_tag_that_is_none(value, message):
    with pytest.raises(ValueError, match=f"Expected .*{re.escape(message)}"):
        settle(f"lr: 1\nx: {value}")


def test_tags_of_yaml_and_hyperpyyaml_stay():
    text = (
        "a: !!int 3\nb: !tuple (1, 2)\nc: !copy <a>\nd: !!set {x}\n"
        "e: !name:len\nf: !apply:len [[1]]\ng: !new:collections.Counter\n"
    )
    assert settle(text) == text


def test_who_takes_anything_is_given_anything():
    settle("a: !new:collections.Counter\n  anything: 1\nmine: {free: 1}\n")
    settle("a: !new:collections.OrderedDict\n  anything: 1\n")


def test_a_section_may_stand_elsewhere():
    text = "mine: {batch_size: 8}\nloader: !ref <mine>\n"
    assert settle(text) == text
    with pytest.raises(ValueError, match="loader.*takes no 'batch_sise'"):
        settle(text.replace("size", "sise"))


def test_what_a_recipe_needs_is_missed():
    text = "seed: 1\nlabels: [a, b]\ndownload: no\n"
    with pytest.raises(ValueError, match="mine.yaml, but there is no data_fol"):
        settle(text, prepare_of(ROOT / "recipes/RAVDESS"), "mine.yaml")


# Switches at the top, of the project's classes, of others, of sections.
SWITCHES = [
    *("download", "allow_mismatch", "encoder.freeze", "encoder.spec_augment"),
    *("head.affine", "clips.soft_labels", "loader.pin_memory"),
    *("opt_class.amsgrad", "skip_nonfinite_grads"),
]


def lay(path, word, text):
    """A word laid on a YAML at a path."""
    outer, _, inner = path.rpartition(".")
    own = f"{outer}:\n  {inner}: {word}" if outer else f"{inner}: {word}"
    return override(text, own)


def value_at(tree, path):
    for key in path.split("."):
        tree = tree[key]
    return tree


@pytest.fixture(scope="module")
def whole():
    path = ROOT / "recipes/RAVDESS/hparams/wavlm_clap.yaml"
    argv = [str(path), "--data_folder=/data", "--device=cpu"]
    return parse_arguments(argv, path.parents[1] / "train.py")[0]


@pytest.mark.parametrize("path", SWITCHES)
def test_switches_of_a_yaml_mean_what_they_say(path, whole):
    for word in ("no", "OFF", "N", "yes", "On", '"no"'):
        found = read_yaml(settle(lay(path, word, whole)))
        on = SWITCH_WORDS[word.lower().strip('"')]
        assert value_at(found, path) is on, word
    with pytest.raises(ValueError, match=f"{path} to be True or False"):
        settle(lay(path, "maybe", whole))


@pytest.mark.parametrize("path", SWITCHES[:-1])
def test_switches_of_the_command_line_mean_what_they_say(path):
    outer, _, inner = path.rpartition(".")
    option = f"--{outer}={{{inner}: %s}}" if outer else f"--{inner}=%s"
    assert value_at(load(option % "no"), path) is False
    with pytest.raises(ValueError, match=f"{inner} to be True or.*'maybe'"):
        load(option % "maybe")


def test_a_switch_that_says_what_is_so_changes_no_name():
    assert load("--encoder={spec_augment: no}")["experiment"] == "wavlm_clap"


def test_a_switch_may_stand_elsewhere(whole):
    text = override(whole, "frozen: no\nencoder: {freeze: !ref <frozen>}")
    assert read_yaml(settle(text))["frozen"] is False


def test_words_that_are_no_switches_stay():
    text = "labels: [no, yes]\nnote: off\nclips: {crop: first}\n"
    assert settle(text) == text


def test_only_switches_stand_alone():
    assert load("--allow_mismatch")["allow_mismatch"] is True
    for option in ("--lr", "--encoder", "--labels", "--alm_source"):
        with pytest.raises(
            ValueError, match=f"value of {option}, but got none"
        ):
            load(option)


@pytest.mark.parametrize("value, on", [("1", True), ("0", False)])
def test_numbers_of_a_switch_are_on_and_off(value, on):
    text = settle(f"download: {value}\nclips: {{soft_labels: {value}}}\n")
    tree = read_yaml(text)
    assert tree["download"] is on and tree["clips"]["soft_labels"] is on
    check_options(text)


@pytest.mark.parametrize("value", ["2", "-1", "10"])
def test_other_numbers_are_neither(value):
    with pytest.raises(ValueError, match=f"download to be True.*got {value}"):
        settle(f"download: {value}\n")


def test_a_switch_that_others_repeat_is_one():
    text = settle(
        "download: &x on\nallow_mismatch: *x\nclips: {soft_labels: *x}"
    )
    tree = read_yaml(text)
    assert bool(tree["download"]) and bool(tree["allow_mismatch"])
    check_options(text)
