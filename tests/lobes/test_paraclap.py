"""The ParaCLAP lobe equals the official forward pass, written down again."""

import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import gelu, layer_norm
from transformers import BertConfig, BertModel, Wav2Vec2Config, Wav2Vec2Model

from speechbrain_zsfuse.lobes import ParaCLAP, paraclap

# Of audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim and
# bert-base-uncased, from their own config.json.
ROBUST = {
    "apply_spec_augment": True,
    "conv_bias": True,
    "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "do_stable_layer_norm": True,
    "feat_extract_activation": "gelu",
    "feat_extract_norm": "layer",
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-5,
    "layerdrop": 0.1,
    "mask_time_prob": 0.05,
    "num_conv_pos_embeddings": 128,
}
BERT = {
    "hidden_act": "gelu",
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
}
POSITION = "audio_branch.base.encoder.pos_conv_embed.conv"
OLD_NAMES = {
    f"{POSITION}.parametrizations.weight.original0": f"{POSITION}.weight_g",
    f"{POSITION}.parametrizations.weight.original1": f"{POSITION}.weight_v",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paraclap")
    ParaCLAP.tiny(folder)
    return folder


@pytest.fixture(scope="module")
def weights(folder):
    """The tiny weights with norms and biases that do something."""
    generator = torch.Generator().manual_seed(3)
    return {
        name: value + 0.1 * torch.randn(value.shape, generator=generator)
        for name, value in load_file(folder / "model.safetensors").items()
    }


@pytest.fixture(scope="module")
def alm(weights, tmp_path_factory):
    path = tmp_path_factory.mktemp("official") / "best.pth.tar"
    torch.save(weights, path)
    return ParaCLAP(path)


def tower(weights, prefix, model):
    """A tower of transformers with the weights below a prefix."""
    begin = f"{prefix}.base."
    own = {
        name.removeprefix(begin): value
        for name, value in weights.items()
        if name.startswith(begin)
    }
    model.load_state_dict(own)
    return model.eval()


def official_audio(weights, clip):
    """models_xin.CLAP on one clip [T], and the norm of compute_similarity."""
    config = Wav2Vec2Config(
        **ROBUST,
        conv_dim=[16] * 7,
        hidden_size=128,
        intermediate_size=64,
        num_attention_heads=2,
        num_conv_pos_embedding_groups=4,
        num_hidden_layers=2,
    )
    model = tower(weights, "audio_branch", Wav2Vec2Model(config))
    with torch.no_grad():
        frames = model(clip[None])["last_hidden_state"]
    return project(weights, "audio_projection", frames.mean(1))


def official_text(weights, ids, mask):
    """The same for tokens, with token types as a tokenizer gives them."""
    config = BertConfig(
        **BERT,
        vocab_size=261,
        hidden_size=192,
        intermediate_size=96,
        num_attention_heads=3,
        num_hidden_layers=2,
    )
    model = tower(weights, "text_branch", BertModel(config))
    inputs = {"input_ids": ids, "attention_mask": mask}
    with torch.no_grad():
        hidden = model(**inputs, token_type_ids=torch.zeros_like(ids))[0]
    return project(weights, "text_projection", hidden[:, 0, :])


def project(weights, name, hidden):
    """Projection without its dropout, and unit norm."""
    first = hidden @ weights[f"{name}.linear1.weight"].T
    second = gelu(first) @ weights[f"{name}.linear2.weight"].T
    scale = weights[f"{name}.layer_norm.weight"]
    shift = weights[f"{name}.layer_norm.bias"]
    embedding = layer_norm(first + second, scale.shape, scale, shift, 1e-5)
    return embedding / torch.norm(embedding, dim=-1, keepdim=True)


def noise(samples, seed=0):
    return torch.randn(samples, generator=torch.Generator().manual_seed(seed))


def full_size_names():
    """Name to shape of every tensor of best.pth.tar, written down by hand."""
    a, t, shapes = "audio_branch.base", "text_branch.base", {}

    def affine(name, *shape):
        shapes[f"{name}.weight"] = shape
        shapes[f"{name}.bias"] = shape[:1]

    shapes["logit_scale"] = ()
    shapes[f"{a}.masked_spec_embed"] = (1024,)
    for index, kernel in enumerate([10, 3, 3, 3, 3, 2, 2]):
        name = f"{a}.feature_extractor.conv_layers.{index}"
        affine(f"{name}.conv", 512, 512 if index else 1, kernel)
        affine(f"{name}.layer_norm", 512)
    affine(f"{a}.feature_projection.layer_norm", 512)
    affine(f"{a}.feature_projection.projection", 1024, 512)
    shapes[f"{POSITION}.bias"] = (1024,)
    shapes[f"{POSITION}.parametrizations.weight.original0"] = (1, 1, 128)
    shapes[f"{POSITION}.parametrizations.weight.original1"] = (1024, 64, 128)
    affine(f"{a}.encoder.layer_norm", 1024)
    for index in range(12):
        name = f"{a}.encoder.layers.{index}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            affine(f"{name}.attention.{part}", 1024, 1024)
        affine(f"{name}.layer_norm", 1024)
        affine(f"{name}.feed_forward.intermediate_dense", 4096, 1024)
        affine(f"{name}.feed_forward.output_dense", 1024, 4096)
        affine(f"{name}.final_layer_norm", 1024)
    tables = {"word": 30522, "position": 512, "token_type": 2}
    for table, rows in tables.items():
        shapes[f"{t}.embeddings.{table}_embeddings.weight"] = (rows, 768)
    affine(f"{t}.embeddings.LayerNorm", 768)
    for index in range(12):
        name = f"{t}.encoder.layer.{index}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            affine(f"{name}.attention.{part}", 768, 768)
        affine(f"{name}.attention.output.LayerNorm", 768)
        affine(f"{name}.intermediate.dense", 3072, 768)
        affine(f"{name}.output.dense", 768, 3072)
        affine(f"{name}.output.LayerNorm", 768)
    affine(f"{t}.pooler.dense", 768, 768)
    for side, width in {"audio": 1024, "text": 768}.items():
        shapes[f"{side}_projection.linear1.weight"] = (768, width)
        shapes[f"{side}_projection.linear2.weight"] = (768, 768)
        affine(f"{side}_projection.layer_norm", 768)
    return shapes


# ------------------------------------------------------------------ numbers
@pytest.mark.parametrize("samples, repeats", [(400, 1), (9001, 1), (5000, 3)])
def test_audio_equals_the_official_code(alm, weights, samples, repeats):
    clip = 0.3 * noise(samples) + 0.05  # neither zero mean nor unit variance
    expected = official_audio(weights, torch.cat([clip] * repeats))
    embedding = alm.encode_audio(clip[None], repeats=repeats)
    torch.testing.assert_close(embedding, expected, atol=1e-6, rtol=0)
    louder = alm.encode_audio(2 * clip[None], repeats=repeats)
    assert not torch.allclose(louder, expected, atol=1e-4)


def test_text_equals_the_official_code(alm, weights):
    ids = torch.tensor([[0, 70, 90, 110, 2], [0, 81, 2, 1, 1]])
    mask = (ids != 1).long()
    embedding = alm.encode_tokens(ids, mask)
    expected = official_text(weights, ids, mask)
    torch.testing.assert_close(embedding, expected, atol=1e-6, rtol=0)
    alone = alm.encode_tokens(ids[1:, :3], mask[1:, :3])
    torch.testing.assert_close(alone, embedding[1:], atol=1e-6, rtol=0)


def test_mates_of_the_same_length_change_nothing(alm):
    clips = torch.stack([noise(8000, seed) for seed in range(5)])
    alone = torch.cat([alm.encode_audio(clip[None]) for clip in clips])
    torch.testing.assert_close(
        alm.encode_audio(clips), alone, atol=1e-6, rtol=0
    )


# ------------------------------------------------------------------ weights
def test_full_size_has_the_official_names():
    shapes = full_size_names()
    with torch.device("meta"):
        official = {n: torch.empty(shape) for n, shape in shapes.items()}
        sizes = paraclap._read_sizes(official)
        towers = paraclap._Towers(*sizes)
    built = {n: tuple(v.shape) for n, v in towers.state_dict().items()}
    assert built == shapes
    assert sum(p.numel() for p in towers.parameters()) == 276_325_249
    audio, text, size = sizes
    heads = audio.num_attention_heads, text.num_attention_heads
    assert heads == (16, 12) and size == 768
    assert ROBUST.items() <= audio.to_dict().items()
    assert audio.num_conv_pos_embedding_groups == 16
    assert BERT.items() <= text.to_dict().items()


def test_names_of_older_versions_are_the_same_model(alm, weights, tmp_path):
    old = {OLD_NAMES.get(name, name): v for name, v in weights.items()}
    ids = torch.arange(512)[None]
    old["text_branch.base.embeddings.position_ids"] = ids
    torch.save(old, tmp_path / "best.pth.tar")
    assert ParaCLAP(tmp_path).fingerprint() == alm.fingerprint()


def test_incomplete_weights_are_named(weights, tmp_path):
    for name in ("audio_projection.linear1.weight", f"{POSITION}.bias"):
        fewer = {n: v for n, v in weights.items() if n != name}
        torch.save(fewer, tmp_path / "best.pth.tar")
        with pytest.raises(ValueError, match=f"another model.*{name}.*Give"):
            ParaCLAP(tmp_path)


# ------------------------------------------------------------------- inputs
def test_a_clip_shorter_than_a_frame_is_refused(alm):
    wavs = torch.stack([noise(400), noise(400)])
    message = r"clip 1 .* too short \(399 samples, .*at least 400 are needed"
    with pytest.raises(ValueError, match=message):
        alm.encode_audio(wavs, torch.tensor([1.0, 399 / 400]))
    alm.encode_audio(wavs[:, :200], repeats=2)  # long enough together
    with pytest.raises(ValueError, match="clip 0 .*398 samples"):
        alm.encode_audio(wavs[:, :199], repeats=2)


def test_the_tokenizer_is_berts_unless_another_is_given(alm, folder):
    assert alm.tokenizer == "google-bert/bert-base-uncased"
    assert len(alm.tokenizer_revision) == 40
    assert ParaCLAP(folder).tokenizer == str(folder)
    assert ParaCLAP(folder, tokenizer="a/b").tokenizer == "a/b"
