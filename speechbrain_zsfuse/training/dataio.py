"""From manifests and scores to data sets."""

from functools import partial

import torch
from speechbrain.dataio.dataset import DynamicItemDataset

from speechbrain_zsfuse.audio.opening import AudioError
from speechbrain_zsfuse.audio.reading import read_audio
from speechbrain_zsfuse.audio.sound import sound_problem
from speechbrain_zsfuse.audio.window import LongAudio, crop_start
from speechbrain_zsfuse.corpora.manifests import (
    MANIFEST,
    Manifests,
    read_manifest,
)
from speechbrain_zsfuse.corpora.roots import Roots
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.evaluation.columns import FURTHER
from speechbrain_zsfuse.evaluation.metrics.votes import (
    VOTES,
    are_votes,
    merge_votes,
    merged_text,
    read_votes,
)
from speechbrain_zsfuse.evaluation.rows import refuse_rows
from speechbrain_zsfuse.options import (
    Count,
    Labels,
    Merge,
    Place,
    Positive,
    checked,
)
from speechbrain_zsfuse.training.several.label_masks import (
    label_masks,
    own_votes,
)
from speechbrain_zsfuse.zeroshot.scores import read_scores


@checked
def load_datasets(
    manifests: Manifests,
    data_root: Roots,
    labels: Labels,
    sample_rate: Count,
    scores_file: Place | None = None,
    soft_labels: bool = False,
    crop_seconds: Positive | None = None,
    crop: LongAudio = "first",
    merge: Merge | None = None,
):
    """Make one data set per split.

    Arguments
    ---------
    manifests : dict
        Split to manifest path.
    data_root : str, Path or dict
        Stands for ``$data_root`` in the manifests; of several corpora, a
        dictionary of corpus to folder, see ``corpora/roots.py``.
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
        [E]); in training, with ``soft_labels``, ``target`` (float32, [E]);
        ``label_mask`` (bool, [E]), where corpora have not the same classes, see
        ``several/``; in evaluation those columns of ``FURTHER`` that the
        manifest has, its ``votes`` merged.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``read_manifest`` and ``read_scores``; or if a manifest holds an
        unknown emotion, votes that are none or for no label, or a clip
        without a score, or a column of a name that is given here: ``id, sig,
        label, scores`` or ``target``.

    Example
    -------
    >>> import soundfile
    >>> folder = getfixture("tmpdir")
    >>> soundfile.write(str(folder / "a.wav"), [0.5, 0.4] * 400, 8000)
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
    taught = {"train"} if soft_labels else set()
    tables = {
        split: read_manifest(
            path,
            data_root,
            ["emotion", "speaker"] + ["votes"] * (split in taught),
        )
        for split, path in manifests.items()
    }
    masks, datasets = label_masks(tables.values(), labels), {}
    for split, path in manifests.items():
        table, votes = tables[split], split in taught
        made = ["id", "sig", "label"] + ["label_mask"] * bool(masks)
        made += ["scores"] * (scores is not None) + ["target"] * votes
        _check_names(table, path, made)
        _check_rows(table, path, labels, scores)
        further = [n for n in FURTHER if n in table and split != "train"]
        if votes or "votes" in further:
            table["votes"] = _own_votes(table, path, labels, merge, masks)
        if votes:
            _check_votes(table, path, labels, merge or {})
        elif "votes" in further:
            table["votes"] = table["votes"].map(
                partial(merged_text, merge=merge)
            )
        dataset = DynamicItemDataset(table.set_index("ID").to_dict("index"))
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
        keys = ["id", "speaker", "sig", "label", *further]
        if masks:
            dataset.add_dynamic_item(
                masks.__getitem__, takes="corpus", provides="label_mask"
            )
            keys.append("label_mask")
        if scores is not None:
            dataset.add_dynamic_item(
                scores.__getitem__, takes="id", provides="scores"
            )
            keys.append("scores")
        if votes:
            dataset.add_dynamic_item(
                partial(vote_distribution, labels=labels, merge=merge),
                takes=["votes", "emotion"],
                provides="target",
            )
            keys.append("target")
        dataset.set_output_keys(keys)
        datasets[split] = dataset
    return datasets


def _own_votes(table, path, labels, merge, masks):
    """Votes of each clip, of several corpora for classes of its own alone."""
    spoiled = ~table["votes"].map(are_votes)
    refuse_rows(table, path, MANIFEST, spoiled, VOTES, ["votes"])
    if not masks:
        return table["votes"]
    own = partial(own_votes, masks=masks, labels=labels, merge=merge)
    pairs = zip(table["votes"], table["corpus"])
    return [own(votes, corpus) for votes, corpus in pairs]


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

    Raises
    ------
    ValueError
        If ``votes`` is something else.

    Example
    -------
    >>> vote_distribution('{"sad": 2, "bored": 1}', "sad", ["angry", "sad"])
    tensor([0., 1.])
    """
    counts = merge_votes(votes, merge)
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
    wav = wav[start : start + size]
    if sound_problem(*(float(end) for end in wav.aminmax())):
        raise AudioError(
            path,
            f"the part of {seconds:g} s that training hears is silent",
            "Choose another `crop` or a longer `crop_seconds`.",
        )
    return wav


def _check_names(table, path, made):
    """A column of such a name would take the place of what is made here."""
    taken = [name for name in made if name in table]
    if taken:
        raise ValueError(
            f"Expected no column {' or '.join(taken)} in {path}, since the "
            "data set makes something of that name, but it has one. Rename "
            "the column (the label of a clip is `emotion`)."
        )


def _check_rows(table, path, labels, scores):
    """Emotions are labels; every clip has its scores, if there are any."""
    unknown = ~table["emotion"].isin(labels)
    expected = (
        f"emotions among {', '.join(labels)} (`labels`; prepare the corpus "
        "with those you want)"
    )
    refuse_rows(table, path, MANIFEST, unknown, expected, ["emotion"])
    if scores is not None:
        without = ~table["ID"].isin(scores)
        expected = "a zero-shot score for each clip (score the manifests again)"
        refuse_rows(table, path, MANIFEST, without, expected, ["wav"])


def _check_votes(table, path, labels, merge):
    """Some are for a label: else nothing is learned."""
    rated = table["votes"].map(read_votes)
    words = {word for votes in rated for word, n in votes.items() if n}
    if not words:
        raise ValueError(
            f"Expected the raters' votes in {path}, but nobody rated its "
            "clips. Leave out `soft_labels`."
        )
    if not {merge.get(word, word) for word in words} & {*labels}:
        raise ValueError(
            f"Expected raters' votes for {list_names(labels)} in {path}, but "
            f"all are for {list_names(sorted(words))}. Name in `merge` what "
            "counts as which label, or leave out `soft_labels`."
        )
