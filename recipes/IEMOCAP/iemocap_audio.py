"""IEMOCAP's audio files: where they are, in which format, and whether they are
as long as the evaluations say.
"""

from pathlib import Path

from speechbrain_zsfuse.folders import find_files

AUDIO = (".wav", ".flac", ".ogg", ".mp3")
TOLERANCE = 0.1  # s between a file and its evaluation


def list_audio(data_folder):
    """Audio files, by their path without the ending.

    Arguments
    ---------
    data_folder : Path

    Returns
    -------
    audio : dict
        Path to path (str), both relative to the corpus.
    copies : list of str
        Further files of the same names: the first of ``AUDIO`` counts.

    Example
    -------
    >>> audio, copies = list_audio(getfixture("iemocap"))
    >>> len(audio), copies
    (130, [])
    """
    files = [
        path.relative_to(data_folder)
        for session in range(1, 6)
        for path in find_files(
            data_folder / f"Session{session}" / "sentences" / "wav", AUDIO
        )
        if path.name[0] != "."
    ]
    files.sort(key=lambda p: AUDIO.index(p.suffix.lower()), reverse=True)
    audio = {p.with_suffix("").as_posix(): p.as_posix() for p in files}
    return audio, sorted({p.as_posix() for p in files} - set(audio.values()))


def locate(clips, audio):
    """Clips with the file that is there, whatever its ending.

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"wav": ["a.wav", "b.wav"]})
    >>> locate(clips, {"b": "b.FLAC"})["wav"].tolist()
    ['a.wav', 'b.FLAC']
    """
    found = [audio.get(wav.removesuffix(".wav"), wav) for wav in clips["wav"]]
    return clips.assign(wav=found)


def without_evaluation(audio, evaluated):
    """Ids of audio files that no evaluation names, sorted.

    Example
    -------
    >>> without_evaluation({"wav/a": "wav/a.wav", "wav/b": "b.flac"}, ["a"])
    ['b']
    """
    return sorted({Path(name).name for name in audio} - set(evaluated))


def other_lengths(clips, stated):
    """Files that are not as long as their evaluation says.

    Arguments
    ---------
    clips : pandas.DataFrame
        With the columns ``ID, wav, duration`` (seconds).
    stated : pandas.Series
        Id to seconds.

    Returns
    -------
    list of str

    Example
    -------
    >>> import pandas
    >>> clips = {"ID": ["a"], "wav": ["a.wav"], "duration": [1.5]}
    >>> other_lengths(pandas.DataFrame(clips), pandas.Series({"a": 1.9456}))
    ['a.wav holds 1.50 s, but its evaluation states 1.95 s']
    """
    expected = clips["ID"].map(stated)
    other = (clips["duration"] - expected).abs() > TOLERANCE
    return [
        f"{wav} holds {seconds:.2f} s, but its evaluation states {said:.2f} s"
        for wav, seconds, said in zip(
            clips["wav"][other], clips["duration"][other], expected[other]
        )
    ]
