"""Prompt amplification in all its combinations: the paper's Fig. 2.

A clip repeated a times is heard once for each input that really differs, the
prompts of "N instances" are read once for each t; every combination of the two
is arithmetic. This file chooses nothing and sees no true labels.
"""

from typing import NamedTuple

import torch

from speechbrain_zsfuse.evaluation.amplification.cells import REPEATS
from speechbrain_zsfuse.zeroshot.rounds import find_missing
from speechbrain_zsfuse.zeroshot.scorer import zero_shot_scores


class Sweep(NamedTuple):
    """Scores of all combinations (cells).

    Attributes
    ----------
    audio_repeats, text_repeats : tuple of int
        A and T numbers.
    scores : torch.Tensor
        float32, shape [A, T, N, E].
    inputs : list of list of str
        A lists of N: what the model hears of each clip. Where two lists are
        equal, so are the scores.

    Example
    -------
    >>> Sweep((1, 2), (1,), torch.zeros(2, 1, 3, 4), [["1"] * 3] * 2).inputs[1]
    ['1', '1', '1']
    """

    audio_repeats: tuple
    text_repeats: tuple
    scores: torch.Tensor
    inputs: list


def sweep(source, paths, audio_repeats=REPEATS, text_repeats=REPEATS):
    """Score clips under every combination of repeats.

    Arguments
    ---------
    source : DualEncoderSource
        Its own repeats do not count.
    paths : list of str
        N audio files.
    audio_repeats, text_repeats : tuple of int
        a and t, 1 to 100 each.

    Returns
    -------
    Sweep

    Raises
    ------
    AudioError, ClipError, ValueError
        See ``DualEncoderSource.in_chunks``.

    Example
    -------
    >>> import soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
    >>> from speechbrain_zsfuse.zeroshot.source import DualEncoderSource
    >>> folder = getfixture("tmpdir")
    >>> clip = str(folder / "clip.wav")
    >>> soundfile.write(clip, torch.rand(19200).numpy() - 0.5, 48000)
    >>> scorer = ZeroShotScorer(CLAP(getfixture("tiny_clap")), ["sad", "angry"])
    >>> source = DualEncoderSource(scorer, folder, "cpu", progress=False)
    >>> swept = sweep(source, [clip])
    >>> swept.scores.shape, len(source.store)
    (torch.Size([4, 4, 1, 2]), 3)
    >>> swept.inputs[1] == swept.inputs[3]  # the window is full
    True
    """
    scorer, weights = source.scorer, source.scorer.fitted_weights()
    banks = [scorer.amplified(1, t).bank.cpu() for t in text_repeats]

    def score(audio):
        return torch.stack(
            [zero_shot_scores(audio, bank, weights) for bank in banks]
        )

    chunks = source.in_chunks_at(paths, score, audio_repeats)
    rows = [torch.cat(made, dim=1) for made in chunks]  # each [T, N, E]
    return Sweep(
        tuple(audio_repeats),
        tuple(text_repeats),
        torch.stack(rows),
        source.heard(paths, audio_repeats),
    )


def count_passes(source, paths, audio_repeats=REPEATS):
    """How often the audio tower is asked for a sweep.

    Arguments
    ---------
    source : DualEncoderSource
    paths : list of str
        N audio files.
    audio_repeats : tuple of int

    Returns
    -------
    left : int
        How often it will be: from 0, if all is stored.
    every : int
        How often in all: at most A times N, for inputs that are equal count
        once.

    Example
    -------
    >>> import soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
    >>> from speechbrain_zsfuse.zeroshot.source import DualEncoderSource
    >>> folder = getfixture("tmpdir")
    >>> clip = str(folder / "clip.wav")
    >>> soundfile.write(clip, torch.rand(19200).numpy() - 0.5, 48000)
    >>> scorer = ZeroShotScorer(CLAP(getfixture("tiny_clap")), ["sad", "angry"])
    >>> source = DualEncoderSource(scorer, folder, "cpu", progress=False)
    >>> count_passes(source, [clip])
    (3, 3)
    >>> _ = source.embed([clip], repeats=2)
    >>> count_passes(source, [clip])
    (2, 3)
    """
    keys = {
        key for row in source.find_keys(paths, audio_repeats) for key in row
    }
    return len(find_missing(source.store, list(keys))), len(keys)
