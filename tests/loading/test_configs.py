"""A folder's settings are sensible and ask for nothing from elsewhere."""

import json
import shutil
from pathlib import Path

import pytest
from tiny_ssl import save_ssl

from speechbrain_zsfuse.encoders.ssl import SSLEncoder
from speechbrain_zsfuse.loading.configs import find_configs, read_object
from speechbrain_zsfuse.lobes.clap import CLAP

EXTRACTOR = "preprocessor_config.json"


@pytest.fixture(scope="module")
def wavlm(tmp_path_factory):
    return save_ssl(tmp_path_factory.mktemp("wavlm"))


@pytest.fixture
def folder(wavlm, tmp_path):
    return Path(shutil.copytree(wavlm, tmp_path / "wavlm"))


@pytest.fixture
def clap(tiny_clap, tmp_path):
    return Path(shutil.copytree(tiny_clap, tmp_path / "clap"))


def change(path, *keys, value):
    """Set an entry of a JSON file, deep inside if there are several keys."""
    config = json.loads(path.read_text())
    place = config
    for key in keys[:-1]:
        place = place.setdefault(key, {})
    place[keys[-1]] = value
    path.write_text(json.dumps(config))


ELSEWHERE = [
    ("config.json", "_attn_implementation", "kernels-community/x"),
    ("config.json", "attn_implementation", "flash_attention_2"),
    ("config.json", "_attn_implementation_internal", "owner/kernel"),
    ("config.json", "quantization_config", {"quant_method": "bitsandbytes"}),
    ("config.json", "auto_map", {"AutoModel": "evil.Evil"}),
    (EXTRACTOR, "auto_map", {"AutoFeatureExtractor": "evil.Evil"}),
]


@pytest.mark.parametrize("name, key, value", ELSEWHERE)
def test_nothing_is_fetched_from_elsewhere(folder, name, key, value):
    change(folder / name, key, value=value)
    message = f"nothing from elsewhere in '{folder / name}', but got `{key}: "
    with pytest.raises(ValueError, match=message):
        SSLEncoder(folder)


def test_a_part_of_a_model_asks_for_nothing_either(clap):
    path, key = clap / "config.json", "_attn_implementation"
    change(path, "text_config", key, value="owner/kernel")
    with pytest.raises(ValueError, match=f"{path}', but got `{key}: 'owner/k"):
        CLAP(clap)


def test_attention_of_the_library_itself_may_be_named(folder):
    change(folder / "config.json", "_attn_implementation", value="eager")
    change(folder / "config.json", "_attn_implementation_autoset", value=True)
    change(folder / "config.json", "quantization_config", value=None)
    SSLEncoder(folder)


@pytest.mark.parametrize("whole", [True, False])
def test_an_adapter_is_no_model(folder, whole):
    (folder / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": "owner/other"})
    )
    if not whole:
        (folder / "config.json").unlink()
    with pytest.raises(ValueError, match=f"{folder}.*adapter of another one"):
        SSLEncoder(folder)


NONSENSE = [
    ("config.json", "num_hidden_layers", 10**8),
    ("config.json", "num_hidden_layers", 1e8),
    ("config.json", "num_hidden_layers", -1),
    ("config.json", "vocab_size", 10**9),
    ("config.json", "hidden_size", 10**12),
    ("config.json", "conv_dim", [8, 10**9]),
    ("config.json", "conv_stride", [1] * 20000),
    ("config.json", "conv_stride", [0, 40]),
    ("config.json", "conv_stride", [5, -40]),
    ("config.json", "conv_kernel", [10, 9_000_000]),
    ("config.json", "num_labels", 9_000_000),
    (EXTRACTOR, "sampling_rate", 16000.0),
    (EXTRACTOR, "sampling_rate", 10**9),
    (EXTRACTOR, "sampling_rate", "16000"),
    (EXTRACTOR, "sampling_rate", None),
    (EXTRACTOR, "sampling_rate", True),
    (EXTRACTOR, "sampling_rate", float("nan")),
    (EXTRACTOR, "feature_size", 10**9),
]


@pytest.mark.parametrize("name, key, value", NONSENSE)
def test_absurd_sizes_are_refused_before_anything_is_made(
    folder, name, key, value
):
    change(folder / name, key, value=value)
    with pytest.raises(ValueError, match=f"Expected `{key}` in '.*/{name}' to"):
        SSLEncoder(folder)


@pytest.mark.parametrize(
    "key, value", [("sampling_rate", 2), ("max_length_s", 0.02)]
)
def test_a_window_below_one_frame_is_refused(clap, key, value):
    change(clap / EXTRACTOR, key, value=value)
    with pytest.raises(ValueError, match=f"one `fft_window_size` in .*{clap}"):
        CLAP(clap)


UNUSABLE = [
    ("config.json", ("audio_config", "spec_size"), 255),
    ("config.json", ("audio_config", "flatten_patch_embeds"), False),
    ("config.json", ("text_config", "pad_token_id"), -5),
    ("config.json", ("text_config", "layer_norm_eps"), -1.0),
    (EXTRACTOR, ("max_length_s",), 10.0),  # the weights hear 2 s
]


@pytest.mark.parametrize("name, keys, value", UNUSABLE)
def test_what_only_shows_in_use_is_tried_when_it_is_loaded(
    clap, name, keys, value
):
    change(clap / name, *keys, value=value)
    with pytest.raises(ValueError, match=f"CLAP in '{clap}', but it is anoth"):
        CLAP(clap)


def test_an_output_without_names_is_nobodys_wish(clap):
    for keys in (["text_config"], ["audio_config"], []):
        change(clap / "config.json", *keys, "return_dict", value=False)
    CLAP(clap)


CLAP_NONSENSE = [
    ("config.json", ("audio_config", "depths"), [2, 10**7]),
    ("config.json", ("audio_config", "window_size"), 10**6),
    ("config.json", ("audio_config", "spec_size"), 10**6),
    ("config.json", ("text_config", "max_position_embeddings"), 10**9),
    (EXTRACTOR, ("fft_window_size",), 10**9),
    (EXTRACTOR, ("feature_size",), 10**9),
    (EXTRACTOR, ("hop_length",), 0),
    (EXTRACTOR, ("frequency_max",), []),
    (EXTRACTOR, ("frequency_max",), {}),
    (EXTRACTOR, ("max_length_s",), float("inf")),
]


@pytest.mark.parametrize("key", ["do_normalize", "return_attention_mask"])
@pytest.mark.parametrize("value", ["no", 1, None, []])
def test_a_switch_is_true_or_false(folder, key, value):
    change(folder / EXTRACTOR, key, value=value)
    with pytest.raises(ValueError, match=f"`{key}` in .* true or false"):
        SSLEncoder(folder)


@pytest.mark.parametrize("name, keys, value", CLAP_NONSENSE)
def test_absurd_sizes_of_a_clap_are_refused(clap, name, keys, value):
    change(clap / name, *keys, value=value)
    message = f"Expected `{keys[-1]}` in '.*/{name}' to be a .*number from"
    with pytest.raises(ValueError, match=message):
        CLAP(clap)


@pytest.mark.parametrize(
    "key, value",
    [
        ("model_type", "no_such_model"),
        ("hidden_size", "16"),
        ("hidden_size", 0),
        ("hidden_act", "no such function"),
        ("conv_dim", [8]),
        ("conv_kernel", None),
        ("num_attention_heads", 3),
        ("vocab_size", 1e9),
    ],
)
def test_what_only_the_library_can_tell_names_the_folder(folder, key, value):
    change(folder / "config.json", key, value=value)
    with pytest.raises((FileNotFoundError, ValueError)) as caught:
        SSLEncoder(folder)
    assert str(folder) in str(caught.value)


NO_OBJECTS = {
    b"": "something else .Expecting value",
    b"{": "something else .Expecting",
    b"[]": "got a list",
    b"5": "got a int",
    b"null": "got a NoneType",
    b"[" * 100_000: "too many brackets",
    b'{"a": ' * 100_000: "too many brackets",
    b'{"a": 1, "a": 2}': "the key 'a' stands there twice",
    b'{"b": {"a": 1, "a": 1}}': "the key 'a' stands there twice",
    '{"a": 1}'.encode("utf-16"): "something else .'utf-8' codec",
    '{"a": 1}'.encode("utf-8-sig"): "BOM",
    b" " * (1 << 23): "8,388,608 bytes",
}


@pytest.mark.parametrize("content", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
@pytest.mark.parametrize("name", ["config.json", EXTRACTOR])
def test_what_is_no_json_object_is_one_sentence(folder, name, content):
    (folder / name).write_bytes(content)
    message = f"JSON object in '{folder / name}', but {NO_OBJECTS[content]}"
    message = message.replace("but ", "but.*")
    with pytest.raises(ValueError, match=message):
        SSLEncoder(folder)
    with pytest.raises(ValueError, match="Download the file again"):
        read_object(folder / name)


@pytest.mark.parametrize("name", ["config.json", EXTRACTOR])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{folder}.*{name}"):
        SSLEncoder(folder)


def test_a_good_folder_is_returned(folder):
    assert find_configs(folder, "speech model") == folder


def test_brackets_that_only_json_can_follow_are_one_sentence(folder):
    path = folder / "config.json"
    path.write_text('{"a": ' * 900 + "1" + "}" * 900)
    with pytest.raises(ValueError, match=f"'{path}'.*too many brackets"):
        SSLEncoder(folder)
