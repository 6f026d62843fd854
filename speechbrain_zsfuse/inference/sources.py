"""Where a trained model lies: a run of a recipe, a published folder, the hub.

All become one ``Source``: what the model is made of, and its weights. JSON,
CSV, safetensors and tensors of checkpoints are read; nothing is run.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas
import yaml

from speechbrain_zsfuse.evaluation.fallback import falls_back
from speechbrain_zsfuse.evaluation.fields import METRICS, RECORD
from speechbrain_zsfuse.evaluation.record import read_record
from speechbrain_zsfuse.files import read_json
from speechbrain_zsfuse.inference.description import MODEL, PARTS
from speechbrain_zsfuse.inference.fields import check_description
from speechbrain_zsfuse.loading.configs import read_object
from speechbrain_zsfuse.loading.seals import METAFNAME, find_damage
from speechbrain_zsfuse.loading.sources import (
    check_revision,
    explain_missing,
    is_path,
)
from speechbrain_zsfuse.loading.weights import read_weights

PUBLISHED, WEIGHTS = "config.json", "model.safetensors"
FILES = [PUBLISHED, WEIGHTS, "alm/*"]  # of a repository, what is downloaded
_KIND = "trained model"
_EXPECTED = (
    f"{PUBLISHED} and {WEIGHTS} (of `zsfuse publish`), or {MODEL}, {RECORD} "
    "and save (of a run of a recipe)"
)


@dataclass(frozen=True)
class Source:
    """A trained model on this machine.

    Attributes
    ----------
    folder : Path
        Where it lies; a local folder in ``description`` begins here.
    path : Path
        The file that describes it, for errors.
    description : dict
        See ``describe_model``; and ``fallback``, whether it answers without
        scores, ``score_source``, what made these (None without), and
        ``durations``, seconds of the shortest and the longest clip in training
        (None: not known).
    checkpoint : Path or None
        Of a run, that of the epoch which was tested.

    Example
    -------
    >>> Source(Path("m"), Path("m/config.json"), {}).checkpoint
    """

    folder: Path
    path: Path
    description: dict
    checkpoint: Path | None = None

    def weights(self, part):
        """Weights of ``encoder``, ``pooling`` or ``head``: name to tensor."""
        if self.checkpoint is None:
            prefix = f"{part}."
            return {
                name.removeprefix(prefix): value
                for name, value in self._published.items()
                if name.startswith(prefix)
            }
        file = self.checkpoint / f"{part}.ckpt"
        # What learns nothing leaves a file without tensors.
        return read_weights(file) if _holds_tensors(file) else {}

    @cached_property
    def _published(self):
        return read_weights(self.folder / WEIGHTS)


def open_source(source, revision=None, savedir=None):
    """Find a trained model.

    Arguments
    ---------
    source : str or Path
        Folder of a run, a published folder, or a hub id.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits; default: the
        newest.
    savedir : str or Path, optional
        Where to put what is downloaded; default: the cache of the hub.

    Returns
    -------
    Source

    Raises
    ------
    FileNotFoundError
        If there is none, or none within reach.
    ValueError
        If what is there is damaged, or no model of this package.

    Example
    -------
    >>> open_source("no/such/folder/here")
    Traceback (most recent call last):
    FileNotFoundError: No trained model found at 'no/such/folder/here': no \
such file or folder.
    """
    check_revision(revision)
    if not Path(source).is_dir():
        source = _download(source, revision, savedir)
    folder = Path(source)
    if (folder / MODEL).is_file():
        return _open_run(folder)
    if (folder / PUBLISHED).is_file():
        return _open_published(folder)
    with explain_missing(folder, _KIND, _EXPECTED):
        raise FileNotFoundError(_say_what_is_there(folder))


def check_place(source):
    """Raise a FileNotFoundError if a source is meant to be a folder, and is
    none.

    Arguments
    ---------
    source : str or Path

    Example
    -------
    >>> check_place("speechbrain/anything"), check_place(".")
    (None, None)
    """
    with explain_missing(source, _KIND, _EXPECTED):
        if is_path(source) and not Path(source).is_dir():
            raise FileNotFoundError("no such file or folder")


def _download(source, revision, savedir):
    from huggingface_hub import snapshot_download

    if not revision:  # with one, a hub id is meant
        check_place(source)
    with explain_missing(source, _KIND, _EXPECTED):
        return snapshot_download(
            str(source),
            revision=revision,
            allow_patterns=FILES,
            local_dir=savedir,
        )


def _say_what_is_there(folder):
    if (folder / RECORD).is_file():
        return (
            f"the run was made without {MODEL}; start it again with "
            "--test_only, which writes it"
        )
    return f"it has neither {MODEL} nor {PUBLISHED}"


def _open_published(folder):
    path = folder / PUBLISHED
    description = read_object(path)
    _check(description, path, (*PARTS, "labels", "score_source", "fallback"))
    check_description(description, path)
    return Source(folder, path, description)


def _open_run(folder):
    path = folder / MODEL
    description = read_json(path, "Start the run again with --test_only.")
    _check(description, path, ("labels", "alm"))
    alm, source = description.pop("alm"), read_record(folder).score_source
    checkpoint, meta = _find_checkpoint(folder)
    if source is not None:
        source = source | {"options": None} | (alm or {})
    description |= {
        "score_source": source,
        "fallback": falls_back(meta),
        "durations": _durations(folder / "train.csv"),
    }
    _check(description, path, PARTS)
    check_description(description, path)
    return Source(folder, path, description, checkpoint)


def _check(description, path, names):
    missing = [name for name in names if name not in description]
    if missing or description.get("format") != 1:
        what = f"no {', '.join(missing)}" if missing else "another format"
        others = sorted(
            name
            for name, value in description.items()
            if name not in (*PARTS, "alm", "score_source")
            and isinstance(value, dict)
            and "class" in value
        )
        what += f" (but {', '.join(others)})" if others else ""
        raise ValueError(
            "Expected a model of encoder, pooling and head, described by this "
            f"version of the package, in {path}, but got {what}. Take a folder "
            "of `zsfuse publish`, or of a run of a recipe."
        )


def _find_checkpoint(folder):
    """That of the epoch that was tested, and what it says of itself; before
    the test, that of the best epoch yet."""
    found = [
        (path.parent, yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted((folder / "save").glob(f"CKPT*/{METAFNAME}"))
        if not find_damage(path.parent, read=True)
    ]
    found = [(path, meta) for path, meta in found if "UAR" in meta]
    if (folder / METRICS).is_file():
        valid = read_json(folder / METRICS, "Test the run again.")["valid"]
        found = [one for one in found if one[1]["epoch"] == valid["epoch"]]
    if not found:
        raise FileNotFoundError(
            f"Expected the checkpoint of the epoch that was tested in "
            f"{folder / 'save'}, but there is none that is whole. Keep it "
            "(`keep: best` in a grid), or train again."
        )
    return max(found, key=lambda one: (one[1]["UAR"], -one[1]["epoch"]))


def _holds_tensors(path):
    """An empty state has a file of some hundred bytes, and no storage."""
    from zipfile import ZipFile

    with ZipFile(path) as archive:
        return any("/data/" in name for name in archive.namelist())


def _durations(manifest):
    if not manifest.is_file():
        return None
    seconds = pandas.read_csv(manifest, usecols=["duration"])["duration"]
    return [float(seconds.min()), float(seconds.max())]
