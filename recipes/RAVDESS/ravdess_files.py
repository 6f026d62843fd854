"""Which file is which clip of RAVDESS: copies are sorted out, and no recording
passes under the name of another clip.
"""

import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from speechbrain_zsfuse.corpora import find_copies, inspect_files
from speechbrain_zsfuse.errors import shorten
from speechbrain_zsfuse.folders import check_folder, find_files

COPY = "another copy of the same clip"
AUDIO = (".wav", ".flac", ".ogg", ".mp3")
LOSSLESS = (".wav", ".flac")


def find_recordings(data_folder, clips):
    """All audio files below a folder, by clip.

    Arguments
    ---------
    data_folder : Path
    clips : iterable of str
        Ids of RAVDESS.

    Returns
    -------
    found : dict
        Id to list of files (str, relative to the folder).
    strays : list of str
        Files of other names.

    Raises
    ------
    ValueError
        If a file lies in the folder of another actor.

    Example
    -------
    >>> found, strays = find_recordings(
    ...     getfixture("ravdess"), ["03-01-01-01-01-01-12"]
    ... )
    >>> found
    {'03-01-01-01-01-01-12': ['Actor_12/03-01-01-01-01-01-12.wav']}
    """
    clips, found, strays = set(clips), defaultdict(list), []
    for path in find_files(data_folder, AUDIO):
        home = found[path.stem] if path.stem in clips else strays
        home.append(path.relative_to(data_folder).as_posix())
    _check_actors(found)
    return dict(found), strays


def _check_actors(found):
    misplaced = [
        path
        for clip, paths in found.items()
        for path in paths
        if _actors_of_folders(path) - {int(clip[-2:])}
    ]
    if misplaced:
        raise ValueError(
            "Expected every clip in the folder of its actor, the last number "
            "of its name, but these lie in the folder of another:\n"
            f"{shorten(misplaced)}\nRestore the corpus's own names and "
            "folders: a clip must never count for another actor."
        )


def _actors_of_folders(path):
    matches = re.findall(r"(?:^|/)actor[ _-]?(\d+)(?=/)", path, re.IGNORECASE)
    return set(map(int, matches))


def explain_absence(data_folder):
    """Say why a folder without a single clip is not RAVDESS.

    Example
    -------
    >>> explain_absence(Path(getfixture("tmpdir")))
    Traceback (most recent call last):
    FileNotFoundError: Expected RAVDESS speech (folders Actor_01 to ...
    """
    archives = [path.name for path in find_files(data_folder, (".zip",))]
    if archives:
        raise FileNotFoundError(
            f"Expected RAVDESS speech in {data_folder}, unpacked, but there "
            f"are only zip files: {', '.join(archives)}. Unpack "
            "Audio_Speech_Actors_01-24.zip there, for instance with: "
            "unzip Audio_Speech_Actors_01-24.zip"
        )
    check_folder(
        data_folder,
        lambda place: any(place.glob("Actor_*/03-01-*")),
        "RAVDESS speech (folders Actor_01 to Actor_24 with files like "
        "03-01-05-01-02-01-12.wav)",
    )


def choose_copies(data_folder, found, audio_cache=None):
    """Take one file of each clip: the highest rate, then lossless.

    Arguments
    ---------
    data_folder : Path
    found : dict
        See ``find_recordings``.
    audio_cache : str or Path, optional
        See ``speechbrain_zsfuse.corpora.recordings.inspection.inspect_files``.

    Returns
    -------
    chosen : dict
        Id to file.
    dropped : dict
        Reason to the other files.

    Example
    -------
    >>> choose_copies(Path("corpus"), {"a": ["a.wav"]})
    ({'a': 'a.wav'}, {})
    """
    several = [p for paths in found.values() if paths[1:] for p in paths]
    findings = inspect_files(data_folder, several, audio_cache)
    findings = dict(zip(several, findings))

    def rank(path):
        """What is best comes first."""
        lossy = Path(path).suffix.lower() not in LOSSLESS
        return -findings[path].rate, lossy, path

    chosen, dropped = {}, defaultdict(list)
    for clip, paths in found.items():
        chosen[clip], *others = sorted(paths, key=rank) if paths[1:] else paths
        for path in others:
            problem = findings[path].problem
            reason = f"{COPY}, but {problem}" if problem else COPY
            dropped[reason].append(path)
    return chosen, dict(dropped)


def check_sound(data_folder, chosen, copies, clips, audio_cache=None):
    """Listen whether every recording has one name, its own.

    Arguments
    ---------
    data_folder : Path
    chosen : dict
        Id to file.
    copies : list of str
        Other files that can be used.
    clips : set of str
        Ids that matter. Each is compared with its copies and with every other
        clip.
    audio_cache : str or Path, optional
        See ``choose_copies``.

    Returns
    -------
    list of str
        Pairs of one actor's clips, of which one does not matter, that are the
        same recording: ``certify`` compares those that do.

    Raises
    ------
    ValueError
        If copies of a clip differ, or a recording has the names of two actors.

    Example
    -------
    >>> check_sound(Path("corpus"), {}, [], set())
    []
    """
    copies = [path for path in copies if Path(path).stem in clips]
    paths = [*chosen.values(), *copies]
    findings = inspect_files(data_folder, paths, audio_cache)
    groups = find_copies(data_folder, dict(zip(paths, findings)))
    _check_copies(groups, [(chosen[Path(p).stem], p) for p in copies])
    names = {path: clip for clip, path in chosen.items()}
    pairs = [
        pair
        for group in groups
        for pair in combinations([names[p] for p in group if p in names], 2)
        if clips & set(pair)
    ]
    _check_names([(chosen[a], chosen[b]) for a, b in pairs if a[-2:] != b[-2:]])
    return [
        f"{chosen[a]} and {chosen[b]} are the same recording"
        for a, b in pairs
        if not clips >= {a, b}
    ]


def _check_copies(groups, pairs):
    home = {path: number for number, g in enumerate(groups) for path in g}
    differ = [
        f"{a} and {b}"
        for a, b in pairs
        if b not in home or home[b] != home.get(a)
    ]
    if differ:
        raise ValueError(
            "Expected files of one name to be the same recording, but these "
            f"sound different:\n{shorten(differ)}\nKeep the right one of each."
        )


def _check_names(pairs):
    if pairs:
        lines = [f"{a} and {b} are the same recording" for a, b in pairs]
        raise ValueError(
            "Expected every recording under one name, but two actors share "
            f"some:\n{shorten(lines)}\nRestore the corpus's own names: a clip "
            "must never count for another actor."
        )
