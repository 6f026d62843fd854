"""From folders and files to systems: which result is of what.

A results folder is read by its ``run.json`` files. Where there is none, its CSV
files are predictions from elsewhere: ``mine.csv`` is a system, and the files in
a folder ``mine/`` are one, trained several times: those of the same clips are
its seeds, those of others its folds. Beside runs they are of the corpus whose
clips they hold.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.evaluation.collection.elsewhere import read_files
from speechbrain_zsfuse.evaluation.collection.recognising import recognise
from speechbrain_zsfuse.evaluation.collection.result import is_trial, result_of
from speechbrain_zsfuse.evaluation.collection.system import System
from speechbrain_zsfuse.evaluation.fields import RECORD
from speechbrain_zsfuse.evaluation.record import (
    Record,
    find_records,
    read_record,
)

_OF_ALM = ("alm", "amplification", "head.fallback", "zero_shot")
# A run that chose for itself is one system, whatever it chose in a fold.
_OF_SOURCE = ("class", "fingerprint", "prompts_sha256", "ensemble")


@dataclass(frozen=True)
class Collection:
    """All results of some folders and files.

    Arguments
    ---------
    systems : tuple of System
        In the order of corpus, speech model and audio-language model.
    unfinished : tuple of Record
        Runs that were begun and not tested.
    baseline : str, optional
        Name of the system that all others are compared with; default: each with
        its own, see ``baseline_of``.

    Example
    -------
    >>> Collection((), ()).corpora
    []
    """

    systems: tuple[System, ...]
    unfinished: tuple[Record, ...]
    baseline: str | None = None

    @property
    def corpora(self) -> list[str | None]:
        """Names of the corpora; None where it is not known."""
        return list(dict.fromkeys(system.corpus for system in self.systems))

    def baseline_of(self, system: System) -> System | None:
        """What a system is compared with.

        Arguments
        ---------
        system : System

        Returns
        -------
        System or None
            See ``baselines_of``; None if there is none, or several.
        """
        found = self.baselines_of(system)
        return found[0] if len(found) == 1 else None

    def baselines_of(self, system: System) -> list[System]:
        """All that a system may be compared with.

        Arguments
        ---------
        system : System

        Returns
        -------
        list of System
            Those of the same corpus, release, classes, speech model and
            options without an audio-language model, or that with the name of
            ``baseline``; never the system itself.
        """
        return [
            other
            for other in self.systems
            if other.name != system.name
            and other.corpus == system.corpus
            and len({*_releases(other), *_releases(system)}) < 2
            and sorted(other.labels) == sorted(system.labels)
            and self._is_baseline(other, system)
        ]

    def _is_baseline(self, other, system):
        if self.baseline:
            return other.name == self.baseline
        return (
            (other.alm, other.encoder) == (None, system.encoder)
            and system.alm is not None
            and _options(other) == _options(system)
        )


def gather(
    paths: Sequence[str | Path],
    labels: Sequence[str] | None = None,
    baseline: str | None = None,
) -> Collection:
    """Find and sort results.

    Arguments
    ---------
    paths : list of str or Path
        Results folders, folders of one run, and CSV files of predictions; a
        text may give a file's system a name: ``S2=systems/salmonn.csv``.
    labels : list of str, optional
        Classes of files without probabilities.
    baseline : str, optional
        See ``Collection``.

    Returns
    -------
    Collection

    Raises
    ------
    FileNotFoundError
        If a path is not there, or holds no results.
    ValueError
        If a file is damaged; if two results are of one system, fold and seed;
        or if no system has the name of the baseline.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "mine.csv"
    >>> header = "id,speaker,label,prediction,probability_sad,probability_angry"
    >>> _ = path.write_text(f"{header}\\na,01,angry,sad,0.75,0.25\\n")
    >>> [system.name for system in gather([path]).systems]
    ['mine']
    """
    groups, found, unfinished = {}, [], []
    for path in paths:
        name, path = split_name(path)
        records = _find_runs(path)
        unfinished += [r for r in records if not _is_finished(r)]
        found += [result_of(r) for r in records if _is_finished(r)]
        if not records:
            found += read_files(path, name, labels)
    for result in recognise(found):
        groups.setdefault(_identity(result), []).append(result)
    if not groups and not unfinished:
        raise FileNotFoundError(
            f"Expected results in {', '.join(map(str, paths))}, but there is "
            f"no {RECORD} of a run and no CSV file. Give a results_folder, or "
            "files of predictions."
        )
    names = _name_groups(list(groups.values()))
    systems = [
        System(name, tuple(own)) for name, own in zip(names, groups.values())
    ]
    for system in systems:
        _check_once(system)
    known = [system.name for system in systems]
    if baseline and baseline not in known:
        raise ValueError(
            f"Expected --baseline to be one of {', '.join(known)}, but got "
            f"{baseline!r}. Give the name of a system."
        )
    systems = tuple(sorted(systems, key=_place))
    return Collection(systems, tuple(unfinished), baseline)


def split_name(path: str | Path) -> tuple[str | None, Path]:
    """``name=path`` of a command line, if there is no such path.

    Example
    -------
    >>> split_name("S2=no_such_file.csv")
    (None, PosixPath('S2=no_such_file.csv'))
    """
    name, sign, rest = str(path).partition("=")
    if sign and not Path(path).exists() and Path(rest).exists():
        return name, Path(rest)
    return None, Path(path)


def _find_runs(path):
    """Records below a folder, or of the run that a file belongs to."""
    if path.is_file():
        beside = path.name == "predictions_test.csv"
        beside = beside and (path.parent / RECORD).is_file()
        return [read_record(path.parent)] if beside else []
    return [r for r in find_records(path) if not is_trial(r, path)]


def _is_finished(record):
    return record.finished and record.metrics is not None


def _identity(result):
    """What two results of one system have in common."""
    record = result.record
    if record is None:
        return result.name, *sorted(result.labels)
    source = record.score_source or {}
    facts = [record.corpus, record.release, record.labels, record.experiment]
    facts += [record.encoder, *(source.get(name) for name in _OF_SOURCE)]
    if not source.get("chosen"):
        facts.append(result.repeats)
    # Without a name of its own, the folder above those of seeds is one.
    facts.append(record.experiment or str(record.folder.parent))
    return json.dumps(facts, sort_keys=True)


def _name_groups(groups):
    """A name for each, its results' own if no other has it."""
    names = [own[0].name for own in groups]
    corpora = [own[0].corpus for own in groups]
    pairs = list(zip(corpora, names))
    return [
        name if pairs.count(pair) == 1 else f"{name} ({_apart(own)})"
        for name, pair, own in zip(names, pairs, groups)
    ]


def _apart(results):
    """What tells a system from others of its name."""
    first = results[0]
    models = " + ".join(filter(None, [first.encoder, first.alm]))
    return f"{models}, {first.path.parent}" if models else str(first.path)


def _check_once(system):
    places = {}
    for result in system.results:
        places.setdefault((result.fold, result.seed), []).append(result.path)
    twice = {pair: paths for pair, paths in places.items() if len(paths) > 1}
    if twice:
        lines = [
            f"  fold {fold}, seed {seed}: " + ", ".join(map(str, paths))
            for (fold, seed), paths in twice.items()
        ]
        raise ValueError(
            f"Expected one result of {system.name} for each fold and seed, but "
            f"there are more:\n{shorten(lines)}\nGive runs that differ an "
            "--experiment of their own, files a name (S1=path/to/it.csv), or "
            "leave copies out."
        )


def _releases(system):
    """Of the corpus; none where it is not known."""
    records = [result.record for result in system.results]
    return {record.release for record in records if record and record.release}


def _options(system):
    """What a command line has changed, but of audio-language models."""
    record = system.results[0].record
    name = (record and record.experiment) or ""
    options = name.split(",")[1:]
    return [o for o in options if not o.startswith(_OF_ALM)]


def _place(system):
    """Corpus, speech model, then without and with audio-language models."""
    return (
        system.corpus or "",
        system.encoder or "",
        system.alm is not None,
        system.alm or "",
        system.name,
    )
