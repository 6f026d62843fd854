"""Long work shared over the processes of a run, so that none waits long.

Processes that wait for each other give up in the end (SpeechBrain's after two
hours), and a frozen model may need longer for a corpus. So they work in
rounds: each does its share of what is left for about a minute, then all say
what is done, and the rest is dealt out again. The longest wait is a round and
a batch; what a slow process leaves, the others take over. This file knows
neither models nor audio.
"""

import time
from contextlib import closing

from speechbrain_zsfuse.processes import rank_and_size, together
from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.zeroshot.ahead import read_ahead
from speechbrain_zsfuse.zeroshot.storage.turns import Turns

_CHUNK = 1024  # answers that are held at a time


def fill_store(store, todo, ask, batch_size, **options):
    """Answers to all of ``todo``, asking only for what is not stored yet.

    All are held at once: for many large ones use ``ask_missing``, and then
    ``in_chunks``.

    Arguments
    ---------
    store, todo, ask, batch_size, **options
        See ``ask_missing``.

    Returns
    -------
    dict
        Each key of ``todo`` to its answer, on every process.

    Raises
    ------
    Exception
        See ``ask_missing`` and ``in_chunks``.

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
    ask_missing(store, todo, ask, batch_size, **options)
    chunks = in_chunks(store, list(todo), list, todo)
    return dict(zip(todo, (answer for chunk in chunks for answer in chunk)))


def ask_missing(
    store,
    todo,
    ask,
    batch_size,
    title="Working",
    progress=True,
    round_seconds=60,
    read=None,
    locks=None,
):
    """Ask for what is not stored yet, and store it; no answer stays in memory.

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
    read : callable, optional
        What makes of one of these what ``ask`` gets: the sound of a file. It
        is called in threads, for the next batch while this one is asked for.
    locks : Locks, optional
        See ``AnswerStore.used``: with them, what another run is asking at
        this moment is left to it.

    Raises
    ------
    Exception
        What ``ask``, ``read`` or ``store`` raised; StoppedElsewhere with its
        text on the other processes. Batches before it are kept.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> todo = {AnswerKey("shout", word, ""): word for word in ("sad", "calm")}
    >>> ask_missing(store, todo, list, 8, read=str.upper, progress=False)
    >>> list(store.recall(todo).values())
    ['SAD', 'CALM']
    """
    keys = list(todo)
    missing, *_ = together(find_missing, store, keys)  # as main sees it
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

        def work(share):
            """Yields the number of each batch once it is stored."""
            with Turns(locks, store, batches) as turns:
                offered = (
                    (turn, [todo[key] for key in turn.keys])
                    for turn in turns.take(share)
                )
                with closing(read_ahead(read or _as_is, offered)) as ready:
                    for turn, inputs in ready:
                        if inputs:
                            store.keep(_pair(turn.keys, ask(inputs)))
                        turns.end(turn.number)
                        bar.update(len(batches[turn.number]))
                        yield turn.number

        for others in _rounds(len(batches), work, round_seconds):
            bar.update(sum(len(batches[number]) for number in others))


def in_chunks(store, keys, function, todo, size=_CHUNK):
    """What a function makes of stored answers, of some of them at a time.

    Memory holds what it makes and one chunk, whatever all of them would take.

    Arguments
    ---------
    store : AnswerStore or FileCache
    keys : list
        N keys, each perhaps several times.
    function : callable
        List of up to ``size`` answers, in the order of ``keys``, to anything.
        The chunks depend on ``keys`` alone. It calls no collective.
    todo : dict
        Key to what an error shall call it.
    size : int
        Of a chunk.

    Returns
    -------
    list
        What it made of each chunk.

    Raises
    ------
    LookupError
        If an answer is not there: something else takes them away.
    Exception
        What ``function`` raised; StoppedElsewhere on the other processes.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> keys = [AnswerKey("count", name, "") for name in "abc"]
    >>> store.keep(dict(zip(keys, [1, 2, 4])))
    >>> in_chunks(store, keys, sum, {}, size=2)
    [3, 4]
    """
    made = []

    def work():
        for part in _split(keys, size):
            found = store.recall(part)
            for key in part:
                if key not in found:
                    raise _lost(todo[key], store.path)
            made.append(function([found[key] for key in part]))

    together(work)
    return made


def _lost(name, path):
    return LookupError(
        f"Expected an answer for {name!r} in {path}, but it is gone: that or "
        "the file was changed meanwhile. Leave them as they are and start "
        f"again. If it is gone again, delete {path}: it is damaged, and will "
        "be made again."
    )


def find_missing(store, keys):
    """Positions of the keys without an intact answer.

    Example
    -------
    >>> from speechbrain_zsfuse.zeroshot.store import AnswerKey, AnswerStore
    >>> store = AnswerStore(getfixture("tmpdir"))
    >>> find_missing(store, [AnswerKey("clap", "sha256", "1")])
    [0]
    """
    missing, start = [], 0
    for part in _split(keys, _CHUNK):
        found = store.recall(part)
        missing += [start + i for i, key in enumerate(part) if key not in found]
        start += len(part)
    return missing


def _split(keys, size):
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _as_is(item):
    return item


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
    end, done = time.monotonic() + seconds, []
    with closing(work(share)) as steps:
        for number in steps:
            done.append(number)
            if time.monotonic() >= end:
                break
    return done


def _pair(keys, answers):
    if len(keys) != len(answers):
        raise ValueError(
            f"Expected an answer for each of {len(keys)} clips, but got "
            f"{len(answers)}. Mend `ask`: it returns one for each."
        )
    return dict(zip(keys, answers))
