"""Do the options of a YAML go together? A few of them, two by two.

Said before anything is read or made; what is only computed is left alone.
"""

from speechbrain_zsfuse.experiment.amplification.options import AUTO
from speechbrain_zsfuse.experiment.configuration.trees import tag_of
from speechbrain_zsfuse.zeroshot.ensembles import check_weights
from speechbrain_zsfuse.zeroshot.prompt_sets.finding import find_prompts
from speechbrain_zsfuse.zeroshot.prompts import PAPER, build_prompts


def check_together(tree):
    """Raise a ValueError where one option rules out another.

    Arguments
    ---------
    tree : dict
        A whole YAML, see ``resolve``; each option is what it may be.

    Example
    -------
    >>> check_together({"loader": {"timeout": 3, "num_workers": 0}})
    Traceback (most recent call last):
    ValueError: Expected `loader.timeout` with processes that load clips, but \
got it with none. Leave it out, or add num_workers to loader.
    """
    loader = _section(tree, "loader")
    for name in ("prefetch_factor", "persistent_workers", "timeout"):
        if loader.get(name) and not loader.get("num_workers"):
            raise ValueError(
                f"Expected `loader.{name}` with processes that load clips, but "
                "got it with none. Leave it out, or add num_workers to loader."
            )
    _check_repeats(tree)
    _check_fallback(tree)
    # What a merge is of is known with the corpus: see `choose_labels`.
    if tree.get("alm") is not None:
        _check_prompts(tree.get("labels"), _section(tree, "zero_shot"))


def _check_prompts(labels, options):
    """Whether prompts can be made, and are as many as weights."""
    options = {k: v for k, v in options.items() if not tag_of(v)}
    prompts = find_prompts(options.get("prompts", PAPER))
    ensemble = options.get("ensemble", "similarities")
    check_weights(options.get("weights"), ensemble, prompts.size)
    repeats = options.get("text_repeats", 1)
    repeats = repeats if isinstance(repeats, int) else 2  # to be chosen
    if labels and not tag_of(labels):
        scope = options.get("scope", "phrase")
        build_prompts(labels, prompts, repeats, scope)


def _check_repeats(tree):
    """Repeats are chosen for an audio-language model that is there."""
    model = "alm is null" if tree.get("alm") is None else None
    if tree.get("score_source") is not None:
        model = "score_source has no repeats"
    for name, value in _section(tree, "zero_shot").items():
        if value == AUTO and model:
            raise ValueError(
                f"Expected `zero_shot.{name}` to be {AUTO} with the repeats "
                f"of an audio-language model, but {model}. Write "
                f"--zero_shot='{{{name}: 1}}', or choose a YAML with an alm."
            )


def _check_fallback(tree):
    """What a head falls back from is there."""
    head = tree.get("head")
    fallback = isinstance(head, dict) and head.get("fallback")
    scored = any(tree.get(k) is not None for k in ("alm", "score_source"))
    if fallback and "alm" in tree and not scored:
        raise ValueError(
            "Expected scores for `head.fallback` to do without, but alm and "
            "score_source are null. Give --alm, or --head='{fallback: null}'."
        )


def _section(tree, name):
    """A section, or nothing if it is only computed."""
    section = tree.get(name)
    return section if isinstance(section, dict) and not tag_of(section) else {}
