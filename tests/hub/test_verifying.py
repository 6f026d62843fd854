"""A published model against the predictions of its run."""

from types import SimpleNamespace

import pandas
import pytest

from speechbrain_zsfuse.hub.publishing import verifying
from speechbrain_zsfuse.hub.publishing.verifying import verify


@pytest.fixture
def facts(monkeypatch):
    """Of a run on corpora of which y knows no fear; the model does."""

    def load(folder, alm=None):
        def predict(paths):
            answer = SimpleNamespace(probabilities=[0.4, 0.1, 0.5])
            return [answer] * len(paths)

        return SimpleNamespace(predict=predict)

    monkeypatch.setattr(verifying.EmotionRecognizer, "from_pretrained", load)
    labels = ["sad", "angry", "fearful"]
    rows = [("a", "x", labels[0]), ("b", "x", labels[1]), ("c", "x", labels[2])]
    rows += [("d", "y", labels[0]), ("e", "y", labels[1])]
    table = pandas.DataFrame(rows, columns=["id", "corpus", "label"])
    own = {"x": [0.4, 0.1, 0.5], "y": [0.8, 0.2, 0.0]}
    for column, label in enumerate(labels):
        of_each = [own[name][column] for name in table["corpus"]]
        table[f"probability_{label}"] = of_each
    return SimpleNamespace(table=table)


@pytest.mark.parametrize("here", ["abcde", "d", "ad"])
def test_classes_are_those_of_all_clips_of_a_corpus(facts, here, tmp_path):
    told = verify(tmp_path, facts, {name: f"{name}.wav" for name in here})
    assert f"the answers to {len(here)} of 5 test clips are those" in told


def test_another_answer_is_refused(facts, tmp_path):
    facts.table.loc[3, ["probability_sad", "probability_angry"]] = 0.5
    with pytest.raises(ValueError, match="d: "):
        verify(tmp_path, facts, {"d": "d.wav"})
