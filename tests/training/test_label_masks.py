"""Corpora of other classes: hand cases of the mask, in every loss, with soft
labels, in data sets, and in what evaluation keeps."""

import json
import math
from types import SimpleNamespace

import pandas
import pytest
import soundfile
import torch
from speechbrain.dataio.batch import PaddedBatch

from speechbrain_zsfuse import losses
from speechbrain_zsfuse.training.collecting import (
    batch_columns,
    collect,
    measure,
    split_answers,
)
from speechbrain_zsfuse.training.dataio import load_datasets
from speechbrain_zsfuse.training.several.label_masks import (
    label_masks,
    mask_logits,
    mask_of,
)

LABELS = ["neutral", "happy", "fearful"]
MASK = torch.tensor([[True, True, True], [True, True, False]])
COUNTS = [60, 30, 10]
EVERY_LOSS = [
    losses.CrossEntropy(),
    losses.WeightedCrossEntropy("paper"),
    losses.WeightedCrossEntropy("torch"),
    losses.WeightedFocal(),
    losses.VectorScaling(),
    losses.ClassBalanced(),
    losses.LogitAdjusted(),
]


def test_the_loss_is_over_the_classes_of_the_corpus():
    # p over two classes: e^1 / (e^1 + e^2), whatever the third logit says
    logits = torch.tensor([[0.0, 0.0, 0.0], [1.0, 2.0, 9.0]])
    values, _ = losses.CrossEntropy()(
        mask_logits(logits, MASK), torch.tensor([2, 0])
    )
    by_hand = [math.log(3), math.log(1 + math.e)]
    assert values.tolist() == pytest.approx(by_hand)


@pytest.mark.parametrize("loss", EVERY_LOSS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("soft", [False, True])
def test_every_loss_is_that_of_the_own_classes_alone(loss, soft):
    """Of a clip of two classes: the same as if there were no third logit, its
    weights and counts those of the whole training set."""
    loss.count(COUNTS)
    drawn = torch.tensor([[0.3, -0.2, 1.5], [1.0, 2.0, 9.0]])
    logits = drawn.clone().requires_grad_()
    target = torch.tensor([2, 0])
    if soft:
        target = torch.tensor([[0.0, 0.5, 0.5], [0.25, 0.75, 0.0]])
    values, shares = loss(mask_logits(logits, MASK), target)
    (values.sum() / shares.sum()).backward()
    assert logits.grad[1, 2] == 0  # and of nothing else
    assert (logits.grad != 0).sum() == 5
    # A logit of -1000 leaves the class no probability a float can hold.
    far = drawn.clone()
    far[1, 2] = -1000.0 * 1e3
    expected, _ = loss(far, target)
    assert values.tolist() == pytest.approx(expected.tolist(), rel=1e-6)
    assert values.isfinite().all() and logits.grad.isfinite().all()


def test_a_target_that_is_absent_is_no_loss_of_zero():
    values, _ = losses.CrossEntropy()(
        mask_logits(torch.zeros(2, 3), MASK), torch.tensor([2, 2])
    )
    assert values.tolist() == [pytest.approx(math.log(3)), math.inf]


def test_both_answers_of_a_head_are_masked():
    masked = mask_logits(torch.zeros(2, 2, 3), MASK)
    for one in split_answers(masked):
        assert one[1].tolist() == [0, 0, -math.inf]
    assert mask_logits(masked) is masked


def manifest(folder, split, rows):
    """A manifest of (name, corpus, emotion, votes)."""
    table = pandas.DataFrame(rows, columns=["ID", "corpus", "emotion", "votes"])
    table["wav"], table["speaker"] = "$data_root/a.wav", table["ID"]
    table["votes"] = table["votes"].map(json.dumps)
    path = folder / f"{split}.csv"
    table.assign(duration=0.1).to_csv(path, index=False)
    return path


@pytest.fixture
def manifests(tmp_path):
    """x has three classes, y two; a rater of y heard the third."""
    soundfile.write(tmp_path / "a.wav", [0.5, 0.4] * 800, 16000)
    rows = [
        ("x1", "x", "neutral", {"neutral": 1}),
        ("x2", "x", "happy", {"happy": 1, "fearful": 1}),
        ("x3", "x", "fearful", {"fearful": 2}),
        ("y1", "y", "neutral", {"neutral": 1, "scared": 3}),
        ("y2", "y", "happy", {"happy": 3, "neutral": 1, "fearful": 4}),
    ]
    return {s: manifest(tmp_path, s, rows) for s in ("train", "valid")}


def test_data_sets_bring_the_mask(manifests, tmp_path):
    splits = load_datasets(manifests, tmp_path, LABELS, 16000)
    for clips in splits.values():
        batch = PaddedBatch([clips[0], clips[3]])
        assert mask_of(batch).equal(MASK)
    assert splits["valid"][4]["corpus"] == "y"


def test_votes_for_absent_classes_do_not_count(manifests, tmp_path):
    splits = load_datasets(
        manifests,
        tmp_path,
        LABELS,
        16000,
        soft_labels=True,
        merge={"scared": "fearful"},
    )
    targets = [clip["target"].tolist() for clip in splits["train"]]
    assert targets[1] == [0, 0.5, 0.5]  # of x they do
    assert targets[3:] == [[1, 0, 0], [0.25, 0.75, 0]]
    votes = [json.loads(clip["votes"]) for clip in splits["valid"]]
    assert votes[2:] == [
        {"fearful": 2},
        {"neutral": 1},
        {"happy": 3, "neutral": 1},
    ]


def test_corpora_of_the_same_classes_have_no_mask(tmp_path):
    table = pandas.DataFrame({"emotion": LABELS * 2, "corpus": [*"xxxyyy"]})
    assert label_masks([table], LABELS) == {}
    assert label_masks([table.drop(columns="corpus")], LABELS) == {}


def batch_of(logits, labels, mask):
    """What a Brain hands over, without scores."""
    batch = SimpleNamespace(
        id=["a", "b"],
        speaker=["1", "2"],
        label=torch.tensor(labels),
        corpus=["x", "y"],
        label_mask=SimpleNamespace(data=mask),
    )
    return batch_columns(batch, torch.tensor(logits), LABELS)


def test_an_absent_class_has_no_probability():
    columns = batch_of([[0.0, 0.0, 0.0], [0.0, 0.0, 9.0]], [2, 1], MASK)
    assert columns["probabilities"][1] == [0.5, 0.5, 0]
    assert columns["loss"] == pytest.approx([math.log(3), math.log(2)])
    [(table, loss)] = collect([[columns]], LABELS, "valid", False)
    assert loss == pytest.approx(math.log(6) / 2)
    assert table["corpus"].tolist() == ["x", "y"]


@pytest.mark.parametrize("spoiled", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_still_seen(spoiled):
    columns = batch_of([[0.0, spoiled, 0.0], [0.0, 0.0, 0.0]], [2, 1], MASK)
    assert columns["finite"] == [False, True]


def test_the_uar_of_an_epoch_is_the_mean_of_the_corpora():
    """x: recalls 1, 1/2, 0; y, without fearful: 1, 1."""
    rows = [
        *[("x", "neutral", "neutral"), ("x", "happy", "happy")],
        *[("x", "happy", "fearful"), ("x", "fearful", "happy")],
        *[("y", "neutral", "neutral"), ("y", "happy", "happy")],
    ]
    table = pandas.DataFrame(rows, columns=["corpus", "label", "prediction"])
    found = measure([(table, 0.5)], LABELS)
    assert found["UAR_by_corpus"] == {"x": 0.5, "y": 1.0}
    assert found["UAR"] == 0.75
    # over all clips: neutral 2 of 2, happy 2 of 3, fearful 0 of 1
    pooled = measure([(table.drop(columns="corpus"), 0.5)], LABELS)
    assert pooled["UAR"] == pytest.approx((1 + 2 / 3) / 3)
