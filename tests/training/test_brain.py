"""The Brain's own decisions, on models of one number."""

import json
import math
from types import SimpleNamespace

import pytest
import torch
from speechbrain import Stage
from speechbrain.dataio.batch import PaddedData
from speechbrain.utils.epoch_loop import EpochCounter

from speechbrain_zsfuse.evaluation.columns import (
    probabilities_of,
    zero_shot_of,
)
from speechbrain_zsfuse.evaluation.predictions import predictions_table
from speechbrain_zsfuse.training.brain import ZSFuseBrain
from speechbrain_zsfuse.training.checkpoints import SafeCheckpointer, best_epoch
from speechbrain_zsfuse.training.collecting import (
    batch_columns,
    collect,
    measure,
)

LABELS = ["sad", "angry"]


def make_brain(hparams=None, **run_opts):
    module = torch.nn.Linear(1, 2)
    return ZSFuseBrain(
        {"head": module},
        lambda parameters: torch.optim.SGD(parameters, lr=1.0),
        {"labels": LABELS, "seed": 1, **(hparams or {})},
        {"device": "cpu", **run_opts},
    )


def make_batch(*truth):
    """Clips a, b, … of one speaker each, given by their classes."""
    return SimpleNamespace(
        id=list("abcdef"[: len(truth)]),
        speaker=list("123456"[: len(truth)]),
        label=torch.tensor(truth),
    )


def test_the_highest_uar_wins_and_of_equals_the_earliest():
    epochs = [(1, 0.4), (2, 0.6), (3, 0.6), (4, 0.5)]
    checkpoints = [
        SimpleNamespace(meta={"epoch": epoch, "UAR": uar})
        for epoch, uar in epochs
    ]
    assert max(checkpoints, key=best_epoch).meta["epoch"] == 2


@pytest.mark.parametrize("limit, expected", [(-1.0, math.inf), (5.0, 5.0)])
def test_a_negative_gradient_limit_is_no_limit(limit, expected):
    assert make_brain(max_grad_norm=limit).max_grad_norm == expected


def test_frozen_weights_are_not_optimised():
    brain = make_brain()
    brain.modules.head.bias.requires_grad_(False)
    brain.init_optimizers()
    (group,) = brain.optimizer.param_groups
    assert [p is brain.modules.head.weight for p in group["params"]] == [True]


def test_loss_is_cross_entropy_and_predictions_are_exact():
    brain = make_brain()
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    brain.on_stage_start(Stage.VALID)
    loss = brain.compute_objectives(logits, make_batch(0, 0), Stage.VALID)
    by_hand = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(1))]
    assert float(loss) == pytest.approx(sum(by_hand) / 2, abs=1e-6)
    [(table, mean)] = collect(brain.heard, LABELS, "valid", mismatched=False)
    assert mean == pytest.approx(sum(by_hand) / 2, abs=1e-6)
    assert table["id"].tolist() == ["a", "b"]
    assert table["label"].tolist() == ["sad", "sad"]
    assert table["prediction"].tolist() == ["sad", "angry"]
    share = 1 / (1 + math.exp(-2))
    expected = [share, 1 - share]
    assert probabilities_of(table)[0] == pytest.approx(expected, abs=1e-6)


def test_batches_of_any_order_make_one_table_sorted_by_id():
    batch = make_batch(0, 1, 1)
    batch.part, batch.scores = ["x", "y", "x"], PaddedData(torch.eye(3, 2), 1)
    batch.duration = torch.tensor([1.1, 2.2, 3.3], dtype=torch.float64)
    columns = batch_columns(batch, torch.eye(3, 2), LABELS)
    later = {key: values[:1] for key, values in columns.items()}
    first = {key: values[1:][::-1] for key, values in columns.items()}
    batches = [[first], [later]]
    [(table, _)] = collect(batches, LABELS, "test", mismatched=True)
    assert table["id"].tolist() == ["a", "b", "c"]
    assert table["part"].tolist() == ["x", "y", "x"]
    assert sorted(table["duration"]) == [1.1, 2.2, 3.3]
    assert table["prediction"].tolist() == ["sad", "angry", "sad"]  # first of c
    assert zero_shot_of(table).tolist() == [[1, 0], [0, 1], [0, 0]]
    assert table["corpus_mismatch"].all()


def test_uar_is_over_clips_not_over_batches():
    shares = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.9, 0.1]]
    truth = ["sad", "sad", "sad", "angry"]
    table = predictions_table(LABELS, "abcd", "1234", truth, shares)
    stats = measure([(table, 0.5)], LABELS)
    assert stats["UAR"] == pytest.approx((2 / 3 + 0) / 2)
    assert stats["WA"] == 0.5
    assert stats["loss"] == 0.5
    assert {type(value) for value in stats.values()} == {float}


def test_every_difference_stands_in_the_metrics(tmp_path):
    named = [f"clip {number:02} is missing" for number in range(30)]
    brain = make_brain({"output_folder": tmp_path, "corpus_mismatch": named})
    brain.chosen = SimpleNamespace(meta={"epoch": 2, "loss": 0.7, "UAR": 0.5})
    brain._log = lambda *args, **kwargs: None
    shares = [[0.9, 0.1], [0.1, 0.9]]
    table = predictions_table(LABELS, "ab", "12", ["sad", "angry"], shares)
    brain._end_of_test(table, {"loss": 0.1, "UAR": 1.0})
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["corpus_mismatch"] == named


@pytest.mark.parametrize("stage", [Stage.VALID, Stage.TEST])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_clip_without_finite_logits_is_no_prediction(stage, bad, tmp_path):
    brain = make_brain({"output_folder": tmp_path})
    logits = torch.tensor([[0.0, 1.0], [bad, 0.0], [0.0, bad]])
    brain.on_stage_start(stage)
    brain.compute_objectives(logits, make_batch(0, 0, 1), stage)
    with pytest.raises(FloatingPointError) as error:
        brain.on_stage_end(stage, 0.0, epoch=1)
    assert str(error.value).startswith(
        f"Expected finite logits of every clip of {stage.name.lower()}, but "
        "those of 2 of 3 are not:\n  clip b\n  clip c\nLower the learning"
    )
    assert not list(tmp_path.iterdir())


def test_finite_logits_whose_loss_is_not_are_no_prediction():
    logits = torch.tensor([[3e38, -3e38], [0.0, 1.0]])
    columns = batch_columns(make_batch(1, 1), logits, LABELS)
    assert columns["loss"][0] == math.inf
    assert columns["finite"] == [False, True]


def test_a_uar_that_is_no_number_is_never_the_best():
    checkpoints = [
        SimpleNamespace(meta={"epoch": epoch, "UAR": uar})
        for epoch, uar in [(1, 0.0), (2, math.nan), (3, 0.1), (4, math.nan)]
    ]
    ranked = sorted(checkpoints, key=best_epoch, reverse=True)
    assert [one.meta["epoch"] for one in ranked[:2]] == [3, 1]


@pytest.mark.parametrize("stage", [Stage.TRAIN, Stage.VALID, Stage.TEST])
def test_an_empty_split_is_a_sentence(stage):
    message = f"Expected clips in the {stage.name.lower()} data, but there are"
    with pytest.raises(ValueError, match=message):
        make_brain().make_dataloader([], stage, batch_size=2)


def test_results_after_a_damaged_checkpoint_are_marked(tmp_path):
    module = torch.nn.Linear(1, 2)
    save = tmp_path / "save"
    for epoch in (1, 2):
        checkpointer = SafeCheckpointer(save, {"head": module})
        meta = {"UAR": epoch / 10, "epoch": epoch}
        checkpointer.save_checkpoint(meta, name=str(epoch))
    (save / "CKPT+2" / "head.ckpt").write_bytes(b"")
    brain = make_brain({"remarks": ["processes: 1 there, 2 now"]})
    brain.checkpointer = SafeCheckpointer(save, {"head": module})
    brain.on_evaluate_start()
    assert brain.chosen.meta["epoch"] == 1
    first, second = brain._marks()["remarks"]
    assert first.startswith("passed over CKPT+2: head.ckpt has 0 of ")
    assert second == "processes: 1 there, 2 now"


def test_the_corpus_and_the_checkpoint_say_where_a_corpus_is_not_as_known():
    assert make_brain()._marks()["mismatch"] == []
    brain = make_brain({"corpus_mismatch": ["two", "one"]})
    assert brain._marks()["mismatch"] == ["one", "two"]
    brain.chosen = SimpleNamespace(meta={"mismatch": ["one", "of training"]})
    assert brain._marks()["mismatch"] == ["of training", "one", "two"]


def test_what_was_trained_on_a_mismatching_corpus_stays_marked(tmp_path):
    def begin(mismatch):
        module = torch.nn.Linear(1, 2)
        logger = SimpleNamespace(save_file=tmp_path / "train_log.txt")
        hparams = {"labels": LABELS, "seed": 1, "train_logger": logger}
        hparams["epoch_counter"] = EpochCounter(2)
        brain = ZSFuseBrain(
            {"head": module},
            lambda parameters: torch.optim.SGD(parameters, lr=1.0),
            hparams | {"corpus_mismatch": mismatch},
            {"device": "cpu"},
            SafeCheckpointer(tmp_path / "save", {"head": module}),
        )
        brain.on_fit_start()
        return brain

    first = begin(["one clip too few"])
    meta = {"UAR": 0.5, "epoch": 1, "mismatch": first._marks()["mismatch"]}
    first.checkpointer.save_checkpoint(meta)
    mended = begin([])
    assert mended._marks()["mismatch"] == ["one clip too few"]


def test_a_run_is_not_tested_before_it_is_trained(tmp_path):
    module = torch.nn.Linear(1, 2)
    checkpointer = SafeCheckpointer(tmp_path / "save", {"head": module})
    checkpointer.save_checkpoint({"UAR": 0.5, "epoch": 6})
    hparams = {"labels": LABELS, "seed": 1, "number_of_epochs": 30}
    brain = ZSFuseBrain(
        {"head": module},
        hparams=hparams | {"output_folder": tmp_path},
        run_opts={"device": "cpu", "test_only": True},
        checkpointer=SafeCheckpointer(tmp_path / "save", {"head": module}),
    )
    brain.checkpointer.recoverables.pop("brain")
    with pytest.raises(ValueError, match="30 epochs.*of epoch 6. Leave out"):
        brain.on_evaluate_start()
    brain.hparams.number_of_epochs = 6
    brain.on_evaluate_start()
    assert brain.chosen.meta["epoch"] == 6
    brain.hparams.number_of_epochs = 30
    (tmp_path / "metrics.json").touch()  # tested; only the best was kept
    brain.on_evaluate_start()


@pytest.mark.parametrize(
    "without, used", [(0.7, 1), (0.6, 1), (0.5, 0)], ids=["better", "equal", ""]
)
def test_of_two_answers_the_better_on_validation_is_tested(without, used):
    brain = make_brain()
    both = torch.tensor([[[5.0, 0.0], [0.0, 5.0]]])  # one clip: sad, angry
    brain.on_stage_start(Stage.VALID)
    brain.compute_objectives(both, make_batch(0), Stage.VALID)
    answers = collect(brain.heard, LABELS, "valid", mismatched=False)
    said = [table["prediction"].tolist() for table, _ in answers]
    assert said == [["sad"], ["angry"]]
    meta = {"UAR": 0.6, "without_scores": {"UAR": without}}
    brain.chosen = SimpleNamespace(meta=meta)
    brain.on_stage_start(Stage.TEST)
    brain.compute_objectives(both, make_batch(0), Stage.TEST)
    [(table, _)] = collect(brain.heard, LABELS, "test", mismatched=False)
    assert table["prediction"].tolist() == said[used]


def test_both_answers_are_trained_and_the_first_is_the_loss():
    logits = torch.zeros(2, 2, 2, requires_grad=True)
    with torch.no_grad():
        logits[:, 1] += torch.tensor([1.0, 0.0])
    loss = make_brain().compute_objectives(
        logits, make_batch(0, 1), Stage.TRAIN
    )
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert logits.grad[:, 0].tolist() == [[-0.25, 0.25], [0.25, -0.25]]
    share = 1 / (1 + math.exp(-1)) / 2  # of the first class, of two clips
    assert logits.grad[0, 1].tolist() == pytest.approx(
        [share - 0.5, 0.5 - share]
    )
