"""Tokenizers that are empty, or of another model, are refused."""

import json

import pytest

from speechbrain_zsfuse.loading.tokenizers import (
    BYTE_VOCABULARY,
    find_tokenizer,
    load_tokenizer,
    save_byte_tokenizer,
)


def test_the_byte_tokenizer_can_say_anything(tmp_path):
    save_byte_tokenizer(tmp_path)
    tokenizer = load_tokenizer(tmp_path, BYTE_VOCABULARY)
    text = "3 instances of Ärger, \x00 怒り 😠"
    ids = tokenizer(text)["input_ids"]
    assert (ids[0], tokenizer.pad_token_id, ids[-1]) == (0, 1, 2)
    assert len(ids) == 2 + len(text.encode())
    assert tokenizer.decode(ids, skip_special_tokens=True) == text


def test_an_empty_tokenizer_is_refused(tmp_path):
    config = {"tokenizer_class": "RobertaTokenizer"}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="50265 words.*but got 5"):
        load_tokenizer(tmp_path, 50265)


def test_a_tokenizer_of_another_model_is_refused(tmp_path):
    save_byte_tokenizer(tmp_path)
    with pytest.raises(ValueError, match=f"got {BYTE_VOCABULARY}.*of another"):
        load_tokenizer(tmp_path, 200)


def test_a_missing_tokenizer_is_explained():
    with pytest.raises(FileNotFoundError, match="No tokenizer.*hf download"):
        load_tokenizer("FacebookAI/roberta-base", 50265)


def test_beside_the_weights_comes_before_the_hub(tmp_path):
    default = "FacebookAI/roberta-base", "0" * 40
    weights = tmp_path / "clap.pt"
    weights.touch()
    assert find_tokenizer(weights, *default) == default
    save_byte_tokenizer(tmp_path)
    for source in (tmp_path, weights):
        assert find_tokenizer(source, *default) == (str(tmp_path), None)
    chosen = find_tokenizer(tmp_path, *default, chosen="some/where")
    assert chosen == ("some/where", None)


def test_a_folder_may_have_an_at_in_its_name(tmp_path):
    folder = tmp_path / "user@home"
    folder.mkdir()
    save_byte_tokenizer(folder)
    assert find_tokenizer("w.pt", "a/b", chosen=folder) == (str(folder), None)
    commit = "0" * 40
    chosen = f"owner/name@{commit}"
    found = find_tokenizer("w.pt", "a/b", chosen=chosen)
    assert found == ("owner/name", commit)


def test_what_is_missing_is_said_with_the_folder_that_lacks_it(tmp_path):
    hub = "FacebookAI/roberta-base"
    with pytest.raises(
        FileNotFoundError, match=f"{hub}.*hf down.*weights in '{tmp_path}': put"
    ):
        load_tokenizer(hub, 9, beside=tmp_path)


def test_a_padding_token_is_found_without_its_settings(tmp_path):
    save_byte_tokenizer(tmp_path)
    expected = load_tokenizer(tmp_path, BYTE_VOCABULARY)
    (tmp_path / "tokenizer_config.json").unlink()
    tokenizer = load_tokenizer(tmp_path, BYTE_VOCABULARY)
    assert tokenizer.pad_token_id == expected.pad_token_id == 1
    assert tokenizer("sad")["input_ids"] == expected("sad")["input_ids"]


def test_without_any_padding_token_it_is_said_what_to_do(tmp_path):
    save_byte_tokenizer(tmp_path)
    (tmp_path / "tokenizer_config.json").unlink()
    path = tmp_path / "tokenizer.json"
    path.write_text(path.read_text().replace("<pad>", "<nothing>"))
    with pytest.raises(ValueError, match=f"{tmp_path}.*Put the model's own"):
        load_tokenizer(tmp_path, BYTE_VOCABULARY)


SPOILED = ["", "{", "[]", "5", "[" * 100_000, '{"a": 1, "a": 2}']


@pytest.mark.parametrize("content", SPOILED, ids=range(len(SPOILED)))
def test_spoiled_settings_are_named(tmp_path, content):
    save_byte_tokenizer(tmp_path)
    path = tmp_path / "tokenizer_config.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=f"JSON object in '{path}', but got"):
        load_tokenizer(tmp_path, BYTE_VOCABULARY)


@pytest.mark.parametrize(
    "content", [*SPOILED, "{}", '{"model": 5}', '{"added_tokens": 5}']
)
def test_a_spoiled_tokenizer_names_its_folder(tmp_path, content):
    save_byte_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text(content)
    message = f"{tmp_path}.*damaged. Expected intact its tokenizer.json"
    with pytest.raises(FileNotFoundError, match=message):
        load_tokenizer(tmp_path, BYTE_VOCABULARY)


def test_settings_of_a_wrong_type_name_their_folder(tmp_path):
    save_byte_tokenizer(tmp_path)
    path = tmp_path / "tokenizer_config.json"
    settings = json.loads(path.read_text()) | {"model_max_length": []}
    path.write_text(json.dumps(settings))
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}.*damaged"):
        load_tokenizer(tmp_path, BYTE_VOCABULARY)


def test_half_a_tokenizer_names_its_folder(tmp_path):
    save_byte_tokenizer(tmp_path)
    path = tmp_path / "tokenizer.json"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}.*tokenizer.json"):
        load_tokenizer(tmp_path, BYTE_VOCABULARY)


def test_a_mistyped_folder_is_no_hub_id(tmp_path, monkeypatch):
    (tmp_path / "results" / "clap").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="Did you mean results/clap"):
        load_tokenizer("results/clpa", BYTE_VOCABULARY)


def test_a_tokenizer_with_code_of_its_own_is_refused(tmp_path):
    config = {"auto_map": {"AutoTokenizer": ["evil.Evil", None]}}
    for name in ("config.json", "tokenizer_config.json"):
        (tmp_path / name).write_text(json.dumps({**config, "model_type": "x"}))
    with pytest.raises(FileNotFoundError, match="run code of its own.*never"):
        load_tokenizer(tmp_path, 9)
