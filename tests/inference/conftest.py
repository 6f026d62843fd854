"""One trained model for the tests of what can be done with it."""

import pytest
from recipe import flags, output, run_here, tiny_options

from speechbrain_zsfuse.inference import EmotionRecognizer
from speechbrain_zsfuse.synthetic import make_ravdess


@pytest.fixture(scope="session")
def few_voices(tmp_path_factory):
    """Folder of 21 made-up clips: actors to train, to validate and to test."""
    folder = tmp_path_factory.mktemp("few")
    options = {"seed": 1, "seconds": 0.6, "speakers": [1, 2, 3]}
    corpus = make_ravdess(folder, **options, progress=False)
    for path in set(corpus.glob("*/*.wav")):
        if not path.match("03-01-??-??-01-01-??.wav"):
            path.unlink()
    return corpus


@pytest.fixture(scope="session")
def fused_run(tmp_path_factory, few_voices, tiny_wavlm, tiny_clap):
    """Folder of a run of RAVDESS: WavLM, fused with CLAP."""
    folder = tmp_path_factory.mktemp("runs")
    options = tiny_options(few_voices, folder, tiny_wavlm, tiny_clap)
    options["preparation"] = "{valid_actors: [2], test_actors: [3]}"
    options["allow_mismatch"] = True
    with pytest.MonkeyPatch.context() as patch:
        run_here(patch, "hparams/wavlm_clap.yaml", *flags(options))
    return output(options)


@pytest.fixture(scope="session")
def fused(fused_run):
    """That model."""
    return EmotionRecognizer.from_pretrained(fused_run, device="cpu")
