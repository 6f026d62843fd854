"""All combinations of repeats: what each is, and how little is heard for it."""

import numpy as np
import pytest
import soundfile
import torch
from fake_alm import FakeALM

from speechbrain_zsfuse import progress
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.zeroshot import rounds
from speechbrain_zsfuse.zeroshot.amplification import sweep
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource
from speechbrain_zsfuse.zeroshot.store import AnswerStore

LABELS = ["sad", "angry", "calm"]
SECONDS = (0.4, 0.6, 0.74, 1.6)


@pytest.fixture
def clips(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{seconds}.wav" for seconds in SECONDS]
    for path, seconds in zip(paths, SECONDS):
        noise = 0.1 * rng.standard_normal(int(48000 * seconds))
        soundfile.write(path, noise, 48000)
    return [str(path) for path in paths]


def source(alm, folder, **options):
    scorer = ZeroShotScorer(alm, LABELS, **options)
    return DualEncoderSource(scorer, folder, "cpu", 3, progress=False)


def test_every_cell_is_the_score_at_its_repeats(tmp_path, clips, tiny_clap):
    alm = CLAP(tiny_clap)
    swept = sweep(source(alm, tmp_path / "one"), clips, (1, 3), (1, 2, 4))
    assert swept.scores.shape == (2, 3, 4, 3)
    for a, row in zip((1, 3), swept.scores):
        for t, cell in zip((1, 2, 4), row):
            options = {"audio_repeats": a, "text_repeats": t}
            alone = source(alm, tmp_path / f"{a}{t}", **options)
            torch.testing.assert_close(
                cell, alone.score(clips), atol=1e-6, rtol=0
            )


def test_a_sweep_is_one_use_of_its_store(tmp_path, clips, monkeypatch):
    uses, used = [], AnswerStore.used
    monkeypatch.setattr(
        AnswerStore, "used", lambda *given: uses.append(given) or used(*given)
    )
    scored = source(FakeALM(), tmp_path)
    sweep(scored, clips, (1, 2), (1,))
    assert len(uses) == 1  # so nothing is pruned between two repeats
    scored.score(clips)
    assert len(uses) == 2


class Counted(FakeALM):
    """Counts the clips that are heard, and the sentences that are read."""

    def __init__(self):
        super().__init__()
        self.heard, self.read = 0, []

    def _audio_tower(self, wavs, sizes, repeats):
        self.heard += len(wavs)
        return super()._audio_tower(wavs, sizes, repeats)

    def _text_tower(self, input_ids, attention_mask):
        self.read.append(len(input_ids))
        return super()._text_tower(input_ids, attention_mask)


def test_sixteen_cells_need_two_inputs_and_four_texts(tmp_path, clips):
    alm = Counted()  # hears two inputs, whatever the repeats
    swept = sweep(source(alm, tmp_path), clips)
    assert alm.heard == 2 * len(clips)
    assert alm.read == 4 * [3 * len(LABELS)]
    assert list(map(swept.inputs.index, swept.inputs)) == [0, 1, 1, 1]
    sweep(source(alm, tmp_path), clips[::-1])
    assert alm.heard == 2 * len(clips)


def test_clips_of_different_length_have_different_inputs(
    tmp_path, clips, tiny_clap
):
    # In a window of 2 s, 0.74 s fit twice whether they are repeated or not;
    # 0.6 s fit three times, repeated twice they fit twice.
    swept = sweep(source(CLAP(tiny_clap), tmp_path), clips)
    same = [[row.index(row[a]) for a in range(4)] for row in zip(*swept.inputs)]
    assert same == [[0, 1, 2, 1], [0, 1, 0, 3], [0, 0, 2, 2], [0, 1, 1, 1]]
    assert list(map(swept.inputs.index, swept.inputs)) == [0, 1, 2, 3]


def test_one_bar_counts_what_is_heard_at_all_repeats(
    tmp_path, clips, monkeypatch
):
    totals = []

    def show_bar(*arguments, title, total, wanted, **options):
        if wanted and title.startswith("Listening"):
            totals.append(total)
        return progress.show_bar(
            *arguments, title=title, total=total, wanted=False, **options
        )

    monkeypatch.setattr(rounds, "show_bar", show_bar)
    scorer = ZeroShotScorer(FakeALM(), LABELS)
    sweep(DualEncoderSource(scorer, tmp_path, "cpu", 3, True), clips)
    assert totals == [2 * len(clips)]
