"""The made-up corpus and the small models of the demo."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import soundfile
import torch
from ravdess_prepare import prepare_ravdess

from speechbrain_zsfuse.encoders.ssl import SSLEncoder
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.synthetic import make_clap, make_ravdess, make_wavlm
from speechbrain_zsfuse.synthetic.captions import TEMPLATES, list_captions
from speechbrain_zsfuse.synthetic.contrastive import (
    check_training,
    contrastive_loss,
)
from speechbrain_zsfuse.synthetic.corpus import Take, list_takes
from speechbrain_zsfuse.synthetic.folders import is_model
from speechbrain_zsfuse.synthetic.style import EMOTIONS
from speechbrain_zsfuse.synthetic.voice import SAMPLE_RATE, speak
from speechbrain_zsfuse.synthetic.wavlm import gabor_filters
from speechbrain_zsfuse.zeroshot.prompts import PAPER_TEMPLATES, build_prompts


def contents(folder):
    """Relative path to bytes of every file."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# ---------------------------------------------------------------- corpus
def test_corpus_is_accepted_as_ravdess_and_holds_nothing_else(
    ravdess, tmp_path
):
    assert set(prepare_ravdess(ravdess, tmp_path)) == {"train", "valid", "test"}
    assert len(contents(ravdess)) == 24 * 28
    assert all(name.endswith(".wav") for name in contents(ravdess))


def test_files_are_16_bit_mono_at_16_khz(ravdess):
    info = soundfile.info(ravdess / Take(12, "angry", 2, 1, 2).path)
    found = info.format, info.subtype, info.channels, info.samplerate
    assert found == ("WAV", "PCM_16", 1, SAMPLE_RATE)


def test_each_actor_has_4_neutral_and_8_clips_of_the_others():
    counts = Counter(take.emotion for take in list_takes([7]))
    assert counts == {"neutral": 4, "happy": 8, "sad": 8, "angry": 8}


def test_a_file_depends_on_seed_and_name_alone(ravdess, tmp_path):
    np.random.seed(0)
    options = {"seconds": 0.3, "progress": False}
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        make_ravdess(folder, seed=seed, speakers=[9, 3], **options)
    again, other = contents(tmp_path / "1"), contents(tmp_path / "2")
    whole = contents(ravdess)
    assert len(again) == 56
    assert all(whole[name] == again[name] for name in again)
    assert all(again[name] != other[name] for name in again)


def test_a_second_call_makes_what_is_missing_and_nothing_else(tmp_path):
    options = {"seed": 1, "speakers": [2], "seconds": 0.3, "progress": False}
    make_ravdess(tmp_path, **options)
    before = contents(tmp_path)
    lost, kept = sorted(before)[:2]
    (tmp_path / lost).unlink()
    (tmp_path / kept).write_bytes(b"mine")
    make_ravdess(tmp_path, **options)
    assert contents(tmp_path) == before | {kept: b"mine"}


@pytest.mark.parametrize(
    "wrong", [{"seed": -1}, {"speakers": [0]}, {"seconds": 0.0}]
)
def test_options_out_of_range_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="Expected a seed from 0"):
        make_ravdess(tmp_path, **{"seed": 1, **wrong})


# ----------------------------------------------------------------- voice
@pytest.fixture(scope="module")
def measures():
    """Emotion to mean level (dB) and duration (s) of clips of full length."""
    clips = {emotion: [] for emotion in EMOTIONS}
    for take in list_takes(range(1, 9)):
        waveform = speak(1, *take)
        assert np.isfinite(waveform).all()
        assert 0.005 < np.abs(waveform).max() < 1
        level = 10 * np.log10(np.mean(waveform**2))
        clips[take.emotion].append((level, len(waveform) / SAMPLE_RATE))
    return {name: np.mean(rows, axis=0) for name, rows in clips.items()}


def test_louder_from_sad_over_neutral_and_happy_to_angry(measures):
    levels = [
        measures[name][0] for name in ("sad", "neutral", "happy", "angry")
    ]
    assert np.diff(levels).min() > 1


def test_sad_is_slow(measures):
    durations = {name: row[1] for name, row in measures.items()}
    assert max(durations, key=durations.get) == "sad"
    assert 0.9 < durations["neutral"] < 1.3


def test_a_happy_voice_is_higher_than_a_sad_one():
    means = {}
    for emotion in ("happy", "sad"):
        takes = [t for t in list_takes([1, 3, 5, 7]) if t.emotion == emotion]
        means[emotion] = np.mean([pitch(speak(1, *take)) for take in takes])
    assert means["happy"] > 1.2 * means["sad"]


def pitch(waveform):
    """Pitch in Hz at the largest autocorrelation from 60 to 400 Hz."""
    power = np.abs(np.fft.rfft(waveform, 2 * len(waveform))) ** 2
    correlation = np.fft.irfft(power)
    low, high = SAMPLE_RATE // 400, SAMPLE_RATE // 60
    return SAMPLE_RATE / (low + correlation[low:high].argmax())


# ----------------------------------------------------------------- WavLM
def test_wavlm_trains_behind_its_fixed_front_end(tmp_path):
    encoder = SSLEncoder(make_wavlm(tmp_path / "a"), freeze_front_end=True)
    hidden, mask = encoder(torch.randn(2, 8000), torch.tensor([1.0, 0.5]))
    hidden.mean().backward()
    front = encoder.model.feature_extractor.conv_layers
    assert encoder.padding_neutral
    assert mask.sum(1).tolist() == [11, 5]
    assert all(layer.conv.weight.grad is None for layer in front)
    bank = torch.from_numpy(gabor_filters(64, 320))
    assert torch.equal(front[0].conv.weight[:, 0], bank)


def test_wavlm_depends_on_its_seed_and_leaves_the_global_one(tmp_path):
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    weights = [
        (make_wavlm(tmp_path / name, seed=seed) / "model.safetensors")
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    ]
    assert torch.rand(1) == expected
    first, same, other = (path.read_bytes() for path in weights)
    assert first == same != other


# ------------------------------------------------------------------ CLAP
def test_tokenizer_tells_all_prompts_apart(tiny_clap):
    from transformers import AutoConfig, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_clap)
    config = AutoConfig.from_pretrained(tiny_clap).text_config
    texts = [
        prompt
        for repeats in (1, 2, 3)
        for row in build_prompts(EMOTIONS, PAPER_TEMPLATES, repeats)
        for prompt in row
    ]
    ids = {tuple(tokenizer(text)["input_ids"]) for text in texts}
    assert len(ids) == len(texts) == 36
    assert len(tokenizer) == config.vocab_size <= 400
    assert tokenizer.mask_token_id is not None
    for name in ("pad", "bos", "eos"):
        key = f"{name}_token_id"
        assert getattr(tokenizer, key) == getattr(config, key)


def test_captions_hold_the_prompts_of_the_paper():
    assert set(PAPER_TEMPLATES) <= set(TEMPLATES)
    assert "3 instances of a person speaking angrily" in list_captions()


def test_clap_takes_its_frames_without_interpolation(tiny_clap):
    alm = CLAP(tiny_clap)
    features = alm.input_features(torch.rand(1, SAMPLE_RATE) - 0.5)
    assert features.shape == (1, 1, 64, 64)
    assert alm.model.config.audio_config.spec_size == 64


def test_contrastive_loss_follows_its_formula():
    torch.manual_seed(0)
    audio, text = torch.nn.functional.normalize(torch.randn(2, 3, 4), dim=2)
    same = torch.tensor([[1, 1, 0], [1, 1, 0], [0, 0, 1]]).bool()
    expected = 0.0
    for rows, columns in ((audio, text), (text, audio)):
        for i in range(3):
            scores = torch.exp(5.0 * columns @ rows[i])
            true = [j for j in range(3) if same[i, j]]
            logs = [torch.log(scores[j] / scores.sum()) for j in true]
            expected -= sum(logs) / len(true) / 6
    loss = contrastive_loss(audio, text, same, torch.tensor(5.0))
    assert loss.item() == pytest.approx(expected.item(), abs=1e-6)


def test_training_is_deterministic_and_a_failed_one_leaves_nothing(
    tmp_path, monkeypatch
):
    options = {
        "seed": 1,
        "speakers": [101, 102],
        "seconds": 0.2,
        "epochs": 1,
        "progress": False,
    }
    folder = tmp_path / "clap"
    with pytest.raises(RuntimeError, match="the training collapsed"):
        make_clap(folder, **options)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(
        "speechbrain_zsfuse.synthetic.contrastive.LOWEST_RECALL", 0.0
    )
    expected = torch.random.get_rng_state()
    first = contents(make_clap(tmp_path / "a", **options))
    second = contents(make_clap(tmp_path / "b", **options))
    assert first == second
    assert torch.equal(torch.random.get_rng_state(), expected)
    assert contents(make_clap(tmp_path / "a", **options | {"seed": 2})) == first


def test_a_constant_model_is_refused(tiny_clap):
    from transformers import AutoTokenizer

    alm, takes = CLAP(tiny_clap), list_takes([101])
    torch.nn.init.zeros_(alm.model.audio_projection.linear2.weight)
    tokenizer = AutoTokenizer.from_pretrained(tiny_clap)
    with pytest.raises(RuntimeError, match="got 0.25"):
        check_training(
            alm.model, tokenizer, takes, torch.zeros(28, 2, 1, 64, 64)
        )


def test_speakers_of_the_corpus_are_refused(tmp_path):
    with pytest.raises(ValueError, match="speakers above 100.*24"):
        make_clap(tmp_path / "clap", seed=1, speakers=[24, 101])


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="new or empty folder"):
        make_wavlm(tmp_path)
    assert not is_model(tmp_path)


def test_importing_loads_no_model_library():
    code = "import sys, speechbrain_zsfuse.synthetic; "
    code += "sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
