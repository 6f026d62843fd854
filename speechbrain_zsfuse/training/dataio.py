"""From manifests and scores to data sets."""

import json
from collections import Counter
from functools import partial

import torch
from speechbrain.dataio.dataset import DynamicItemDataset

from speechbrain_zsfuse.audio.reading import read_audio
from speechbrain_zsfuse.audio.window import LONG_AUDIO, crop_start
from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.errors import check_choice
from speechbrain_zsfuse.zeroshot.scores import read_scores


def load_datasets(
    manifests,
    data_root,
    labels,
    sample_rate,
    scores_file=None,
    soft_labels=False,
    crop_seconds=None,
    crop="first",
    merge=None,
):
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
    soft_labels : bool
        Whether training learns from the raters' votes, see
        ``vote_distribution``.
    crop_seconds : float, optional
        Longest training clip; of a longer one a part is taken. Valid and test
        clips are always whole.
    crop : str
        Which part: ``first``, ``centre`` or ``random`` (drawn by the clip's
        content, hence the same in every epoch).

    merge : dict, optional
        Emotion to the one it counts as among the raters' votes.

    Returns
    -------
    dict
        Split to DynamicItemDataset with ``id``, ``speaker`` (str), ``sig``
        (float32, [T]), ``label`` (int); given a file ``scores`` (float32,
        [E]); if the manifest has it, ``part`` (str); and in training, with
        ``soft_labels``, ``target`` (float32, [E]).

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
    check_choice("crop", crop, LONG_AUDIO)
    scores = read_scores(scores_file, labels) if scores_file else None
    datasets = {}
    for split, path in manifests.items():
        rows = read_manifest(path, data_root).set_index("ID")
        dataset = DynamicItemDataset(rows.to_dict("index"))
        _check_items(dataset.data, labels, scores, path)
        if soft_labels and split == "train":
            _check_votes(dataset.data, path)
        limit = crop_seconds if split == "train" else None
        dataset.add_dynamic_item(
            partial(_read, rate=sample_rate, seconds=limit, part=crop),
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
        if all("part" in item for item in dataset.data.values()):
            keys.append("part")
        if soft_labels and split == "train":
            dataset.add_dynamic_item(
                partial(vote_distribution, labels=labels, merge=merge),
                takes=["votes", "emotion"],
                provides="target",
            )
            keys.append("target")
        dataset.set_output_keys(keys)
        datasets[split] = dataset
    return datasets


def vote_distribution(votes, emotion, labels, merge=None):
    """Shares of the raters' votes among the labels.

    Votes for other emotions are left out. Where none is left, or nobody
    voted, it is the label of the clip itself.

    Arguments
    ---------
    votes : str
        JSON object, emotion to count: the column ``votes`` of a manifest.
    emotion : str
        Label of the clip.
    labels : list of str
        The E classes, in the order of the result.
    merge : dict, optional
        Emotion to the one its votes count for.

    Returns
    -------
    torch.Tensor
        float32, shape [E], sums to 1.

    Example
    -------
    >>> vote_distribution('{"sad": 2, "bored": 1}', "sad", ["angry", "sad"])
    tensor([0., 1.])
    """
    counts = Counter()
    for word, number in json.loads(votes or "{}").items():
        counts[(merge or {}).get(word, word)] += number
    shares = torch.tensor([float(counts[label]) for label in labels])
    if not shares.any():
        shares[labels.index(emotion)] = 1.0
    return shares / shares.sum()


def _read(path, rate, seconds, part):
    """Waveform [T] of a file, cut to ``seconds`` if there is a limit."""
    wav = torch.from_numpy(read_audio(path, rate))
    size = len(wav) if seconds is None else round(seconds * rate)
    if len(wav) <= size:
        return wav
    start = crop_start(len(wav), size, part, wav)
    return wav[start : start + size]


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


def _check_votes(data, path):
    if not any(json.loads(item["votes"] or "{}") for item in data.values()):
        raise ValueError(
            f"Expected the raters' votes in {path}, but nobody rated its "
            "clips. Leave out `soft_labels`."
        )
