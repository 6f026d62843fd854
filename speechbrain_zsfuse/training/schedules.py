"""Learning rates: over time, and by depth.

Pure functions. Nothing to save and nothing to restore: a resumed run knows
where it is.
"""

import math
from typing import Literal

from speechbrain_zsfuse.options import Share, checked

Schedule = Literal["constant", "linear", "cosine"]


@checked
def learning_rate_factor(
    done, schedule: Schedule = "constant", warmup: Share = 0.0
):
    """Factor on the learning rate.

    Arguments
    ---------
    done : float
        Share of the run that is done, in [0, 1].
    schedule : str
        After the warm-up: ``constant``, or down to zero in a ``linear`` or
        ``cosine`` way.
    warmup : float
        Share of the run in which the rate grows from zero, in [0, 1).

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If the schedule is unknown or the warm-up is no share.

    Example
    -------
    >>> [learning_rate_factor(d / 4, "linear", warmup=0.5) for d in range(5)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if done < warmup:
        return done / warmup
    left = (1 - done) / (1 - warmup)
    if schedule == "linear":
        return left
    if schedule == "cosine":
        return 0.5 - 0.5 * math.cos(math.pi * left)
    return 1.0


def weight_groups(modules, decay=1.0):
    """Trainable weights, in one optimizer group for each depth.

    Arguments
    ---------
    modules : torch.nn.ModuleDict
        Those with a method ``depth(name)`` have layers, see ``SSLEncoder``.
    decay : float
        1: one group for all.

    Returns
    -------
    list of dict
        Groups with ``params``, ``depth`` and ``apart``, nearest to the output
        first: what a module says is ``trained_apart(name)``, see
        ``FusionHead``, is in groups of its own.

    Example
    -------
    >>> import torch
    >>> modules = torch.nn.ModuleDict({"head": torch.nn.Linear(1, 1)})
    >>> [(g["depth"], len(g["params"])) for g in weight_groups(modules, 0.9)]
    [(0, 2)]
    """
    groups = {}
    for module in modules.values():
        module = getattr(module, "module", module)  # of distributed training
        for name, weight in module.named_parameters():
            layered = decay != 1.0 and hasattr(module, "depth")
            depth = module.depth(name) if layered else 0
            apart = hasattr(module, "trained_apart")
            apart = apart and module.trained_apart(name)
            if weight.requires_grad:
                groups.setdefault((depth, apart), []).append(weight)
    return [
        {"params": groups[depth, apart], "depth": depth, "apart": apart}
        for depth, apart in sorted(groups)
    ]


def clipped_together(optimizers):
    """Weights whose gradients share one norm: all, but those trained apart.

    Arguments
    ---------
    optimizers : list of torch.optim.Optimizer

    Returns
    -------
    list of list of torch.Tensor

    Example
    -------
    >>> import torch
    >>> one, other = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    >>> groups = [{"params": one.parameters()}]
    >>> groups += [{"params": other.parameters(), "apart": True}]
    >>> [len(w) for w in clipped_together([torch.optim.SGD(groups)])]
    [2, 2]
    """
    weights = {}
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            apart = group.get("apart", False)  # older checkpoints have none
            weights.setdefault(apart, []).extend(group["params"])
    return [*weights.values()]
