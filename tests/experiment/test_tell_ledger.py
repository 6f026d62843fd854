"""``zsfuse ledger``: what is known of models and corpora, as text."""

import pytest

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.experiment.ledger import tell_ledger
from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger


@pytest.fixture
def told(tmp_path):
    """What is told with a ledger of one's own on top."""
    path = tmp_path / "ledger.yaml"
    path.write_text(
        "models:\n"
        "  Mine:\n"
        "    sources: [own/mine]\n"
        "    files: [mine.pt]\n"
        "    starts_from: [WavLM Base]\n"
        "    source: our notes\n"
        "    note: not yet published\n"
        "    complete: true\n"
        "    trained_on:\n"
        "      - {corpora: [MELD], part: training part, source: page 1, "
        "sure: authors}\n"
        "      - {corpora: [MELD], source: page 2, sure: third parties}\n"
        "      - {corpora: [IEMOCAP], source: page 3, sure: list}\n"
    )
    return lambda *words: tell_ledger(*words, path=path)


def test_of_a_model_all_is_told(told):
    for name in ("Mine", "mine", "own/mine", "/somewhere/mine.pt"):
        assert told(name).splitlines() == [
            "Model         Mine",
            "Known as      own/mine, mine.pt",
            "Begins with   WavLM Base",
            "Training      our notes, all data are named",
            "Note          not yet published",
            "Corpora       seen: IEMOCAP, MELD; the others clean",
            "",
            "Trained on",
            "MELD      training part; stated by the authors; page 1. reported "
            "by third",
            "          parties; page 2",
            "IEMOCAP   inferred from a list; page 3",
        ]


def test_of_a_model_and_a_corpus_the_mark_and_its_reason_are_told(told):
    assert told("Mine", "iemocap").splitlines() == [
        "Model    Mine",
        "Corpus   IEMOCAP",
        "Scores   not zero-shot: seen in training",
        "Why      IEMOCAP is in the training data of Mine: inferred from a "
        "list (page 3).",
    ]
    assert "Scores   zero-shot\n" in told("Mine", "RAVDESS")
    unknown = "Scores   zero-shot? (training data unknown)\n"
    assert unknown in told("Whisper", "RAVDESS")


def test_of_a_corpus_the_models_are_told(told):
    lines = " ".join(told("ravdess").split())
    assert lines.startswith("Corpus RAVDESS Seen by emotion2vec+ seed; ")
    clean, unknown = lines.split("Clean for ")[1].split(" Unknown ")
    assert "Mine" in clean.split("; ") and "CLSP" in unknown.split("; ")
    lines = " ".join(told("emobox").split())
    assert "Contains AESDD, ASED," in lines and "Mine (its MELD)" in lines
    # What no model has heard is told, too.
    assert "Seen by no model of the ledger" in " ".join(told("nEMO").split())


def test_without_words_all_models_are_told(told):
    text = told()
    ledger = read_ledger()
    assert text.startswith(f"{len(ledger.models) + 1} models, ")
    for name in ledger.models:
        assert f"\n{name}  " in text
    lines = " ".join(text.split())
    assert "wav2vec 2.0 Robust all clean" in lines
    assert "Whisper all unknown" in lines
    assert "ParaCLAP seen: MSP-Podcast (training part); the others clean" in (
        lines
    )


def test_a_part_of_their_names_shows_several_models():
    lines = tell_ledger("wavlm").splitlines()
    assert [line.split("  ")[0] for line in lines[:2]] == [
        "WavLM Base",
        "WavLM Base+ and Large",
    ]
    assert "LAION-CLAP 630k" in tell_ledger("CLAP")
    assert "LAION-CLAP" not in tell_ledger("CLSP")


@pytest.mark.parametrize(
    "words, message",
    [
        (["nope"], "got 'nope'. `zsfuse ledger` lists all. To state what a"),
        (
            ["yfyeung/CLPS"],
            "a model or corpus of the ledger, but got 'yfyeung/CLPS'. Did you "
            "mean yfyeung/CLSP?",
        ),
        (["RAVDES"], "but got 'RAVDES'. Did you mean RAVDESS?"),
        (["630k-bets.pt"], "Did you mean 630k-best.pt?"),
        (["CLSP", "IEMOCAPP"], "got 'IEMOCAPP'. Did you mean IEMOCAP?"),
        (["RAVDESS", "IEMOCAP"], "Expected a model of the ledger, but got 'R"),
        (["results/mine"], "write a ledger of your own: its form stands at"),
    ],
)
def test_what_the_ledger_does_not_have_is_met_with_what_it_has(words, message):
    with pytest.raises(ValueError) as error:
        tell_ledger(*words)
    assert message in str(error.value)


def test_the_command_tells_it(capsys, tmp_path):
    assert main(["ledger", "KeiKinn/paraclap", "MSP-Podcast"]) == 0
    printed = capsys.readouterr().out
    assert "not zero-shot: seen in training (training part)" in printed
    own = tmp_path / "ledger.yaml"
    own.write_text("models: {Mine: {source: us, sources: [results/mine]}}")
    assert main(["ledger", "results/mine", "--ledger", str(own)]) == 0
    assert "Model      Mine" in capsys.readouterr().out
    own.write_text("models: {Mine: {}}")
    assert main(["ledger", "--ledger", str(own)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("zsfuse: Expected `models.Mine.source` in ")
    assert main(["ledger", "RAVDES"]) == 2
    assert "Did you mean RAVDESS?" in capsys.readouterr().err
