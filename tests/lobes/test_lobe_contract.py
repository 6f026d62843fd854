"""Every lobe keeps the promises of `FrozenALM`, whatever its towers.

Lobes are found, not listed: a new file in `lobes/`, the template included, is
tested here and in `test_lobe_errors.py` by its `tiny` copy.
"""

import copy
import pickle
import random

import numpy as np
import pytest
import torch
from lobe_cases import PROMPTS, batch, noise, options

from speechbrain_zsfuse.loading import fingerprint


# ------------------------------------------------------------------ numbers
def test_embeddings_are_float32_of_unit_norm(alm):
    audio = alm.encode_audio(*batch(noise(alm, 1, 0.6)))
    text = alm.encode_text(PROMPTS)
    assert audio.shape == (2, text.shape[1])
    for embeddings in (audio, text):
        assert embeddings.dtype == torch.float32
        norms = embeddings.norm(dim=1)
        torch.testing.assert_close(norms, torch.ones(len(norms)))
    assert not torch.allclose(audio[0], audio[1], atol=1e-4)


@pytest.mark.parametrize("repeats", [1, 3])
def test_batch_mates_and_order_change_nothing(alm, repeats):
    clips = noise(alm, 1.0, 0.31, 0.317, 2.2, 1.0)
    wavs, lens = batch(clips)
    alone = torch.cat([alm.encode_audio(c[None], None, repeats) for c in clips])
    together = alm.encode_audio(wavs, lens, repeats)
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)
    # What stands in the padding is nobody's business.
    rubbish = torch.full_like(wavs, torch.nan)
    for row, clip in zip(rubbish, clips):
        row[: len(clip)] = clip
    backwards = alm.encode_audio(rubbish.flip(0), lens.flip(0), repeats)
    torch.testing.assert_close(backwards.flip(0), alone, atol=1e-6, rtol=0)


def test_other_sentences_change_nothing(alm):
    together = alm.encode_text(PROMPTS)
    alone = torch.cat([alm.encode_text([prompt]) for prompt in PROMPTS])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)
    backwards = alm.encode_text(PROMPTS[::-1]).flip(0)
    torch.testing.assert_close(backwards, alone, atol=1e-6, rtol=0)
    for texts in (tuple(PROMPTS), np.array(PROMPTS), iter(PROMPTS)):
        assert torch.equal(alm.encode_text(texts), together)


def random_states():
    """Of every generator that a model might draw from."""
    numpy = np.random.get_state()[1].tolist()
    return torch.get_rng_state().tolist(), numpy, random.getstate()


def test_state_of_the_world_changes_nothing(lobe, folder):
    for row in options(lobe):
        alm = lobe(folder, **row)
        wavs, lens = batch(noise(alm, 12.5, 0.7))
        with_state = alm.encode_audio(wavs, lens), alm.encode_text(PROMPTS)
        torch.manual_seed(5)
        np.random.seed(5)
        random.seed(5)
        before = random_states()
        alm.train()
        torch.nn.ModuleDict({"alm": alm}).train()
        assert not any(module.training for module in alm.modules())
        with torch.autocast("cpu", dtype=torch.bfloat16):
            again = alm.encode_audio(wavs, lens), alm.encode_text(PROMPTS)
        for one, other in zip(with_state, again):
            assert torch.equal(one, other)
        assert random_states() == before
        loaded = lobe(folder, **row)
        assert random_states() == before
        assert torch.equal(loaded.encode_audio(wavs, lens), with_state[0])


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_the_default_type_changes_nothing(lobe, folder, alm, dtype):
    wavs, lens = batch(noise(alm, 1.0, 0.4))
    expected = alm.encode_audio(wavs, lens), alm.encode_text(PROMPTS)
    torch.set_default_dtype(dtype)
    try:
        built = lobe(folder)
        got = built.encode_audio(wavs, lens), built.encode_text(PROMPTS)
        assert built.to("cpu").fingerprint() == alm.fingerprint()
    finally:
        torch.set_default_dtype(torch.float32)
    for one, other in zip(got, expected):
        assert torch.equal(one, other)


def test_equal_keys_exactly_where_the_input_is_equal(lobe, folder):
    for row in options(lobe):
        alm = lobe(folder, **row)
        for seconds in (1, 3.7, 5, 12):
            [clip] = noise(alm, seconds)
            keys = [alm.effective_input(len(clip), a) for a in (1, 2, 3, 4)]
            heard = [
                alm.encode_audio(clip[None], None, a) for a in (1, 2, 3, 4)
            ]
            for key, embedding in zip(keys, heard):
                for other, second in zip(keys, heard):
                    same = torch.equal(embedding, second)
                    assert (key == other) == same, (row, seconds, keys)


def test_no_graph_is_built(alm):
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(saved.append, lambda x: x):
        wavs = noise(alm, 1)[0][None].requires_grad_()
        embeddings = alm.encode_audio(wavs), alm.encode_text(PROMPTS)
    assert not saved
    assert not any(value.requires_grad for value in embeddings)
    assert not any(weight.requires_grad for weight in alm.parameters())


def test_no_tensor_float_32_inside(lobe, folder, monkeypatch):
    alm = lobe(folder)
    seen, tower = [], alm._audio_tower

    def look(*arguments):
        matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
        seen.append((matmul.allow_tf32, cudnn.allow_tf32))
        return tower(*arguments)

    monkeypatch.setattr(alm, "_audio_tower", look)
    matmul = torch.backends.cuda.matmul
    before, matmul.allow_tf32 = matmul.allow_tf32, True
    try:
        alm.encode_audio(noise(alm, 0.5)[0][None])
        assert matmul.allow_tf32
    finally:
        matmul.allow_tf32 = before
    assert seen == [(False, False)]


# ----------------------------------------------------------------- fingerprint
def test_it_says_what_it_wants(alm):
    assert alm.preprocessing and isinstance(alm.sample_rate, int)
    assert alm.min_samples >= 1 and alm.max_text_tokens >= 10


def test_fingerprint_names_weights_and_options(lobe, folder):
    marks = [lobe(folder, **row).fingerprint() for row in options(lobe)]
    again = [lobe(folder, **row).fingerprint() for row in options(lobe)]
    assert marks == again and len(set(marks)) == len(marks)
    alm = lobe(folder)
    assert alm.fingerprint() in marks
    with torch.no_grad():
        next(alm.parameters()).add_(1e-3)
    assert alm.fingerprint() not in marks


def test_fingerprint_names_what_no_shape_tells(lobe, folder):
    alm, other = lobe(folder), lobe(folder)
    configs = [m.config for m in other.modules() if hasattr(m, "config")]
    for config in configs:
        config.layer_norm_eps = 0.25
    if other.settings:
        other.settings = other.settings | {"more": 1}
    described = bool(configs or other.settings)
    assert (alm.fingerprint() != other.fingerprint()) == described


def test_other_weights_are_heard_at_once(lobe, folder):
    """Nothing computed from the old weights is left after loading new ones."""
    alm, fresh = lobe(folder), lobe(folder)
    clip = noise(alm, 0.5)[0][None]
    before = alm.fingerprint(), alm.encode_audio(clip)
    torch.manual_seed(1)
    weights = {
        name: value + 0.05 * torch.randn_like(value)
        if value.is_floating_point()
        else value
        for name, value in alm.state_dict().items()
    }
    alm.load_state_dict(weights)
    with torch.no_grad():
        for name, value in fresh.named_parameters():
            value.copy_(weights[name])
        for name, value in fresh.named_buffers():
            if name in weights:
                value.copy_(weights[name])
    rebuilt = pickle.loads(pickle.dumps(fresh))
    rebuilt.load_state_dict(fresh.state_dict())
    assert not torch.equal(alm.encode_audio(clip), before[1])
    assert torch.equal(alm.encode_audio(clip), rebuilt.encode_audio(clip))
    assert alm.fingerprint() != before[0]


def test_fingerprint_names_the_class_and_what_is_set_later(lobe, folder):
    alm = lobe(folder)
    marks = [alm.fingerprint()]
    alm.preprocessing += " louder"
    marks.append(alm.fingerprint())
    alm.settings = alm.settings | {"more": 1}
    marks.append(alm.fingerprint())
    alm.__class__ = type(lobe.__name__, (lobe,), {"__module__": "mine"})
    marks.append(alm.fingerprint())
    assert len(set(marks)) == 4


def test_weights_are_hashed_once(alm, monkeypatch):
    mark = alm.fingerprint()
    monkeypatch.setattr(fingerprint, "weights_digest", None)
    assert alm.fingerprint() == mark


def test_the_tokenizer_is_read_once(lobe, copied):
    alm = lobe(copied)
    expected = alm.encode_text(PROMPTS)
    for path in copied.glob("*token*"):
        path.unlink()
    assert torch.equal(alm.encode_text(PROMPTS), expected)


def test_damaged_weights_are_noticed(lobe, folder):
    alm = lobe(folder)
    with torch.no_grad():
        for weight in alm.parameters():
            weight.fill_(torch.nan)
    with pytest.raises(ValueError, match="finite.*its weights are damaged"):
        alm.encode_audio(noise(alm, 0.5)[0][None])
    with pytest.raises(ValueError, match="finite.*its weights are damaged"):
        alm.encode_text(PROMPTS)


def test_it_stays_float32_and_can_be_copied(alm):
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        with pytest.raises(TypeError, match="computes in float32"):
            alm.to(dtype)
    clip = noise(alm, 0.5)[0][None]
    for twin in (copy.deepcopy(alm), pickle.loads(pickle.dumps(alm))):
        assert torch.equal(twin.encode_audio(clip), alm.encode_audio(clip))


def test_audio_and_tokens_need_no_tokenizer(lobe, copied):
    for path in copied.iterdir():
        if path.name not in ("config.json", "model.safetensors"):
            path.unlink()
    alm = lobe(copied)
    alm.encode_audio(noise(alm, 0.5)[0][None])
    ids = torch.tensor([[0, 50, 60, 2]])
    alm.encode_tokens(ids, torch.ones_like(ids))
    with pytest.raises((FileNotFoundError, ValueError), match="okenizer"):
        alm.encode_text(PROMPTS)
