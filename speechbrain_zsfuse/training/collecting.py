"""From the logits of batches, on any number of processes, to one table.

Pure functions but ``collect``, which gathers over processes.
"""

import math

import torch

from speechbrain_zsfuse import processes
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.predictions import predictions_table


def batch_columns(batch, logits, labels):
    """What is kept of a batch in evaluation.

    Arguments
    ---------
    batch : PaddedBatch
        With ``id``, ``speaker`` and ``label``; maybe ``part`` and ``scores``.
    logits : torch.Tensor
        float32, shape [B, E].
    labels : list of str
        The E classes.

    Returns
    -------
    dict
        Column to list of length B. Of each clip ``loss``, the cross-entropy of
        its label, and ``finite``, whether it and all logits are; the others
        are arguments of ``predictions_table``.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> batch = {"id": ["a"], "speaker": ["1"], "label": torch.tensor([0])}
    >>> columns = batch_columns(
    ...     SimpleNamespace(**batch), torch.zeros(1, 2), ["sad", "angry"]
    ... )
    >>> columns["truth"], columns["probabilities"], columns["finite"]
    (['sad'], [[0.5, 0.5]], [True])
    """
    truth = batch.label.to(logits.device)
    losses = torch.nn.functional.cross_entropy(logits, truth, reduction="none")
    columns = {
        "ids": batch.id,
        "speakers": batch.speaker,
        "truth": [labels[index] for index in truth.tolist()],
        "probabilities": logits.softmax(-1).tolist(),
        "loss": losses.tolist(),
        "finite": (logits.isfinite().all(-1) & losses.isfinite()).tolist(),
    }
    if hasattr(batch, "part"):
        columns["parts"] = batch.part
    if hasattr(batch, "scores"):
        columns["scores"] = batch.scores.data.tolist()
    return columns


def collect(batches, labels, split, mismatched):
    """Predictions and mean loss of all clips, the same on every process.

    Arguments
    ---------
    batches : list of dict
        ``batch_columns`` of the batches of this process.
    labels : list of str
        The E classes.
    split : str
        For errors.
    mismatched : bool
        See ``predictions_table``.

    Returns
    -------
    table : pandas.DataFrame
        See ``predictions_table``.
    loss : float
        Mean over clips.

    Raises
    ------
    FloatingPointError
        If the logits of a clip are not finite; no class can be told of it.

    Example
    -------
    >>> batch = {"ids": ["a"], "speakers": ["1"], "truth": ["sad"]}
    >>> batch |= {"probabilities": [[0.3, 0.7]], "loss": [1.2]}
    >>> labels = ["sad", "angry"]
    >>> collect([batch | {"finite": [True]}], labels, "test", False)[1]
    1.2
    """
    columns = _join(processes.gather(batches))
    losses, finite = columns.pop("loss"), columns.pop("finite")
    check_finite(columns["ids"], finite, split)
    table = predictions_table(labels, **columns, mismatched=mismatched)
    return table, math.fsum(losses) / len(losses)


def _join(batches):
    """Columns of several batches in one."""
    return {
        key: [value for batch in batches for value in batch[key]]
        for key in batches[0]
    }


def check_finite(ids, finite, split):
    """Raise unless the model gave every clip finite logits.

    Arguments
    ---------
    ids : list of str
        Names of the clips.
    finite : list of bool
        Whether all logits of each are finite.
    split : str
        For the error.

    Raises
    ------
    FloatingPointError
        With the first clips, sorted.

    Example
    -------
    >>> check_finite(["a", "b"], [True, False], "valid")
    Traceback (most recent call last):
    FloatingPointError: Expected finite logits of every clip of valid, but \
those of 1 of 2 are not:
      clip b
    Lower the learning rate, compute with --precision=fp32 and \
--eval_precision=fp32, or look at these clips and the encoder's weights.
    """
    bad = sorted(clip for clip, fine in zip(ids, finite) if not fine)
    if bad:
        raise FloatingPointError(
            f"Expected finite logits of every clip of {split}, but those of "
            f"{len(bad)} of {len(ids)} are not:\n"
            + shorten([f"  clip {clip}" for clip in bad])
            + "\nLower the learning rate, compute with --precision=fp32 and "
            "--eval_precision=fp32, or look at these clips and the encoder's "
            "weights."
        )
