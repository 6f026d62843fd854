"""Corpora crossed: which clips are heard, and what models say of them."""

from dataclasses import dataclass
from types import SimpleNamespace

import pandas
import pytest

from speechbrain_zsfuse.experiment.cross import predicting
from speechbrain_zsfuse.experiment.cross.answers import check_answers
from speechbrain_zsfuse.experiment.cross.description import (
    Balanced,
    CrossCorpus,
)
from speechbrain_zsfuse.experiment.cross.targets import choose_clips


@dataclass
class Heard:
    """Of a corpus, by a model."""

    status: str


def test_parts_and_balanced_sets_are_chosen():
    rows = [
        (f"{speaker}{label}{part}{n}", label, str(speaker), part)
        for speaker in range(3)
        for label in ("sad", "angry")
        for part in ("Test1", "Test2")
        for n in range(2)
    ]
    columns = ["ID", "emotion", "speaker", "part"]
    table = pandas.DataFrame(rows, columns=columns)
    labels = ["sad", "angry"]
    one = CrossCorpus("r", "d", part="Test1")
    assert {*choose_clips(table, labels, one)["part"]} == {"Test1"}
    even = one._replace(balanced=Balanced(4, 2))
    chosen = choose_clips(table, labels, even)
    assert len(chosen) == 8 and chosen["speaker"].nunique() == 2
    with pytest.raises(ValueError, match="'Test3', but there are those of"):
        choose_clips(table, labels, one._replace(part="Test3"))
    with pytest.raises(ValueError, match="there is none of bored"):
        choose_clips(table, [*labels, "bored"], one)


def test_a_model_that_answers_otherwise_is_not_believed(tmp_path):
    (tmp_path / "test.csv").write_text("ID,duration,wav\nc,1,$data_root/c.wav")
    (tmp_path / "predictions_test.csv").write_text(
        "id,label,probability_sad,probability_angry\nc,sad,0.75,0.25\n"
    )
    asked = []

    def predict(paths):
        asked.extend(paths)
        return [SimpleNamespace(probabilities=[0.7501, 0.2499])] * len(paths)

    check_answers(SimpleNamespace(predict=predict), tmp_path, "/corpus")
    assert asked == ["/corpus/c.wav"]
    other = SimpleNamespace(probabilities=[0.74, 0.26])
    with pytest.raises(ValueError, match="(?s)1 of 1 answers differ:\n  c\n"):
        model = SimpleNamespace(predict=lambda paths: [other])
        check_answers(model, tmp_path, "/corpus")


def test_a_model_of_several_corpora_answers_as_in_its_test(tmp_path):
    """Its run was told the corpus, of which y is never happy."""
    rows = [("a", "x", "happy"), ("b", "x", "sad"), ("c", "y", "sad")]
    rows = [(*row, *((0.5, 0.5) if row[1] == "x" else (0, 1))) for row in rows]
    columns = ["id", "corpus", "label", "probability_happy", "probability_sad"]
    table = pandas.DataFrame(rows, columns=columns)
    table.to_csv(tmp_path / "predictions_test.csv", index=False)
    wavs = "".join(f"{k},1,$data_root/{k}.wav\n" for k in "abc")
    (tmp_path / "test.csv").write_text(f"ID,duration,wav\n{wavs}")
    answer = SimpleNamespace(probabilities=[0.5, 0.5])
    model = SimpleNamespace(predict=lambda paths: [answer] * len(paths))
    check_answers(model, tmp_path, "/corpus")


def test_what_was_heard_of_several_corpora_is_what_the_run_says(monkeypatch):
    said = {"encoder": {"status": "seen"}}
    record = SimpleNamespace(
        corpora={"x": {}, "y": {}},
        contamination=said,
        encoder={"source": "wavlm"},
        score_source=None,
    )
    monkeypatch.setattr(predicting, "read_record", lambda folder: record)
    monkeypatch.setattr(predicting, "name_system", lambda one: "wavlm")
    facts = {"name": "z", "release": None}
    targets = {
        key: SimpleNamespace(facts=facts, digest="") for key in ("both", "z")
    }
    one = SimpleNamespace(run=SimpleNamespace(folder=""), fold=1, seed=1)
    record.labels, one.values = ["sad", "angry"], {}
    monkeypatch.setattr(predicting, "contamination", lambda *_: Heard("clean"))
    user = predicting._Use(None, targets, "both", one)
    heard = user._describe("z", "model").contamination
    assert heard["both"] == said | {"score_source": None}
    assert heard["z"]["encoder"] == {"status": "clean"}
