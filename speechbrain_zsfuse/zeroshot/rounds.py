"""Long work shared over the processes of a run, so that none waits long.

Processes that wait for each other give up in the end (SpeechBrain's after two
hours), and a frozen model may need longer for a corpus. So they work in
rounds: each does its share of what is left for about a minute, then all say
what is done, and the rest is dealt out again. The longest wait is a round and
a batch; what a slow process leaves, the others take over. This file knows
neither models nor audio.
"""

import time

from speechbrain_zsfuse.processes import rank_and_size, together
from speechbrain_zsfuse.progress import show_bar


def fill_store(
    store,
    todo,
    ask,
    batch_size,
    title="Working",
    progress=True,
    round_seconds=60,
):
    """Answers to all of ``todo``, asking only for what is not stored yet.

    Every process calls it with the same ``todo`` and a store on the same
    disk. A run may be killed at any moment and started again, with any number
    of processes: batches are formed in the order of ``todo``, asked for and
    stored as a whole, so that the same ones are formed again.

    Arguments
    ---------
    store : AnswerStore or FileCache
        ``recall(keys) -> dict``, ``keep(dict)`` and ``path``.
    todo : dict
        Key in the store to what ``ask`` needs for it. Put work of similar
        size together, the largest first.
    ask : callable
        List of B of these to B answers, as the store keeps them.
    batch_size : int
        The largest B.
    title : str
        Of the bar.
    progress : bool
        Whether the main process shows a bar.
    round_seconds : float
        Seconds after which a process begins no other batch of a round.

    Returns
    -------
    dict
        Each key of ``todo`` to its answer, on every process.

    Raises
    ------
    Exception
        What ``ask`` or ``store`` raised; StoppedElsewhere with its text on the
        other processes. Batches before it are kept.
    LookupError
        If something else takes answers away meanwhile.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> todo = {AnswerKey("shout", word, ""): word for word in ("sad", "calm")}
    >>> def shout(words):
    ...     return [word.upper() for word in words]
    >>> fill_store(store, todo, shout, batch_size=8, progress=False)
    {AnswerKey(model='shout', audio='sad', input='', prompt=''): 'SAD', \
AnswerKey(model='shout', audio='calm', input='', prompt=''): 'CALM'}
    """
    answers, keys = {}, list(todo)
    missing, *_ = together(_recall, store, keys, answers)  # as main sees it
    batches = [
        [keys[index] for index in missing[start : start + batch_size]]
        for start in range(0, len(missing), batch_size)
    ]
    with show_bar(
        title=title,
        wanted=progress and bool(missing) and rank_and_size()[0] == 0,
        total=len(keys),
        initial=len(keys) - len(missing),
        unit=" clip",
        smoothing=0,  # what the others did comes once a round
    ) as bar:

        def work(number):
            batch = batches[number]
            store.keep(_pair(batch, ask([todo[key] for key in batch])))
            bar.update(len(batch))

        for others in _rounds(len(batches), work, round_seconds):
            bar.update(sum(len(batches[number]) for number in others))
    lost = max(together(_recall, store, keys, answers), key=len)
    if lost:
        raise LookupError(
            f"Expected an answer for {todo[keys[lost[0]]]!r} in {store.path}, "
            "but it is gone: that or the file was changed meanwhile. Leave "
            "them as they are and start again. If it is gone again, delete "
            f"{store.path}: it is damaged, and will be made again."
        )
    return {key: answers[key] for key in keys}


def _recall(store, keys, answers):
    """Add what is stored to the answers; positions of what is not."""
    answers.update(store.recall([key for key in keys if key not in answers]))
    return [index for index, key in enumerate(keys) if key not in answers]


def _rounds(count, work, seconds):
    """Do all of ``range(count)``; yields what others than main did a round."""
    rank, world = rank_and_size()
    left = list(range(count))
    while left:
        share = left[rank::world]
        main, *others = together(_round, work, share, seconds)
        others = [number for done in others for number in done]
        yield others
        left = sorted(set(left).difference(main, others))


def _round(work, share, seconds):
    """Work until the time is up, but begin with one; what was done."""
    end = time.monotonic() + seconds
    for count, number in enumerate(share, 1):
        work(number)
        if time.monotonic() >= end:
            return share[:count]
    return share


def _pair(keys, answers):
    if len(keys) != len(answers):
        raise ValueError(
            f"Expected an answer for each of {len(keys)} clips, but got "
            f"{len(answers)}. Mend `ask`: it returns one for each."
        )
    return dict(zip(keys, answers))
