"""Runs that were never trained, with the answers that a test wants them to
have given.
"""

import numpy as np
from records import make_record

from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    predictions_table,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.evaluation.results import hash_results
from speechbrain_zsfuse.evaluation.summary import write_metrics

PAIR = ["sad", "angry"]
FOUR = ["neutral", "happy", "sad", "angry"]
SPEECH = {"class": "x.SSLEncoder", "source": "microsoft/wavlm-base-plus"}


def source(alm="CLAP", audio=1, text=1, **facts):
    """What scored."""
    names = ("source", "fingerprint", "prompts", "prompts_sha256")
    found = dict.fromkeys(names) | {"kind": "dual encoder"}
    found |= {"class": f"x.{alm}", "prompt_set": "paper"}
    return found | {"audio_repeats": audio, "text_repeats": text} | facts


def answers(given, truth, speakers, labels=PAIR, scores=None, first="a"):
    """A table of clips ``a0``, ``a1`` …: what was answered, and what is so."""
    ids = [f"{first}{number:04}" for number in range(len(truth))]
    sure = np.full((len(truth), len(labels)), 0.1 / (len(labels) - 1))
    places = [labels.index(answer) for answer in given]
    sure[np.arange(len(truth)), places] = 0.9
    if scores is not None:
        scores = np.eye(len(labels))[[labels.index(one) for one in scores]]
    return predictions_table(labels, ids, speakers, truth, sure, scores)


def guessed(share, seed, labels=PAIR, speakers=8, clips=4, **more):
    """The same for clips of each speaker and class, right by chance."""
    draw = np.random.default_rng(seed)
    truth = [label for label in labels for _ in range(clips)] * speakers
    who = np.repeat(np.arange(speakers), clips * len(labels)).astype(str)
    right = draw.random(len(truth)) < share
    given = [
        label if good else labels[labels.index(label) - 1]
        for label, good in zip(truth, right)
    ]
    return answers(given, truth, who, labels, **more)


def run(folder, table, experiment, seed=1000, fold=1, valid=None, **facts):
    """A finished run, in the folder that a recipe gives it."""
    place = folder / experiment / f"fold{fold}" / str(seed)
    place.mkdir(parents=True)
    labels = [
        name.removeprefix("probability_")
        for name in table
        if name.startswith("probability_")
    ]
    facts = {"corpus": "Tiny", "encoder": SPEECH} | facts
    facts |= {"experiment": experiment, "seed": seed, "fold": fold}
    write_record(place, make_record(labels, **facts))
    write_predictions(predictions_path(place, "test"), table)
    write_metrics(place, table, seed, valid or {"epoch": 1, "UAR": 0.5})
    facts |= {"finished": True, "results": hash_results(place)}
    write_record(place, make_record(labels, **facts))
    return place
