"""Whatever a stranger wrote into a description, the answer is a sentence."""

import copy

import pytest
from safetensors.torch import load_file, save_file

from speechbrain_zsfuse.files import read_json, write_json
from speechbrain_zsfuse.inference import EmotionRecognizer
from speechbrain_zsfuse.inference.fields import check_description
from speechbrain_zsfuse.inference.sources import open_source

NONSENSE = [None, True, -1, 1e30, "x", "", [], {}, [1], [["a"]], {"a": 1}]


@pytest.fixture(scope="module")
def published(fused_run, tmp_path_factory):
    """The model as a published folder, whose CLAP lies elsewhere."""
    source, folder = open_source(fused_run), tmp_path_factory.mktemp("own")
    weights = {
        f"{part}.{name}": value
        for part in ("encoder", "pooling", "head")
        for name, value in source.weights(part).items()
    }
    save_file(weights, folder / "model.safetensors")
    write_json(folder / "config.json", source.description)
    return folder


@pytest.fixture
def facts(published):
    """Its description."""
    return read_json(published / "config.json", "")


@pytest.fixture
def load(published, facts, fused):
    """Load it as it is described now."""

    def load(alm=fused.alm):
        write_json(published / "config.json", facts)
        return EmotionRecognizer.from_pretrained(published, alm=alm)

    kept = copy.deepcopy(facts)
    yield load
    write_json(published / "config.json", kept)


def places(value, before=()):
    """Where something is said, down to a list's first entry."""
    if before:
        yield before
    if isinstance(value, dict):
        for name in value:
            yield from places(value[name], (*before, name))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*before, 0))


def test_nonsense_is_answered_in_a_sentence(load, facts):
    whole, refused = copy.deepcopy(facts), 0
    for *outer, name in places(whole):
        if outer[:2] == ["encoder", "config"]:
            continue
        for value in NONSENSE:
            facts.clear()
            facts.update(copy.deepcopy(whole))
            holder = facts
            for step in outer:
                holder = holder[step]
            holder[name] = value
            if outer[:1] == ["score_source"] and "options" in outer:
                continue  # read only where no model is given
            try:
                check_description(facts, "config.json")
            except ValueError as error:
                assert "Expected" in str(error), (outer, name, value)
                refused += 1
    assert refused > 150


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize("name", ["config", "hears", "options"])
def test_nonsense_of_an_encoder_is_too(name, value, load, facts):
    if value == {} and name == "options":
        return  # it has none
    facts["encoder"][name] = value
    with pytest.raises(ValueError, match="^Expected "):
        load()


@pytest.mark.parametrize(
    "name, value",
    [
        ("activation_dropout", "x"),
        ("num_attention_heads", 0),
        ("conv_dim", []),
        ("hidden_act", "os.system"),
        ("model_type", "nothing"),
    ],
)
def test_a_configuration_that_makes_no_sense(name, value, load, facts):
    facts["encoder"]["config"][name] = value
    with pytest.raises(ValueError, match="^Expected .*config.json"):
        load()


def test_an_encoder_is_a_speech_model_before_it_is_built(load, facts):
    """Others ask the hub for a part of theirs."""
    facts["encoder"]["config"] = {
        "model_type": "detr",
        "backbone": "owner/name",
        "use_pretrained_backbone": True,
        "num_hidden_layers": 1,
    }
    with pytest.raises(ValueError, match="_get_feat_extract_output_lengths"):
        load()


@pytest.mark.parametrize("name", ["source", "tokenizer"])
@pytest.mark.parametrize("place", ["/etc", "../other", "./a/../../b"])
def test_nothing_leads_out_of_a_published_folder(name, place, load, facts):
    facts["score_source"]["options"] = {"source": "./alm", name: place}
    with pytest.raises(ValueError, match=f"Expected the {name} of an audio"):
        load(alm=None)


def test_options_of_an_audio_language_model(load, facts, fused):
    facts["score_source"]["options"] = {"source": "./alm", "speed": 3}
    with pytest.raises(ValueError, match="Expected options of CLAP in .*speed"):
        load(alm=fused.alm.source)
    facts["score_source"]["options"] = {}
    with pytest.raises(ValueError, match="Expected options of CLAP in"):
        load(alm=None)


def test_there_are_as_many_labels_as_classes(load, facts):
    facts["score_source"] = None
    facts["labels"] = facts["labels"][:2]
    with pytest.raises(ValueError, match="Expected 4 labels in .*config.json"):
        load()


def test_scores_are_those_of_the_labels(load, facts):
    facts["score_source"]["labels"] = facts["labels"][::-1]
    with pytest.raises(ValueError, match="`score_source.labels` to be"):
        load()
    facts["score_source"]["labels"] = facts["labels"]
    facts["score_source"]["prompts"][0].pop()
    with pytest.raises(ValueError, match="every row of `score_source.prompts"):
        load()


def test_scores_that_a_recipe_alone_can_make(load, facts):
    facts["score_source"] |= {"kind": "speech LLM", "prompts": None}
    with pytest.raises(ValueError, match="but got one with those of a 'speech"):
        load()


def test_weights_are_numbers(load, published, tmp_path):
    path = published / "model.safetensors"
    weights, kept = load_file(path), path.read_bytes()
    weights["head.linear.bias"][0] = float("nan")
    save_file(weights, path)
    try:
        with pytest.raises(ValueError, match="1 of 4 are NaN or infinite"):
            load()
    finally:
        path.write_bytes(kept)
