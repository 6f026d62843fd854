"""Every lobe keeps the promises of `FrozenALM`, whatever its towers.

Lobes are found, not listed: a new file in `lobes/`, the template included, is
tested here by its `tiny` copy.
"""

import copy
import importlib
import inspect
import pickle
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from speechbrain_zsfuse.lobes.base import FrozenALM
from speechbrain_zsfuse.window import AUDIO_FILL, LONG_AUDIO

FOLDER = Path(inspect.getfile(FrozenALM)).parent
PROMPTS = ["angry speech", "a person speaking sadly", "2 instances of joy"]


def find_lobes():
    """Every class that a file of ``lobes/`` derives from the contract."""
    for path in sorted(FOLDER.glob("*.py")):
        name = f"speechbrain_zsfuse.lobes.{path.stem}"
        if path.stem not in ("__init__", "base"):
            module = importlib.import_module(name)
            for value in vars(module).values():
                if inspect.isclass(value) and value.__module__ == name:
                    if issubclass(value, FrozenALM):
                        yield value


LOBES = list(find_lobes())


@pytest.fixture(scope="module", params=LOBES, ids=lambda lobe: lobe.__name__)
def lobe(request):
    return request.param


@pytest.fixture(scope="module")
def folder(lobe, tmp_path_factory):
    folder = tmp_path_factory.mktemp(lobe.__name__)
    lobe.tiny(folder)
    return folder


@pytest.fixture(scope="module")
def alm(lobe, tmp_path_factory):
    return lobe.tiny(tmp_path_factory.mktemp(lobe.__name__))


@pytest.fixture
def copied(folder, tmp_path):
    """A folder of its own, to be damaged."""
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def noise(alm, *seconds, seed=1):
    """Clips of noise, of different colour and length."""
    generator = torch.Generator().manual_seed(seed)
    clips = [
        torch.randn(round(s * alm.sample_rate), generator=generator)
        for s in seconds
    ]
    return [
        0.1 * torch.nn.functional.avg_pool1d(clip[None], i + 1, 1)[0]
        for i, clip in enumerate(clips)
    ]


def batch(clips):
    """Padded waveforms and relative lengths."""
    wavs = torch.nn.utils.rnn.pad_sequence(clips, batch_first=True)
    lens = torch.tensor([len(clip) for clip in clips]).double()
    return wavs, lens / wavs.shape[1]


def accepts(lobe, option):
    """Whether the class takes an option."""
    return option in inspect.signature(lobe).parameters


def options(lobe):
    """Every way to hear long and short audio that the lobe offers."""
    long_audio = LONG_AUDIO if accepts(lobe, "long_audio") else [None]
    audio_fill = AUDIO_FILL if accepts(lobe, "audio_fill") else [None]
    named = [
        {"long_audio": long, "audio_fill": fill}
        for long in long_audio
        for fill in audio_fill
    ]
    return [{k: v for k, v in row.items() if v} for row in named]


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
    rubbish = torch.full_like(wavs, 0.7)
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


def test_equal_keys_exactly_where_the_input_is_equal(lobe, folder):
    for row in options(lobe):
        alm = lobe(folder, **row)
        for seconds in (1, 2, 3.7, 5, 8, 12):
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


# ----------------------------------------------------------------- identity
def test_it_says_what_it_wants(alm):
    assert alm.preprocessing and isinstance(alm.sample_rate, int)
    assert alm.min_samples >= 1 and alm.max_text_tokens >= 10


def test_fingerprint_names_weights_and_options(lobe, folder):
    marks = [lobe(folder, **row).fingerprint() for row in options(lobe)]
    again = [lobe(folder, **row).fingerprint() for row in options(lobe)]
    assert marks == again and len(set(marks)) == len(marks)
    alm = lobe(folder)
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


# ------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda wav: wav.fill_(0), "clip 1 of the batch is silent"),
        (lambda wav: wav[5:6].fill_(torch.nan), "clip 1 .* holds NaN"),
        (lambda wav: wav[5:6].fill_(torch.inf), "holds NaN or infinite"),
    ],
)
def test_bad_audio_is_named(alm, spoil, message):
    wavs = torch.stack(noise(alm, 0.5) * 2)
    spoil(wavs[1])
    with pytest.raises(ValueError, match=message):
        alm.encode_audio(wavs)


def test_empty_audio_and_no_repetition_are_refused(alm):
    wavs = noise(alm, 0.5)[0][None]
    with pytest.raises(ValueError, match="clip 0 of the batch is empty"):
        alm.encode_audio(wavs, torch.zeros(1))
    for repeats in (0, 2.0, -1):
        with pytest.raises(ValueError, match="whole number of at least 1"):
            alm.encode_audio(wavs, repeats=repeats)


def test_a_short_clip_is_heard_or_named(alm):
    wavs = noise(alm, 0.5)[0][None]
    least = alm.min_samples
    assert alm.encode_audio(wavs[:, :least]).isfinite().all()
    assert alm.encode_audio(wavs[:, : -(-least // 3)], repeats=3).numel()
    if least > 1:
        message = f"clip 0 .* too short .{least - 1} samples.* at least {least}"
        with pytest.raises(ValueError, match=message):
            alm.encode_audio(wavs[:, : least - 1])


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda wavs: (wavs[0], None), r"shape \[8000\]|shape \[24000\]"),
        (lambda wavs: (wavs.short(), None), "torch.int16 of shape"),
        (lambda wavs: (wavs, torch.ones(1)), "to be 2 lengths relative"),
        (lambda wavs: (wavs, torch.tensor([1, 1.5])), r"in \(0, 1\]"),
    ],
)
def test_what_is_no_batch_is_refused(alm, spoil, message):
    wavs = torch.stack(noise(alm, 0.5) * 2)
    with pytest.raises(ValueError, match=message):
        alm.encode_audio(*spoil(wavs))


def test_bad_text_is_named(alm):
    with pytest.raises(ValueError, match="at most .* tokens, but 'long"):
        alm.encode_text(["angry", "long " * 600])
    with pytest.raises(ValueError, match="list of sentences, but got 'angry'"):
        alm.encode_text("angry")
    ids = torch.ones(1, alm.max_text_tokens + 1, dtype=torch.int64)
    with pytest.raises(ValueError, match="at most .* tokens, but got"):
        alm.encode_tokens(ids, ids)


def test_prompts_that_collapse_are_named(alm, monkeypatch):
    class Deaf:
        pad_token_id = 1

        def __call__(self, texts):
            return {"input_ids": [[0, 3, 2] for _ in texts]}

    monkeypatch.setattr(alm, "_tokenizer", Deaf)
    with pytest.raises(ValueError, match="'angry speech' shares them"):
        alm.encode_text(PROMPTS)


def test_an_empty_tokenizer_is_refused(lobe, copied):
    import json

    for path in copied.iterdir():
        if path.name not in ("config.json", "model.safetensors"):
            path.unlink()
    config = json.dumps({"tokenizer_class": "RobertaTokenizer"})
    (copied / "tokenizer_config.json").write_text(config)
    with pytest.raises(ValueError, match="but got 5: its files are missing"):
        lobe(copied, tokenizer=copied).encode_text(PROMPTS)


def test_another_model_is_refused(lobe, copied):
    from safetensors.torch import save_file

    weights = {"encoder.weight": torch.ones(2, 2)}
    save_file(weights, copied / "model.safetensors")
    with pytest.raises(
        (ValueError, FileNotFoundError),
        match="another model|Give another file|not complete",
    ):
        lobe(copied)


def test_a_damaged_file_is_refused(lobe, copied):
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ValueError, match="damaged.*Download it again"):
        lobe(copied)


def test_a_wrong_sha256_is_refused(lobe, folder):
    with pytest.raises(ValueError, match="Expected the sha256 0{64}"):
        lobe(folder, sha256="0" * 64)


def test_a_branch_is_refused(lobe):
    if not accepts(lobe, "revision"):
        pytest.skip(f"{lobe.__name__} is never downloaded")
    with pytest.raises(ValueError, match="40 hexadecimal digits.*'main'"):
        lobe("owner/name", revision="main")


def test_a_malicious_pickle_is_refused(lobe, tmp_path):
    trace, path = tmp_path / "trace", tmp_path / "weights.pt"

    class Malicious:
        def __reduce__(self):
            return Path.mkdir, (trace,)

    torch.save({"state_dict": {}, "more": Malicious()}, path)
    with pytest.raises(ValueError, match="Nothing was run"):
        lobe(path)
    assert not trace.exists()


def test_a_source_that_is_nowhere_is_explained(lobe):
    with pytest.raises(FileNotFoundError, match=f"No {lobe.__name__} found"):
        lobe("/no/such/folder")
