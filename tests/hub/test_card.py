"""The card: what the hub reads of it, and what it says and does not say."""

import json
import re

import pytest
import yaml
from huggingface_hub import ModelCard
from huggingface_hub.repocard_data import model_index_to_eval_results
from made_results import make_results
from sklearn.metrics import accuracy_score, f1_score, recall_score

from speechbrain_zsfuse.corpora.sealing import write_certificate
from speechbrain_zsfuse.evaluation.predictions import read_predictions
from speechbrain_zsfuse.hub.publishing.alm import plan_alm
from speechbrain_zsfuse.hub.publishing.card import write_card
from speechbrain_zsfuse.hub.publishing.facts import read_facts
from speechbrain_zsfuse.hub.publishing.licensing import choose_licence
from speechbrain_zsfuse.hub.publishing.measures import (
    accuracy_of,
    macro_f1_of,
)
from speechbrain_zsfuse.hub.publishing.tables import table_of

PLACE = "me/ser"
CAVEAT = "the words give the emotion away"
MISMATCH = [
    "clips of sad: expected 192, found 191 (-1)",
    "missing: 03-01-04-01-01-01-17",
]


def run_of(folder, alm="CLSP", encoder="hubert", **facts):
    facts = {"folds": (1,), "seeds": (1000,), "encoders": (encoder,)} | facts
    made = make_results(folder, alms=(alm,), **facts)
    return made / f"{encoder}_{alm.lower()}" / "fold1" / "1000"


def card_of(run, **more):
    facts = read_facts(run)
    return write_card(facts, PLACE, "cc-by-nc-sa-4.0", plan_alm(facts, **more))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    remarks = ["begun with /home/annaquist/a.ckpt"]
    facts = {"mismatch": MISMATCH, "remarks": remarks, "caveats": [CAVEAT]}
    facts["baselines"] = {"majority": {"uar": 0.25}, "text": {"uar": 0.7}}
    return run_of(tmp_path_factory.mktemp("runs"), **facts)


@pytest.fixture(scope="module")
def card(run):
    return card_of(run)


def head_of(card):
    return yaml.safe_load(card.split("---")[1])


# ----------------------------------------------------------- the front matter
def test_the_hub_reads_the_front_matter_as_it_was_meant(card):
    head = head_of(card)
    assert ModelCard(card).data.to_dict() == head
    assert head["library_name"] == "speechbrain"
    assert head["pipeline_tag"] == "audio-classification"
    assert head["license"] == "cc-by-nc-sa-4.0"
    assert {"speech-emotion-recognition", "zs-fuse"} <= {*head["tags"]}
    assert head["base_model"] == ["facebook/hubert-base-ls960", "somebody/CLSP"]


def test_the_metrics_of_the_front_matter_are_those_of_the_predictions(
    run, card
):
    name, results = model_index_to_eval_results(head_of(card)["model-index"])
    assert name == "ser"
    table = read_predictions(run / "predictions_test.csv")
    pair = table["label"], table["prediction"]
    expected = {
        "recall": recall_score(*pair, average="macro"),
        "accuracy": accuracy_score(*pair),
        "f1": f1_score(*pair, average="macro"),
    }
    assert {one.metric_type for one in results} == {*expected}
    for one in results:
        assert one.metric_value == round(expected[one.metric_type], 4)
        low, high = one.metric_args["interval_95_by_speakers"]
        assert low < one.metric_value < high
        assert one.metric_args["n"] == len(table)
        assert one.dataset_name == "RAVDESS, fold 1"
        assert one.dataset_split == "test"


def test_counts_give_the_metrics_of_scikit_learn():
    import numpy as np

    draw = np.random.default_rng(3)
    truth, taken = draw.integers(0, 3, 90), draw.integers(0, 4, 90)
    counts = np.zeros((3, 4), int)
    np.add.at(counts, (truth, taken), 1)
    f1 = f1_score(truth, taken, labels=[0, 1, 2], average="macro")
    assert macro_f1_of(counts) == pytest.approx(f1, abs=1e-12)
    assert accuracy_of(counts) == accuracy_score(truth, taken)


# ------------------------------------------------------------------- the text
def test_the_card_says_what_whoever_uses_the_model_must_know(card):
    for said in (
        "224 test clips of 4 speakers of RAVDESS, fold 1, one run (seed 1000)",
        "| true \\ predicted | neutral | happy | sad | angry |",
        "| class   | clips | recall | precision | most often taken for |",
        "Lowest, of groups with all classes and at least 20 clips:",
        "UAR of each speaker with all classes (n = 4): lowest .",
        "No speaker is in both of train & valid, train & test, valid & test",
        "calm is not among the labels: 192",
        "a person speaking in a angry way",
        "fingerprint `" + "0" * 64,
        "RAVDESS is in the training data of CLSP",
        "The scores are: not zero-shot: seen in training.",
        "not knowledge of what they feel",
        "(EU) 2024/1689",
        "Weights of this model: cc-by-nc-sa-4.0",
        "RAVDESS: cc-by-nc-sa-4.0 (https://zenodo.org/records/1188976)",
        "HuBERT Base: apache-2.0",
        "https://arxiv.org/abs/2106.07447",
        "somebody/CLSP is named, not copied: it is on the hub.",
    ):
        assert said in card, said


def test_marks_of_the_corpus_are_told_but_clips_are_not_named(card):
    assert "**Not as the corpus is known** (2 marks" in card
    assert "- clips of sad: expected 192, found 191 (-1)\n" in card
    assert "- 1 further mark, of single clips" in card
    assert "03-01-04" not in card
    assert "a = b" not in card and "has 1 further note" in card


def test_what_is_reached_without_hearing_stands_beside_the_results(card):
    reached = "UAR 25.0 % always the most frequent emotion, 70.0 % by the words"
    assert f"Reached without hearing: {reached}." in card
    assert f"too good:\n\n- {CAVEAT}\n" in card


def test_the_command_has_no_places_of_one_machine(card):
    assert "--seed=1000 \\\n    --data_folder=/path/to/data_folder\n```" in card
    assert "my corpus" not in card
    assert "- begun with /path/to/it\n" in card
    assert "python recipes/RAVDESS/train.py hparams/hubert_clsp.yaml" in card


def test_no_speaker_is_named(run, card):
    speakers = {*read_predictions(run / "predictions_test.csv")["speaker"]}
    for name in speakers:
        assert not re.search(rf"(?<![\d.,]){name}(?![\d.,])", card), name


def test_without_an_audio_language_model_nothing_is_said_of_one(tmp_path):
    card = card_of(run_of(tmp_path, alm="none"))
    for word in ("rompt", "zero-shot", "ZS-Fuse:", "audio-language", "alm="):
        assert word not in card, word
    assert "zero-shot" not in head_of(card)["tags"]


def test_every_python_block_is_python(card):
    blocks = re.findall(r"```python\n(.+?)```", card, re.S)
    assert len(blocks) == 4
    assert f'EmotionRecognizer.from_pretrained("{PLACE}")\n' in blocks[0]
    for block in blocks:
        compile(block, "card", "exec")


def test_cells_do_not_break_their_table():
    assert table_of([["a|b\nc"]]).splitlines()[0] == "| a\\|b c |"


# ---------------------------------------------------------------- what is not
def test_a_run_that_was_not_tested(run, tmp_path):
    record = json.loads((run / "run.json").read_text())
    record |= {"finished": False, "results": {}}
    (tmp_path / "run.json").write_text(json.dumps(record))
    with pytest.raises(
        ValueError, match="a finished run in .* not been tested"
    ):
        read_facts(tmp_path)


def test_an_edited_certificate_is_named(tmp_path):
    run = run_of(tmp_path)
    content = json.loads((run / "certificate.json").read_text())
    path = write_certificate(run, content)
    assert "its certificate as it was sealed" in card_of(run)
    path.write_text(path.read_text().replace("192", "191"))
    with pytest.raises(ValueError, match="certificate.json as it was written"):
        read_facts(run)


def test_edited_predictions_are_named(tmp_path):
    run = run_of(tmp_path)
    path = run / "predictions_test.csv"
    path.write_text(path.read_text().replace("sad", "angry", 1))
    with pytest.raises(ValueError, match="predictions_test.csv"):
        read_facts(run)


# ------------------------------------------------------------------- licences
@pytest.mark.parametrize(
    "encoder, corpus, expected",
    [
        ("hubert", "RAVDESS", "cc-by-nc-sa-4.0"),
        ("wavlm", "RAVDESS", None),  # its licence is not clear
        ("hubert", "IEMOCAP", None),  # a form to be signed
        ("hubert", "my corpus", None),
    ],
)
def test_a_licence_is_proposed_or_asked_for(
    encoder, corpus, expected, tmp_path
):
    facts = read_facts(run_of(tmp_path, encoder=encoder, corpus=corpus))
    if expected:
        assert choose_licence(facts) == expected
    else:
        with pytest.raises(ValueError, match="Decide, and give it: --licence"):
            choose_licence(facts)
    assert choose_licence(facts, "mit") == "mit"


def test_a_ledger_of_ones_own_knows_more(tmp_path):
    run = run_of(tmp_path, corpus="my corpus")
    path = tmp_path / "mine.yaml"
    licence = "licences: {my corpus: {id: cc0-1.0, source: me}}"
    path.write_text(f"corpora: [my corpus]\n{licence}\n")
    assert choose_licence(read_facts(run, path)) == "apache-2.0"


def test_owners_are_quoted_on_the_licence_of_each_corpus(tmp_path):
    run = run_of(tmp_path)
    content = json.loads((run / "certificate.json").read_text())
    terms = {"licence": "only for research", "source": "https://a.org/b"}
    line = "- Of X its owners say: only for research (https://a.org/b).\n"
    for told in (
        {"corpus": "X", "about": terms},
        {"corpora": {"x": {"name": "X", "about": terms}, "mine": {}}},
    ):
        write_certificate(run, content | told)
        assert card_of(run).count(" its owners say:") == 1
        assert line in card_of(run)
