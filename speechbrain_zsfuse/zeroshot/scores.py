"""Zero-shot scores of a corpus: a column of its manifests, computed once.

Whatever scores the clips is frozen, so the scores depend on clip and source
alone, and training never waits for them. This file knows no model.
"""

from pathlib import Path

import numpy as np
import pandas
import torch

from speechbrain_zsfuse.corpora.manifests import (
    MANIFEST,
    Manifests,
    read_manifest,
)
from speechbrain_zsfuse.evaluation.rows import (
    TableKind,
    refuse_rows,
    with_numbers,
)
from speechbrain_zsfuse.evaluation.tables import read_table
from speechbrain_zsfuse.files import (
    check_unchanged,
    file_sha256,
    read_json,
    write_json,
    write_text,
)
from speechbrain_zsfuse.options import checked
from speechbrain_zsfuse.processes import rank_and_size, together

SCORES = TableKind(
    "zero-shot scores", "ID", "Correct the file, or score the manifests again."
)
_SHA256 = "scores_sha256"
_LARGEST = float(np.finfo(np.float32).max)


@checked
def score_manifests(source, manifests: Manifests, data_root, scores_file):
    """Write the zero-shot scores of every clip of some manifests.

    Every process of a run calls it; the main one writes, and all return when
    the file is there. It is always written anew, so that it is never stale:
    what takes long is in the source's store.

    Arguments
    ---------
    source : ScoreSource
    manifests : dict
        Split to manifest path.
    data_root : str, Path or dict
        Stands for ``$data_root`` in the manifests, see ``read_manifest``.
    scores_file : str or Path
        CSV to write: ``ID`` and one column per label. Beside it, a ``.json``
        of the same name says what made it, ``source.describe()``, and holds
        the sha256 of the CSV.

    Returns
    -------
    Path
        ``scores_file``.

    Raises
    ------
    FileNotFoundError, ValueError
        See ``read_manifest``; or if two clips have one id, or if the scores
        are not one finite number for each clip and label.

    Example
    -------
    >>> import soundfile
    >>> from speechbrain_zsfuse.lobes import CLAP
    >>> from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer
    >>> from speechbrain_zsfuse.zeroshot.source import DualEncoderSource
    >>> folder = Path(getfixture("tmpdir"))
    >>> soundfile.write(folder / "a.wav", np.sin(np.arange(8000)), 16000)
    >>> manifest = folder / "test.csv"
    >>> _ = manifest.write_text("ID,duration,wav\\na,0.5,$data_root/a.wav")
    >>> scorer = ZeroShotScorer(CLAP(getfixture("tiny_clap")), ["sad", "angry"])
    >>> source = DualEncoderSource(scorer, store_folder=folder, progress=False)
    >>> file = folder / "scores.csv"
    >>> path = score_manifests(source, {"test": manifest}, folder, file)
    >>> read_scores(path, ["sad", "angry"])["a"].shape
    torch.Size([2])
    """
    frame = _read_clips(manifests, data_root)
    fit_source(source, manifests, data_root)
    description = source.describe()
    paths, labels = frame["wav"].tolist(), list(source.labels)
    scores = source.score(paths)
    table = pandas.DataFrame(
        _checked(scores, paths, labels), frame["ID"], labels
    )
    scores_file = Path(scores_file)
    together(_write_on_main, scores_file, table, description)
    return scores_file


def fit_source(source, manifests, data_root):
    """Let a source learn from the validation split, if it learns at all.

    Arguments
    ---------
    source : ScoreSource
    manifests : dict
        Split to manifest path; "valid" alone is read.
    data_root
        See ``score_manifests``.

    Raises
    ------
    ValueError
        If it learns, and there is no "valid" or no clip in it.

    Example
    -------
    >>> fit_source(object(), {}, ".")  # learns nothing
    """
    if not getattr(source, "learns", False):
        return
    if "valid" not in manifests:
        raise ValueError(
            "Expected a manifest 'valid', since the ensemble of prompts is "
            f"learned from its labels, but got {', '.join(manifests)}. Prepare "
            "a validation split, or give weights: of an earlier run, say."
        )
    frame = read_manifest(manifests["valid"], data_root)
    source.fit(frame["wav"].tolist(), frame["emotion"].tolist())


def _read_clips(manifests, data_root):
    """Clips of all manifests; one that stands in several counts once."""
    frame = pandas.concat(
        [read_manifest(path, data_root) for path in manifests.values()]
    ).drop_duplicates(["ID", "wav"])
    names = ", ".join(map(str, manifests.values()))
    twice = frame["ID"].duplicated(keep=False)
    refuse_rows(frame, names, MANIFEST, twice, "one file an id", ["wav"])
    return frame


def _checked(scores, paths, labels):
    """Scores as float64 [N, E], or an error that names the first bad clip."""
    shape = [len(paths), len(labels)]
    if list(scores.shape) != shape:
        raise ValueError(
            f"Expected scores of shape {shape} (clips, labels), but got "
            f"{list(scores.shape)}. Mend the score source's `score`."
        )
    finite = torch.isfinite(scores).all(dim=1)
    if not finite.all():
        first = paths[int(finite.int().argmin())]
        raise ValueError(
            f"Expected finite scores, but {int((~finite).sum())} clips have "
            f"others, {first} for one. Mend the score source's `score`."
        )
    return scores.double().numpy()


def _write_on_main(path, table, description):
    if rank_and_size()[0] == 0:
        write_text(path, table.to_csv())
        # Last: a kill between leaves the hash of another file, never of this.
        facts = description | {_SHA256: file_sha256(path)}
        write_json(path.with_suffix(".json"), facts)


def read_scores(path, labels):
    """Read a file of ``score_manifests``.

    Arguments
    ---------
    path : str or Path
    labels : list of str
        Order of the columns of the result.

    Returns
    -------
    dict
        Clip id to float32 tensor of shape [E].

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no CSV; if a label has no column; if an id is empty or comes
        twice, or a score is no finite number; or if it was changed since it
        was written, as the ``.json`` beside it tells.

    Example
    -------
    >>> path = Path(getfixture("tmpdir") / "scores.csv")
    >>> _ = path.write_text("ID,sad,angry\\na,0.5,0.25\\n")
    >>> read_scores(path, ["angry", "sad"])
    {'a': tensor([0.2500, 0.5000])}
    """
    path, labels = Path(path), list(labels)
    table = read_table(path, SCORES, labels)
    _check_unchanged(path)
    table = with_numbers(
        table,
        path,
        SCORES,
        labels,
        "finite scores",
        lowest=-_LARGEST,
        highest=_LARGEST,
    )
    values = table[labels].to_numpy(dtype=np.float32)
    return dict(zip(table["ID"], torch.tensor(values)))


def _check_unchanged(path):
    """Scores of ``score_manifests`` are as they were written."""
    beside = path.with_suffix(".json")
    if not beside.exists():
        return
    expected = read_json(beside, SCORES.advice).get(_SHA256)
    advice = (
        "Score the manifests again. To use it as it is, copy it to a folder "
        "without that .json."
    )
    check_unchanged(path, expected, beside, advice)
