"""`zsfuse predict` beside the same models called by hand, file by file.

    HF_HUB_OFFLINE=1 python benchmarks/predict_speed.py

Both are processes of their own, in turns, over the same files with the same
weights: a WavLM-Base+ and a CLAP with HTSAT-tiny and RoBERTa, random (how fast
a model is does not depend on what it has learned). The files have durations of
IEMOCAP. A process that answers one file is its start; what more files take
beyond that is the steady state. Labels must be the same, and numbers agree to
1e-4, or the script fails. What the other does stands in `predict_by_hand.py`.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas
import soundfile
import torch

from speechbrain_zsfuse.encoders import SSLEncoder
from speechbrain_zsfuse.evaluation.columns import PROBABILITY, ZERO_SHOT
from speechbrain_zsfuse.files import write_json
from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.inference.description import describe_model
from speechbrain_zsfuse.loading import BYTE_VOCABULARY, save_byte_tokenizer
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.pooling import MaskedMean
from speechbrain_zsfuse.zeroshot import DualEncoderSource, ZeroShotScorer

ROOT = Path(__file__).parent.parent
DURATIONS = ROOT / "tests/assets/iemocap_durations/seconds.npz"
LABELS = ["angry", "happy", "neutral", "sad"]
TOLERANCE = 1e-4
TINY_WAVLM = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8,) * 7,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
}
TINY_TEXT = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
TINY_AUDIO = {
    "patch_embeds_hidden_size": 16,
    "depths": [1, 1],
    "num_hidden_layers": 2,
    "num_attention_heads": [2, 4],
    "hidden_size": 32,
}


def main(arguments=None):
    """Measure, print, and fail if answers differ."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        model = make_model(scratch / "model", options.tiny)
        clips = make_clips(scratch, options.clips)
        commands = {
            "zsfuse predict": [
                *(sys.executable, "-m", "speechbrain_zsfuse.cli", "predict"),
                *(model, "--format", "csv"),
            ],
            "by hand": [
                *(sys.executable, ROOT / "benchmarks/predict_by_hand.py"),
                model,
            ],
        }
        answers, seconds = race(commands, clips, options.pairs, scratch)
    errors = [
        differ(*answers.values(), part) for part in (PROBABILITY, ZERO_SHOT)
    ]
    report(options, seconds, errors)
    return int(not max(errors) <= TOLERANCE)  # also of NaN


def parse(arguments):
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--tiny", action="store_true", help="to try it out")
    return parser.parse_args(arguments)


def make_model(folder, tiny):
    """A published model, and beside it the same weights for transformers."""
    from safetensors.torch import save_file

    torch.manual_seed(1)
    clap = make_clap(folder / "clap", tiny)
    encoder = SSLEncoder(make_wavlm(folder / "wavlm", tiny))
    modules = {
        "encoder": encoder,
        "pooling": MaskedMean(encoder.output_size),
        "head": ZSFuseHead(encoder.output_size, len(LABELS)),
    }
    torch.save(modules["head"].linear.state_dict(), folder / "head.pt")
    facts = describe_model(modules, LABELS, clap, folder)
    source = DualEncoderSource(ZeroShotScorer(clap, LABELS), folder / "store")
    asked = source.describe() | facts.pop("alm")
    facts |= {"score_source": asked, "fallback": False}
    write_json(folder / "prompts.json", asked)
    write_json(folder / "config.json", facts)
    weights = {
        f"{part}.{name}": value
        for part, module in modules.items()
        for name, value in module.state_dict().items()
    }
    save_file(weights, folder / "model.safetensors")
    return folder


def make_wavlm(folder, tiny):
    """WavLM-Base+: group norm, no attention mask."""
    from transformers import Wav2Vec2FeatureExtractor, WavLMConfig, WavLMModel

    WavLMModel(WavLMConfig(**(TINY_WAVLM if tiny else {}))).save_pretrained(
        folder
    )
    Wav2Vec2FeatureExtractor(
        do_normalize=False, return_attention_mask=False
    ).save_pretrained(folder)
    return str(folder)


def make_clap(folder, tiny):
    """As laion/clap-htsat-unfused, but for its tokens, which are bytes."""
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    text = {"vocab_size": BYTE_VOCABULARY, "layer_norm_eps": 1e-5}
    config = ClapConfig(
        text_config=text | (TINY_TEXT if tiny else {}),
        audio_config=TINY_AUDIO if tiny else {},
        projection_dim=32 if tiny else 512,
    )
    ClapModel(config).save_pretrained(folder)
    ClapFeatureExtractor(
        frequency_min=50, truncation="rand_trunc"
    ).save_pretrained(folder)
    return CLAP(save_byte_tokenizer(folder))


def make_clips(folder, count):
    """Noise that swells, with a sample of IEMOCAP's durations; paths."""
    rng = np.random.default_rng(1)
    hundredths = np.load(DURATIONS)["hundredths"]
    paths = [folder / f"{number:04}.wav" for number in range(count)]
    for path, length in zip(paths, rng.choice(hundredths, count)):
        wave = rng.standard_normal(160 * int(length))
        wave *= 0.05 * (1.2 + np.sin(np.arange(len(wave)) / 3000))
        soundfile.write(path, wave, 16000)
    return paths


def race(commands, clips, pairs, folder):
    """Last answers of each side, and its seconds: a list a figure."""
    answers, seconds = {}, {name: [] for name in commands}
    sides = list(commands.items())
    for number in range(pairs):
        for name, command in sides[:: -1 if number % 2 else 1]:
            out = folder / "answers.csv"
            start = run([*command, clips[0]], out)
            whole = run([*command, *clips], out)
            seconds[name].append((*start, *whole))
            answers[name] = pandas.read_csv(out).set_index("path")
    return answers, seconds


def run(command, out):
    """Seconds that a process takes: by the clock, and of the CPU."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    environment["PYTHONPATH"] = str(ROOT)
    with open(out, "wb") as file, tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=file, stderr=said, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - start
        if process.returncode:
            said.seek(0)
            sys.exit(said.read().decode(errors="replace"))
    return took, usage.ru_utime + usage.ru_stime


def differ(ours, other, kind):
    """Largest difference of the columns of a kind; infinite if labels do."""
    if list(ours["prediction"]) != list(other.loc[ours.index, "prediction"]):
        return float("inf")
    columns = [name for name in ours if name.startswith(kind)]
    return float((ours[columns] - other[columns]).abs().max(axis=None))


def report(options, seconds, errors):
    """Print what was measured."""
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs"
    )
    print(f"torch {torch.__version__}, load {os.getloadavg()[0]:.1f}")
    print(f"{options.clips} clips, median of {options.pairs} pairs in turns")
    print("                  start s  of CPU   clips/s  s of CPU a clip")
    steady = {}
    for name, rows in seconds.items():
        more, rows = options.clips - 1, np.array(rows)
        each = (rows[:, 2:] - rows[:, :2]) / more
        steady[name] = np.median(each, axis=0)
        start, busy = np.median(rows[:, :2], axis=0)
        each, cpu = steady[name]
        print(f"{name:<18}{start:<9.1f}{busy:<9.1f}{1 / each:<9.2f}{cpu:.2f}")
    clock, cpu = steady["by hand"] / steady["zsfuse predict"]
    print(f"by hand takes {clock:.2f} times as long ({cpu:.2f} times the CPU)")
    told = "probabilities differ by at most {:.0e}, scores by {:.0e}"
    print(told.format(*errors))


if __name__ == "__main__":
    sys.exit(main())
