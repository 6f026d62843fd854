"""Every lobe says in words what is wrong with sound, text or weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lobe_cases import PROMPTS, accepts, noise


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
    for repeats in (0, 2.0, -1, True, "2"):
        with pytest.raises(ValueError, match="whole number from 1 to 100"):
            alm.encode_audio(wavs, repeats=repeats)
    twice = alm.encode_audio(wavs, repeats=2)
    assert torch.equal(alm.encode_audio(wavs, repeats=np.int64(2)), twice)


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
        (lambda wavs: (wavs, torch.tensor([1, torch.nan])), r"in \(0, 1\]"),
        (lambda wavs: (wavs, [1.0, 0.5]), "`lens` to be a tensor .* got list"),
        (lambda wavs: (wavs.numpy(), None), "to be a tensor .* got ndarray"),
        (lambda wavs: (wavs[:0], None), "the batch is empty"),
    ],
)
def test_what_is_no_batch_is_refused(alm, spoil, message):
    wavs = torch.stack(noise(alm, 0.5) * 2)
    with pytest.raises((ValueError, TypeError), match=message):
        alm.encode_audio(*spoil(wavs))


def test_bad_text_is_named(alm):
    with pytest.raises(ValueError, match="at most .* tokens, but 'long"):
        alm.encode_text(["angry", "long " * 600])
    for texts in ("angry", None, [], ["angry", None], 3):
        with pytest.raises(ValueError, match="Expected a list of sentences"):
            alm.encode_text(texts)
    ids = torch.ones(1, alm.max_text_tokens + 1, dtype=torch.int64)
    with pytest.raises(ValueError, match="at most .* tokens, but got"):
        alm.encode_tokens(ids, ids)


def test_prompts_that_collapse_are_named(alm, monkeypatch):
    class Deaf:
        pad_token_id = 1

        def __call__(self, texts):
            return {"input_ids": [[0, 3, 2] for _ in texts]}

    monkeypatch.setattr(alm, "_tokenizer", Deaf)
    for texts in (PROMPTS, iter(PROMPTS)):
        with pytest.raises(ValueError, match="'angry speech' shares them"):
            alm.encode_text(texts)


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
