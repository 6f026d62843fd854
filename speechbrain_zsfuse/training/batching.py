"""Which clips make a batch.

The order of training depends on the seed and the epoch alone, never on the
number of processes; evaluation visits each clip exactly once.
"""

from collections import defaultdict

import numpy as np
import torch
from speechbrain.dataio.batch import PaddedBatch

from speechbrain_zsfuse.options import Count, Natural, checked
from speechbrain_zsfuse.training.kinds import Balance
from speechbrain_zsfuse.training.several.balancing import draw_clips

# Clips whose lengths differ by this much may change places, so that an epoch
# has batches of its own. On IEMOCAP, batches of 32: 8 % padding, and of a
# clip's batch mates 9 % are those of the last epoch.
_LENGTH_JITTER = 0.06


class TrainingBatches:
    """Batches in an order of their own for each seed and epoch.

    The clips are dealt to batches of nearly equal size, at most
    ``batch_size``; each process takes its share of every batch, so that one
    process and many see the same batches. With durations, the clips of a
    batch are of similar length: they are sorted by length, each length
    blurred a little, and the batches are shuffled.

    Arguments
    ---------
    n_clips : int
        Size of the training set.
    batch_size : int
        Clips of a batch over all processes.
    seed : int
        At least 0; neighbouring seeds share no order.
    rank, n_processes : int
        This process among all.
    durations : list of float, optional
        Length of each clip, in any unit; None: clips of any length together.
    corpora : list of str, optional
        Corpus of each clip; None: they are one.
    balance : float
        In [0, 1]: how often each of several corpora is heard, see
        ``balancing.py``. With 1 every clip is in an epoch, once.

    Raises
    ------
    ValueError
        If ``batch_size`` is not a multiple of ``n_processes``, or there are
        fewer clips than processes.

    Example
    -------
    >>> batches = TrainingBatches(n_clips=5, batch_size=3, seed=1000)
    >>> batches.set_epoch(1)
    >>> sorted(len(batch) for batch in batches)
    [2, 3]
    """

    @checked
    def __init__(
        self,
        n_clips: Natural,
        batch_size: Count,
        seed: Natural,
        rank: Natural = 0,
        n_processes: Count = 1,
        durations=None,
        corpora=None,
        balance: Balance = 1.0,
    ):
        self.corpora, self.balance = corpora, balance
        self.n_clips, self.batch_size, self.seed = n_clips, batch_size, seed
        self.log_durations = None if durations is None else np.log(durations)
        smallest = n_clips // max(1, len(self))
        if batch_size % n_processes or smallest < n_processes:
            raise ValueError(
                "Expected a batch size that is a multiple of the processes, "
                f"and a clip for each, but got {batch_size} clips a batch and "
                f"{n_clips} clips for {n_processes} processes. `batch_size` "
                "counts the clips of all processes together."
            )
        self.rank, self.n_processes = rank, n_processes
        self.epoch = self.start = 0

    def set_epoch(self, epoch, start=0):
        """Choose the order, and how many batches are done already."""
        self.epoch, self.start = epoch, start

    def __len__(self):
        return -(-self.n_clips // self.batch_size)

    def __iter__(self):
        rng = np.random.default_rng([self.seed, self.epoch])
        clips = self._draw(rng)
        mixed = rng.permutation(clips)
        if self.log_durations is not None:
            jitter = rng.uniform(-_LENGTH_JITTER, _LENGTH_JITTER, len(clips))
            lengths = self.log_durations[clips] + jitter
            mixed = clips[np.argsort(lengths, kind="stable")]
        batches = np.array_split(mixed, len(self))
        for index in rng.permutation(len(batches))[self.start :]:
            yield batches[index][self.rank :: self.n_processes].tolist()

    def _draw(self, rng):
        if self.corpora is None or self.balance == 1:
            return np.arange(self.n_clips)
        return draw_clips(rng, self.corpora, self.balance)


@checked
def evaluation_batches(durations, batch_size: Count, equal_lengths: bool):
    """Batches of clips of similar or equal length, each clip once.

    Arguments
    ---------
    durations : list of float
        In seconds.
    batch_size : int
        Largest number of clips in a batch.
    equal_lengths : bool
        Whether a batch may hold only clips of one length, because padding
        would change the result of the encoder.

    Returns
    -------
    list of list of int
        Indices into ``durations``.

    Example
    -------
    >>> evaluation_batches([2.0, 1.0, 2.0, 3.0], 2, equal_lengths=False)
    [[1, 0], [2, 3]]
    >>> evaluation_batches([2.0, 1.0, 2.0, 3.0], 2, equal_lengths=True)
    [[1], [0, 2], [3]]
    """
    batches = []
    for index in sorted(range(len(durations)), key=durations.__getitem__):
        batch = batches[-1] if batches else []
        fits = 0 < len(batch) < batch_size and not (
            equal_lengths and durations[batch[0]] != durations[index]
        )
        if fits:
            batch.append(index)
        else:
            batches.append([index])
    return batches


def split_by_length(examples):
    """Batches of clips of one length each, as it is found on reading.

    Durations are what somebody wrote, maybe rounded; where padding would
    change results, the samples count.

    Arguments
    ---------
    examples : list of dict
        Of one batch, in order.

    Returns
    -------
    list of PaddedBatch
        In each, every tensor needs no padding.

    Example
    -------
    >>> clips = [
    ...     {"id": name, "sig": torch.zeros(len(name))}
    ...     for name in ("a", "bb", "c")
    ... ]
    >>> [batch.id for batch in split_by_length(clips)]
    [['a', 'c'], ['bb']]
    """
    groups = defaultdict(list)
    for example in examples:
        tensors = filter(torch.is_tensor, example.values())
        groups[tuple(tensor.shape for tensor in tensors)].append(example)
    return [PaddedBatch(group) for group in groups.values()]
