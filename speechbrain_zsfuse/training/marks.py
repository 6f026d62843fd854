"""What is to be known of a run's results beside their numbers.

``mismatch`` says where the corpus is not as it is known, ``remarks`` what else
was not as it should be: a number of processes that changed, a checkpoint that
was damaged. Checkpoints carry the marks of the training that they hold, so
that these outlive their reason.
"""

_KINDS = ("mismatch", "remarks")


def marks_now(hparams, checkpointer):
    """Marks of what is done now.

    Arguments
    ---------
    hparams : object
        With ``corpus_mismatch`` and ``remarks``, lists of str, if there are
        any.
    checkpointer : Checkpointer
        A ``SafeCheckpointer`` says what it passed over.

    Returns
    -------
    dict
        ``mismatch`` and ``remarks``, lists of str.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> checkpointer = SimpleNamespace(passed_over={"CKPT+1": "it is cut"})
    >>> marks_now(SimpleNamespace(), checkpointer)
    {'mismatch': [], 'remarks': ['passed over CKPT+1: it is cut']}
    """
    lost = getattr(checkpointer, "passed_over", {})
    lost = [f"passed over {name}: {why}" for name, why in lost.items()]
    return {
        "mismatch": [*getattr(hparams, "corpus_mismatch", [])],
        "remarks": [*getattr(hparams, "remarks", []), *lost],
    }


def join_marks(*marks):
    """All of several marks, each once, sorted.

    Arguments
    ---------
    *marks : dict
        As of ``marks_now``; the ``meta`` of checkpoints are some, too.

    Returns
    -------
    dict

    Example
    -------
    >>> join_marks({"mismatch": ["b", "a"]}, {"mismatch": ["a"], "epoch": 1})
    {'mismatch': ['a', 'b'], 'remarks': []}
    """
    return {
        kind: sorted({line for one in marks for line in one.get(kind, [])})
        for kind in _KINDS
    }
