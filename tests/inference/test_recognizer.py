"""A trained model in use gives what its run gave."""

import numpy as np
import pandas
import pytest
from recipe import flags, output, run_here, tiny_options
from safetensors.torch import save_file
from speechbrain.inference.interfaces import foreign_class

from speechbrain_zsfuse.evaluation import probabilities_of, zero_shot_of
from speechbrain_zsfuse.evaluation.predictions import read_predictions
from speechbrain_zsfuse.files import write_json
from speechbrain_zsfuse.inference import EmotionRecognizer
from speechbrain_zsfuse.inference.hparams import HYPERPARAMS, INTERFACE
from speechbrain_zsfuse.inference.sources import open_source

ALMS = ["none", "clap", "reclap", "clsp"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory, ravdess, tiny_wavlm, tiny_alms):
    """Runs of RAVDESS: name of the audio-language model to folder."""
    folder, found = tmp_path_factory.mktemp("runs"), {}
    with pytest.MonkeyPatch.context() as patch:
        for alm in ALMS:
            source = tiny_alms.get(alm, "null")
            options = tiny_options(ravdess, folder, tiny_wavlm, source)
            options |= {"experiment": alm, "peer_timeout": 30}
            yaml = f"hparams/ravdess.yaml+wavlm+{alm}"
            run_here(patch, yaml, *flags(options))
            found[alm] = output(options)
    return found


@pytest.fixture(scope="module")
def published(runs, tmp_path_factory):
    """A run, published: JSON, safetensors, what SpeechBrain needs."""
    source = open_source(runs["clap"])
    folder = tmp_path_factory.mktemp("published")
    weights = {
        f"{part}.{name}": value
        for part in ("encoder", "pooling", "head")
        for name, value in source.weights(part).items()
    }
    save_file(weights, folder / "model.safetensors")
    scored = source.description["score_source"]
    place = (runs["clap"] / scored["options"]["source"]).resolve()
    (folder / "alm").symlink_to(place, target_is_directory=True)
    scored["options"]["source"] = "./alm"
    write_json(folder / "config.json", source.description)
    (folder / "hyperparams.yaml").write_text(HYPERPARAMS)
    (folder / "interface.py").write_text(INTERFACE)
    return folder


def recordings(run, corpus):
    """Files of the test clips, in the order of the predictions."""
    manifest = pandas.read_csv(run / "test.csv")
    return [path.replace("$data_root", str(corpus)) for path in manifest["wav"]]


def check_same(recognizer, run, corpus):
    """Every clip gets the probabilities, scores and label of the run."""
    table = read_predictions(run / "predictions_test.csv")
    answers = recognizer.predict(recordings(run, corpus))
    assert [one.label for one in answers] == table["prediction"].tolist()
    found = np.array([one.probabilities for one in answers])
    np.testing.assert_allclose(found, probabilities_of(table), atol=2e-6)
    if answers[0].zero_shot is not None:
        scores = np.array([one.zero_shot for one in answers])
        np.testing.assert_allclose(scores, zero_shot_of(table), atol=2e-6)
    assert (answers[0].zero_shot is None) == (zero_shot_of(table) is None)


@pytest.mark.parametrize("alm", ALMS)
def test_a_run_as_it_is_gives_its_own_predictions(alm, runs, ravdess):
    recognizer = EmotionRecognizer.from_pretrained(runs[alm], device="cpu")
    check_same(recognizer, runs[alm], ravdess)


@pytest.mark.parametrize("load", ["pretrained", "hparams", "foreign"])
def test_a_published_folder_gives_them_by_every_door(
    load, runs, published, ravdess, tmp_path
):
    if load == "pretrained":
        recognizer = EmotionRecognizer.from_pretrained(published)
    elif load == "hparams":
        recognizer = EmotionRecognizer.from_hparams(
            source=str(published),
            savedir=str(tmp_path),
            run_opts={"device": "cpu"},
        )
    else:
        recognizer = foreign_class(
            source=str(published),
            pymodule_file="interface.py",
            classname="EmotionRecognizer",
        )
    check_same(recognizer, runs["clap"], ravdess)
