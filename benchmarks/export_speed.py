"""An exported model and its int8 copy beside PyTorch, at real size.

    python benchmarks/export_speed.py --folder /path/to/RAVDESS --threads 2

WavLM-Base+ fused with a CLAP that has the audio tower of HTSAT-tiny, both with
random weights (what they have learned does not change how long they take), is
exported; the same clips go through the three, in turns. The exported one must
give PyTorch's answers. What int8 changes of random answers says nothing of a
trained model: measure that with `zsfuse export --int8 --clips`.
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import torch
from clap_speed import find_clips, make_clips
from training_speed import make_clap
from transformers import Wav2Vec2FeatureExtractor, WavLMConfig, WavLMModel

from speechbrain_zsfuse.encoders import SSLEncoder
from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.inference import (
    EmotionRecognizer,
    OnnxRecognizer,
    ZeroShotEmotionRecognizer,
)
from speechbrain_zsfuse.inference.export import export_onnx, quantise
from speechbrain_zsfuse.inference.model import EmotionModel
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.pooling import MaskedMean

LABELS = ["angry", "happy", "neutral", "sad"]
TOLERANCE = 1e-4


@torch.no_grad()
def main(arguments=None):
    """Measure, print, and fail if the answers differ."""
    options = parse(arguments)
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        sides = {"PyTorch": make_recognizer(folder)}
        start = time.perf_counter()
        export_onnx(sides["PyTorch"], folder / "onnx")
        sizes = quantise(folder / "onnx", folder / "onnx" / "int8")
        print(f"written in {time.perf_counter() - start:.0f} s", flush=True)
        for name, place in {"ONNX": "onnx", "int8": "onnx/int8"}.items():
            sides[name] = OnnxRecognizer(folder / place, options.threads)
        clips = find_clips(options.folder or make_clips(folder), options.clips)
        sounds = [sides["PyTorch"].read(path) for path in clips]
        seconds, answers = race(sides, sounds, options)
    report(options, sizes, seconds, answers)


def parse(arguments):
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", help="audio files (default: made up)")
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


def make_recognizer(folder):
    """A recogniser of random weights, whose answers are far from equal."""
    torch.manual_seed(0)
    WavLMModel(WavLMConfig()).save_pretrained(folder / "wavlm")
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(
        folder / "wavlm"
    )
    encoder = SSLEncoder(folder / "wavlm")
    head = ZSFuseHead(encoder.output_size, len(LABELS))
    torch.nn.init.normal_(head.linear.weight, std=0.03)
    model = EmotionModel(encoder, MaskedMean(encoder.output_size), head)
    alm = CLAP(make_clap(folder / "clap"))
    zero_shot = ZeroShotEmotionRecognizer(alm, LABELS)
    return EmotionRecognizer(model, LABELS, zero_shot).to("cpu").eval()


def race(sides, sounds, options):
    """Seconds of each round, and answers [N, E], of each side."""
    seconds, answers = {name: [] for name in sides}, {}
    size = options.batch_size
    batches = [sounds[i : i + size] for i in range(0, len(sounds), size)]
    for number in range(options.rounds):
        for name, recognizer in sides.items():
            start = time.perf_counter()
            parts = [recognizer.answer(batch)[0] for batch in batches]
            seconds[name].append(time.perf_counter() - start)
            answers[name] = torch.cat(parts)
            taken = seconds[name][-1]
            print(f"round {number + 1}, {name}: {taken:.1f} s", flush=True)
    return seconds, answers


def report(options, sizes, seconds, answers):
    """Print what was measured; end if ONNX is not PyTorch."""
    print(f"\n{platform.processor() or platform.machine()}, cpu")
    print(f"torch {torch.__version__}, {options.threads} threads")
    print(
        f"{options.clips} clips in batches of {options.batch_size}, median of "
        f"{options.rounds} rounds in turns"
    )
    first = statistics.median(seconds["PyTorch"])
    for name, taken in seconds.items():
        taken = statistics.median(taken)
        error = float((answers[name] - answers["PyTorch"]).abs().max())
        print(
            f"{name}: {options.clips / taken:.2f} clips/s, "
            f"{first / taken:.2f} times; differs by {error:.1e}"
        )
        if name == "ONNX" and not error <= TOLERANCE:
            sys.exit("the exported model does not give PyTorch's answers")
    print(f"{sizes[0] / 1e6:.0f} MB, int8 {sizes[1] / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
