"""From the words of a command line to options that are all in order."""

from speechbrain_zsfuse.experiment.claim import check_values
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.options.checking import (
    check_options,
    check_run_options,
)
from speechbrain_zsfuse.experiment.options.help import help_text


def read_command(arguments, recipe, prepare=None):
    """Options of a run, checked as far as they can be without a corpus.

    Arguments
    ---------
    arguments : list of str
        See ``parse_arguments``; with ``--help`` or ``-h`` all options are
        listed.
    recipe : str or Path
        The calling script: ``__file__``.
    prepare : callable, optional
        Preparation of the corpus.

    Returns
    -------
    text : str
        Complete HyperPyYAML.
    values : dict
        The same, references resolved, nothing loaded.
    run_opts : RunOptions
        For ``Brain``.

    Raises
    ------
    SystemExit
        With status 0, after the help.
    FileNotFoundError
        If there is no such YAML, or no corpus.
    ValueError
        If an option is not what it may be.

    Example
    -------
    >>> read_command(["hparams/none.yaml", "--lr=0.1"], "recipes/X/train.py")
    Traceback (most recent call last):
    FileNotFoundError: Expected a YAML file at hparams/none.yaml or ...
    """
    if {"-h", "--help"} & {*arguments}:
        print(help_text(arguments, recipe, prepare))
        raise SystemExit(0)
    text, run_opts = parse_arguments(arguments, recipe, prepare)
    run_opts = check_run_options(run_opts)
    check_options(text, prepare)
    return text, check_values(text), run_opts
