"""What a division of clips is, whoever decided it, and how one is asked for."""

from typing import Annotated, Any, Literal, NamedTuple

import pandas
from pydantic import Field

from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.corpora.segments import columns_of

Fold = Annotated[int, Field(ge=1)] | Literal["official", "source", "whole"]


class Division(NamedTuple):
    """Who trains, who validates and who is tested.

    Example
    -------
    >>> Division(None).splits
    ('train', 'valid', 'test')
    """

    clips: pandas.DataFrame  # with ``split``
    facts: dict[str, Any] = {}  # for the certificate
    caveats: tuple[str, ...] = ()  # for the certificate and every result
    disjoint: dict[str, Any] = {}  # see ``certificate.prove_disjoint``
    dropped: dict[str, list[str]] = {}  # reason to ids
    splits: tuple[str, ...] = SPLITS  # those that there should be


def divide_as_given(clips, copies, disjoint):
    """The division that a preparation has decided itself.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``split``.
    copies : list of list of str
        Ids that are the same recording: they change nothing.
    disjoint : iterable of str
        Columns of which no two splits may share a value; of segments files
        are another, for one long file in two splits is a leak, too.

    Returns
    -------
    Division

    Example
    -------
    >>> clips = pandas.DataFrame({"wav": ["a"], "start": "1", "split": "test"})
    >>> divide_as_given(clips, [], ["speaker"]).disjoint
    {'speaker': None, 'wav': None}
    """
    fields = (*disjoint, "wav") if columns_of(clips) else disjoint
    return Division(clips, disjoint=dict.fromkeys(fields))


def check_fold(fold, folds=None, emobox=None):
    """Raise a ValueError if options ask for two divisions at once.

    Arguments
    ---------
    fold, folds, emobox
        See ``prepare_corpus``.

    Example
    -------
    >>> check_fold("official", folds=5)
    Traceback (most recent call last):
    ValueError: Expected --folds beside the number of a fold, but --fold is \
official. Leave --folds out, or add --fold=1.
    """
    given = {"--folds": folds, "--emobox": emobox}
    given = [name for name, value in given.items() if value is not None]
    if isinstance(fold, str) and given:
        raise ValueError(
            f"Expected {' and '.join(given)} beside the number of a fold, "
            f"but --fold is {fold}. Leave {' and '.join(given)} out, or add "
            "--fold=1."
        )
    if len(given) == 2:
        raise ValueError(
            f"Expected --folds or --emobox, but got {folds} and {emobox}: "
            "EmoBox has as many folds as it has. Leave --folds out."
        )


def check_splits(hparams, manifests):
    """Raise a ValueError if a run lacks a split: whole corpora have not all.

    Arguments
    ---------
    hparams : dict
        With ``fold`` and ``evaluate_test``; without the latter nothing is
        known of what the run needs.
    manifests : iterable of str
        The splits that there are.

    Example
    -------
    >>> hparams = {"fold": "source", "evaluate_test": True}
    >>> check_splits(hparams, ["train", "valid"])
    Traceback (most recent call last):
    ValueError: Expected clips in train, valid, test, but with --fold=source \
there are none in test. Add --evaluate_test=no: the run ends with its \
validation.
    """
    if "evaluate_test" not in hparams:
        return
    wanted = SPLITS if hparams["evaluate_test"] else SPLITS[:-1]
    missing = [split for split in wanted if split not in manifests]
    if missing:
        advice = "Choose a fold: --fold=1."
        if missing == ["test"]:
            advice = "Add --evaluate_test=no: the run ends with its validation."
        raise ValueError(
            f"Expected clips in {', '.join(wanted)}, but with "
            f"--fold={hparams.get('fold')} there are none in "
            f"{', '.join(missing)}. {advice}"
        )
