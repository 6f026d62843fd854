"""A folder of Parquet files is filled, by one process or by many."""

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.inference.labelling.rows import Layout
from speechbrain_zsfuse.inference.labelling.shards import write_shard
from speechbrain_zsfuse.inference.labelling.stream import label_clips


def label_part(plan, number, labeller, batch_size=16, wait=False, tell=None):
    """Label one part of a plan, unless it is done.

    Arguments
    ---------
    plan : Plan
    number : int
        Of the part.
    labeller : object
        See ``stream.label_clips``.
    batch_size : int
    wait : bool
        For another process that is at it.
    tell : callable, optional
        Called with each clip and its answer.

    Returns
    -------
    bool
        Whether it was done here.
    """
    with plan.take(number, wait) as mine:
        if mine:
            answers = label_clips(labeller, plan.clips(number), batch_size)
            layout = Layout(**plan.facts["layout"])
            facts = {name: plan.facts[name] for name in ("format", "model")}
            facts["version"] = __version__
            answers = _told(answers, tell)
            write_shard(plan.folder, number, layout, answers, facts)
    return mine


def _told(answers, tell):
    for clip, answer in answers:
        if tell:
            tell(clip, answer)
        yield clip, answer


def label_folder(plan, labeller, batch_size=16, rank=0, world=1, tell=None):
    """Label what is left of a plan, together with others that do the same.

    A process does its own parts, then those of others that nobody is at; last
    it waits for those that others have, and does them if these were killed.

    Arguments
    ---------
    plan : Plan
    labeller : object
        See ``stream.label_clips``.
    batch_size : int
    rank, world : int
        Number of this process, and how many there are.
    tell : callable, optional
        Called with each clip and its answer.

    Returns
    -------
    int
        Clips that could not be used, of all parts.

    Example
    -------
    >>> import io
    >>> from speechbrain_zsfuse.inference.labelling.plan import make_plan
    >>> from speechbrain_zsfuse.inference.labelling.spool import write_spool
    >>> file = io.BytesIO()
    >>> spooled = write_spool(file, [], step=10)
    >>> layout = Layout(["sad", "calm"], zero_shot=False)._asdict()
    >>> settings = {"layout": layout, "model": "any"}
    >>> folder = getfixture("tmpdir")
    >>> label_folder(make_plan(folder, file, spooled, 10, settings), None)
    0
    """
    for wait in (False, True):
        for number in plan.order(rank, world):
            if not plan.is_done(number):
                label_part(plan, number, labeller, batch_size, wait, tell)
    return plan.count_bad()
