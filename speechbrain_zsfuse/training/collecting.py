"""From the logits of batches, on any number of processes, to tables.

Pure functions but ``collect``, which gathers over processes.
"""

import math

import torch

from speechbrain_zsfuse import processes
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.columns import FURTHER
from speechbrain_zsfuse.evaluation.fallback import BY_CORPUS, join_answers
from speechbrain_zsfuse.evaluation.metrics.classification import summarise
from speechbrain_zsfuse.evaluation.metrics.groups import uar_by_corpus
from speechbrain_zsfuse.evaluation.predictions import predictions_table
from speechbrain_zsfuse.training.several.label_masks import mask_logits, mask_of


def batch_columns(batch, logits, labels):
    """What is kept of a batch in evaluation.

    Arguments
    ---------
    batch : PaddedBatch
        With ``id``, ``speaker`` and ``label``; maybe ``scores``,
        ``label_mask`` and some of ``FURTHER``.
    logits : torch.Tensor
        float32, shape [B, E]; those of absent classes are not looked at.
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
    truth, mask = batch.label.to(logits.device), mask_of(batch)
    finite = mask_logits(logits, mask, 0.0).isfinite()
    logits = mask_logits(logits, mask)
    losses = torch.nn.functional.cross_entropy(logits, truth, reduction="none")
    columns = {
        "ids": batch.id,
        "speakers": batch.speaker,
        "truth": [labels[index] for index in truth.tolist()],
        "probabilities": logits.softmax(-1).tolist(),
        "loss": losses.tolist(),
        "finite": (finite.all(-1) & losses.isfinite()).tolist(),
    }
    for name in FURTHER:
        if hasattr(batch, name):
            columns[name] = _plain(getattr(batch, name))
    if hasattr(batch, "scores"):
        columns["scores"] = batch.scores.data.tolist()
    return columns


def _plain(values):
    """What a batch holds of each clip: texts, or numbers as a tensor."""
    return values.tolist() if torch.is_tensor(values) else values


def split_answers(logits):
    """The answers of a model: one, or two, with scores and without.

    Arguments
    ---------
    logits : torch.Tensor
        float, shape [B, E] or [B, 2, E].

    Returns
    -------
    sequence of torch.Tensor
        float, shape [B, E].

    Example
    -------
    >>> [list(one.shape) for one in split_answers(torch.zeros(5, 2, 4))]
    [[5, 4], [5, 4]]
    """
    return logits.unbind(1) if logits.ndim == 3 else [logits]


def collect(batches, labels, split, mismatched):
    """Predictions and mean loss of all clips, the same on every process.

    Arguments
    ---------
    batches : list of list of dict
        Of each batch of this process the ``batch_columns`` of each answer: one,
        or two of a model that answers with scores and without.
    labels : list of str
        The E classes.
    split : str
        For errors.
    mismatched : bool
        See ``predictions_table``.

    Returns
    -------
    list of tuple
        For each answer a pandas.DataFrame, see ``predictions_table``, and a
        float, the mean loss over clips.

    Raises
    ------
    FloatingPointError
        If the logits of a clip are not finite; no class can be told of it.

    Example
    -------
    >>> batch = {"ids": ["a"], "speakers": ["1"], "truth": ["sad"]}
    >>> batch |= {"probabilities": [[0.3, 0.7]], "loss": [1.2]}
    >>> labels = ["sad", "angry"]
    >>> batch |= {"finite": [True]}
    >>> [(table, loss)] = collect([[batch]], labels, "test", False)
    >>> loss
    1.2
    """
    answers = zip(*processes.gather(batches))
    return [
        _table(_join(answer), labels, split, mismatched) for answer in answers
    ]


def _table(columns, labels, split, mismatched):
    losses, finite = columns.pop("loss"), columns.pop("finite")
    check_finite(columns["ids"], finite, split)
    further = {name: columns.pop(name) for name in FURTHER if name in columns}
    table = predictions_table(
        labels, **columns, further=further, mismatched=mismatched
    )
    return table, math.fsum(losses) / len(losses)


def _join(batches):
    """Columns of several batches in one."""
    return {
        key: [value for batch in batches for value in batch[key]]
        for key in batches[0]
    }


def measure(answers, labels, debug=False):
    """What is logged of a stage.

    Arguments
    ---------
    answers : list of tuple
        Of ``collect``.
    labels : list of str
        The E classes.
    debug : bool
        Whether the clips are too few for a recall of each class: then every
        metric is the share of clips that are right.

    Returns
    -------
    dict
        ``loss``, and in [0, 1] ``UAR``, ``WA`` and ``macro_F1``; of two answers
        see ``join_answers``. Of several corpora, ``UAR`` is the mean of theirs,
        each over its own classes, and ``UAR_by_corpus`` has them.

    Example
    -------
    >>> table = predictions_table(["a", "b"], ["x"], ["1"], ["a"], [[0.9, 0.1]])
    >>> measure([(table, 0.5)], ["a", "b"], debug=True)
    {'loss': 0.5, 'UAR': 1.0, 'WA': 1.0, 'macro_F1': 1.0}
    """
    return join_answers(
        [
            {"loss": loss, **_shares(table, labels, debug)}
            for table, loss in answers
        ]
    )


def _shares(table, labels, debug):
    names = ("UAR", "WA", "macro_F1")
    truth, predicted = table["label"], table["prediction"]
    if debug:
        return dict.fromkeys(names, float((truth == predicted).mean()))
    summary = summarise(truth.tolist(), predicted.tolist(), labels)
    shares = {name: summary[name] for name in names}
    corpora = uar_by_corpus(table, labels)
    if corpora:
        shares["UAR"] = math.fsum(corpora.values()) / len(corpora)
        shares[BY_CORPUS] = corpora
    return shares


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
