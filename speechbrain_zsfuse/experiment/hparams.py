"""Hyperparameter files of a run: found beside the recipe, given overrides,
and saved whole with what the run leaves.
"""

import logging
import os
import re
import tempfile
from io import StringIO
from pathlib import Path

import ruamel.yaml
import speechbrain as sb
from hyperpyyaml import resolve_references

from speechbrain_zsfuse.experiment.composition import compose, override
from speechbrain_zsfuse.files import write_text

logger = logging.getLogger(__name__)

# Settings that a run may be continued with though they are not the same.
MAY_CHANGE = {
    "experiment",
    "data_folder",
    "results_folder",
    "output_folder",
    "store_folder",
    "audio_cache",
    "download",
    "allow_mismatch",
    "train_logger",
    "checkpointer",
}


def parse_arguments(argv, recipe):
    """Read a recipe's command line.

    Arguments
    ---------
    argv : list of str
        A YAML file, SpeechBrain's run options, and overrides of the YAML
        (``--seed 2000``). A relative path is looked up in the current folder,
        then beside ``recipe``. With ``--debug`` the output folder is a
        temporary one: no result is touched. With ``--debug_persistently``,
        too, it is the usual one.
    recipe : str or Path
        The calling script: ``__file__``.

    Returns
    -------
    hparams_yaml : str
        HyperPyYAML text for ``load_hyperpyyaml``.
    run_opts : RunOptions
        For ``Brain``.
    overrides : str
        For ``load_hyperpyyaml``.

    Raises
    ------
    FileNotFoundError
        If the YAML file is in neither place.
    KeyError
        If a YAML sets a key that its base does not have.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "fast.yaml").write_text("epochs: 2\\n")
    >>> recipe = folder / "train.py"
    >>> text, run_opts, overrides = parse_arguments(
    ...     ["fast.yaml", "--epochs=3", "--device=cpu"], recipe
    ... )
    >>> text, run_opts["device"], overrides
    ('epochs: 2\\n', 'cpu', 'epochs: 3')
    """
    name, run_opts, overrides = sb.parse_arguments(argv)
    home = Path(recipe).resolve().parent
    text = compose(find_yaml(name, home), home / "hparams")
    overrides = _switch_on(argv, overrides)
    # A run option that the YAML sets, too, must be saved as it was given.
    for option in sorted(run_opts.overridden_args & set(_by_key(text))):
        overrides += f"\n{option}: {run_opts[option]}"
    elsewhere = run_opts["debug"] and not run_opts["debug_persistently"]
    if elsewhere and "output_folder" in _by_key(text):
        # The same for all processes of a run: they have one parent.
        aside = Path(tempfile.gettempdir()) / f"zsfuse-debug-{os.getppid()}"
        logger.warning("Debugging: everything is written to %s", aside)
        overrides += f"\noutput_folder: {aside}"
    return text, run_opts, overrides


def _switch_on(argv, overrides):
    """Let a bare ``--download`` mean True; SpeechBrain reads it as null."""
    for flag, after in zip(argv, [*argv[1:], "--"]):
        if after.startswith("--") and (key := re.fullmatch(r"--(\w+)", flag)):
            overrides = re.sub(
                rf"^{key[1]}: *$", f"{key[1]}: True", overrides, flags=re.M
            )
    return overrides


def find_yaml(name, recipe_folder):
    """Path of a YAML file: as given, else relative to the recipe.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "fast.yaml").write_text("epochs: 2")
    >>> find_yaml("fast.yaml", folder) == folder / "fast.yaml"
    True
    """
    places = [Path(name), Path(recipe_folder) / name]
    for place in places:
        if place.is_file():
            return place
    known = sorted(p.name for p in Path(recipe_folder).glob("hparams/*.yaml"))
    raise FileNotFoundError(
        f"Expected a YAML file at {places[0]} or {places[1]}. "
        f"The recipe has, in hparams/: {', '.join(known)}."
    )


def save_resolved(folder, hparams_yaml, overrides):
    """Write ``hyperparams.yaml``, complete: it can be run again by itself.

    References stay, so that what is overridden then reaches everything.

    Arguments
    ---------
    folder : str or Path
        Output folder of the run. If it holds checkpoints of a run with other
        settings, going on would mix the two.
    hparams_yaml : str
        HyperPyYAML.
    overrides : str
        Of the command line.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If a setting differs from the run in ``folder``, other than where
        files lie.

    Example
    -------
    >>> text = "lr: 1\\nrate: !ref <lr>\\n"
    >>> path = save_resolved(getfixture("tmpdir"), text, "lr: 2")
    >>> print(path.read_text())
    lr: 2
    rate: !ref <lr>
    <BLANKLINE>
    """
    path = Path(folder) / "hyperparams.yaml"
    text = override(hparams_yaml, overrides)
    trained = any(Path(folder).glob("save/CKPT*"))
    if trained and path.exists():
        old, new = _resolved(path.read_text(encoding="utf-8")), _resolved(text)
        changed = [k for k in {**old, **new} if old.get(k) != new.get(k)]
        changed = sorted(set(changed) - MAY_CHANGE)
        if changed:
            raise ValueError(
                f"{folder} holds a run with other settings: {changed} differ. "
                "Give another --experiment or output_folder, or delete it."
            )
    return write_text(path, text)


def _resolved(text):
    return _by_key(resolve_references(text).getvalue())


def _by_key(text):
    """Top-level keys of a YAML to their values as text, tags included."""
    yaml = ruamel.yaml.YAML()
    texts = {}
    for key, value in yaml.load(text).items():
        stream = StringIO()
        yaml.dump({key: value}, stream)
        lines = (
            line.split(" #")[0].strip()
            for line in stream.getvalue().splitlines()
        )
        texts[key] = [line for line in lines if line and line[0] != "#"]
    return texts


def quiet_console():
    """Show epochs and warnings on the terminal; ``log.txt`` keeps it all."""
    for handler in logging.getLogger().handlers:
        if not isinstance(handler, logging.FileHandler):
            handler.setFormatter(logging.Formatter("%(message)s"))
            handler.addFilter(_worth_showing)


def _worth_showing(record):
    if str(record.msg).startswith("Saving an empty state_dict"):
        return False  # pooling without weights, in every epoch
    names = ("speechbrain.utils.train_logger", "speechbrain_zsfuse")
    return record.levelno > logging.INFO or record.name.startswith(names)
