"""Runs of a recipe as processes of their own, one at a time: what would be
where, whether it is there already, and its ``train.py``.

What is half done goes on, and what is done is not done again: that is the
recipe's own doing. A run that another process is at work in is waited for.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.references import resolve
from speechbrain_zsfuse.experiment.configuration.settings import signature
from speechbrain_zsfuse.experiment.describe import known_facts
from speechbrain_zsfuse.experiment.lock import await_run

# What torchrun tells its own processes, and nobody else.
_OF_TORCHRUN = ("TORCHELASTIC_", "GROUP_", "ROLE_", "LOCAL_", "MASTER_")
_ALSO = {"RANK", "WORLD_SIZE"}
_SHOWN = 5  # lines of what a run said at its end


class PlannedRun(NamedTuple):
    """A run, before it is begun.

    Attributes
    ----------
    recipe : Path
        Its ``train.py``.
    arguments : list of str
        Of its command line.
    folder : Path
        Where it will be.
    signature : str
        Of its settings.
    falls_back : bool
        Whether its head may be tested without scores.

    Example
    -------
    >>> run = PlannedRun(Path("train.py"), [], Path("results/a"), "0" * 64)
    >>> run.log
    PosixPath('results/a.log')
    """

    recipe: Path
    arguments: list
    folder: Path
    signature: str
    falls_back: bool = False

    @property
    def log(self):
        """The file for all that it says."""
        return self.folder.with_name(f"{self.folder.name}.log")

    def is_done(self, last):
        """Whether it has left its last file, with these settings.

        Arguments
        ---------
        last : str
            Name of the file.

        Returns
        -------
        bool
        """
        if not (self.folder / last).is_file():
            return False
        return known_facts(self.folder).get("signature") == self.signature


def plan_run(recipe, arguments, prepare=None):
    """Where a command line would lead; nothing is begun.

    Arguments
    ---------
    recipe : str or Path
        Path of ``train.py``.
    arguments : list of str
        See ``parse_arguments``, also for ``prepare`` and errors.

    Returns
    -------
    PlannedRun

    Example
    -------
    >>> plan_run("recipes/X/train.py", ["hparams/none.yaml"])
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at hparams/none.yaml or ...
    """
    text, _ = parse_arguments(arguments, recipe, prepare)
    tree = resolve(text)
    head = tree.get("head")
    return PlannedRun(
        Path(recipe).resolve(),
        [str(word) for word in arguments],
        Path(tree["output_folder"]),
        signature(text),
        isinstance(head, dict) and bool(head.get("fallback")),
    )


def do_run(run, last):
    """Do a run, unless it is done; main process.

    Arguments
    ---------
    run : PlannedRun
    last : str
        The file that it leaves at its end.

    Raises
    ------
    RuntimeError
        If it ends otherwise, with the last lines of what it said.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "train.py").write_text("raise SystemExit('No corpus.')")
    >>> run = PlannedRun(folder / "train.py", [], folder / "a", "0" * 64)
    >>> do_run(run, "metrics.json")
    Traceback (most recent call last):
    RuntimeError: Expected .../a to end with metrics.json, but its train.py \
ended with status 1. .../a.log has all that it said, and ends so:
    No corpus.
    """
    await_run(run.folder)
    while not run.is_done(last):
        status = _start(run)
        if not status and (run.folder / last).is_file():
            return
        # Another program may have begun the same run a moment before.
        if await_run(run.folder) or run.is_done(last):
            continue
        lines = run.log.read_text(encoding="utf-8", errors="replace")
        end = "\n".join(lines.strip().splitlines()[-_SHOWN:])
        raise RuntimeError(
            f"Expected {run.folder} to end with {last}, but its "
            f"{run.recipe.name} ended with status {status}. {run.log} has all "
            f"that it said, and ends so:\n{end}"
        )


def _start(run):
    """Its ``train.py``, from start to finish; what it says is added to the log,
    to which another may be writing."""
    run.log.parent.mkdir(parents=True, exist_ok=True)
    with open(run.log, "a", encoding="utf-8") as output:
        return subprocess.run(
            [sys.executable, str(run.recipe), *run.arguments],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode


def pass_on(run_opts, known=()):
    """SpeechBrain's run options for another run, as words.

    Arguments
    ---------
    run_opts : RunOptions
    known : iterable of str
        Those that a YAML holds already.

    Returns
    -------
    list of str
        Of what was given; but how processes talk is for each run to say, and
        so is whether it is tested or debugged.

    Example
    -------
    >>> import speechbrain as sb
    >>> words = ["a.yaml", "--device=cpu", "--noprogressbar", "--test_only"]
    >>> _, run_opts, _ = sb.parse_arguments(words)
    >>> pass_on(run_opts)
    ['--device=cpu', '--noprogressbar=True']
    """
    own = {"test_only", "debug", "debug_persistently", *known}
    return [
        f"--{name}={run_opts[name]}"
        for name in sorted(set(run_opts["overridden_args"]) - own)
        if not name.startswith(("distributed_", "find_unused", "local_"))
    ]


def _environment():
    """That of this process, but none of torchrun's; the same packages."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OF_TORCHRUN) and name not in _ALSO
    }
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
