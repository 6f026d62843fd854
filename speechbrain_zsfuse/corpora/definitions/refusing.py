"""Why a folder is not the corpus of a definition. Pure."""

from speechbrain_zsfuse.audio.sound import SOUNDS
from speechbrain_zsfuse.errors import list_names
from speechbrain_zsfuse.folders import nearest_path

_PACKED = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".rar", ".7z")


def refuse_folder(definition, data_folder, paths):
    """Say what was looked for, and what lies there.

    Arguments
    ---------
    definition : Definition
    data_folder : Path
    paths : list of str
        All files below it: none is a clip of the corpus.

    Raises
    ------
    FileNotFoundError
        Always.

    Example
    -------
    >>> from speechbrain_zsfuse.corpora.definitions.definition import (
    ...     find_definition,
    ... )
    >>> folder = getfixture("tmp_path")
    >>> refuse_folder(find_definition("emodb"), folder, ["emodb.zip"])
    Traceback (most recent call last):
    FileNotFoundError: Expected EmoDB in ...: sound files like \
wav/03a01Fa.wav, but there is no sound file. There is: emodb.zip. Unpack \
emodb.zip.
    """
    expected = (
        f"Expected {definition.name} in {data_folder}: sound files like "
        f"{next(iter(definition.example))}"
    )
    if not data_folder.is_dir():
        raise FileNotFoundError(
            f"{expected}, but there is no such folder. "
            f"{nearest_path(data_folder)}Correct the path."
        )
    _refuse_media(definition, data_folder, paths)
    sounds = [path for path in paths if path.lower().endswith(SOUNDS)]
    there = f"none of {len(sounds):,} is named so: {list_names(sounds, 3)}"
    if not sounds:
        names = list_names(paths, 3) or "nothing"
        there = f"there is no sound file. There is: {names}"
    packed = [path for path in paths if path.lower().endswith(_PACKED)]
    advice = "Give the corpus's own folder, with its own names."
    if packed and not sounds:
        advice = f"Unpack {list_names(packed, 3)}."
    raise FileNotFoundError(f"{expected}, but {there}. {advice}")


def _refuse_media(definition, data_folder, paths):
    """Sound that must be extracted first."""
    media = definition.media
    endings = tuple(f".{e}" for e in media.endings) if media else ()
    found = [path for path in paths if path.lower().endswith(endings)]
    if endings and found:
        raise FileNotFoundError(
            f"Expected sound that can be read, but {definition.name} comes as "
            f"{', '.join(media.endings).upper()}: {list_names(found, 3)}. "
            f"Extract it first: zsfuse extract {data_folder} --out FOLDER "
            f"--corpus {definition.key}, and give that folder."
        )
