"""What a division of clips is, whoever decided it."""

from typing import Any, NamedTuple

import pandas

from speechbrain_zsfuse.corpora.manifests import SPLITS
from speechbrain_zsfuse.corpora.segments import columns_of


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
