"""How often the clips of each of several corpora are heard in an epoch.

A corpus of n clips is drawn with a probability ∝ n^balance: 1 takes the
corpora as they are, 0 all alike, 0.5 lies between. An epoch has as many clips
as the whole training set, and exactly the shares of the formula: nothing is
left to chance but which clips of a corpus come once more, or not this time.
"""

import numpy as np


def corpora_of(dataset):
    """Which of several corpora each clip is of.

    Arguments
    ---------
    dataset : DynamicItemDataset
        With at least one clip; perhaps ``corpus``, as of a manifest.

    Returns
    -------
    list of str or None
        None if it does not say, or there is only one.

    Example
    -------
    >>> from speechbrain.dataio.dataset import DynamicItemDataset
    >>> corpora_of(DynamicItemDataset({"a": {"corpus": "x"}, "b": {}}))
    >>> two = {"a": {"corpus": "x"}, "b": {"corpus": "y"}}
    >>> corpora_of(DynamicItemDataset(two))
    ['x', 'y']
    """
    names = [dataset.data[one].get("corpus") for one in dataset.data_ids]
    return names if None not in names and len(set(names)) > 1 else None


def draws_of_corpora(sizes, balance):
    """Clips of each corpus in an epoch.

    Arguments
    ---------
    sizes : list of int
        n_k, clips of each corpus, at least 1.
    balance : float
        In [0, 1].

    Returns
    -------
    list of int
        N n_k^balance / Σ_j n_j^balance, N = Σ_j n_j, rounded so that the sum
        is N: the largest remainders are rounded up, of equals the first.

    Example
    -------
    >>> draws_of_corpora([900, 100], 0.5), draws_of_corpora([900, 100], 0.0)
    ([750, 250], [500, 500])
    """
    sizes = np.asarray(sizes, dtype=float)
    weights = sizes**balance
    exact = sizes.sum() * weights / weights.sum()
    exact = exact.round(9)  # of 250.00000000000003 nothing remains
    draws = np.floor(exact).astype(int)
    missing = round(sizes.sum()) - draws.sum()
    draws[np.argsort(draws - exact, kind="stable")[:missing]] += 1
    return draws.tolist()


def draws_of_clips(corpora, balance):
    """How often each clip is heard in an epoch, on average.

    Arguments
    ---------
    corpora : list of str
        Corpus of each of N clips.
    balance : float
        See ``draws_of_corpora``.

    Returns
    -------
    numpy.ndarray
        float64, shape [N]; the sum is N.

    Example
    -------
    >>> draws_of_clips(["a", "a", "a", "b"], 0.0)
    array([0.66666667, 0.66666667, 0.66666667, 2.        ])
    """
    _, members, sizes = np.unique(
        corpora, return_inverse=True, return_counts=True
    )
    return (draws_of_corpora(sizes, balance) / sizes)[members]


def count_classes(dataset, number, balance):
    """Clips of each class in an epoch, on average.

    Arguments
    ---------
    dataset : DynamicItemDataset
        With ``label``; see ``corpora_of``.
    number : int
        E, of classes.
    balance : float
        See ``draws_of_corpora``.

    Returns
    -------
    list of float
        Of length E.

    Example
    -------
    >>> from speechbrain.dataio.dataset import DynamicItemDataset
    >>> clips = [(0, "x"), (0, "x"), (0, "x"), (1, "y")]
    >>> clips = [dict(zip(("label", "corpus"), clip)) for clip in clips]
    >>> clips = DynamicItemDataset(dict(zip("abcd", clips)))
    >>> count_classes(clips, 2, 1.0), count_classes(clips, 2, 0.0)
    ([3.0, 1.0], [2.0, 2.0])
    """
    corpora = corpora_of(dataset)
    with dataset.output_keys_as(["label"]):
        labels = [item["label"] for item in dataset]
    draws = corpora and draws_of_clips(corpora, balance)
    return np.bincount(labels, draws, number).tolist()


def draw_clips(rng, corpora, balance):
    """The clips of an epoch.

    Arguments
    ---------
    rng : numpy.random.Generator
    corpora, balance
        See ``draws_of_clips``.

    Returns
    -------
    numpy.ndarray
        int, shape [N], sorted: every clip of a corpus as often as any other,
        or once more.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> draw_clips(rng, ["a", "a", "a", "b"], balance=0.0).tolist()[-2:]
    [3, 3]
    """
    names, members, sizes = np.unique(
        corpora, return_inverse=True, return_counts=True
    )
    chosen = []
    for corpus, draws in enumerate(draws_of_corpora(sizes, balance)):
        clips = np.flatnonzero(members == corpus)
        rounds, rest = divmod(draws, len(clips))
        chosen += [clips] * rounds + [rng.permutation(clips)[:rest]]
    return np.sort(np.concatenate(chosen))
