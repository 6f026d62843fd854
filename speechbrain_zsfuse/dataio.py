"""From manifests and scores to data sets and batches.

The order of training depends on the seed and the epoch alone, never on the
number of processes; evaluation visits each clip exactly once.
"""

import numpy as np
import torch
from speechbrain.dataio.dataset import DynamicItemDataset

from speechbrain_zsfuse.audio import read_audio
from speechbrain_zsfuse.store import read_scores


def load_datasets(manifests, data_root, labels, sample_rate, scores_file=None):
    """Make one data set per split.

    Arguments
    ---------
    manifests : dict
        Split to manifest path.
    data_root : str or Path
        Stands for ``$data_root`` in the manifests.
    labels : list of str
        The classes, in the order of logits and scores.
    sample_rate : int
        Rate the encoder wants, in Hz.
    scores_file : str or Path, optional
        See ``score_manifests``. None makes data sets without scores.

    Returns
    -------
    dict
        Split to DynamicItemDataset with ``id``, ``speaker`` (str), ``sig``
        (float32, [T]), ``label`` (int) and, given a file, ``scores``
        (float32, [E]).

    Raises
    ------
    ValueError
        If a manifest holds an unknown emotion or a clip has no score.

    Example
    -------
    >>> import soundfile
    >>> folder = getfixture("tmpdir")
    >>> soundfile.write(str(folder / "a.wav"), [0.5] * 800, 8000)
    >>> manifest = folder / "test.csv"
    >>> row = "a,0.1,$data_root/a.wav,sad,01"
    >>> manifest.write(f"ID,duration,wav,emotion,speaker\\n{row}")
    >>> splits = load_datasets(
    ...     {"test": manifest}, folder, ["angry", "sad"], sample_rate=16000
    ... )
    >>> clip = splits["test"][0]
    >>> clip["id"], clip["label"], clip["sig"].shape
    ('a', 1, torch.Size([1600]))
    """
    scores = read_scores(scores_file, labels) if scores_file else None
    datasets = {}
    for split, path in manifests.items():
        dataset = DynamicItemDataset.from_csv(
            str(path), {"data_root": str(data_root)}
        )
        _check_items(dataset.data, labels, scores, path)
        dataset.add_dynamic_item(
            lambda wav: torch.from_numpy(read_audio(wav, sample_rate)),
            takes="wav",
            provides="sig",
        )
        dataset.add_dynamic_item(
            lambda emotion: labels.index(emotion),
            takes="emotion",
            provides="label",
        )
        keys = ["id", "speaker", "sig", "label"]
        if scores is not None:
            dataset.add_dynamic_item(
                scores.__getitem__, takes="id", provides="scores"
            )
            keys.append("scores")
        dataset.set_output_keys(keys)
        datasets[split] = dataset
    return datasets


def _check_items(data, labels, scores, path):
    for clip, item in data.items():
        if item["emotion"] not in labels:
            raise ValueError(
                f"Expected emotions among {labels} in {path}, but clip {clip} "
                f"is {item['emotion']!r}. Add it to `labels`, or prepare the "
                "corpus with the labels you want."
            )
        if scores is not None and clip not in scores:
            raise ValueError(
                f"Expected a zero-shot score for each clip of {path}, but "
                f"{clip} has none. Score the manifests again."
            )


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
        Any; neighbouring seeds share no order.
    rank, n_processes : int
        This process among all.
    durations : list of float, optional
        Length of each clip, in any unit; None: clips of any length together.

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

    def __init__(
        self,
        n_clips,
        batch_size,
        seed,
        rank=0,
        n_processes=1,
        durations=None,
    ):
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
        clips = rng.permutation(self.n_clips)
        if self.log_durations is not None:
            jitter = rng.uniform(-_LENGTH_JITTER, _LENGTH_JITTER, len(clips))
            clips = np.argsort(self.log_durations + jitter, kind="stable")
        batches = np.array_split(clips, len(self))
        for index in rng.permutation(len(batches))[self.start :]:
            yield batches[index][self.rank :: self.n_processes].tolist()


def evaluation_batches(durations, batch_size, equal_lengths):
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
