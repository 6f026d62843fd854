"""Which classes a clip may be of, where corpora that do not know the same
emotions are trained together.

A clip can be of the classes of its corpus alone: those that its manifests
have clips of. The logits of the others are -inf, in training, validation and
test, so that they have no probability, cost nothing and learn nothing. The
model itself has logits of all classes, and so has whoever uses it.
"""

import json
import math

import torch

from speechbrain_zsfuse.evaluation.metrics.corpora import CORPUS
from speechbrain_zsfuse.evaluation.metrics.votes import read_votes


def label_masks(tables, labels):
    """The classes of each corpus.

    Arguments
    ---------
    tables : list of pandas.DataFrame
        Manifests of all splits, with ``emotion`` and, of several corpora,
        ``corpus``.
    labels : list of str
        The E classes.

    Returns
    -------
    dict
        Corpus to bool tensor of shape [E]; empty if each has all classes, or
        a manifest names no corpora.

    Example
    -------
    >>> import pandas
    >>> table = {"emotion": ["sad", "angry", "sad"], "corpus": list("xxy")}
    >>> masks = label_masks([pandas.DataFrame(table)], ["sad", "angry"])
    >>> {name: mask.tolist() for name, mask in masks.items()}
    {'x': [True, True], 'y': [True, False]}
    """
    own = {}
    for table in tables:
        if CORPUS not in table:
            return {}
        for corpus, words in table.groupby(CORPUS)["emotion"]:
            own.setdefault(corpus, set()).update(words)
    masks = {
        corpus: torch.tensor([label in words for label in labels])
        for corpus, words in own.items()
    }
    return {} if all(mask.all() for mask in masks.values()) else masks


def mask_logits(logits, mask=None, value=-math.inf):
    """Logits of which those of absent classes are -inf, or another value.

    Arguments
    ---------
    logits : torch.Tensor
        float, shape [B, E], or of two answers [B, 2, E].
    mask : torch.Tensor, optional
        bool, shape [B, E]: the classes of each clip's corpus. Default: all.
    value : float

    Returns
    -------
    torch.Tensor
        As ``logits``; no gradient goes to what is absent.

    Example
    -------
    >>> mask_logits(torch.zeros(1, 2), torch.tensor([[True, False]]))
    tensor([[0., -inf]])
    """
    if mask is None:
        return logits
    absent = ~mask.to(logits.device)
    if logits.ndim == 3:
        absent = absent.unsqueeze(1)
    return logits.masked_fill(absent, value)


def mask_of(batch):
    """The mask of a batch, bool [B, E]; None if all clips have all classes.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> mask_of(SimpleNamespace(id=["a"])) is None
    True
    """
    mask = getattr(batch, "label_mask", None)
    return None if mask is None else mask.data


def own_votes(votes, corpus, masks, labels, merge=None):
    """The raters' votes of a clip without those for absent classes.

    Arguments
    ---------
    votes : str
        See ``read_votes``.
    corpus : str
        Of the clip.
    masks : dict
        See ``label_masks``.
    labels : list of str
        The E classes.
    merge : dict, optional
        Emotion to the one its votes count for.

    Returns
    -------
    str

    Example
    -------
    >>> masks = {"x": torch.tensor([True, False])}
    >>> own_votes('{"sad": 2, "angry": 1}', "x", masks, ["sad", "angry"])
    '{"sad": 2}'
    """
    absent = {
        label for label, own in zip(labels, masks[corpus].tolist()) if not own
    }
    kept = {
        word: count
        for word, count in read_votes(votes).items()
        if (merge or {}).get(word, word) not in absent
    }
    return json.dumps(kept) if kept else ""
