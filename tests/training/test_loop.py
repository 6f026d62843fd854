"""The training step on a model of one number, worked by hand."""

import logging
import math
from types import SimpleNamespace

import pytest
import torch
from speechbrain import Stage

from speechbrain_zsfuse.audio.batch import ClipError
from speechbrain_zsfuse.training.brain import ZSFuseBrain
from speechbrain_zsfuse.training.loop import TrainingBrain
from speechbrain_zsfuse.training.schedules import (
    learning_rate_factor,
    weight_groups,
)
from speechbrain_zsfuse.training.seeding import seed_everything


class Slope(TrainingBrain):
    """The loss of a batch is its number times the weight: gradient known."""

    def compute_forward(self, batch, stage):
        return self.modules.model.weight.sum() * batch.value

    def compute_objectives(self, outputs, batch, stage):
        self.draws = [*getattr(self, "draws", []), torch.rand(1).item()]
        return outputs

    def on_stage_end(self, stage, stage_loss, epoch=None):
        pass


class Batches(list):
    """Stands for a DataLoader of batches with one number each."""

    def __init__(self, *values):
        super().__init__(
            SimpleNamespace(id=[f"clip{i}"], value=value)
            for i, value in enumerate(values)
        )


def make(start=0.0, epochs=1, hparams=None, **run_opts):
    """A brain whose weight starts at ``start``; SGD with rate 1."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, start)
    brain = Slope(
        {"model": model},
        lambda groups: torch.optim.SGD(groups, lr=1.0),
        {"seed": 1, "number_of_epochs": epochs, **(hparams or {})},
        {"device": "cpu", "noprogressbar": True, "max_grad_norm": -1.0}
        | run_opts,
    )
    brain.init_optimizers()
    return brain


def train(brain, *values, epoch=1):
    """Weight after one epoch over batches with these gradients."""
    brain._fit_train(Batches(*values), epoch, enable=False)
    return brain.modules.model.weight.item()


def test_a_step_is_the_mean_of_its_batches():
    assert train(make(), 1.0, 2.0) == pytest.approx(-3.0)
    two = make(grad_accumulation_factor=2)
    assert train(two, 1.0, 2.0) == pytest.approx(-1.5)
    assert two.optimizer_step == 1


def test_what_is_left_of_an_accumulation_is_applied():
    brain = make(grad_accumulation_factor=4)
    assert train(brain, 1.0, 2.0, 6.0) == pytest.approx(-3.0)
    assert train(brain, 4.0, 4.0, 4.0, 4.0, 1.0) == pytest.approx(-8.0)
    assert brain.optimizer_step == 3


class Profiler:
    """Counts steps, as that of PyTorch."""

    step_num, state = 0, "new"

    def start(self):
        self.state = "on"

    def step(self):
        self.step_num += 1

    def stop(self):
        self.state = "off"


def test_a_profiled_epoch_goes_on_where_it_was_and_ends_the_program():
    brain, calls = make(grad_accumulation_factor=2), []
    brain.profiler, brain.tot_prof_steps = Profiler(), 3
    brain.train_sampler = SimpleNamespace(
        set_epoch=lambda *args, **kwargs: calls.append((args, kwargs))
    )
    assert train(brain, 1.0, 2.0) == pytest.approx(-1.5)
    assert calls == [((1,), {"start": 0})]
    assert brain.profiler.state == "on" and brain.profiler.step_num == 2
    with pytest.raises(SystemExit):
        train(brain, 1.0, 2.0, 3.0)
    assert brain.profiler.state == "off" and brain.step == 2


def test_all_groups_are_clipped_together():
    brain = make(max_grad_norm=1.0)
    more = torch.nn.Parameter(torch.zeros(1))
    brain.optimizer.add_param_group({"params": [more], "initial_lr": 1.0})
    more.grad = torch.tensor([4.0])
    brain.modules.model.weight.grad = torch.tensor([[3.0]])
    brain.epoch = brain.step = brain.steps_per_epoch = 1
    brain.optimizers_step()
    assert more.item() == pytest.approx(-0.8)
    assert brain.modules.model.weight.item() == pytest.approx(-0.6)


@pytest.mark.parametrize("limit, expected", [(-1.0, -30.0), (5.0, -5.0)])
def test_a_negative_limit_is_no_limit(limit, expected):
    assert train(make(max_grad_norm=limit), 30.0) == pytest.approx(expected)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_skips_its_step(bad, caplog):
    brain = make(start=1.0)
    with caplog.at_level(logging.WARNING):
        assert train(brain, 1.0, bad, 2.0) == pytest.approx(-2.0)
    assert brain.skipped_steps == 1 and brain.skipped_in_a_row == 0
    assert "loss of epoch 1, batch 2 is not finite (clips clip1)" in caplog.text


def test_a_bad_batch_spoils_the_step_it_belongs_to(caplog):
    brain = make(start=1.0, grad_accumulation_factor=2)
    assert train(brain, 1.0, math.nan, 2.0, 4.0) == pytest.approx(-2.0)
    assert brain.skipped_steps == 1


def test_a_gradient_that_is_not_finite_skips_its_step(caplog):
    class Root(Slope):
        def compute_forward(self, batch, stage):
            return torch.sqrt(self.modules.model.weight.sum() * batch.value)

    brain = make(start=0.0)
    brain.__class__ = Root
    assert train(brain, 1.0) == 0.0  # the slope of a root at zero
    assert "gradient of epoch 1, batch 1 is not finite" in caplog.text


def test_too_many_in_a_row_stop_the_training():
    brain = make(start=1.0, nonfinite_patience=2)
    train(brain, math.nan, math.nan, 1.0, math.nan, math.nan)
    brain = make(start=1.0, nonfinite_patience=2)
    message = "batch 3 is not finite .clips clip2., and neither were the 2"
    with pytest.raises(FloatingPointError, match=message):
        train(brain, *[math.nan] * 3)


def test_every_step_draws_its_own_numbers_wherever_it_starts():
    whole = make()
    train(whole, *[0.0] * 5)
    assert len(set(whole.draws)) == 5
    resumed = make()
    resumed.step = 3
    torch.rand(7)
    resumed._fit_train(Batches(0.0, 0.0), 1, enable=False)
    assert resumed.draws == whole.draws[3:]
    other = make()
    train(other, *[0.0] * 5, epoch=2)
    assert not set(other.draws) & set(whole.draws)


def test_neighbouring_seeds_and_epochs_share_nothing():
    draws = set()
    for place in [
        (s, e, t, r)
        for s in (1, 2)
        for e in (1, 2)
        for t in (1, 2)
        for r in (0, 1)
    ]:
        seed_everything(*place)
        draws.add(torch.rand(1).item())
    assert len(draws) == 16


def test_the_schedule_depends_on_the_place_alone():
    hparams = {"schedule": "linear", "warmup": 0.0}
    brain = make(epochs=2, hparams=hparams)
    assert train(brain, 1.0, 1.0) == pytest.approx(-(0.875 + 0.625))
    assert train(brain, 1.0, 1.0, epoch=2) == pytest.approx(-2.0)


@pytest.mark.parametrize(
    "schedule, expected",
    [
        ("constant", [0, 0.5, 1, 1, 1]),
        ("linear", [0, 0.5, 1, 0.5, 0]),
        ("cosine", [0, 0.5, 1, 0.5, 0]),
    ],
)
def test_schedules(schedule, expected):
    got = [learning_rate_factor(d / 4, schedule, 0.5) for d in range(5)]
    assert got == pytest.approx(expected)
    quarter = learning_rate_factor(0.25, "cosine")
    assert quarter == pytest.approx(0.5 + 0.5 * math.cos(math.pi / 4))


def test_unknown_schedules_are_refused():
    with pytest.raises(ValueError, match="constant, linear, cosine, but got"):
        learning_rate_factor(0.5, "step")
    with pytest.raises(ValueError, match=r"a number in \[0, 1\), but got 1"):
        learning_rate_factor(0.5, warmup=1)


def test_deeper_layers_learn_more_slowly():
    class Layered(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.front, self.top = (torch.nn.Linear(1, 1) for _ in range(2))
            self.front.bias.requires_grad_(False)

        def depth(self, name):
            return 1 if name.startswith("top") else 2

    modules = torch.nn.ModuleDict(
        {"encoder": Layered(), "head": torch.nn.Linear(1, 1)}
    )
    groups = weight_groups(modules, decay=0.5)
    assert [(g["depth"], len(g["params"])) for g in groups] == [
        *((0, 2), (1, 2), (2, 1))
    ]
    assert [len(g["params"]) for g in weight_groups(modules)] == [5]
    brain = TrainingBrain(
        modules,
        lambda groups: torch.optim.SGD(groups, lr=1.0),
        {"seed": 1, "number_of_epochs": 1, "layer_decay": 0.5},
        {"device": "cpu"},
    )
    brain.init_optimizers()
    rates = [g["initial_lr"] for g in brain.optimizer.param_groups]
    assert rates == [1.0, 0.5, 0.25]


def test_a_clip_that_a_model_refuses_has_its_id_in_the_error():
    brain = make()

    def refuse(batch, stage):
        raise ClipError(0, "is too short")

    brain.compute_forward = refuse
    with pytest.raises(ClipError, match="but clip1 is too short"):
        brain.step, brain.epoch, brain.steps_per_epoch = 1, 1, 1
        brain.fit_batch(Batches(0.0, 1.0)[1])
    brain.evaluation_bar = SimpleNamespace(update=lambda clips: None)
    with pytest.raises(ClipError, match="but clip1 is too short"):
        brain.evaluate_batch(Batches(0.0, 1.0)[1], Stage.VALID)


@pytest.mark.parametrize(
    "name, value",
    [
        *(("warmup", value) for value in (1, -0.1, "0.1", float("nan"))),
        *(("layer_decay", value) for value in (0, -1, 1.5, None)),
        *(("number_of_epochs", value) for value in (0, -3, 2.5, True)),
        *(("seed", value) for value in (-1, 2**32, 1.5, "1")),
        *(("schedule", value) for value in ("cosin", None)),
        *(("max_grad_norm", value) for value in (0, float("nan"), "5")),
        *(("nonfinite_patience", value) for value in (-1, 1.5)),
        *(("grad_accumulation_factor", value) for value in (0, -1, 1.5)),
    ],
)
def test_a_brain_refuses_nonsense_when_it_is_made(name, value):
    with pytest.raises(ValueError, match=f"^Expected `{name}` to be .*but got"):
        TrainingBrain({"layer": torch.nn.Linear(1, 1)}, hparams={name: value})


def test_options_that_a_brain_does_not_read_are_its_users():
    own = {"lr": {"encoder": 1e-5}, "weight_decay": None, "labels": "a b"}
    TrainingBrain({"layer": torch.nn.Linear(1, 1)}, hparams=own)


@pytest.mark.parametrize("labels", ["ab", ["a"], ["a", "a"], ["a", ""]])
def test_a_brain_that_reads_labels_refuses_what_are_none(labels):
    with pytest.raises(ValueError, match="^Expected `labels` to be .*but got"):
        ZSFuseBrain(
            {"layer": torch.nn.Linear(1, 1)}, hparams={"labels": labels}
        )
