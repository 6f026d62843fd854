"""A definition applied to a folder."""

import pandas

from speechbrain_zsfuse.corpora.definitions.definition import find_definition
from speechbrain_zsfuse.corpora.reading import Reading
from speechbrain_zsfuse.folders import find_files

SOUNDS = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")


def read_defined(data_folder, definition, release=None):
    """Read a folder as a definition says.

    Arguments
    ---------
    data_folder : Path
    definition : str or Path
        Name of one of the package's, or a YAML file.
    release : str, optional
        Which release it should be; by default the closest.

    Returns
    -------
    Reading

    Example
    -------
    >>> from pathlib import Path
    >>> folder = Path(getfixture("tmpdir"))
    >>> (folder / "03a01Fa.wav").touch()
    >>> read_defined(folder, "emodb").clips["emotion"].tolist()
    ['happy']
    """
    definition = find_definition(definition)
    rows, problems = [], []
    for path in find_files(data_folder, SOUNDS):
        wav = path.relative_to(data_folder).as_posix()
        found = definition.files.search(wav)
        if not found:
            problems.append(f"{wav}: no name of {definition.name}")
            continue
        fields = found.groupdict()
        fields["emotion"] = definition.emotion[fields["emotion"]]
        gender = fields.get("gender", fields["speaker"])
        fields["gender"] = definition.gender.get(gender, "")
        rows.append({"wav": wav, **fields})
    return Reading(
        definition.key,
        pandas.DataFrame(rows),
        name=definition.name,
        problems=problems,
        about=definition.model_dump(
            include={
                *("licence", "source", "languages"),
                *("style", "label_source", "confounded"),
            }
        ),
    )
