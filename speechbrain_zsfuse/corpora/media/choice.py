"""What is extracted, and which channel: as the user says, else as the
definition of the corpus does.
"""

from speechbrain_zsfuse.corpora.definitions.definition import find_definition
from speechbrain_zsfuse.corpora.definitions.names import clip_name
from speechbrain_zsfuse.corpora.definitions.schema import compiled
from speechbrain_zsfuse.corpora.media.channels import read_rule
from speechbrain_zsfuse.corpora.media.survey import KINDS


def choose(channel=None, corpus=None, kinds=None):
    """Options of ``extract``.

    Arguments
    ---------
    channel : str, optional
        See ``read_rule``.
    corpus : str, optional
        Name of a definition, or the path of one.
    kinds : str, optional
        Endings with commas.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If there is no such corpus or channel, no ending, or if the corpus
        needs no extraction.

    Example
    -------
    >>> choose("2", kinds="wav, .flac")["kinds"]
    ['wav', 'flac']
    >>> found = choose(corpus="meld")
    >>> found["rule"], found["kinds"]
    ('centre', ['mp4'])
    >>> found["ignored"]("train/train_splits/dia125_utt3.mp4")
    True
    """
    media, patterns = None, []
    if corpus is not None:
        definition = find_definition(corpus)
        media = definition.media
        patterns = [compiled(pattern) for pattern in definition.ignore]
        if media is None and kinds is None:
            raise ValueError(
                f"Expected a corpus of media to extract, but {definition.name} "
                "comes as sound that can be read as it is. Prepare it, or name "
                "endings: --kinds wav."
            )
    rule = channel or (media.channel if media else "mean")
    return {
        "rule": read_rule(rule),
        "kinds": _endings(kinds) or (media.endings if media else KINDS),
        "ignored": lambda name: any(
            p.search(clip_name(name)) for p in patterns
        ),
    }


def _endings(kinds):
    if kinds is None:
        return None
    found = [one.strip().removeprefix(".") for one in kinds.split(",")]
    if not all(one.isalnum() for one in found):
        raise ValueError(
            "Expected --kinds to be endings of files with commas between, "
            f"mp4,m4a, but got {kinds!r}. Correct it."
        )
    return found
