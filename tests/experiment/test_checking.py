"""Nonsense is refused with its full name before anything is read or made."""

from functools import cache

import pytest
import torch
from iemocap_prepare import prepare_iemocap
from msp_podcast_prepare import prepare_msp_podcast
from places import ROOT
from ravdess_prepare import prepare_ravdess

from speechbrain_zsfuse import experiment
from speechbrain_zsfuse.experiment.configuration.arguments import (
    parse_arguments,
)
from speechbrain_zsfuse.experiment.configuration.command_line import (
    read_run_options,
    read_words,
)
from speechbrain_zsfuse.experiment.configuration.given import read_given
from speechbrain_zsfuse.experiment.configuration.spelling import settle
from speechbrain_zsfuse.experiment.configuration.trees import (
    dump_yaml,
    override,
    read_yaml,
)
from speechbrain_zsfuse.experiment.options.checking import (
    check_options,
    check_run_options,
)

PREPARE = {
    "RAVDESS": prepare_ravdess,
    "IEMOCAP": prepare_iemocap,
    "MSP-Podcast": prepare_msp_podcast,
}


@cache
def begun(yaml, recipe):
    """Text of a YAML as a run begins with it, and the path of its recipe."""
    path = ROOT / "recipes" / recipe / "train.py"
    arguments = [f"hparams/{yaml}.yaml", "--data_folder=/no/corpus"]
    text, _ = parse_arguments(arguments, path, PREPARE[recipe])
    return text, path


def check(*options, yaml="wavlm_clap", recipe="RAVDESS"):
    """As a run begins, the YAML put together once for all tests."""
    text, path = begun(yaml, recipe)
    _, words = read_words(["a.yaml", *options])
    run_opts, others = read_run_options("a.yaml", words)
    given = read_given(others, read_yaml(text))
    for name in run_opts.overridden_args & {*read_yaml(text)}:
        given[name] = run_opts[name]
    text = override(text, dump_yaml(given))
    check_options(settle(text, PREPARE[recipe]), PREPARE[recipe])
    return check_run_options(run_opts)


def refused(*options, **yaml):
    """The words of the refusal."""
    with pytest.raises(ValueError) as caught:
        check(*options, **yaml)
    return str(caught.value)


def test_what_is_unusual_and_right_stays_right():
    for options in (
        ["--lr=1e-5"],
        ["--lr=1"],
        ["--max_grad_norm=-1"],
        ["--seed=0"],
        ["--clips={crop_seconds: 6, crop: random, soft_labels: on}"],
        ["--clips={crop_seconds: 2.5}"],
        ["--loader={batch_size: 8, num_workers: 0, pin_memory: true}"],
        ["--encoder={lora: {r: 8, lora_alpha: 16, target_modules: [q_proj]}}"],
        ["--loss=!new:speechbrain_zsfuse.losses.LogitAdjusted"],
        ["--loss=!new:speechbrain_zsfuse.losses.WeightedFocal {gamma: 1}"],
        ["--labels=[angry, sad, calm]", "--merge={neutral: calm}"],
        ["--labels=[sad, angry]", "--merge={calm: neutral}"],
        ["--preparation={valid_actors: [1, 2], test_actors: [3]}"],
        ["--zero_shot={prompts: ['{label} speech'], audio_repeats: 3}"],
        ["--zero_shot={prompts: clsp, scope: word, text_repeats: 2}"],
        ["--zero_shot={ensemble: embeddings}"],
        ["--zero_shot={ensemble: learned, weights: [0.5, 0.5, 0]}"],
        ["--zero_shot={audio_repeats: auto, text_repeats: 2}"],
        ["--amplification={select: fused, repeats: [3], short_epochs: 1}"],
        ["--audio_cache=null", "--peer_timeout=0.5", "--fold=6"],
        ["--loader={prefetch_factor: 4, timeout: 60.0, pin_memory: on}"],
        ["--loader={num_workers: 0, persistent_workers: no, timeout: 0}"],
        ["--opt_class=!name:torch.optim.SGD {momentum: 0.9}"],
        ["--distributed_backend=gloo"],
        ["--optimizer_step_limit=2", "--debug_epochs=-1", "--device=cpu"],
    ):
        check(*options)
    limit = check("--optimizer_step_limit=2")
    assert limit["optimizer_step_limit"] == 2


NUMBERS = {  # of options: what is refused
    "lr": ("fast", 0, -1, "nan", "inf", "true", "[1]", "null", "1e-5x"),
    "weight_decay": (-0.1, "nan", "a", "null"),
    "max_grad_norm": (0, "nan", "inf"),
    "warmup": (1, 1.5, -0.1, "a", "nan"),
    "layer_decay": (0, -1, 1.5, "nan", "a"),
    "number_of_epochs": (2.5, 1.5, -3, 0, "True", "a", "nan", 8.0),
    "grad_accumulation_factor": (0, -1),
    "nonfinite_patience": (-1,),
    "seed": (-1, 2**32, 99999999999999999999, 1.5, "a", "true"),
    "fold": (0, 7, -1, 1.5, "a", "true"),
    "peer_timeout": (0, -1, "a"),
    "schedule": ("cosin", "null", 3),
    "labels": (
        *("a, b", "[angry]", "[]", "[sad, sad]", "[sad, '']", "[1, 2]"),
        *("happy", "null", "{a: b}"),
    ),
    "data_folder": ("null",),
    "results_folder": ("null",),
    "merge": ("{calm: [neutral]}", "{calm: 1}"),
    "debug_batches": (0, -1),
    "optimizer_step_limit": (0, -1, 1.5, "a"),
    "profile_steps": (0,),
    "compile_mode": ("fast",),
    "distributed_backend": ("tcp", "GLOO"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_nonsense_is_refused(name):
    for value in NUMBERS[name]:
        words = refused(f"--{name}={value}")
        assert words.startswith(f"Expected --{name} to be "), words
        assert "but got" in words


@pytest.mark.parametrize(
    "option, path",
    [
        ("--loader={batch_size: 0}", "loader.batch_size"),
        ("--loader={batch_size: -8}", "loader.batch_size"),
        ("--loader={batch_size: 2.5}", "loader.batch_size"),
        ("--loader={batching: lenght}", "loader.batching"),
        ("--loader={num_workers: -1}", "loader.num_workers"),
        ("--loader={num_workers: true}", "loader.num_workers"),
        ("--loader={timeout: -1}", "loader.timeout"),
        ("--loader={prefetch_factor: 0}", "loader.prefetch_factor"),
        ("--loader={persistent_workers: 3}", "loader.persistent_workers"),
        ("--loader={multiprocessing_context: x}", "loader.multiprocessing_"),
        ("--loader={num_workers: 0, timeout: 1}", "loader.timeout"),
        ("--loader={num_workers: 0, prefetch_factor: 1}", "loader.prefetch_"),
        ("--clips={crop_seconds: 0}", "clips.crop_seconds"),
        ("--clips={crop_seconds: -2}", "clips.crop_seconds"),
        ("--clips={crop_seconds: long}", "clips.crop_seconds"),
        ("--clips={crop: center}", "clips.crop"),
        ("--clips={soft_labels: maybe}", "clips.soft_labels"),
        ("--encoder={layer_drop: 2}", "encoder.layer_drop"),
        ("--encoder={layer_drop: 1}", "encoder.layer_drop"),
        ("--encoder={layers: all}", "encoder.layers"),
        ("--encoder={freeze: maybe}", "encoder.freeze"),
        ("--encoder={lora: 8}", "encoder.lora"),
        ("--encoder={lora: {r: 0}}", "encoder.lora.r"),
        ("--encoder={lora: {lora_alpha: x}}", "encoder.lora.lora_alpha"),
        ("--head={affine: maybe}", "head.affine"),
        ("--head={epsilon: -1}", "head.epsilon"),
        ("--zero_shot={audio_repeats: 0}", "zero_shot.audio_repeats"),
        ("--zero_shot={audio_repeats: 100000}", "zero_shot.audio_repeats"),
        ("--zero_shot={text_repeats: 1.5}", "zero_shot.text_repeats"),
        ("--zero_shot={prompts: []}", "zero_shot.prompts"),
        ("--zero_shot={prompts: [3]}", "zero_shot.prompts"),
        ("--zero_shot={prompts: {label: 3}}", "zero_shot.prompts"),
        ("--zero_shot={scope: words}", "zero_shot.scope"),
        ("--zero_shot={ensemble: mean}", "zero_shot.ensemble"),
        ("--zero_shot={weights: [1, 1, 1]}", "zero_shot.weights"),
        ("--zero_shot={weights: [2, -1, 0]}", "zero_shot.weights"),
        ("--alm={long_audio: last}", "alm.long_audio"),
        ("--preparation={valid_actors: [25]}", "preparation.valid_actors"),
        ("--preparation={test_actors: 3}", "preparation.test_actors"),
        (
            "--loss=!new:speechbrain_zsfuse.losses.WeightedFocal {gamma: -1}",
            "loss.gamma",
        ),
    ],
)
def test_nonsense_within_is_named_with_its_place(option, path):
    words = refused(option)
    assert path in words and "but got" in words, words
    assert words.startswith("Expected"), words


def test_options_of_other_recipes_and_encoders():
    words = refused(
        "--encoder={n_mels: 0}", "--encoder_source=x", yaml="small_none"
    )
    assert words.startswith("Expected `encoder.n_mels` to be "), words
    words = refused(
        "--preparation={part: acted}", yaml="wavlm_none", recipe="IEMOCAP"
    )
    assert words.startswith("Expected `preparation.part` to be one of all, ")
    words = refused("--fold=6", yaml="wavlm_none", recipe="IEMOCAP")
    assert words.startswith("Expected --fold to be a whole number from 1 to 5")
    words = refused(
        "--preparation={release: 1.10}",
        yaml="wavlm_none",
        recipe="MSP-Podcast",
    )
    assert words.startswith("Expected `preparation.release` to be a version")
    assert 'Write "1.11"' in words


def test_what_must_be_an_object_is_told_what_there_is():
    words = refused("--loss=focal")
    assert words.startswith("Expected --loss to be an object")
    assert "but got 'focal'. Write --loss='!new:speechbrain_zsfuse.lo" in words
    assert "there are:" in words and "WeightedFocal" in words
    assert "!new:torch.nn.CrossEntropyLoss" in refused(
        "--loss=!new:torch.nn.CrossEntropyLoss"
    )
    assert "SSLEncoder" in refused("--encoder=null")
    assert "CLSP" in refused("--alm=clsp")
    for name in ("loss", "pooling", "head"):
        assert refused(f"--{name}=3").startswith(f"Expected --{name} to be an")


@pytest.mark.parametrize(
    "option, words",
    [
        (
            "--lr=!new:collections.Counter",
            "--lr to be a number above 0, but got !new",
        ),
        ("--layer_decay=!name:len", "--layer_decay to be a number in (0, 1]"),
        ("--clips={crop: !name:len }", "`clips.crop` to be one of first"),
        ("--modules={head: maybe}", "modules.head to be an object"),
        ("--modules={head: 3}", "Write --modules='{head: !ref <head>}'."),
        ("--modules={mine: 3}", "Write --modules='{mine: !ref <…>}'."),
        ("--checkpointer={recoverables: {head: 3}}", "recoverables.head to be"),
        (
            "--checkpointer={recoverables: {head: 3}}",
            "Write --checkpointer='{recoverables: {head: !ref <head>}}'.",
        ),
        ("--checkpointer={checkpoints_dir: 3}", "`checkpointer.checkpoints_d"),
        (
            "--opt_class={lr: fast}",
            "`opt_class.lr` to be a number above 0, but got 'fast'",
        ),
        ("--epoch_counter=3", "--epoch_counter to be an object"),
        ("--modules=null", "modules to be a dictionary of objects"),
        ("--checkpointer={recoverables: null}", "recoverables to be a dict"),
        (
            "--train_logger=!new:collections.Counter",
            "--train_logger to be an object with log_stats",
        ),
        (
            "--opt_class=!name:torch.nn.Linear",
            "--opt_class to be a class with step, but got !name:torch.nn.Lin",
        ),
        ("--opt_class=SGD", "Write --opt_class='!name:your_file.YourClass'"),
        (
            "--loss=!name:speechbrain_zsfuse.losses.CrossEntropy",
            "--loss to be an object with count and forward, but got !name",
        ),
        ("--score_source=3", "an object with score and describe, or null, but"),
    ],
)
def test_objects_and_values_do_not_change_places(option, words):
    said = refused(option)
    assert said.startswith("Expected") and words in said, said


def test_what_is_computed_is_left_to_who_takes_it():
    check("--seed=!apply:len [abc]", "--lr=!ref <warmup> + 0.1")
    for name in ("clips", "loader", "zero_shot", "modules"):
        check(f"--{name}=!apply:copy.deepcopy [{{crop_seconds: 3}}]")
    assert "to be a dictionary of options, but got !new:" in refused(
        "--clips=!new:collections.Counter"
    )


def test_a_merge_is_left_to_who_knows_the_corpus():
    check("--merge={calm: a word of the corpus}")


def test_what_is_written_instead_is_taken():
    check("--modules={head: !ref <head>}")
    check("--checkpointer={recoverables: {head: !ref <head>}}")
    check("--opt_class=!name:torch.optim.SGD")
    check("--modules=!new:torch.nn.ModuleDict")


def test_what_can_only_be_derived_from_is_no_choice():
    assert "FrozenALM" not in refused("--alm=3")
    assert "TransformersEncoder" not in refused("--encoder=3")


def test_labels_are_told_how_a_list_is_written():
    for yaml in ("wavlm_clap", "wavlm_none", "small_none"):
        words = refused("--labels=a, b", yaml=yaml)
        assert "but got 'a, b'. Write [angry, sad], for instance." in words


@pytest.mark.parametrize(
    "options, message",
    [
        ("{prompts: ['{emotion} speech']}", "{emotion}"),
        ("{prompts: '{label}'}", "but got '{label}'. Write ['{label}']."),
        ("{prompts: papr}", "but got 'papr'. Did you mean paper? There is:"),
        ("{weights: [0.5, 0.5, 0]}", "with similarities. Leave them out"),
        ("{ensemble: learned, weights: [1]}", "Expected 3 weights"),
    ],
)
def test_prompts_are_tried_where_they_are_used(options, message):
    option = f"--zero_shot={options}"
    assert message in refused(option)
    check(option, yaml="wavlm_none")  # no audio-language model asks for them


def test_a_prompt_set_that_is_not_there_is_missed_at_once():
    with pytest.raises(FileNotFoundError, match="prompt set at /no/set.yaml"):
        check("--zero_shot={prompts: /no/set.yaml}")


def test_labels_that_a_prompt_set_lacks_are_named_at_once(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("source: me\nprompts: {angry: [rage], sad: [tears]}\n")
    option = f"--zero_shot={{prompts: {path}}}"
    check(option, "--labels=[angry, sad]")
    assert "prompts of 'neutral' in the prompt set mine.yaml" in refused(option)


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:7", "gpu", "nvidia"])
def test_a_device_that_is_not_there(monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    words = refused(f"--device={name}")
    assert words.startswith("Expected --device to be one of cpu on this mach")
    assert name in words and "PyTorch sees no GPU" in words


def test_a_device_that_is_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for name in ("cuda", "cuda:1", "cpu"):
        check(f"--device={name}")
    assert "cpu, cuda:0, cuda:1 on" in refused("--device=cuda:2")


def test_a_run_reads_nothing_before(tmp_path):
    """With a corpus that is no corpus, and models that do not exist."""
    options = [
        *("hparams/wavlm_clap.yaml", f"--data_folder={tmp_path}"),
        *(f"--results_folder={tmp_path}/../results", "--encoder_source=/no"),
        *("--alm_source=/no/model", "--device=cpu"),
    ]
    recipe = ROOT / "recipes/RAVDESS/train.py"
    for option in ("--lr=fast", "--schedule=cosin", "--loss=focal"):
        with pytest.raises(
            ValueError, match=f"Expected {option.split('=')[0]}"
        ):
            experiment.start([*options, option], recipe, prepare_ravdess)
    assert not (tmp_path / "../results").exists()


def test_repeats_are_chosen_for_a_model_that_has_some():
    auto = "--zero_shot={text_repeats: auto}"
    assert refused(auto, "--alm=null").startswith(
        "Expected `zero_shot.text_repeats` to be auto with the repeats of an "
        "audio-language model, but alm is null. Write --zero_shot="
    )
    assert "no audio-language" not in refused(auto, yaml="wavlm_none")
    source = "--score_source=!new:fake_source.Loudness {labels: [a, b]}"
    assert "but score_source has no repeats" in refused(auto, source)
    check(auto)


def test_what_repeats_may_be_is_said():
    for words, expected in {
        "zero_shot={audio_repeats: Auto}": "`zero_shot.audio_repeats` to be a "
        "whole number from 1 to 100, or auto, but got 'Auto'",
        "zero_shot={text_repeats: 0}": "from 1 to 100, or auto, but got 0",
        "amplification={repeats: []}": "a list of whole numbers from 1 to 100",
        "amplification={select: test}": "one of zero_shot, fused, but got",
        "amplification={short_epochs: 0}": "a whole number of at least 1",
    }.items():
        assert expected in refused(f"--{words}"), words
