"""What a run is, in a few facts: the content of its ``run.json``.

Tables, tests and model cards begin here; see ``evaluation.record`` for its
form. Facts that are not known yet are null.
"""

from dataclasses import asdict
from pathlib import Path

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.evaluation.fields import (
    INNER_FIELDS,
    RECORD,
    UNHEARD,
    check_record,
)
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.settings import (
    flatten,
    signature,
)
from speechbrain_zsfuse.files import file_sha256, read_json, write_json
from speechbrain_zsfuse.inference.description import MODEL, describe_model
from speechbrain_zsfuse.processes import rank_and_size
from speechbrain_zsfuse.zeroshot.ledger.contamination import contamination
from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger

_WORST = ("seen", "unknown", "clean")


def describe_run(hparams, text, code):
    """What is known before the corpus is read.

    Arguments
    ---------
    hparams : dict
        Loaded YAML; of it ``labels``, ``seed``, ``experiment``, ``fold``,
        ``encoder``, ``encoder_source``, ``loss`` and ``remarks`` are described.
    text : str
        The same as HyperPyYAML.
    code : dict
        File name to Path, see ``find_code``.

    Returns
    -------
    dict
        JSON values.

    Example
    -------
    >>> hparams = {"labels": ["sad"], "seed": 1, "fold": 2}
    >>> facts = describe_run(hparams, "labels: [sad]\\nseed: 1\\nfold: 2", {})
    >>> facts["fold"], facts["corpus"], facts["finished"]
    (2, None, False)
    """
    return {
        "format": 1,
        "version": __version__,
        "corpus": None,
        "release": None,
        "fold": _number(hparams.get("fold")),
        "labels": list(hparams["labels"]),
        "seed": hparams["seed"],
        "experiment": str(hparams.get("experiment", "")) or None,
        "encoder": _name_encoder(hparams),
        "score_source": None,
        "loss": _name_loss(hparams, text),
        "mismatch": [],
        "remarks": list(hparams.get("remarks", [])),
        "signature": signature(text),
        "code": {name: file_sha256(path) for name, path in code.items()},
        "finished": False,
    }


def note_model(folder, hparams):
    """Write down what the model is made of, for whoever uses it: main process.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run.
    hparams : dict
        Loaded YAML; without ``modules`` nothing is written.

    Example
    -------
    >>> note_model(getfixture("tmpdir"), {"labels": ["sad", "angry"]})
    """
    if "modules" in hparams:
        named = hparams["modules"], hparams["labels"], hparams.get("alm")
        write_json(Path(folder) / MODEL, describe_model(*named, folder=folder))


def describe_command(arguments, recipe):
    """How a run was started.

    Arguments
    ---------
    arguments : list of str
        Those of the command line.
    recipe : str or Path
        The script: ``train.py``.

    Returns
    -------
    list of str
        Words; the script is named from the working directory, if it lies in
        it.

    Example
    -------
    >>> recipe = Path.cwd() / "recipes" / "RAVDESS" / "train.py"
    >>> describe_command(["none.yaml", "--lr=0.1"], recipe)
    ['python', 'recipes/RAVDESS/train.py', 'none.yaml', '--lr=0.1']
    """
    script, here = Path(recipe).resolve(), Path.cwd()
    if script.is_relative_to(here):
        script = script.relative_to(here)
    _, world = rank_and_size()
    launcher = ["torchrun", f"--nproc_per_node={world}"]
    launcher = launcher if world > 1 else ["python"]
    return [*launcher, str(script), *arguments]


def describe_corpus(certificate, fold=None):
    """What a certificate says of a run.

    Arguments
    ---------
    certificate : dict
        See ``read_certificate``.
    fold : int, optional
        Of the YAML, for a preparation that does not say which it was.

    Returns
    -------
    dict
        Of several corpora, ``corpora`` has the name, release and labels of
        each.

    Example
    -------
    >>> describe_corpus({"corpus": "Tiny", "options": {"fold": 3}})
    {'corpus': 'Tiny', 'release': None, 'fold': 3, 'mismatch': []}
    """
    fold = certificate.get("options", {}).get("fold", fold)
    unheard = {name: certificate.get(name) for name in UNHEARD}
    several = certificate.get("corpora")
    corpora = {
        name: {key: one.get(key) for key in ("name", "release", "labels")}
        for name, one in (several or {}).items()
    }
    return {
        **({"corpora": corpora} if several else {}),
        "corpus": certificate.get("corpus"),
        "release": certificate.get("release") or None,
        "fold": _number(fold),
        "mismatch": certificate.get("mismatch", []),
        **{name: found for name, found in unheard.items() if found},
    }


def _number(fold):
    """Which of several folds it is: none, if it is the one official split."""
    return None if isinstance(fold, str) else fold


def describe_source(source):
    """What made the zero-shot scores.

    Arguments
    ---------
    source : ScoreSource
        What it does not say of itself is null.

    Returns
    -------
    dict

    Example
    -------
    >>> class Coin:
    ...     def describe(self):
    ...         return {"kind": "coin"}
    >>> facts = describe_source(Coin())["score_source"]
    >>> facts["kind"], facts["prompts"]
    ('coin', None)
    """
    names = INNER_FIELDS["score_source"]
    own = {"class": _class(source)} | source.describe()
    return {"score_source": dict.fromkeys(names) | own}


def note_facts(folder, facts):
    """Add to the ``run.json`` of a run that was started; main process.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run; without a ``run.json`` nothing is noted.
    facts : dict
        Some of the above.

    Example
    -------
    >>> note_facts(getfixture("tmpdir"), {"finished": True})
    """
    known = known_facts(folder)
    if known:
        write_record(folder, known | facts)


def note_contamination(folder, ledger=None):
    """Note whether a run's models have heard its corpus in their training.

    Arguments
    ---------
    folder : str or Path
        Output folder of a run whose ``run.json`` names what is known so far of
        corpus, encoder and score source; main process.
    ledger : str or Path, optional
        See ``read_ledger``.

    Returns
    -------
    dict
        ``encoder`` and ``score_source``: a ``Contamination`` as a dict; None
        while there is nothing to look up.

    Example
    -------
    >>> note_contamination(getfixture("tmpdir"))
    {'encoder': None, 'score_source': None}
    """
    known = known_facts(folder)
    ledger = read_ledger(ledger)
    corpora = [*known.get("corpora", {}).values()] or [
        {"name": known.get("corpus"), "release": known.get("release")}
    ]
    found = dict.fromkeys(("encoder", "score_source"))
    for role in found:
        model = known.get(role)
        # An encoder without a source begins with nothing.
        if known.get("corpus") and model and model["source"] is not None:
            of_each = [
                contamination(model, one["name"], one["release"], ledger)
                for one in corpora
            ]
            # One that was heard marks all.
            worst = min(of_each, key=lambda one: _WORST.index(one.status))
            found[role] = asdict(worst)
    note_facts(folder, {"contamination": found})
    return found


def known_facts(folder):
    """The content of ``run.json``; empty if there is none yet.

    Example
    -------
    >>> known_facts(getfixture("tmpdir"))
    {}
    """
    path = Path(folder) / RECORD
    if not path.exists():
        return {}
    advice = "Delete it, and run with --test_only: it is written again."
    content = read_json(path, advice)
    check_record(content, path)
    return content


def _name_encoder(hparams):
    encoder = hparams.get("encoder")
    if encoder is None:
        return None
    return {"class": _class(encoder), "source": hparams.get("encoder_source")}


def _name_loss(hparams, text):
    """Its class, and the options that the YAML gives it."""
    if hparams.get("loss") is None:
        return None
    tree = resolve(text)
    options = tree["loss"] if isinstance(tree["loss"], dict) else {}
    options = flatten(dict(options)) if options else {}
    return {"class": _class(hparams["loss"]), **options}


def _class(value):
    return f"{type(value).__module__}.{type(value).__qualname__}"
