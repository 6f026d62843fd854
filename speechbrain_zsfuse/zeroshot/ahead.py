"""Reading ahead: while a batch is worked on, threads read the next one.

This file knows neither files nor models; no more than one batch lies ready.
"""

from concurrent.futures import ThreadPoolExecutor


def read_ahead(read, batches):
    """Batches in their order, each as soon as all of it is read.

    Arguments
    ---------
    read : callable
        What is made of an item; it is called in threads.
    batches : iterable of (object, list)
        Anything that says which batch it is, and its items. It is asked for
        the next batch when one is handed out.

    Yields
    ------
    object, list
        Which batch it is, and what was read of each item.

    Raises
    ------
    Exception
        What ``read`` raised, when the turn of its batch has come: those
        before it were handed out.

    Example
    -------
    >>> list(read_ahead(str.upper, [(1, ["a", "b"]), (2, ["c"])]))
    [(1, ['A', 'B']), (2, ['C'])]
    """
    pool = ThreadPoolExecutor()
    try:
        ready = None
        for name, items in batches:
            ready, following = (name, pool.map(read, items)), ready
            if following:
                yield _wait(*following)
        if ready:
            yield _wait(*ready)
    finally:  # also where nobody wants the rest
        pool.shutdown(cancel_futures=True)


def _wait(name, results):
    return name, list(results)
