"""From clips to train, valid and test: a fold of our own, a published split, or
the whole corpus for cross-corpus work. No speaker is ever in two of them who
would be known to the test.

Pure but for the lists of EmoBox; this file knows no corpus.
"""

import pandas

from speechbrain_zsfuse.corpora.folds.assigning import (
    USUAL,
    assign_folds,
    choose_number,
    hash_assignment,
)
from speechbrain_zsfuse.corpora.folds.division import Division
from speechbrain_zsfuse.corpora.folds.emobox import UNLISTED, read_lists
from speechbrain_zsfuse.corpora.folds.groups import (
    check_known,
    count_groups,
    join_groups,
)
from speechbrain_zsfuse.corpora.folds.official import (
    read_official,
    refuse_shared,
)
from speechbrain_zsfuse.corpora.folds.refusing import refuse_few
from speechbrain_zsfuse.corpora.folds.validating import (
    SPEAKERS,
    TEXT,
    hold_out,
    tell_validation,
)
from speechbrain_zsfuse.corpora.segments import columns_of

NEXT, PUBLISHED = "the next fold", "as published"
_PAIRS = ("train & valid", "train & test", "valid & test")


def divide(clips, labels, fold=1, folds=None, copies=(), emobox=None):
    """Give every clip its split.

    Arguments
    ---------
    clips : pandas.DataFrame
        With ``ID, wav, emotion, speaker`` and perhaps ``group, text, split``.
    labels : list of str
        The classes, each with clips.
    fold : int or str
        Which is tested, from 1; ``official``: the column ``split`` says it;
        ``source``: all but some for validation train, and nothing is tested;
        ``whole``: everything is tested.
    folds : int, optional
        How many; by default see ``choose_number``.
    copies : iterable of list of str
        Ids that are the same recording: they get one split.
    emobox : dict, optional
        Split to the list of EmoBox that says who is in it.

    Returns
    -------
    Division

    Raises
    ------
    ValueError
        If speakers are not known, there are too few, a class would be missing
        in a fold, or a published split shares speakers.

    Example
    -------
    >>> clips = pandas.DataFrame({"ID": list("abc"), "emotion": "sad"})
    >>> clips = clips.assign(speaker=clips["ID"], wav=clips["ID"])
    >>> divide(clips, ["sad"], fold=3).clips["split"].tolist()
    ['valid', 'train', 'test']
    >>> divide(clips, ["sad"], fold="whole").clips["split"].tolist()
    ['test', 'test', 'test']
    """
    facts = {"fold": fold}
    if fold == "whole":
        clips = clips.assign(split="test")
        return Division(clips, facts, splits=("test",))
    if emobox:
        split = read_lists(emobox, clips)
        unlisted = clips["ID"][split == ""].tolist()
        clips, split = clips[split != ""], split[split != ""]
        clips = clips.assign(split=split)
        refuse_shared(clips, "EmoBox's lists", "leave --emobox out")
        found = _follow(clips, labels, copies, fold)
        dropped = {UNLISTED: unlisted} if unlisted else {}
        facts["by"] = "EmoBox"
        return found._replace(facts=facts | found.facts, dropped=dropped)
    if fold == "official":
        clips = clips.assign(split=read_official(clips))
        refuse_shared(clips, "the official split")
        found = _follow(clips, labels, copies)
        return found._replace(facts=facts | found.facts)
    if fold == "source":
        split = pandas.Series("train", clips.index)
        found = _validate(clips, split, labels, copies, 1, facts)
        return found._replace(splits=("train", "valid"))
    return _rotate(clips, labels, fold, folds, copies)


def _rotate(clips, labels, fold, folds, copies):
    """Test one of the folds, validate with the next or part of the others."""
    check_known(clips)
    groups = join_groups(clips, copies)
    table = count_groups(clips, groups, labels)
    refuse_few(clips, groups, table, copies)
    k = folds or choose_number(table)
    if fold > k:
        raise ValueError(
            f"Expected `fold` to be one of 1 to {k}, the folds there are, but "
            f"got {fold}. Choose one of them, or set --folds."
        )
    number = assign_folds(clips, k, labels, groups=groups)
    facts = {
        "fold": fold,
        "folds": k,
        "groups": len(table),
        "assignment_sha256": hash_assignment(groups, number),
    }
    split = (number == fold).map({True: "test", False: "train"})
    if k < USUAL:
        return _validate(clips, split, labels, copies, fold, facts)
    split[number == fold % k + 1] = "valid"
    facts["validation"] = NEXT
    clips = clips.assign(split=split)
    return Division(clips, facts, (), _disjoint(clips, SPEAKERS))


def _follow(clips, labels, copies, turn=1):
    """A published split; where it has no validation, a part of train."""
    split = clips["split"]
    who = clips["speaker"].where(clips["speaker"] != "", clips["ID"])
    facts = {"assignment_sha256": hash_assignment(who, split)}
    if "valid" not in set(split):
        return _validate(clips, split, labels, copies, turn, facts)
    facts["validation"] = PUBLISHED
    return Division(clips, facts, (), _disjoint(clips, SPEAKERS))


def _validate(clips, split, labels, copies, turn, facts):
    """Take the validation from those who train."""
    training = clips[split == "train"]
    check_known(training)
    chosen, how = hold_out(training, labels, turn, copies)
    split = split.copy()
    split[training.index[chosen]] = "valid"
    clips = clips.assign(split=split)
    told = tuple(tell_validation(how, training, chosen))
    facts = facts | {"validation": how}
    return Division(clips, facts, told, _disjoint(clips, how))


def _disjoint(clips, how):
    """What is to be proved of the splits that there are."""
    there = set(clips["split"])
    pairs = [pair for pair in _PAIRS if {*pair.split(" & ")} <= there]
    apart = pairs if how == SPEAKERS else [p for p in pairs if "test" in p]
    proofs = {"speaker": tuple(apart)}
    if "group" in clips:
        proofs["group"] = tuple(apart)
    if columns_of(clips):  # one long file in two splits is a leak, too
        proofs["wav"] = tuple(pairs)
    if how == TEXT:
        proofs["text"] = _PAIRS[:1]
    return {field: pairs for field, pairs in proofs.items() if pairs}
