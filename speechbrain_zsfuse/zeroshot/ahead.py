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
    batches : iterable of list
        Items. It is asked for the next batch when one is handed out.

    Yields
    ------
    list, list
        The items of a batch, and what was read of each.

    Raises
    ------
    Exception
        What ``read`` raised, when the turn of its batch has come: those
        before it were handed out.

    Example
    -------
    >>> for items, read in read_ahead(str.upper, [["a", "b"], ["c"]]):
    ...     print(items, read)
    ['a', 'b'] ['A', 'B']
    ['c'] ['C']
    """
    pool = ThreadPoolExecutor()
    try:
        ready = None
        for batch in batches:
            ready, following = (batch, pool.map(read, batch)), ready
            if following:
                yield _wait(*following)
        if ready:
            yield _wait(*ready)
    finally:  # also where nobody wants the rest
        pool.shutdown(cancel_futures=True)


def _wait(batch, results):
    return batch, list(results)
