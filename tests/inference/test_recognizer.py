"""A trained model is loaded by every door, and gives what its run gave; what
is no such model is refused in words. Each YAML's run is compared in the tests
of its recipe."""

import shutil

import pytest
import torch
from recipe import flags, output, run_here, tiny_options
from recognised import check_same, recordings
from safetensors.torch import save_file
from speechbrain.inference.interfaces import foreign_class

from speechbrain_zsfuse.encoders import FilterbankEncoder
from speechbrain_zsfuse.files import read_json, write_json
from speechbrain_zsfuse.inference import EmotionRecognizer
from speechbrain_zsfuse.inference.hparams import HYPERPARAMS, INTERFACE
from speechbrain_zsfuse.inference.sources import open_source
from speechbrain_zsfuse.lobes import CLAP

load = EmotionRecognizer.from_pretrained


@pytest.fixture
def published(fused_run, tmp_path):
    """The run as a published folder: JSON, safetensors, SpeechBrain's YAML."""
    source, folder = open_source(fused_run), tmp_path / "published"
    folder.mkdir()
    weights = {
        f"{part}.{name}": value
        for part in ("encoder", "pooling", "head")
        for name, value in source.weights(part).items()
    }
    save_file(weights, folder / "model.safetensors")
    options = source.description["score_source"]["options"]
    place = (fused_run / options["source"]).resolve()
    (folder / "alm").symlink_to(place, target_is_directory=True)
    options["source"] = "./alm"
    write_json(folder / "config.json", source.description)
    (folder / "hyperparams.yaml").write_text(HYPERPARAMS)
    (folder / "interface.py").write_text(INTERFACE)
    return folder


@pytest.fixture
def spoil(published):
    """Change a published description."""

    def change(**facts):
        config = read_json(published / "config.json", "")
        write_json(published / "config.json", config | facts)
        return published

    return change


def test_by_every_door(fused_run, published, few_voices, tmp_path):
    place, options = str(published), {"run_opts": {"device": "cpu"}}
    by_hparams = EmotionRecognizer.from_hparams
    for recognizer in (
        load(published),
        by_hparams(place, savedir=tmp_path / "saved", **options),
        by_hparams(source=fused_run, **options),
        foreign_class(
            source=place,
            pymodule_file="interface.py",
            classname="EmotionRecognizer",
        ),
    ):
        check_same(recognizer, fused_run, few_voices)


def test_nothing_of_the_source_is_run(published, few_voices, fused_run):
    bomb = "raise SystemExit('it was run')\n"
    (published / "interface.py").write_text(bomb)
    (published / "custom.py").write_text(bomb)
    (published / "hyperparams.yaml").write_text(
        "modules: !apply:os._exit [3]\n"
    )
    check_same(load(published), fused_run, few_voices)


def test_a_class_from_elsewhere_is_refused_unless_it_is_given(spoil):
    published = spoil(encoder={"class": "os.system", "options": {}})
    with pytest.raises(ValueError, match="config.json, but got 'os.system'"):
        load(published)
    with pytest.raises(ValueError, match="weights of FilterbankEncoder in"):
        load(published, encoder=FilterbankEncoder())
    with pytest.raises(TypeError, match="but got decoder"):
        load(published, decoder=FilterbankEncoder())


@pytest.mark.parametrize(
    "name",
    [
        "speechbrain_zsfuse.encoders.base.torch",
        "speechbrain_zsfuse.pooling.torch",
        "speechbrain_zsfuse.encoders.nothing",
        "speechbrain_zsfuse.cli.main",
        "speechbrain_zsfuse.encoders.FilterbankEncoder",  # no pooling
    ],
)
def test_only_public_classes_are_built(name, spoil):
    with pytest.raises(ValueError, match="Expected a class of speechbrain_zs"):
        load(spoil(pooling={"class": name, "options": {}}))


def test_no_options_ask_for_more_memory_than_the_weights_have(spoil):
    facts = {
        "class": "speechbrain_zsfuse.encoders.FilterbankEncoder",
        "options": {"width": 65536},
    }
    with pytest.raises(ValueError, match="another model or another size"):
        load(spoil(encoder=facts))


def test_what_a_description_lacks_is_named(spoil, published):
    with pytest.raises(ValueError, match="config.json, but got another format"):
        load(spoil(format=2))
    (published / "config.json").write_text("{}")
    with pytest.raises(ValueError, match="no encoder, pooling, head, labels"):
        load(published)
    (published / "config.json").write_text("[")
    with pytest.raises(ValueError, match="JSON object in '.*config.json'"):
        load(published)
    (published / "config.json").unlink()
    with pytest.raises(FileNotFoundError, match="neither model.json nor conf"):
        load(published)


def test_unknown_options_are_named(spoil):
    facts = {"class": "speechbrain_zsfuse.pooling.MaskedMean"}
    with pytest.raises(ValueError, match="what makes a MaskedMean as the pool"):
        load(spoil(pooling=facts | {"options": {"inputsize": 3}}))
    with pytest.raises(ValueError, match="what makes a MaskedMean as the pool"):
        load(spoil(pooling=facts))


def test_a_run_and_its_models_move_together(fused_run, tmp_path, tiny_clap):
    moved = shutil.copytree(fused_run, tmp_path / "moved")
    with pytest.raises(FileNotFoundError, match="Say where it is now: alm="):
        load(moved)
    assert load(moved, alm=tiny_clap).alm.source == tiny_clap
    assert load(moved, alm=CLAP(tiny_clap)).zero_shot.labels


def test_another_audio_language_model_is_refused(fused_run, tmp_path):
    other = CLAP.tiny(tmp_path)
    with pytest.raises(ValueError, match="was trained with .fingerprint"):
        load(fused_run, alm=other)


def test_what_is_missing_of_a_run_is_said(fused_run, tmp_path):
    run = shutil.copytree(fused_run, tmp_path / "run")
    (run / "model.json").unlink()
    with pytest.raises(FileNotFoundError, match="again with --test_only"):
        load(run)
    shutil.copy(fused_run / "model.json", run)
    damaged = next((run / "save").glob("CKPT*/encoder.ckpt"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(FileNotFoundError, match="there is none that is whole"):
        load(run)


def test_an_encoder_of_ones_own_gets_its_weights(
    few_voices, tiny_clap, tmp_path, monkeypatch
):
    (tmp_path / "own_encoder.py").write_text(
        "from speechbrain_zsfuse.encoders import FilterbankEncoder\n\n\n"
        "class Own(FilterbankEncoder):\n    pass\n"
    )
    (tmp_path / "own.yaml").write_text(
        "base: !applyref:speechbrain_zsfuse.base [ravdess, small]\n"
        "encoder: !new:own_encoder.Own\n    width: 64\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    options = tiny_options(few_voices, tmp_path, "x", "null")
    options |= {
        "preparation": "{valid_actors: [2], test_actors: [3]}",
        "allow_mismatch": True,
    }
    run_here(monkeypatch, tmp_path / "own.yaml", *flags(options))
    run = output(options)
    with pytest.raises(ValueError, match="got 'own_encoder.Own'.*encoder=…"):
        load(run)
    from own_encoder import Own

    check_same(load(run, encoder=Own(width=64)), run, few_voices)


def test_speechbrains_four_values(fused, fused_run, few_voices):
    files = recordings(fused_run, few_voices)[:3]
    answers = fused.predict(files)
    for path, answer in zip(files, answers):
        probabilities, score, index, labels = fused.classify_file(path)
        assert probabilities.shape == (1, 4) and labels == [answer.label]
        assert probabilities[0].tolist() == pytest.approx(answer.probabilities)
        assert score.item() == pytest.approx(answer.score)
        assert fused.labels[index.item()] == answer.label
    wavs = torch.nn.utils.rnn.pad_sequence(
        [fused.load_audio(path) for path in files], batch_first=True
    )
    sizes = torch.tensor([len(fused.load_audio(path)) for path in files])
    lens = sizes / wavs.shape[1]
    together = fused.classify_batch(wavs, lens)[0]
    for i, size in enumerate(sizes):
        alone = fused(wavs[i, :size])[0]
        torch.testing.assert_close(alone[0], together[i], atol=2e-6, rtol=0)
    vectors = fused.encode_batch(wavs, lens)
    assert vectors.shape == (3, fused.model.encoder.output_size)


def test_probabilities_per_prompt(fused, fused_run, few_voices):
    path = recordings(fused_run, few_voices)[0]
    assert fused.predict(path)[0].per_prompt is None
    fused.save_probabilities_per_prompt = True
    try:
        [answer] = fused.predict(path)
        fused.classify_file(path)
        by_template = fused.probabilities_per_prompt[0]
    finally:
        fused.save_probabilities_per_prompt = False
    said = [one["prompt"] for one in answer.per_prompt]
    assert said == [text for row in fused.prompts for text in row]
    for label, score in zip(answer.labels, answer.zero_shot):
        own = [
            one["score"] for one in answer.per_prompt if one["label"] == label
        ]
        assert sum(own) / len(own) == pytest.approx(score, abs=1e-6)
    torch.testing.assert_close(by_template.sum(-1), torch.ones(3))
    cosines = torch.tensor([one["score"] for one in answer.per_prompt])
    expected = (cosines.view(3, 4) / 0.07).softmax(-1)
    torch.testing.assert_close(by_template, expected)


def test_a_refused_conversion_leaves_the_model_whole(fused):
    for convert in (fused.half, fused.double):
        with pytest.raises(TypeError, match="EmotionRecognizer computes in"):
            convert()
    assert {one.dtype for one in fused.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    "options", [{"device": "cuda"}, {"alm": "clap"}, {"revision": "0" * 40}]
)
def test_what_an_exported_model_cannot_take_is_refused(options, tmp_path):
    (tmp_path / "onnx.json").write_text("{}")
    with pytest.raises(
        ValueError, match=f"no {next(iter(options))} for an exp"
    ):
        load(tmp_path, **options)
