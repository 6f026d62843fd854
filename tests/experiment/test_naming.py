"""Choices of the command line in the name of the experiment."""

import pytest

from speechbrain_zsfuse.experiment.configuration.naming import (
    check_name,
    name_experiment,
)
from speechbrain_zsfuse.experiment.configuration.trees import override

TEXT = """
experiment: wavlm
seed: 1
fold: 1
lr: 0.1
labels: [sad, angry]
alm_source: !PLACEHOLDER
data_folder: /corpus
encoder_source: owner/wavlm
encoder: !new:x.Encoder {layers: last, lora: null}
merge: {}
loss: !new:x.Plain
"""


@pytest.mark.parametrize(
    "values, expected",
    [
        ("{}", "wavlm"),
        ("lr: 0.1", "wavlm"),
        ("lr: 0.2", "wavlm,lr=0.2"),
        ("seed: 2\nfold: 3\ndata_folder: /other", "wavlm"),
        ("alm_source: /any/file.pt", "wavlm"),
        ("labels: [sad, happy]", "wavlm,labels=sad+happy"),
        ("merge: {calm: neutral}", "wavlm,merge.calm=neutral"),
        ("encoder: {layers: weighted}", "wavlm,encoder.layers=weighted"),
        ("encoder: {lora: {r: 8}}", "wavlm,encoder.lora=r-8"),
        ("encoder_source: /path/to/hubert", "wavlm,encoder_source=hubert"),
        ("loss: !new:x.Focal {gamma: 2}", "wavlm,loss=Focal+gamma-2"),
        ("loss: null", "wavlm,loss=null"),
        ("labels: [sad, angry]\nlr: true", "wavlm,lr=True"),
    ],
)
def test_a_choice_is_a_part_of_the_name(values, expected):
    assert name_experiment(TEXT, override(TEXT, values)) == expected


def test_a_value_that_is_no_name_is_told_apart_by_a_hash():
    names = [
        name_experiment(TEXT, override(TEXT, f"labels: ['a {end}']"))
        for end in ("/", "?", "long" * 40)
    ]
    assert len(set(names)) == 3
    assert all("/" not in name and len(name) < 90 for name in names)


def test_a_name_is_never_too_long_for_a_folder():
    values = "\n".join(f"key{i}: {'x' * 50}" for i in range(9))
    names = [
        name_experiment(TEXT, override(TEXT, f"{values}\nlr: {lr}"))
        for lr in (1, 2)
    ]
    assert all(len(name) <= 200 for name in names) and len(set(names)) == 2


def test_a_comma_of_ones_own_stays():
    own = override(TEXT, "experiment: mine,v2")
    assert name_experiment(own, override(own, "lr: 3")) == "mine,v2,lr=3"


def test_choices_of_a_saved_run_are_replaced_not_repeated():
    saved = override(TEXT, "experiment: wavlm,lr=0.2,loss=Focal\nlr: 0.2")
    again = override(saved, "lr: 0.3")
    assert name_experiment(saved, again) == "wavlm,lr=0.3,loss=Focal"


@pytest.mark.parametrize("name", [None, ["a"], {"a": 1}, b"a", "", "..", "a/b"])
def test_what_is_no_name_of_a_folder(name):
    with pytest.raises(ValueError, match="Expected the name of one folder"):
        check_name(name)


@pytest.mark.parametrize("name", ["a", 7, "null", "a #1", "ü,lr=1"])
def test_what_is_a_name_of_a_folder(name):
    check_name(name)
