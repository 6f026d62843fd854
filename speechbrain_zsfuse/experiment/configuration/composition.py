"""YAML files that are short where they can be.

A YAML may begin with a base and hold only what differs from it:

    base: !applyref:speechbrain_zsfuse.base [ravdess, wavlm_large, clsp]

Several bases lie on top of each other; ``.yaml`` may be left out. They are
looked up beside the file, then among those of the recipe, then among the
package's own (``protocol/``). The result is ordinary HyperPyYAML. What is not
put together first cannot be loaded: the tag is a function that refuses.
"""

import logging
from difflib import get_close_matches
from pathlib import Path

from speechbrain_zsfuse.errors import offer
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    merge,
    read_yaml,
    set_values,
    tag_of,
)
from speechbrain_zsfuse.loading.yaml_text import read_text

logger = logging.getLogger(__name__)

PROTOCOL = Path(__file__).parents[1] / "protocol"
TAG = "!applyref:speechbrain_zsfuse.base"


def base(*names):
    """What a base becomes if a YAML is loaded before it is put together.

    Arguments
    ---------
    *names : str
        Of the bases.

    Raises
    ------
    ValueError
        Always; it says how to put the YAML together.

    Example
    -------
    >>> base("ravdess", "clap")
    Traceback (most recent call last):
    ValueError: Expected a YAML that is complete, but this one stands on \
ravdess, clap, and HyperPyYAML alone does not look there. Load the text that \
`zsfuse hparams FILE` prints (with `--recipe FOLDER` if it stands on YAMLs of \
that recipe), or that speechbrain_zsfuse.experiment.compose returns.
    """
    raise ValueError(
        "Expected a YAML that is complete, but this one stands on "
        f"{', '.join(names)}, and HyperPyYAML alone does not look there. Load "
        "the text that `zsfuse hparams FILE` prints (with `--recipe FOLDER` "
        "if it stands on YAMLs of that recipe), or that "
        "speechbrain_zsfuse.experiment.compose returns."
    )


def compose(path, hparams_folder=None, on_top=()):
    """Text of a YAML file with its bases filled in.

    Dictionaries are merged key by key, also into the arguments of an object
    (``!new:``); every other value, another object included, replaces that of
    the base. A file may also hold keys that its base does not have; a warning
    says which of them look like a slip.

    Arguments
    ---------
    path : str or Path
    hparams_folder : Path, optional
        Where bases are looked up that do not lie beside the file.
    on_top : list of str
        Further files to lay on top, as if a file had them all as its base.
        Its ``experiment`` is then named after them.

    Returns
    -------
    str
        HyperPyYAML.

    Raises
    ------
    FileNotFoundError
        If a base is nowhere.
    ValueError
        If a base is written without its tag, or a file is no YAML of keys.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "all.yaml").write_text("rate: 1\\nepochs: 30\\n")
    >>> fast = f"base: {TAG} [all]\\nepochs: 2\\n"
    >>> _ = (folder / "fast.yaml").write_text(fast)
    >>> print(compose(folder / "fast.yaml"))
    rate: 1
    epochs: 2
    <BLANKLINE>
    """
    path = Path(path)
    text = read_text(path)
    own = read_yaml(text, path)
    if "base" not in own and not on_top:
        return text
    tree = _compose(path, hparams_folder)
    for name in on_top:
        part = _find_base(name, path, hparams_folder)
        merge(tree, _compose(part, hparams_folder))
    text = dump_yaml(tree)
    if on_top and "experiment" in tree:
        names = [Path(part).stem for part in on_top]
        if own.get("experiment") == path.stem:  # models lie below, too
            names.insert(0, path.stem)
        text = set_values(text, {"experiment": "_".join(names)})
    return text


def _compose(path, hparams_folder, above=()):
    """A file with its bases, as a tree; ``above`` are those standing on it."""
    if path.resolve() in above:
        chain = " stands on ".join(p.name for p in (*above, path))
        raise ValueError(
            f"Expected bases that end somewhere, but {chain} again. Take it "
            f"out of the base of {above[-1]}."
        )
    values = read_yaml(read_text(path), path)
    if "base" not in values:
        return values
    names = _base_names(values.pop("base"), path)
    above = (*above, path.resolve())
    whole, *parts = [
        _compose(_find_base(name, path, hparams_folder), hparams_folder, above)
        for name in names
    ]
    for part in parts:
        merge(whole, part)
    _warn_of_typos(whole, values, path)
    return merge(whole, values)


def _base_names(value, path):
    """Names of the files that one stands on; they need their tag."""
    names = value.value if hasattr(value, "value") else value
    names = names if isinstance(names, list) else [names]
    are_names = names and all(isinstance(n, str) and n for n in names)
    if tag_of(value) == TAG and are_names:
        return names
    shown = ", ".join(map(str, names)) if are_names else "name"
    raise ValueError(
        f"Expected the base of {path} to be tagged names of YAML files (the "
        f"file is then never loaded alone), but got {tag_of(value)} {names}. "
        f"Write `base: {TAG} [{shown}]`."
    )


def _find_base(name, path, hparams_folder):
    places = [path.parent, Path(hparams_folder or PROTOCOL), PROTOCOL]
    places = [*dict.fromkeys(places)]
    for place in places:
        for candidate in (place / name, place / f"{name}.yaml"):
            if candidate.is_file() and not candidate.samefile(path):
                return candidate
    where = " or in ".join(["beside it", *map(str, places[1:])])
    found = (p for place in places for p in place.glob("*.yaml"))
    known = sorted({p.stem for p in found if p.resolve() != path.resolve()})
    raise FileNotFoundError(
        f"Expected {name} or {name}.yaml, on which {path} stands, {where}. "
        f"{offer(name, known)}."
    )


def _warn_of_typos(whole, values, path):
    """A key of a file's own that looks like one of its base may be a slip."""
    for key in values.keys() - whole.keys():
        for near in get_close_matches(key, whole, n=1, cutoff=0.8):
            logger.warning(
                "%s adds the key %r. If it should be %r, correct it.",
                *(path, key, near),
            )
