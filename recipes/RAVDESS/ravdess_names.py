"""What the names of RAVDESS say: the 1,440 clips of speech, and their splits.

``03-01-05-02-01-02-12`` is audio alone (03), speech (01), angry (05), strong
(02), the first statement (01), its second repetition (02), by actor 12.
"""

from itertools import product
from typing import Annotated

import pandas
from pydantic import Field

from speechbrain_zsfuse.options import check

EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgusted",
    "08": "surprised",
}
INTENSITIES = {"01": "normal", "02": "strong"}
STATEMENTS = {"01": "kids", "02": "dogs"}
ACTORS = range(1, 25)

# Six test groups of two men (odd) and two women (even). Fold k tests group k
# and validates on the next one. The paper does not publish its actors; fold 1
# has its sizes.
FOLDS = (
    (21, 22, 23, 24),
    (16, 17, 19, 20),
    (1, 2, 3, 4),
    (5, 6, 7, 8),
    (9, 10, 11, 12),
    (13, 14, 15, 18),
)
Fold = Annotated[int, Field(ge=1, le=len(FOLDS))]


def list_clips():
    """Every clip of RAVDESS speech.

    Returns
    -------
    pandas.DataFrame
        1,440 rows. ``session`` is empty, and ``votes``, too: the emotions are
        acted, not rated.

    Example
    -------
    >>> list_clips().query("speaker == '12' and emotion == 'angry'").iloc[-1]
    ID             03-01-05-02-02-02-12
    emotion                       angry
    speaker                          12
    session
    gender                       female
    votes                            {}
    intensity                    strong
    statement                      dogs
    repetition                        2
    Name: ..., dtype: object
    """
    fields = product(EMOTIONS, INTENSITIES, STATEMENTS, (1, 2), ACTORS)
    return pandas.DataFrame(
        {
            "ID": f"03-01-{emotion}-{intensity}-{statement}-{repetition:02}"
            f"-{actor:02}",
            "emotion": EMOTIONS[emotion],
            "speaker": f"{actor:02}",
            "session": "",
            "gender": "female" if actor % 2 == 0 else "male",
            "votes": "{}",
            "intensity": INTENSITIES[intensity],
            "statement": STATEMENTS[statement],
            "repetition": repetition,
        }
        for emotion, intensity, statement, repetition, actor in fields
        if (emotion, intensity) != ("01", "02")  # neutral is never strong
    )


def split_actors(fold=1, valid_actors=None, test_actors=None):
    """Validation and test actors of a fold, or the given ones.

    Example
    -------
    >>> split_actors(fold=6)
    ([21, 22, 23, 24], [13, 14, 15, 18])
    """
    if (valid_actors is None) != (test_actors is None):
        raise ValueError(
            "Expected both valid_actors and test_actors, or neither, but got "
            f"{valid_actors} and {test_actors}."
        )
    if valid_actors is None:
        check("fold", fold, Fold)
        return list(FOLDS[fold % len(FOLDS)]), list(FOLDS[fold - 1])
    chosen = [*valid_actors, *test_actors]
    distinct = set(chosen) <= set(ACTORS) and len(set(chosen)) == len(chosen)
    enough = valid_actors and test_actors and len(chosen) < len(ACTORS)
    if not (distinct and enough):
        raise ValueError(
            "Expected different actors from 1 to 24 for validation and test, "
            "some for each and some left to train, but got "
            f"{list(valid_actors)} and {list(test_actors)}."
        )
    return list(valid_actors), list(test_actors)


def assign_splits(speakers, valid, test):
    """Split of each clip, by its speaker.

    Arguments
    ---------
    speakers : pandas.Series
        Two digits.
    valid, test : list of int
        Actors. All others train.

    Returns
    -------
    pandas.Series

    Example
    -------
    >>> assign_splits(pandas.Series(["07", "08", "09"]), [8], [9]).tolist()
    ['train', 'valid', 'test']
    """
    homes = {f"{actor:02}": "valid" for actor in valid}
    homes |= {f"{actor:02}": "test" for actor in test}
    return speakers.map(homes).fillna("train")
