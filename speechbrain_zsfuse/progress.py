"""Bars that show how far long work is: one switch for all of them.

A bar is for eyes: where the standard error is no terminal but a file, there is
none, and no log is filled with half lines.
"""

from operator import length_hint

from tqdm import tqdm

_switch = {"on": True}  # --noprogressbar


def show_bars(on=True):
    """Switch all bars of this process on or off, those to come.

    Example
    -------
    >>> show_bars(False)
    >>> show_bar(range(3), "Counting").disable
    True
    >>> show_bars()
    """
    _switch["on"] = on


def show_bar(iterable=None, title=None, wanted=True, **options):
    """A bar of tqdm that goes when the work is done.

    Arguments
    ---------
    iterable : iterable, optional
        What is worked on; without it, ``update`` is called.
    title : str
        What is being done: "Checking audio".
    wanted : bool
        False: no bar, whatever the switch says.
    **options
        Of tqdm: ``total``, ``initial``, ``unit`` (with the blank before it:
        " clip") … Where nothing is left to be done, there is no bar.

    Returns
    -------
    tqdm.tqdm
        A context; also iterable.

    Example
    -------
    >>> list(show_bar([1, 2], "Counting", unit=" number"))
    [1, 2]
    """
    total = options.get("total", length_hint(iterable, 1))
    wanted = wanted and total != options.get("initial", 0)
    return tqdm(
        iterable,
        title,
        disable=None if wanted and _switch["on"] else True,  # None: in files
        dynamic_ncols=True,
        leave=False,
        **options,
    )


def quiet_transformers():
    """What it says goes the way of all logging, and there is no bar for
    weights that are read from the disk, in seconds; one for those that are
    downloaded, unless bars are switched off.

    Example
    -------
    >>> quiet_transformers()
    >>> from transformers.utils import logging
    >>> logging.is_progress_bar_enabled()
    False
    """
    from huggingface_hub.utils import enable_progress_bars
    from transformers.utils import logging

    logging.disable_default_handler()
    logging.enable_propagation()
    logging.disable_progress_bar()  # the hub's, too
    if _switch["on"]:
        enable_progress_bars()
