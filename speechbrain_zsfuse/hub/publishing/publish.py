"""From the folder of a run to that of a published model."""

from pathlib import Path

from speechbrain_zsfuse.hub.publishing.alm import plan_alm
from speechbrain_zsfuse.hub.publishing.card import write_card
from speechbrain_zsfuse.hub.publishing.facts import read_facts
from speechbrain_zsfuse.hub.publishing.folder import (
    check_folder,
    replacing,
    write_folder,
)
from speechbrain_zsfuse.hub.publishing.licensing import choose_licence
from speechbrain_zsfuse.hub.publishing.places import (
    find_traces,
    read_place,
    refuse_traces,
)
from speechbrain_zsfuse.hub.publishing.verifying import find_audio, verify
from speechbrain_zsfuse.inference.sources import open_source


def publish(
    run, folder, *, place=None, licence=None, alm=None, ledger=None, audio=None
):
    """Write a run as a model that others can load, and load it once.

    Arguments
    ---------
    run : str or Path
        Output folder of a finished run.
    folder : str or Path
        Where to; new, or one that this run was published in before.
    place : str, optional
        What the card loads it from: a hub id; default: the folder's name.
    licence : str, optional
        See ``choose_licence``.
    alm : str, optional
        See ``plan_alm``.
    ledger : str or Path, optional
        See ``read_facts``; default: that of the run.
    audio : str or Path, optional
        Folder of the corpus, whose test clips are answered once more; of
        several, see ``read_roots``. Default: where the run found it.

    Returns
    -------
    list of str
        What was done, in sentences.

    Raises
    ------
    FileNotFoundError, FileExistsError, ValueError
        If the run is not finished or damaged, the folder is not free, a licence
        is not known, or the model does not answer as the run did. Then nothing
        is written.

    Example
    -------
    >>> publish(getfixture("tmpdir"), "model")
    Traceback (most recent call last):
    FileNotFoundError: Expected a run in ..., but there is no run.json. Give \
the output folder of a run.
    """
    run, folder = Path(run), Path(folder)
    facts = read_facts(run, ledger or read_place(run, "ledger"))
    check_folder(folder, facts.record.signature)
    licence = choose_licence(facts, licence)
    source = open_source(run)
    asked = source.description["score_source"] or {}
    revision = (asked.get("options") or {}).get("revision")
    plan = plan_alm(facts, alm, revision)
    card = write_card(facts, place or folder.absolute().name, licence, plan)
    clips = find_audio(run, audio or read_place(run, "data_folder"))
    brings = plan is not None and plan.source is None
    with replacing(folder) as aside:
        write_folder(aside, source, card, plan)
        refuse_traces(aside, find_traces(run))
        own_alm = facts.record.score_source["source"] if brings else None
        checked = verify(aside, facts, clips, own_alm)
    size = sum(path.stat().st_size for path in folder.rglob("*"))
    told = [f"Weights: {licence}.", *([plan.told] if plan else []), checked]
    return [*told, f"Written to {folder} ({size / 1e6:.1f} MB)."]
