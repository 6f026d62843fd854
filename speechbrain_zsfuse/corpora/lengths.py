"""Are all clips of a length that a model can hear?

Asked of the durations in manifests, before anything is heard or trained; the
sound itself is not read.
"""

import math

from speechbrain_zsfuse.audio.sound import length_problem
from speechbrain_zsfuse.corpora.manifests import read_manifest
from speechbrain_zsfuse.errors import shorten


def check_lengths(manifests, data_root, model, repeats=1, crop_seconds=None):
    """Raise a ValueError that names the clips too short or too long.

    Arguments
    ---------
    manifests : dict
        Split to manifest path.
    data_root : str, Path or dict
        Stands for ``$data_root`` in the manifests, see ``roots.py``.
    model : torch.nn.Module
        Encoder or audio-language model: its ``sample_rate`` in Hz, and
        ``min_samples`` and ``max_samples`` if it has them.
    repeats : int
        How often it hears a clip in a row.
    crop_seconds : float, optional
        Longest clip of ``train``: of longer ones it hears a part.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> path = getfixture("tmpdir") / "test.csv"
    >>> path.write("ID,duration,wav\\na,1.5,$data_root/a.wav")
    >>> model = SimpleNamespace(sample_rate=16000, max_samples=16000)
    >>> check_lengths({"test": path}, "/corpus", model)
    Traceback (most recent call last):
    ValueError: Expected clips of a length that SimpleNamespace can hear, but \
1 are not:
      a (/corpus/a.wav) is too long (1.5 s, repetitions included; at most 1 s \
are heard)
    Leave them out of the corpus, cut them, or choose a model that can; a \
limit of length is its `longest_seconds`, if it has one.
    """
    lines = []
    for split, path in manifests.items():
        longest = crop_seconds if split == "train" else None
        rows = read_manifest(path, data_root)
        lines += length_problems(rows, model, repeats, longest)
    if lines:
        raise ValueError(
            f"Expected clips of a length that {type(model).__name__} can hear, "
            f"but {len(lines)} are not:\n{shorten(lines)}\nLeave them out of "
            "the corpus, cut them, or choose a model that can; a limit of "
            "length is its `longest_seconds`, if it has one."
        )


def length_problems(clips, model, repeats=1, longest=None):
    """Which clips a model cannot hear, and why.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID``, ``duration`` in seconds and ``wav``.
    model, repeats
        See ``check_lengths``.
    longest : float, optional
        Seconds: of longer clips a part is heard.

    Returns
    -------
    list of str
        A line a clip.

    Example
    -------
    >>> import pandas
    >>> from types import SimpleNamespace
    >>> clips = pandas.DataFrame({"ID": ["a"], "duration": 1.5, "wav": "a.wav"})
    >>> model = SimpleNamespace(sample_rate=16000, max_samples=32000)
    >>> length_problems(clips, model), len(length_problems(clips, model, 2))
    ([], 1)
    """
    rate = getattr(model, "sample_rate", None)
    limits = (
        getattr(model, "min_samples", 1),
        getattr(model, "max_samples", None),
    )
    if not rate or limits == (1, None):
        return []
    lines = []
    for clip, seconds, wav in zip(clips["ID"], clips["duration"], clips["wav"]):
        # To the sample, whatever was rounded in writing the seconds.
        samples = math.ceil(min(seconds, longest or seconds) * rate - 1e-3)
        if problem := length_problem(samples, repeats, *limits, rate):
            lines.append(f"  {clip} ({wav}) {problem}")
    return lines
