"""From P prompts of an emotion to one score: three ways to pool an ensemble.

``similarities`` (ZS-Fuse, Fig. 1) averages the P cosines. ``embeddings``
averages the P embeddings and takes one cosine, as the ensembles of CLIP and
ReCLAP do. ``learned`` is a weighted mean of the cosines; the weights, one set
for all emotions, are learned from labelled clips. Pure functions on tensors;
this file knows no model and no split.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import AfterValidator, Field, WithJsonSchema

from speechbrain_zsfuse.errors import show
from speechbrain_zsfuse.options import NotNegative

Ensemble = Literal["similarities", "embeddings", "learned"]
_LARGEST = 100.0  # the scale of cosines at which CLIP stops, too


def _sums_to_one(weights):
    if abs(sum(weights) - 1) > 1e-6:
        raise ValueError("another sum")
    return weights


Weights = Annotated[
    Sequence[NotNegative],
    Field(min_length=1),
    AfterValidator(_sums_to_one),
    WithJsonSchema(
        {
            "description": "a list of numbers of at least 0 whose sum is 1",
            "advice": "Write [0.5, 0.25, 0.25], for instance.",
        }
    ),
]


def check_weights(weights, ensemble, size):
    """Raise a ValueError unless given weights fit a prompt set.

    Arguments
    ---------
    weights : list of float or None
        None leaves them to be learned.
    ensemble : str
    size : int
        Number P of prompts of an emotion.

    Example
    -------
    >>> check_weights([0.5, 0.5], "learned", size=3)
    Traceback (most recent call last):
    ValueError: Expected 3 weights, one for each prompt of an emotion, but got \
[0.5, 0.5]. Give as many, or none: then they are learned.
    """
    if weights is None:
        return
    if ensemble != "learned":
        raise ValueError(
            "Expected weights with the ensemble learned, but got "
            f"{show(weights)} with {ensemble}. Leave them out, or set ensemble "
            "to learned."
        )
    if len(weights) != size:
        raise ValueError(
            f"Expected {size} weights, one for each prompt of an emotion, but "
            f"got {show(weights)}. Give as many, or none: then they are "
            "learned."
        )


def compare(audio, bank):
    """Cosine of each clip with each prompt.

    Arguments
    ---------
    audio : torch.Tensor
        float32, shape [B, D], unit norm.
    bank : torch.Tensor
        float32, shape [P, E, D], unit norm.

    Returns
    -------
    torch.Tensor
        float32, shape [B, P, E], in [-1, 1].

    Example
    -------
    >>> compare(torch.tensor([[0.6, 0.8]]), torch.eye(2)[:, None]).tolist()
    [[[0.6...], [0.8...]]]
    """
    with torch.autocast(audio.device.type, enabled=False):
        return torch.einsum("bd,ped->bpe", audio, bank)


def average_embeddings(bank):
    """One embedding for an emotion: the mean of its prompts', of unit norm.

    Arguments
    ---------
    bank : torch.Tensor
        float32, shape [P, E, D], unit norm.

    Returns
    -------
    torch.Tensor
        float32, shape [1, E, D], unit norm.

    Example
    -------
    >>> average_embeddings(torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]]))
    tensor([[[0.7071, 0.7071]]])
    """
    return torch.nn.functional.normalize(bank.mean(0, keepdim=True), dim=-1)


def pool_similarities(similarities, weights=None):
    """Mean over prompts, weighted or not.

    Arguments
    ---------
    similarities : torch.Tensor
        float32, shape [N, P, E]: cosine of each clip with each prompt.
    weights : list of float, optional
        P numbers of at least 0 whose sum is 1; default: all the same.

    Returns
    -------
    torch.Tensor
        float32, shape [N, E], in [-1, 1].

    Example
    -------
    >>> similarities = torch.tensor([[[0.5, 0.25], [0.0, 1.0]]])
    >>> pool_similarities(similarities)
    tensor([[0.2500, 0.6250]])
    >>> pool_similarities(similarities, [0.25, 0.75])
    tensor([[0.1250, 0.8125]])
    """
    if weights is None:
        return similarities.mean(1)
    weights = similarities.new_tensor(weights)
    return (similarities * weights[:, None]).sum(1)


def learn_weights(similarities, targets):
    """Weights of prompts with which scores predict labels best.

    Scores are scaled and taken as logits; scale and weights minimise their
    cross-entropy. Both together are one number of 0 to 100 for each prompt, in
    which the problem is convex, so that it has one value and no seed.

    Arguments
    ---------
    similarities : torch.Tensor
        float32, shape [N, P, E]: cosine of each clip with each prompt.
    targets : list of int
        N indices of emotions, 0 to E - 1.

    Returns
    -------
    list of float
        P numbers of at least 0 whose sum is 1; all the same if no prompt helps.

    Example
    -------
    >>> right, wrong = torch.eye(2), 1 - torch.eye(2)
    >>> learn_weights(torch.stack([right, wrong], dim=1), [0, 1])
    [1.0, 0.0]
    """
    # Half a second that those who only use a model need not wait.
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    cosines = _LARGEST * similarities.double().numpy()
    n_clips, size, n_emotions = cosines.shape
    wanted = np.eye(n_emotions)[list(targets)]

    def loss(scales):
        logits = np.einsum("npe,p->ne", cosines, scales)
        logs = log_softmax(logits, axis=1)
        slope = np.einsum("npe,ne->p", cosines, np.exp(logs) - wanted)
        return -(wanted * logs).sum() / n_clips, slope / n_clips

    found = minimize(
        loss,
        np.full(size, 0.5 / size),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, 1)] * size,
        options={"maxiter": 1000, "ftol": 1e-12, "gtol": 1e-9},
    )
    total = found.x.sum()
    return (found.x / total if total else np.full(size, 1 / size)).tolist()
