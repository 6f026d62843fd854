"""From clips to train, valid and test of a fold."""

import hashlib
import json


def divide(clips, labels, fold, folds=None):
    """Give every clip its split.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID``, ``speaker`` and ``emotion``.
    labels : list of str
    fold : int
        Which is tested, from 1.
    folds : int, optional
        How many.

    Returns
    -------
    clips : pandas.DataFrame
        With ``split``.
    facts : dict
        JSON values for the certificate.
    notes : list of str

    Example
    -------
    >>> import pandas
    >>> clips = pandas.DataFrame({"speaker": list("abc"), "emotion": "sad"})
    >>> divide(clips, ["sad"], 1)[0]["split"].tolist()
    ['test', 'valid', 'train']
    """
    speakers = sorted(set(clips["speaker"]))
    k = folds or min(5, len(speakers))
    homes = {speaker: place % k for place, speaker in enumerate(speakers)}
    splits = {(fold - 1) % k: "test", fold % k: "valid"}
    text = json.dumps(homes, sort_keys=True)
    return (
        clips.assign(
            split=[
                splits.get(homes[speaker], "train")
                for speaker in clips["speaker"]
            ]
        ),
        {
            "folds": k,
            "assignment_sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
        [],
    )
