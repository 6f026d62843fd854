"""One result from several processes; with one process nothing happens.

Collectives of the default group, on gloo or nccl: every process calls the same
function at the same point. This file starts no process and opens no group.
"""

import torch

from speechbrain_zsfuse.errors import StoppedElsewhere


def rank_and_size():
    """Rank of this process, and the number of processes.

    Example
    -------
    >>> rank_and_size()
    (0, 1)
    """
    if not torch.distributed.is_initialized():
        return 0, 1
    return torch.distributed.get_rank(), torch.distributed.get_world_size()


def share_of_quotient(values, shares):
    """What a process adds to the mean over all, ``Σ values / Σ shares``.

    Distributed training averages gradients over processes, whose shares may
    differ; the factor makes the average that of the whole batch.

    Arguments
    ---------
    values, shares : torch.Tensor
        float, shape [B], of the clips of this process.

    Returns
    -------
    torch.Tensor
        float, shape [].

    Example
    -------
    >>> share_of_quotient(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    tensor(1.5000)
    """
    _, world = rank_and_size()
    total = shares.sum().detach()
    if world > 1:
        torch.distributed.all_reduce(total)
    return values.sum() * world / total


def mean(value, device):
    """Mean of a number over processes, a float.

    Example
    -------
    >>> mean(2, "cpu")
    2.0
    """
    _, world = rank_and_size()
    if world == 1:
        return float(value)
    total = torch.tensor(float(value), dtype=torch.float64, device=device)
    torch.distributed.all_reduce(total)
    return float(total) / world


def everywhere(flag):
    """Whether a flag (bool tensor, shape []) is true on every process.

    Example
    -------
    >>> everywhere(torch.tensor(True))
    True
    """
    if rank_and_size()[1] > 1:
        flag = flag.float()
        torch.distributed.all_reduce(flag, op=torch.distributed.ReduceOp.MIN)
    return bool(flag)


def gather(items):
    """The lists of all processes in one, on every process.

    Example
    -------
    >>> gather([1, 2])
    [1, 2]
    """
    parts = [items]
    if torch.distributed.is_initialized():
        parts = [None] * rank_and_size()[1]
        torch.distributed.all_gather_object(parts, items)
    return [item for part in parts for item in part]


def together(function, *arguments):
    """Run something on every process; an error on one is an error on all.

    Without this, those that went on would wait for the failed one until the
    group gives up.

    Arguments
    ---------
    function : callable
        Its result can be pickled. It calls no collective itself.
    *arguments
        Of ``function``.

    Returns
    -------
    list
        Results of all processes by rank, on every process.

    Raises
    ------
    Exception
        What ``function`` raised here.
    StoppedElsewhere
        If it raised on another process, with the text of that error.

    Example
    -------
    >>> together(sum, [1, 2])
    [3]
    """
    result = error = text = None
    try:
        result = function(*arguments)
    except Exception as caught:
        error = caught
        text = f"{type(error).__name__}: {error}"  # it may not be picklable
    reports = gather([(result, text)])
    if error is not None:
        raise error
    for rank, (_, text) in enumerate(reports):
        if text is not None:
            raise StoppedElsewhere(f"Process {rank} stopped with {text}")
    return [result for result, _ in reports]


def on_main(function, *arguments):
    """Run something on the main process alone.

    Arguments
    ---------
    function, *arguments
        See ``together``.

    Returns
    -------
    object
        Its result, on every process.

    Raises
    ------
    Exception
        See ``together``.

    Example
    -------
    >>> on_main(sum, [1, 2])
    3
    """
    if rank_and_size()[0] > 0:
        return together(_nothing)[0]
    return together(function, *arguments)[0]


def _nothing():
    return None
