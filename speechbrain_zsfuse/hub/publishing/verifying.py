"""Is a published folder the model of its run? It is loaded, and asked."""

from functools import partial
from pathlib import Path

from speechbrain_zsfuse.corpora.roots import fill_root, read_roots
from speechbrain_zsfuse.corpora.segments import fragments
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.columns import probabilities_of
from speechbrain_zsfuse.evaluation.metrics.corpora import as_in_run
from speechbrain_zsfuse.hub.publishing.folder import EXAMPLE
from speechbrain_zsfuse.inference.recognizer import EmotionRecognizer
from speechbrain_zsfuse.progress import show_bar

_CLOSE = 1e-4  # of probabilities: another machine, another batch
_BATCH = 64


def verify(folder, facts, audio, alm=None):
    """Compare a published model with the predictions of its run.

    Arguments
    ---------
    folder : Path
    facts : Facts
    audio : dict
        Id of a test clip to its file; empty if the corpus is not here.
    alm : str or Path, optional
        Where the audio-language model lies, if the folder does not hold it.

    Returns
    -------
    str
        What was compared, in a sentence.

    Raises
    ------
    ValueError
        If an answer is another one.

    Example
    -------
    See ``publish``.
    """
    recognizer = EmotionRecognizer.from_pretrained(folder, alm=alm)
    if not audio:
        own = EmotionRecognizer.from_pretrained(facts.record.folder, alm=alm)
        example = str(folder / EXAMPLE)
        before = own.predict([example])[0].probabilities
        after = recognizer.predict([example])[0].probabilities
        _compare({EXAMPLE: before}, {EXAMPLE: after})
        return (
            "Loaded again: the answer to the example is that of the run. The "
            "test clips are not here to compare with."
        )
    table = facts.table[facts.table["id"].isin(audio)]
    before = dict(zip(table["id"], probabilities_of(table).tolist()))
    after, ids = {}, list(before)
    with show_bar(title="Checking", total=len(ids), unit=" clip") as bar:
        for start in range(0, len(ids), _BATCH):
            some = ids[start : start + _BATCH]
            answers = recognizer.predict([str(audio[one]) for one in some])
            after |= {k: one.probabilities for k, one in zip(some, answers)}
            bar.update(len(some))
    _compare(before, as_in_run(after, facts.table))
    return (
        f"Loaded again: the answers to {len(ids):,} of {len(facts.table):,} "
        "test clips are those of the run."
    )


def _compare(before, after):
    wrong = [
        f"  {name}: {_tell(own)}, now {_tell(after[name])}"
        for name, own in before.items()
        if max(abs(a - b) for a, b in zip(own, after[name])) > _CLOSE
    ]
    if wrong:
        raise ValueError(
            f"Expected the published model to answer as the run did, but "
            f"{len(wrong)} of {len(before)} answers differ:\n{shorten(wrong)}\n"
            "Nothing was published. Test the run again (--test_only), and see "
            "that its audio-language model and its corpus are as they were."
        )


def _tell(values):
    return " ".join(f"{value:.4f}" for value in values)


def find_audio(run, data_folder):
    """Files of the test clips of a run.

    Arguments
    ---------
    run : str or Path
        Its output folder, with ``test.csv``.
    data_folder : str, Path, dict or None
        Stands for ``$data_root`` in it; None: nothing is found.

    Returns
    -------
    dict
        Id to Path, or place within a file, of those that are there.

    Example
    -------
    >>> run = Path(getfixture("tmpdir"))
    >>> _ = (run / "test.csv").write_text("ID,wav\\na,$data_root/a.wav\\n")
    >>> _ = (run / "a.wav").write_text("")
    >>> find_audio(run, run)["a"].name, find_audio(run, None)
    ('a.wav', {})
    """
    import pandas

    manifest = Path(run) / "test.csv"
    if data_folder is None or not manifest.is_file():
        return {}
    if isinstance(data_folder, str):
        data_folder = read_roots(data_folder)
    table = pandas.read_csv(manifest, dtype=str, keep_default_na=False)
    paths = table["wav"].map(partial(fill_root, data_root=data_folder))
    rows = zip(table["ID"], paths, fragments(table))
    return {
        name: Path(f"{path}{part}")
        for name, path, part in rows
        if Path(path).is_file()
    }
