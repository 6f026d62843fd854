"""Whether the audio-language model goes out with a run: its licence says."""

import re
from dataclasses import replace

import numpy as np
import pytest
from finished_run import USER, answers

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.hub.publishing.alm import AlmPlan, plan_alm
from speechbrain_zsfuse.hub.publishing.facts import (
    Part,
    describe_model,
    read_facts,
)
from speechbrain_zsfuse.hub.publishing.folder import public_description
from speechbrain_zsfuse.hub.publishing.publish import publish
from speechbrain_zsfuse.inference import EmotionRecognizer
from speechbrain_zsfuse.inference.labelling.models import ModelChoice
from speechbrain_zsfuse.zeroshot.ledger.entries import read_ledger


def test_weights_of_no_known_licence_are_not_copied_by_chance(run, tmp_path):
    with pytest.raises(ValueError, match="that may be copied, but their lic"):
        publish(run, tmp_path / "m", licence="mit")
    with pytest.raises(ValueError, match="--alm reference"):
        publish(run, tmp_path / "m", licence="mit", alm="copy")
    assert not any(tmp_path.iterdir())


def test_who_uses_the_model_brings_what_is_not_copied(run, home, tmp_path):
    told = publish(run, tmp_path / "m", licence="mit", alm="reference")
    assert "Who uses the model brings them: `alm=...`" in told[1]
    assert not (tmp_path / "m" / "alm").exists()
    with pytest.raises(FileNotFoundError, match="Say where it is now: alm="):
        EmotionRecognizer.from_pretrained(tmp_path / "m")
    found = answers(tmp_path / "m", run, alm=home / "clap")
    np.testing.assert_allclose(*found, atol=2e-6)
    card = (tmp_path / "m" / "README.md").read_text()
    assert 'overrides={"alm": "path/to/alm"}' in card
    assert "zsfuse predict m recording.wav --alm path/to/alm\n" in card


def test_the_command_line_is_told_where_the_model_is_that_was_not_copied(
    run, home, tmp_path, capsys
):
    publish(run, tmp_path / "m", licence="mit", alm="reference")
    told = ["predict", str(tmp_path / "m"), str(tmp_path / "m/example.wav")]
    assert main(told) == 2
    assert "Say where it is now: alm=… (--alm …" in capsys.readouterr().err
    assert main([*told, "--format", "csv", "--alm", str(home / "clap")]) == 0
    assert "example.wav" in capsys.readouterr().out
    with pytest.raises(ValueError, match="no --alm with clap=a, which is one"):
        ModelChoice("clap=a", labels=["sad", "shy"], alm="b")


@pytest.mark.parametrize(
    "facts, choice, source, told",
    [
        ({"source": "yfyeung/CLSP"}, None, "yfyeung/CLSP", "it is on the hub"),
        (
            {"source": "/x/base_rewritten.pt", "class": "x.ReCLAP"},
            *(None, None),
            "of ReCLAP or what began with it are named, not copied; licence: "
            "none stated",
        ),
        (
            {"source": "/x/best.pth.tar", "class": "ParaCLAP"},
            None,
            None,
            "none s",
        ),
    ],
)
def test_what_is_known_of_licences_decides(facts, choice, source, told, run):
    known = read_facts(run)
    known.record.score_source.update(facts)
    model = describe_model(facts, "a model", read_ledger())
    known = replace(known, alm=model)
    plan = plan_alm(known, choice)
    assert plan.source == source and re.search(told, plan.told)


def test_what_is_on_the_hub_is_not_copied(run):
    facts = replace(read_facts(run), alm=Part("CLSP", "yfyeung/CLSP"))
    with pytest.raises(
        ValueError, match="CLSP is on the hub.* Leave --alm out"
    ):
        plan_alm(facts, "copy")
    plan = plan_alm(facts, revision="0" * 40)
    assert (plan.source, plan.revision) == ("yfyeung/CLSP", "0" * 40)


def test_a_pickle_is_not_published(run, tmp_path):
    (tmp_path / "630k-best.pt").write_bytes(b"")
    facts = read_facts(run)
    facts.record.score_source["source"] = str(tmp_path / "630k-best.pt")
    clap = Part("CLAP", licence=read_ledger().licences["LAION-CLAP 630k"])
    with pytest.raises(ValueError, match="a pickle is not published. Make it"):
        plan_alm(replace(facts, alm=clap))


def test_a_tokenizer_elsewhere_is_neither_copied_nor_named(run, home):
    facts, clap = read_facts(run), home / "clap"
    facts.record.score_source["tokenizer"] = str(home / "wavlm")
    licence = read_ledger().licences["CLSP"]
    facts = replace(facts, alm=Part("CLAP", licence=licence))
    with pytest.raises(ValueError, match="the tokenizer in .*clap, to copy it"):
        plan_alm(facts)
    own = {"source": str(clap), "tokenizer": str(home / "wavlm")}
    described = {"score_source": own | {"options": dict(own)}}
    public = public_description(described, plan_alm(facts, "reference"))
    assert USER not in str(public)
    own = {"source": "a/clap", "tokenizer": "a/words@" + "0" * 40}
    described = {"score_source": own | {"options": dict(own)}}
    plan = AlmPlan("a/clap", None, "")
    assert public_description(described, plan) == described
