"""Kinds of options: what they take, what they refuse, and in which words."""

import inspect
from collections import OrderedDict, deque
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
import ruamel.yaml
from fake_alm import FakeALM

from speechbrain_zsfuse import options
from speechbrain_zsfuse.adapters import Lora
from speechbrain_zsfuse.encoders import FilterbankEncoder, SSLEncoder
from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.lobes import CLAP, CLSP, ParaCLAP, ReCLAP
from speechbrain_zsfuse.losses import (
    ClassBalanced,
    LogitAdjusted,
    VectorScaling,
    WeightedCrossEntropy,
    WeightedFocal,
)
from speechbrain_zsfuse.pooling import AttentiveStatistics, MaskedMean
from speechbrain_zsfuse.training import (
    TrainingBatches,
    evaluation_batches,
    learning_rate_factor,
    load_datasets,
)
from speechbrain_zsfuse.zeroshot import DualEncoderSource, ZeroShotScorer
from speechbrain_zsfuse.zeroshot.prompt_sets.finding import Prompts
from speechbrain_zsfuse.zeroshot.prompt_sets.prompt_set import PromptSet

NAN, INFINITY = float("nan"), float("inf")
NO_TEXT = ["", "  ", None, 3, True, ["a"]]
NO_NUMBER = ["1e-5", "fast", "", None, True, [1], {}, NAN, INFINITY, -INFINITY]
NO_WHOLE = [*NO_NUMBER, 2.5, 8.0, np.float64(3)]

KINDS = {  # kind: what it takes, what it refuses, its words
    "Natural": (
        [0, np.int64(7)],
        [*NO_WHOLE, -1],
        "whole number of at least 0",
    ),
    "Count": ([1, 10**9], [*NO_WHOLE, 0, -3], "whole number of at least 1"),
    "Size": ([1, 1024], [*NO_WHOLE, 0, 10**9], "from 1 to 65536"),
    "Repeats": ([1, 100], [*NO_WHOLE, 0, 101, 100000], "from 1 to 100"),
    "Seed": ([0, 2**32 - 1], [*NO_WHOLE, -1, 2**32], "from 0 to 4294967295"),
    "Seeds": ([[1], (1, 2)], [[], [1, 1], [-1], 1, "12"], "different whole"),
    "Number": ([0, -1.5, np.float32(2)], NO_NUMBER, "a number"),
    "Positive": ([1, 2e-5], [*NO_NUMBER, 0, 0.0, -1], "a number above 0"),
    "NotNegative": ([0, 2.5], [*NO_NUMBER, -1e-9], "a number of at least 0"),
    "Share": ([0, 0.5], [*NO_NUMBER, 1, 1.0, 2, -0.1], "a number in [0, 1)"),
    "Text": (["a", "1.11"], NO_TEXT, "text that is not empty"),
    "Place": (["a", Path("a")], NO_TEXT, "a path that is not empty"),
    "Labels": (
        [["sad", "angry"], ("a", "b", "c")],
        ["a, b", [], ["sad"], ["a", "a"], ["a", ""], ["a", 1], None, {"a": 1}],
        "a list of at least two different labels",
    ),
    "Prompts": (
        [
            ["{label} speech"],
            "clsp",
            Path("mine.yaml"),
            PromptSet(("{label}",)),
        ],
        [[], [""], [1], None, 3, {"angry": "rage"}],
        "the name of a prompt set, the path of one (.yaml), or a list of templ",
    ),
    "Merge": (
        [{}, {"excited": "happy"}],
        [
            {"excited": 1},
            {"excited": ["happy"]},
            {1: "happy"},
            "a",
            ["a"],
            None,
        ],
        "a dictionary of emotion to label",
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_takes_what_it_says_and_nothing_else(name):
    takes, refuses, words = KINDS[name]
    kind = Prompts if name == "Prompts" else getattr(options, name)
    assert words in options.expected(kind)
    for value in takes:
        assert options.check("--x", value, kind) is value
    for value in refuses:
        with pytest.raises(ValueError) as caught:
            options.check("--x", value, kind)
        assert str(caught.value).startswith(
            f"Expected --x to be {options.expected(kind)}, but got {value!r}."
        ), value


def test_a_switch_is_true_or_false():
    for value in ("no", "off", "False", 0, 1, None, [], NAN):
        with pytest.raises(ValueError, match="`a.b` to be true or false"):
            options.check("a.b", value, bool)


def test_values_of_a_yaml_keep_their_kinds():
    text = "a: 1e-5\nb: 1_000\nc: [x, y]\nd: {e: f}\ng: 0x10\nh: 1.\n"
    tree = ruamel.yaml.YAML().load(text)
    kinds = ["Positive", "Count", "Labels", "Merge", "Count", "Positive"]
    for (key, value), kind in zip(tree.items(), kinds, strict=True):
        options.check(key, value, getattr(options, kind))


def test_kinds_that_leave_a_choice():
    crop = Literal["first", "centre"] | None
    assert options.expected(crop) == "one of first, centre, or null"
    options.check("crop", None, crop)
    for value in ("last", 1, True, ["first"]):
        with pytest.raises(ValueError, match="one of first, centre, or null"):
            options.check("crop", value, crop)


def test_within_a_dictionary_the_key_is_named():
    good = {"r": 8, "lora_alpha": 16, "target_modules": ["q_proj"], "new": 1}
    options.check("encoder.lora", OrderedDict(good), Lora | None)
    for key, value in {
        "r": 0,
        "lora_alpha": "x",
        "lora_dropout": 1,
        "target_modules": 3,
        "bias": "some",
    }.items():
        with pytest.raises(ValueError, match=f"`encoder.lora.{key}`"):
            options.check("encoder.lora", {key: value}, Lora | None)
    with pytest.raises(ValueError, match="`lora` to be a dictionary"):
        options.check("lora", 8, Lora)


def test_an_example_is_given_where_there_is_one():
    for kind in (options.Labels, options.Labels | None):
        with pytest.raises(ValueError, match=r"Write \[angry, sad\], for inst"):
            options.check("--labels", "a, b", kind)


ORDERED = {  # what tells labels in an order, besides lists
    "array": np.array(["sad", "angry"]),
    "column": pd.Series(["sad", "angry", "sad"]).unique(),
    "series": pd.Series(["sad", "angry"]),
    "index": pd.Index(["sad", "angry"]),
    "keys": {"sad": 0, "angry": 1}.keys(),
    "values": {0: "sad", 1: "angry"}.values(),
    "deque": deque(["sad", "angry"]),
}


@pytest.mark.parametrize("name", ORDERED)
def test_a_list_is_whatever_has_an_order(name):
    value = ORDERED[name]
    assert options.check("labels", value, options.Labels) is value
    scorer = ZeroShotScorer(FakeALM(), value)
    assert [*scorer.labels] == ["sad", "angry"]


def test_what_has_no_order_or_is_gone_once_read_is_no_list():
    for value in (
        {"sad", "angry"},
        frozenset(["sad", "angry"]),
        (word for word in ("sad", "angry")),
        np.array("sad"),
        b"ab",
    ):
        with pytest.raises(ValueError, match="a list of at least two"):
            options.check("labels", value, options.Labels)
    for value in (np.array(["sad"]), {"sad": 1}.keys(), np.array([1, 2])):
        with pytest.raises(ValueError, match="a list of at least two"):
            options.check("labels", value, options.Labels)


def test_of_several_wrong_options_the_first_is_named():
    """In the order of the signature, and not of a hash."""
    names = "gamma beta epsilon tau alpha delta kappa omega".split()
    wrong = dict.fromkeys(reversed(names), -1)

    @options.checked
    def take(
        gamma: options.Count = 1,
        beta: options.Count = 1,
        epsilon: options.Count = 1,
        tau: options.Count = 1,
        alpha: options.Count = 1,
        delta: options.Count = 1,
        kappa: options.Count = 1,
        omega: options.Count = 1,
    ):
        pass

    for n in range(len(names)):
        left = {k: v for k, v in wrong.items() if k in names[n:]}
        with pytest.raises(ValueError, match=f"Expected `{names[n]}`"):
            take(**left)
    within = dict.fromkeys(reversed(Lora.__annotations__), ())
    first = next(iter(Lora.__annotations__))
    with pytest.raises(ValueError, match=f"Expected `lora.{first}`"):
        options.check("lora", within, Lora)


def test_it_is_said_which_of_a_list_are_equal():
    for kind, value, twice in (
        (options.Labels, ["angry", "sad", "angry"], "'angry'"),
        (options.Labels | None, ["sad", "sad"], "'sad'"),
        (options.Seeds, (1, 2, 2), "2"),
    ):
        with pytest.raises(ValueError, match=f"Two are equal: {twice}[.]"):
            options.check("--x", value, kind)
    with pytest.raises(ValueError) as caught:
        options.check("--x", ["sad"], options.Labels)
    assert "equal" not in str(caught.value)


CHECKED = (SSLEncoder, CLAP, ZSFuseHead, load_datasets, ZeroShotScorer)


@pytest.mark.parametrize("target", CHECKED)
def test_signatures_are_read_by_people(target):
    """`help` shows types; the checks go on seeing kinds."""
    signature = inspect.signature(target)
    assert "Annotated" not in str(signature) and "Field" not in str(signature)
    assert len(str(signature)) < 600
    known = options.kinds(target)
    assert known and {*known} <= {*signature.parameters, "return"}
    assert "Annotated" in str(known)


def test_a_long_value_is_cut():
    with pytest.raises(ValueError) as caught:
        options.check("lr", "x" * 10**6, options.Positive)
    assert len(str(caught.value)) < 200


def test_a_wrong_call_is_still_a_wrong_call():
    with pytest.raises(TypeError, match="widht"):
        FilterbankEncoder(widht=3)


NEEDED = {  # stand-ins that nothing can be done with
    "source": "no/such/model",
    "alm": FakeALM(),
    "scorer": None,
    "store_folder": "no/such/folder",
    "labels": ["angry", "sad"],
    "done": 0.5,
    "manifests": {},
    "data_root": "no/such/folder",
    "sample_rate": 16000,
    "durations": [],
    "input_size": 4,
    "n_classes": 2,
    "batch_size": 4,
    "equal_lengths": True,
    "n_clips": 8,
    "seed": 1,
}


@pytest.mark.parametrize(
    "make, option, values",
    [
        (SSLEncoder, "source", [None, "", 3]),
        *(
            (SSLEncoder, name, ["no", 0, None, "maybe"])
            for name in (
                *("freeze", "freeze_front_end", "spec_augment"),
                *("gradient_checkpointing", "fused_attention"),
            )
        ),
        (SSLEncoder, "layers", ["all", 3, None]),
        (SSLEncoder, "layer_drop", [1, 2, -0.1, NAN, "0.1", True]),
        (SSLEncoder, "lora", [8, {"r": 0}, {"lora_dropout": 1.0}, ["r"]]),
        (FilterbankEncoder, "n_mels", [0, -1, 40.0, True, 100000, "40"]),
        (FilterbankEncoder, "width", [0, 2.5, 10**9]),
        (FilterbankEncoder, "dropout", [1, -0.1, NAN]),
        (ZSFuseHead, "input_size", [0, 8.0, "8"]),
        (ZSFuseHead, "n_classes", [0, True]),
        (ZSFuseHead, "affine", ["no", 1]),
        (ZSFuseHead, "epsilon", [0, -1, NAN]),
        (MaskedMean, "input_size", [0, None]),
        (AttentiveStatistics, "attention_size", [0, "wide"]),
        (WeightedCrossEntropy, "normalization", ["Paper", None]),
        (WeightedFocal, "gamma", [-1, NAN, "2"]),
        (VectorScaling, "gamma", [-1, NAN]),
        (VectorScaling, "tau", [-1, NAN]),
        (ClassBalanced, "beta", [1, -0.5, "a"]),
        (LogitAdjusted, "tau", [-1, NAN, True]),
        (learning_rate_factor, "schedule", ["cosin", None]),
        (learning_rate_factor, "warmup", [1, -0.1, NAN, "0.1"]),
        (ZeroShotScorer, "labels", ["ab", ["sad"], ["sad", "sad"], ["a", ""]]),
        (ZeroShotScorer, "prompts", [3, [], [""], [3], {"label": "a"}]),
        (ZeroShotScorer, "scope", ["words", None]),
        (ZeroShotScorer, "ensemble", ["mean", None]),
        (ZeroShotScorer, "weights", ["a", [], [0.5, 0.4], [2, -1]]),
        (ZeroShotScorer, "audio_repeats", [0, 1.5, True, 100000]),
        (ZeroShotScorer, "text_repeats", [0, 1.5, "2", 10**9]),
        (ZeroShotScorer, "sample_rate", [0, 16000.0]),
        (DualEncoderSource, "batch_size", [0, 2.5, True]),
        (DualEncoderSource, "store_folder", ["", None]),
        (load_datasets, "manifests", ["my.csv", None, ["a"], {"test": 3}]),
        (load_datasets, "labels", ["ab", ["sad"], ["sad", "sad"], ["a", ""]]),
        (load_datasets, "sample_rate", [0, "16000"]),
        (load_datasets, "crop", ["center", None]),
        (load_datasets, "crop_seconds", [0, -1, NAN, "6"]),
        (load_datasets, "soft_labels", ["no", 1, None]),
        (load_datasets, "merge", ["a", {"a": 1}]),
        (evaluation_batches, "batch_size", [0, 2.5]),
        (TrainingBatches, "batch_size", [0, -1, 2.5, True]),
        (TrainingBatches, "seed", [-1, 1.5]),
        (CLAP, "source", [None, ""]),
        (CLAP, "long_audio", ["last"]),
        (CLSP, "max_seconds", [0, -1, NAN, "6"]),
        (ParaCLAP, "revision", [3, ""]),
        (ReCLAP, "audio_fill", ["zeros"]),
    ],
)
def test_who_takes_an_option_refuses_nonsense_first(make, option, values):
    known = options.kinds(make)
    for value in values:
        with pytest.raises(ValueError) as caught:
            make(**_needed(make) | {option: value})
        words = str(caught.value)
        assert words.startswith(f"Expected `{option}"), words
        assert option in known


def _needed(make):
    return {
        name: NEEDED[name]
        for name, parameter in inspect.signature(make).parameters.items()
        if parameter.default is parameter.empty and name in NEEDED
    }
