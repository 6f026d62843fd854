"""Batches: every clip once, and the same for any number of processes."""

import numpy as np
import pytest
import soundfile
import torch
from places import ASSETS
from speechbrain import Stage

from speechbrain_zsfuse.training.batching import (
    TrainingBatches,
    evaluation_batches,
)
from speechbrain_zsfuse.training.brain import ZSFuseBrain
from speechbrain_zsfuse.training.dataio import load_datasets


def epoch(number, **arguments):
    """Batches of an epoch."""
    batches = TrainingBatches(**arguments)
    batches.set_epoch(number)
    return list(batches)


def test_an_epoch_holds_every_clip_once():
    batches = epoch(1, n_clips=450, batch_size=32, seed=1)
    assert sorted(index for b in batches for index in b) == list(range(450))
    assert {len(batch) for batch in batches} == {30}
    assert len(batches) == 15


def test_the_batches_of_the_paper_are_full():
    batches = epoch(1, n_clips=448, batch_size=32, seed=1)
    assert [len(batch) for batch in batches] == [32] * 14


def test_neighbouring_seeds_share_no_epoch_order():
    orders = [
        epoch(e, n_clips=100, batch_size=100, seed=seed)[0]
        for seed in (1, 2, 3)
        for e in (1, 2, 3)
    ]
    assert len(set(map(tuple, orders))) == 9


@pytest.mark.parametrize("n_clips", [448, 451])
def test_two_processes_share_the_batches_of_one(n_clips):
    alone = epoch(3, n_clips=n_clips, batch_size=32, seed=7)
    shares = [
        epoch(3, n_clips=n_clips, batch_size=32, seed=7, rank=r, n_processes=2)
        for r in (0, 1)
    ]
    together = [a + b for a, b in zip(*shares)]
    assert [sorted(batch) for batch in together] == [sorted(b) for b in alone]
    assert all(abs(len(a) - len(b)) <= 1 for a, b in zip(*shares))


@pytest.mark.parametrize("n_clips, batch_size", [(100, 3), (3, 2), (0, 2)])
def test_shares_that_do_not_work_out_are_refused(n_clips, batch_size):
    with pytest.raises(ValueError, match="multiple of the processes"):
        TrainingBatches(n_clips, batch_size, seed=1, n_processes=2)


@pytest.fixture(scope="module")
def iemocap():
    """Durations in seconds, in a mixed-up order."""
    path = ASSETS / "iemocap_durations"
    hundredths = np.load(path / "seconds.npz")["hundredths"]
    return np.random.default_rng(1).permutation(hundredths) / 100


def padded_share(batches, durations):
    """Seconds of the padded batches over seconds of audio."""
    padded = sum(len(b) * durations[b].max() for b in batches)
    return padded / durations.sum()


def test_batches_of_similar_length_waste_little(iemocap):
    arguments = {"n_clips": len(iemocap), "batch_size": 32, "seed": 1}
    assert padded_share(epoch(1, **arguments), iemocap) > 3
    for number in (1, 2, 3):
        batches = epoch(number, durations=iemocap, **arguments)
        assert padded_share(batches, iemocap) <= 1.10
        flat = [index for batch in batches for index in batch]
        assert sorted(flat) == list(range(len(iemocap)))
        assert {len(batch) for batch in batches} == {31, 32}


def test_batches_of_similar_length_are_new_in_every_epoch(iemocap):
    arguments = {"n_clips": len(iemocap), "batch_size": 32, "seed": 1}
    first, second = (
        {i: set(b) for b in epoch(e, durations=iemocap, **arguments) for i in b}
        for e in (1, 2)
    )
    kept = [len(first[i] & second[i]) - 1 for i in range(len(iemocap))]
    assert np.mean(kept) / 31 < 0.12
    # Long and short batches are mixed: their order says nothing of length.
    batches = epoch(1, durations=iemocap, **arguments)
    lengths = [iemocap[batch].mean() for batch in batches]
    order = np.corrcoef(lengths, range(len(lengths)))[0, 1]
    assert abs(order) < 0.2


def test_two_processes_share_batches_of_similar_length(iemocap):
    arguments = {"n_clips": len(iemocap), "batch_size": 32, "seed": 7}
    arguments["durations"] = iemocap
    alone = epoch(3, **arguments)
    shares = [epoch(3, rank=r, n_processes=2, **arguments) for r in (0, 1)]
    for whole, one, two in zip(alone, *shares):
        assert sorted(whole) == sorted(one + two)


def test_evaluation_visits_every_clip_once():
    durations = [1.0, 2.0, 1.0, 1.5, 2.0, 1.0]
    for equal in (False, True):
        batches = evaluation_batches(durations, 2, equal)
        flat = [index for batch in batches for index in batch]
        assert sorted(flat) == list(range(6))
        assert max(map(len, batches)) == 2


def test_equal_lengths_are_never_mixed():
    durations = [1.0, 2.0, 1.0, 1.5, 2.0, 1.0]
    batches = evaluation_batches(durations, 32, equal_lengths=True)
    assert batches == [[0, 2, 5], [3], [1, 4]]


class Ear(torch.nn.Module):
    """Hears the padding."""

    padding_neutral = False

    def forward(self, wavs):
        return torch.stack([wavs.mean(1), wavs.std(1)], dim=1)


class Listener(ZSFuseBrain):
    """Says what it hears."""

    def compute_forward(self, batch, stage):
        return self.modules.ear(batch.sig.data)


def heard(dataset, batch_size):
    """Probabilities of each clip; how many were in its batch."""
    hparams = {"labels": ["sad", "angry"], "seed": 1}
    brain = Listener({"ear": Ear()}, hparams=hparams)
    loader = brain.make_dataloader(dataset, Stage.TEST, batch_size=batch_size)
    brain.on_stage_start(Stage.TEST)
    with brain._evaluation_bar("Testing", None, False):
        losses = [brain.evaluate_batch(b, Stage.TEST) for b in loader]
    assert all(loss.shape == () and loss.isfinite() for loss in losses)
    return {
        clip: (probabilities, len(columns["ids"]))
        for [columns] in brain.heard
        for clip, probabilities in zip(columns["ids"], columns["probabilities"])
    }


def test_rounded_durations_do_not_let_padding_in(tmp_path):
    rng, rows = np.random.default_rng(0), "ID,duration,wav,emotion,speaker\n"
    for clip, size in zip("abcde", (16000, 16032, 16000, 16080, 8000)):
        wav = rng.uniform(-0.5, 0.5, size)
        soundfile.write(tmp_path / f"{clip}.wav", wav, 8000, "FLOAT")
        rows += f"{clip},{size / 8000:.1f},$data_root/{clip}.wav,sad,1\n"
    (tmp_path / "test.csv").write_text(rows)
    dataset = load_datasets(
        {"test": tmp_path / "test.csv"}, tmp_path, ["sad", "angry"], 8000
    )["test"]
    together = heard(dataset, batch_size=8)
    alone = heard(dataset, batch_size=1)
    assert {clip: mates for clip, (_, mates) in together.items()} == {
        **dict.fromkeys("ac", 2),
        **dict.fromkeys("bde", 1),
    }
    for clip, (probabilities, _) in alone.items():
        assert together[clip][0] == pytest.approx(probabilities, abs=1e-7)
