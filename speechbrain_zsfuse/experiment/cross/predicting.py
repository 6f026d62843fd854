"""What trained models say of whole corpora, and where it is kept.

A pair is done when its files are there, of this model and these clips: nothing
is predicted twice, and what was killed is made again. Answers of a frozen
audio-language model come from the store that training has filled.
"""

from dataclasses import asdict

import numpy as np

from speechbrain_zsfuse.evaluation.cross.files import (
    ZERO_SHOT,
    Answers,
    are_there,
    write_answers,
)
from speechbrain_zsfuse.evaluation.fields import METRICS
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    read_predictions,
)
from speechbrain_zsfuse.evaluation.record import read_record
from speechbrain_zsfuse.evaluation.results import check_result
from speechbrain_zsfuse.experiment.cross.answers import (
    KnownScores,
    check_answers,
    digest,
    keep_test,
    table_of,
)
from speechbrain_zsfuse.experiment.cross.plan import name_system
from speechbrain_zsfuse.files import (
    clear_unfinished,
    file_sha256,
    hold_lock,
)
from speechbrain_zsfuse.inference.conventions import (
    TEMPERATURE,
    as_probabilities,
)
from speechbrain_zsfuse.inference.recognizer import EmotionRecognizer
from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.zeroshot.ledger.contamination import contamination
from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger
from speechbrain_zsfuse.zeroshot.source import DualEncoderSource


def predict_all(plan, targets):
    """Let every finished run answer all targets.

    Arguments
    ---------
    plan : CrossPlan
    targets : dict
        Key to Target.

    Returns
    -------
    int
        How many tables were made; the others were there.

    Raises
    ------
    ValueError
        If a model in use does not answer as it did in its test, or a clip
        cannot be used.

    Example
    -------
    See ``run_cross``.
    """
    made, asked = 0, set()
    runs = [
        (key, one)
        for key, many in plan.runs.items()
        for one in many
        if one.run.is_done()
    ]
    with show_bar(title="Predicting", total=len(runs), unit=" run") as bar:
        for key, one in runs:
            user = _Use(plan, targets, key, one)
            made += user.answer_targets()
            if user.record.score_source and user.system not in asked:
                asked.add(user.system)
                made += user.ask_model_alone()
            bar.update()
    return made


class _Use:
    """A run in use: its model is loaded when the first answer is needed."""

    def __init__(self, plan, targets, key, one):
        self.plan, self.targets, self.key, self.one = plan, targets, key, one
        self.record, self.system = read_record(one.run.folder), name_system(one)
        self.loaded = None

    @property
    def recognizer(self):
        """The model, held to answer as it did in its own test."""
        if self.loaded is None:
            device = self.plan.sides[self.key].device
            folder = self.record.folder
            self.loaded = EmotionRecognizer.from_pretrained(
                folder, device=device
            )
            data_folder = self.one.values["data_folder"]
            tested = self.one.run.last == METRICS
            split = "test" if tested else "valid"
            check_answers(self.loaded, folder, data_folder, split)
        return self.loaded

    def answer_targets(self):
        """Each target once; of its own corpus the test is there, if any is."""
        last = self.record.folder / self.one.run.last
        facts = self.record.signature, self.record.results, file_sha256(last)
        made = 0
        for key in self.plan.targets:
            target = self.targets[key]
            answers = self._describe(key, digest(facts))
            within = key == self.key
            if within and self.one.run.last != METRICS:
                continue
            table = self._own_test if within else self._whole
            made += self._make(answers, target, table)
        return made

    def ask_model_alone(self):
        """The audio-language model, for the words of each target."""
        made, source = 0, self.record.score_source
        for key in self.plan.targets:
            target = self.targets[key]
            asked = {k: source.get(k) for k in _ASKED}
            answers = self._describe(key, digest([asked, target.labels]))
            answers = answers.model_copy(
                update={
                    "source": ZERO_SHOT,
                    "fold": None,
                    "seed": None,
                    "labels": target.labels,
                    "contamination": {
                        key: {"score_source": self._heard(key, "score_source")}
                    },
                }
            )
            made += self._make(answers, target, self._alone)
        return made

    def _make(self, answers, target, table):
        """One table, unless it is there; whoever comes second waits."""
        folder = self.plan.folder
        pair = answers.path(folder).parent
        pair.mkdir(parents=True, exist_ok=True)
        with hold_lock(pair.with_name(f".{pair.name}.lock"), wait=True):
            there = are_there(folder, answers)
            if not there:
                clear_unfinished(pair)
                write_answers(folder, answers, table(answers, target))
        return not there

    def _describe(self, key, model):
        heard = {
            name: {role: self._heard(name, role) for role in _MODELS}
            for name in dict.fromkeys([self.key, key])
        }
        return Answers(
            format=1,
            system=self.system,
            source=self.key,
            target=key,
            fold=self.one.fold,
            seed=self.one.seed,
            labels=list(self.record.labels),
            model=model,
            clips=self.targets[key].digest,
            contamination=heard,
        )

    def _heard(self, key, role):
        """Whether a model has heard a corpus in its training; of several that
        it was trained on, its record says which was."""
        if key == self.key and self.record.corpora:
            return self.record.contamination.get(role)
        model, facts = getattr(self.record, role), self.targets[key].facts
        if not model or model["source"] is None:
            return None
        ledger = read_ledger(self.one.values.get("ledger"))
        return asdict(
            contamination(model, facts["name"], facts["release"], ledger)
        )

    def _own_test(self, answers, target):
        path = predictions_path(self.record.folder, "test")
        check_result(path, self.record.results)
        part = self.plan.sides[self.key].corpus.part
        mismatched = bool(target.facts["mismatch"])
        return keep_test(read_predictions(path), part, mismatched)

    def _whole(self, answers, target):
        own = self.recognizer
        paths, scored = target.table["wav"].tolist(), own
        if own.zero_shot is not None:
            scores = self._score(own.zero_shot.scorer, paths)
            known = KnownScores(dict(zip(paths, scores)))
            scored = EmotionRecognizer(
                own.model, own.labels, known, own.description
            )
        rows = [one.probabilities for one in scored.predict(paths)]
        return table_of(target, own.labels, np.array(rows))

    def _alone(self, answers, target):
        asked = self.recognizer.zero_shot.with_words(target.labels)
        scores = self._score(asked.scorer, target.table["wav"].tolist())
        rows = as_probabilities(scores, TEMPERATURE).numpy()
        return table_of(target, target.labels, rows)

    def _score(self, scorer, paths):
        store, device = self.one.values["store_folder"], self.recognizer.device
        return DualEncoderSource(scorer, store, str(device)).score(paths)


_MODELS = ("encoder", "score_source")
_ASKED = (
    *("fingerprint", "prompt_set", "scope", "ensemble"),
    *("audio_repeats", "text_repeats"),
)
