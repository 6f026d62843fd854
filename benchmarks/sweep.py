"""All 16 combinations of audio and text repeats through the store, beside
calling the model for each of them.

    python benchmarks/sweep.py --folder /path/to/RAVDESS --threads 2

Both use one CLAP with the audio tower of LAION's HTSAT-tiny and random weights
(what it has learned does not change how long it takes), a small text tower,
the same clips and batches, in turns, and must give the same scores. The other
way reads, hears and compares each batch with its prompts anew, as a loop over
`audio_repeats` and `text_repeats` does that knows no store. What either asks
of the model is counted, too.
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import torch
from clap_speed import find_clips, make_clips
from training_speed import make_clap

from speechbrain_zsfuse import ZeroShotScorer
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.zeroshot import (
    REPEATS,
    DualEncoderSource,
    build_prompts,
    sweep,
    text_bank,
    zero_shot_scores,
)

LABELS = ["angry", "happy", "neutral", "sad"]
TOLERANCE = 1e-5


def main(arguments=None):
    """Measure, print, and fail if the scores differ."""
    options = parse(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        alm = CLAP(make_clap(folder / "clap"))
        clips = find_clips(options.folder or make_clips(folder), options.clips)
        counts = count_calls(alm)
        seconds, asked = {}, {}
        for number in range(options.rounds):
            store = folder / f"store{number}"
            for name, run in {
                "one by one": partial(one_by_one, alm, clips, options),
                "sweep": partial(through_store, alm, clips, options, store),
                "again": partial(through_store, alm, clips, options, store),
            }.items():
                counts.clear()
                start = time.perf_counter()
                scores = run()
                taken = time.perf_counter() - start
                seconds.setdefault(name, []).append(taken)
                asked[name] = dict(counts)
                if name == "one by one":
                    expected = scores
                error = float((scores - expected).abs().max())
                if not error <= TOLERANCE:
                    sys.exit(f"{name}: scores differ by {error:.1e}")
                print(f"round {number + 1}, {name}: {taken:.1f} s", flush=True)
    report(options, seconds, asked)


def parse(arguments):
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", help="audio files (default: made up)")
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, help="of PyTorch")
    parser.add_argument("--device", default="cpu")
    return parser.parse_args(arguments)


def count_calls(alm):
    """Clips that a model hears and sentences that it reads, from now on."""
    counts = Counter()

    def watch(name, what):
        call = getattr(alm, name)

        def counted(batch, **options):
            counts[what] += len(batch)
            return call(batch, **options)

        setattr(alm, name, counted)

    watch("encode_audio", "clips heard")
    watch("encode_text", "sentences read")
    return counts


def one_by_one(alm, clips, options):
    """Scores [A, T, N, E], every combination by itself."""
    alm.to(options.device)
    size = options.batch_size
    batches = [clips[i : i + size] for i in range(0, len(clips), size)]
    cells = []
    for a in REPEATS:
        for t in REPEATS:
            prompts = build_prompts(LABELS, repeats=t)
            scores = []
            for batch in batches:
                wavs = [alm.read_audio(path) for path in batch]
                audio = alm.encode_audio(wavs, repeats=a)
                bank = text_bank(alm, prompts)
                scores.append(zero_shot_scores(audio, bank).cpu())
            cells.append(torch.cat(scores))
    count = len(REPEATS)
    return torch.stack(cells).reshape(count, count, len(clips), len(LABELS))


def through_store(alm, clips, options, folder):
    """The same as a sweep."""
    scorer = ZeroShotScorer(alm, LABELS)
    source = DualEncoderSource(
        scorer, folder, options.device, options.batch_size, progress=False
    )
    return sweep(source, clips).scores


def report(options, seconds, asked):
    """Print what was measured."""
    times = {name: statistics.median(taken) for name, taken in seconds.items()}
    print(f"\n{platform.processor() or platform.machine()}, {options.device}")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(
        f"{options.clips} clips, {len(REPEATS) ** 2} combinations, median of "
        f"{options.rounds} rounds in turns"
    )
    for name, taken in times.items():
        calls = ", ".join(f"{n} {what}" for what, n in asked[name].items())
        print(f"{name:12}{taken:8.2f} s   {calls or 'nothing asked'}")
    print(f"one by one / sweep {times['one by one'] / times['sweep']:.1f}")
    print(f"one by one / again {times['one by one'] / times['again']:.0f}")


if __name__ == "__main__":
    main()
