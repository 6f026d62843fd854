"""YAML files on top of each other; what stands on others is never half read."""

import logging
import re

import pytest
from hyperpyyaml import load_hyperpyyaml
from places import ROOT

from speechbrain_zsfuse.experiment.configuration.composition import (
    TAG,
    compose,
)
from speechbrain_zsfuse.experiment.configuration.trees import override
from speechbrain_zsfuse.experiment.grid.description import read_grid

BASE = """
lr: 1.0
thing: !new:collections.Counter
    a: !ref <lr>
alm: null
experiment: alone
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    variant = f"base: {TAG} [base]\nlr: 2.0\nalm: !new:collections.OrderedDict"
    (tmp_path / "variant.yaml").write_text(variant)
    return tmp_path


def write(folder, text, name="mine.yaml"):
    (folder / name).write_text(text)
    return folder / name


def test_references_and_tags_survive(folder):
    hparams = load_hyperpyyaml(compose(folder / "variant.yaml"))
    assert hparams["thing"] == {"a": 2.0}
    assert type(hparams["alm"]).__name__ == "OrderedDict"


YAMLS = sorted((ROOT / "recipes").rglob("*.yaml"))
GRIDS = [path for path in YAMLS if path.parent.name != "hparams"]


@pytest.mark.parametrize(
    "path", [p for p in YAMLS if p not in GRIDS], ids=lambda p: p.stem
)
def test_no_yaml_of_a_recipe_is_ever_half_read(path):
    with path.open() as file, pytest.raises(ValueError, match="zsfuse hparams"):
        load_hyperpyyaml(file)


@pytest.mark.parametrize("path", GRIDS, ids=lambda p: p.stem)
def test_all_other_yamls_of_a_recipe_are_grids_of_it(path):
    assert ROOT / read_grid(path).recipe == path.parent


def test_a_base_without_its_tag_is_refused(folder):
    path = write(folder, "base: [base.yaml]\nlr: 3.0\n")
    with pytest.raises(ValueError, match=rf"Write `base: {TAG} \[base.yaml\]`"):
        compose(path)
    path = write(folder, "base: base.yaml\n")
    with pytest.raises(ValueError, match="mine.yaml to be tagged"):
        compose(path)


@pytest.mark.parametrize(
    "value",
    ["5", "[]", "null", "{a: 1}", "[5]", "!new:base [a]", f"{TAG}", f"{TAG} []"]
    + [f"{TAG} [[base]]", f"{TAG} {{a: base}}", f"{TAG} [null]"],
)
def test_a_base_is_a_list_of_names(folder, value):
    path = write(folder, f"base: {value}\nlr: 1\n")
    with pytest.raises(ValueError, match="Expected the base of .*mine.yaml"):
        compose(path)


@pytest.mark.parametrize("value", ["base", "[base]", "[base.yaml, base]"])
def test_one_base_needs_no_list(folder, value):
    path = write(folder, f"base: {TAG} {value}\nlr: 3\n")
    assert "lr: 3" in compose(path)


@pytest.mark.parametrize("on", ["a", "b", "c"])
def test_bases_that_stand_on_each_other_end(folder, on):
    write(folder, f"base: {TAG} [b]\n", "a.yaml")
    write(folder, f"base: {TAG} [c]\n", "b.yaml")
    write(folder, f"base: {TAG} [{on}]\n", "c.yaml")
    # A file is never its own base: one called so is looked for elsewhere.
    message = "c or c.yaml" if on == "c" else "c.yaml stands on .* again. Take"
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        compose(folder / "a.yaml")


def test_a_base_may_be_reached_twice(folder):
    write(folder, f"base: {TAG} [base]\n", "left.yaml")
    path = write(folder, f"base: {TAG} [left, base]\nlr: 3\n")
    assert "lr: 3" in compose(path)


def test_a_file_may_add_keys_of_its_own(folder, caplog):
    text = f"base: {TAG} [base]\nwidth: 48\nthing: {{a: !ref <width>}}\n"
    hparams = load_hyperpyyaml(compose(write(folder, text)))
    assert hparams["width"] == 48 and hparams["thing"] == {"a": 48}
    assert not caplog.records


def test_a_key_that_looks_like_a_slip_is_pointed_out(folder, caplog):
    caplog.set_level(logging.WARNING)
    path = write(folder, f"base: {TAG} [base]\nexperimant: x\n")
    compose(path)
    assert f"{path} adds the key 'experimant'" in caplog.text
    assert "should be 'experiment'" in caplog.text


def test_bases_lie_on_top_of_each_other(folder):
    write(folder, "a: 1\nb: {x: 1, y: 2}\nc: 3\n", "all.yaml")
    write(folder, "a: 2\nb: {y: 3}\n", "more.yaml")
    path = write(folder, f"base: {TAG} [all.yaml, more]\nc: 4\n")
    values = load_hyperpyyaml(compose(path))
    assert values == {"a": 2, "b": {"x": 1, "y": 3}, "c": 4}


def test_files_are_laid_on_top_by_name(folder):
    write(folder, "lr: 5.0\n", "fast.yaml")
    write(folder, "alm: !new:collections.OrderedDict\n", "clap.yaml")
    text = compose(folder / "base.yaml", on_top=["fast", "clap"])
    hparams = load_hyperpyyaml(text)
    assert hparams["lr"] == 5.0 and hparams["experiment"] == "fast_clap"
    with pytest.raises(FileNotFoundError, match="clsb or clsb.yaml.*clsp"):
        compose(folder / "base.yaml", on_top=["clsb"])


def test_models_on_top_of_models_keep_both_names(folder):
    write(folder, f"base: {TAG} [base]\nexperiment: clap\n", "clap.yaml")
    write(folder, "lr: 5.0\n", "fast.yaml")
    text = compose(folder / "clap.yaml", on_top=["fast"])
    assert load_hyperpyyaml(text)["experiment"] == "clap_fast"


def test_a_file_is_not_its_own_base(folder):
    (folder / "hparams").mkdir()
    write(folder / "hparams", "lr: 7.0\n", "clap.yaml")
    path = write(folder, f"base: {TAG} [clap]\n", "clap.yaml")
    assert load_hyperpyyaml(compose(path, folder / "hparams")) == {"lr": 7.0}


def test_an_object_replaces_that_of_the_base(folder):
    first = "head: !new:torch.nn.Linear\n    in_features: 2\n    bias: False\n"
    write(folder, first, "all.yaml")
    mine = f"base: {TAG} [all]\nhead: !new:torch.nn.PReLU\n    init: 0.5\n"
    head = load_hyperpyyaml(compose(write(folder, mine)))["head"]
    assert head.weight.item() == 0.5


def test_a_dictionary_goes_into_the_arguments_of_an_object(folder):
    text = "unit: !new:torch.nn.PReLU\n    init: 0.5\nlora: null\n"
    write(folder, text, "all.yaml")
    path = write(folder, f"base: {TAG} [all]\nunit: {{init: 0.1}}\n")
    mine = compose(path)
    assert load_hyperpyyaml(mine)["unit"].weight.item() == pytest.approx(0.1)
    assert load_hyperpyyaml(override(mine, "lora: {r: 8}"))["lora"] == {"r": 8}


def test_a_base_that_is_nowhere(folder):
    path = write(folder, f"base: {TAG} [yours]\n")
    with pytest.raises(FileNotFoundError, match="beside it or in .*zsfuse"):
        compose(path)


def test_comments_go_with_what_they_were_about():
    assert "paper" not in override("lr: 1  # paper\nrate: 2  # ours\n", "lr: 3")
    text = "a: !PLACEHOLDER  # the corpus\nb: 1  # ours\n"
    assert override(text, "a: 2") == "a: 2\nb: 1  # ours\n"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("- a\n", "Expected settings.*mine"),
        ("a: [1\n", "mine.yaml, but line 2 is none.*of line 1"),
    ],
)
def test_a_file_that_is_no_yaml_of_keys_is_named(folder, text, expected):
    with pytest.raises(ValueError, match=expected):
        compose(write(folder, text))


@pytest.mark.parametrize("on_top", [(), ["smal"]])
def test_a_base_that_was_meant_is_told(folder, on_top):
    text = "lr: 1\n" if on_top else f"base: {TAG} [smal]\n"
    path = write(folder, text, "small_of_mine.yaml")
    (folder / "gone.yaml").symlink_to("nowhere.yaml")
    with pytest.raises(FileNotFoundError) as error:
        compose(path, folder, on_top)
    words = str(error.value)
    assert f"smal.yaml, on which {path} stands" in words
    assert "Did you mean small? There is: " in words
    assert re.search(r" and \d+ more[.]$", words)
    assert words.count(str(folder)) == 1  # places are told once


def test_all_bases_are_told_if_none_was_meant(folder):
    with pytest.raises(FileNotFoundError) as error:
        compose(write(folder, f"base: {TAG} [xyz]\n"), folder)
    for name in ("There is: ", "wavlm_large", "zsfuse.", "variant"):
        assert name in str(error.value)
