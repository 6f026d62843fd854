"""The clips of a study, with their true labels: of a split, over some folds."""

from typing import NamedTuple

import pandas
from hyperpyyaml import load_hyperpyyaml

from speechbrain_zsfuse.corpora.manifests import SPLITS, read_manifest
from speechbrain_zsfuse.corpora.sealing import SEAL, read_certificate
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.experiment.configuration.references import part
from speechbrain_zsfuse.experiment.describe import describe_corpus
from speechbrain_zsfuse.experiment.run import make_manifests

_KEYS = (
    *("data_folder", "preparation", "allow_mismatch", "audio_cache"),
    *("download", "fold", "labels"),
)


class Clips(NamedTuple):
    """The clips of a study.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a clip: ``ID, duration, wav, emotion, speaker`` and more.
    labels : list of str
        All classes; each occurs.
    corpus : dict
        JSON values: corpus, release, mismatch, and of each fold its number
        and the sha256 of its certificate.
    manifests : tuple of dict
        Of each fold, split to manifest path.

    Example
    -------
    >>> table = pandas.DataFrame({"speaker": ["01", "01", ""]})
    >>> Clips(table, ["sad", "angry"], {}).speakers
    1
    """

    table: pandas.DataFrame
    labels: list
    corpus: dict
    manifests: tuple = ()

    @property
    def speakers(self):
        """int: how many there are, unknown ones left out."""
        return len(set(self.table["speaker"]) - {""})


def gather_clips(plan):
    """Prepare the folds of a study and read the clips of its split.

    Arguments
    ---------
    plan : Plan

    Returns
    -------
    Clips
        A clip that stands in several folds counts once.

    Raises
    ------
    ValueError
        If a preparation finds its corpus wanting, or a class does not occur.

    Example
    -------
    >>> from pathlib import Path
    >>> from speechbrain_zsfuse.experiment.study.plan import Plan
    >>> from speechbrain_zsfuse.experiment.study.recipe import Recipe
    >>> folder = Path(getfixture("tmpdir"))
    >>> def prepare_tiny(corpus, manifests, **options):
    ...     path = folder / "test.csv"
    ...     rows = "ID,duration,wav,emotion,speaker\\na,1,$data_root/a,sad,1"
    ...     _ = path.write_text(rows)
    ...     return {"test": path}
    >>> text = "labels: [sad]\\npreparation: {}\\ndownload: False\\n"
    >>> text += "allow_mismatch: False\\naudio_cache: null\\ndata_folder: /c"
    >>> values = {"results_folder": folder}
    >>> recipe = Recipe(folder, prepare_tiny)
    >>> repeats = (1,), (1,)
    >>> more = {"values": values, "run_opts": {"debug": False}}
    >>> plan = Plan(recipe, {}, {None: text}, "test", *repeats, **more)
    >>> gather_clips(plan).table["wav"].tolist()
    ['/c/a']
    """
    tables, facts, certificates, everything = [], {"mismatch": []}, [], []
    for fold, text in plan.folds.items():
        hparams = load_hyperpyyaml(part(text, _KEYS))
        number = fold or hparams.get("fold")
        folder = plan.folder / "manifests" / (f"fold{number}" * bool(number))
        manifests = make_manifests(plan.recipe.prepare, hparams, folder)
        everything.append(manifests)
        certificate = read_certificate(folder)
        found = describe_corpus(certificate, hparams.get("fold"))
        certificates.append(
            {"fold": found["fold"], SEAL: certificate.get(SEAL)}
        )
        mismatch = {**dict.fromkeys(facts["mismatch"] + found["mismatch"])}
        facts = found | {"mismatch": [*mismatch]}
        tables += [
            read_manifest(path, hparams["data_folder"], ["emotion", "speaker"])
            for path in _of_split(manifests, plan.split)
        ]
    table = pandas.concat(tables).drop_duplicates(["ID", "wav"])
    labels = list(hparams["labels"])
    _check_labels(table, labels, plan.split)
    corpus = {
        "corpus": facts["corpus"] or plan.recipe.folder.name,
        "release": facts["release"],
        "mismatch": facts["mismatch"],
        "folds": certificates,
    }
    table = table.reset_index(drop=True)
    return Clips(table, labels, corpus, tuple(everything))


def _of_split(manifests, split):
    wanted = SPLITS if split == "all" else [split]
    missing = [name for name in wanted if name not in manifests]
    if missing:
        raise ValueError(
            f"Expected manifests of {', '.join(wanted)}, but the preparation "
            f"wrote none of {', '.join(missing)}: there is "
            f"{list_names(manifests)}. Choose another --split."
        )
    return [manifests[name] for name in wanted]


def _check_labels(table, labels, split):
    """All classes, and no others: else there is no UAR."""
    found = set(table["emotion"])
    for names, problem in (
        ([n for n in labels if n not in found], "lacks"),
        (sorted(found - {*labels}), "also has"),
    ):
        if names:
            raise ValueError(
                f"Expected clips of {', '.join(labels)}, but of "
                f"{len(table)} clips ({split}) the corpus {problem} "
                f"{list_names(names)}. Choose other --labels, another --split, "
                "or more --folds."
            )
