"""Our CLAP beside the official `laion_clap`: clips a second, in one run.

Both read the same files with the same pseudo-random HTSAT-tiny (how fast a
model is does not depend on what it has learned), in turns, so that whatever
else the machine does slows both. Their embeddings must agree to 1e-5, or the
script fails. It ignores the text tower, and audio beyond 10 s, of which the
official code takes a random part.

    pip install -e ".[laion]"
    python benchmarks/clap_speed.py --folder /path/to/RAVDESS --threads 2
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile
import torch

from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.synthetic import make_ravdess
from speechbrain_zsfuse.zeroshot import encode_files

# The tests draw the weights and drive the official code.
sys.path.insert(0, str(Path(__file__).parent.parent / "tests/support"))
import official_laion  # noqa: E402

TOLERANCE = 1e-5
LONGEST = 10  # seconds


def main(arguments=None):
    """Measure, print, and fail if the embeddings differ."""
    options = parse(arguments)
    if not official_laion.INSTALLED:
        sys.exit(official_laion.INSTALL)
    if options.threads:
        torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        official, path = official_laion.load_official(folder, "tiny", seed=1)
        official, alm = official.to(options.device), CLAP(path)
        clips = find_clips(options.folder or make_clips(folder), options.clips)
        sides = {
            "ours": (lambda c: encode_files(alm, c, 1), options.batch_size),
            "official": (
                official.get_audio_embedding_from_filelist,
                options.official_batch_size or options.batch_size,
            ),
        }
        split = stopwatch(alm.to(options.device))
        embeddings, seconds = race(sides, clips, options.rounds, split)
    error = np.abs(embeddings["ours"] - embeddings["official"]).max()
    report(options, len(clips), seconds, split, error)
    return int(not error <= TOLERANCE)  # also of NaN


def parse(arguments):
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="audio files (default: made up)")
    parser.add_argument("--clips", type=int, default=48)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument(
        "--official-batch-size",
        type=int,
        help="files a call of the official code (default: --batch-size)",
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, help="of PyTorch")
    parser.add_argument("--device", default="cpu")
    return parser.parse_args(arguments)


def make_clips(folder):
    """Made-up voices of 3.5 s, in a subfolder."""
    return make_ravdess(
        folder / "voices", seed=1, speakers=[1, 2], seconds=3.5, progress=False
    )


def find_clips(folder, count):
    """Paths of clips of at most 10 s, spread over a folder."""
    files = [
        p for p in Path(folder).rglob("*") if p.suffix in (".wav", ".flac")
    ]
    paths = [
        str(p) for p in sorted(files) if soundfile.info(p).duration <= LONGEST
    ]
    if len(paths) < count:
        sys.exit(
            f"Expected {count} WAV or FLAC files of at most {LONGEST} s in "
            f"{folder}, but found {len(paths)}. Give another --folder or fewer "
            "--clips."
        )
    return [paths[i * len(paths) // count] for i in range(count)]


def race(sides, clips, rounds, split):
    """Embeddings [N, D] and seconds a round of each side, in turns."""
    embeddings, seconds = {}, {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, (embed, size) in sides.items():
            start = time.perf_counter()
            batches = [clips[i : i + size] for i in range(0, len(clips), size)]
            embeddings[name] = np.concatenate([embed(b) for b in batches])
            seconds[name].append(time.perf_counter() - start)
        if not number:  # the first round warms up
            split.clear()
    return embeddings, {name: times[1:] for name, times in seconds.items()}


def stopwatch(alm):
    """Seconds by part, counted from now on by hooks of the model."""
    total = Counter()

    def now():
        if alm.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def watch(module, part):
        def start(*_):
            total[part] -= now()

        def stop(*_):
            total[part] += now()

        module.register_forward_pre_hook(start)
        module.register_forward_hook(stop)

    watch(alm.front_end, "mel")
    watch(alm.model.audio_model, "tower")
    return total


def report(options, clips, seconds, split, error):
    """Print what was measured."""
    times = {name: statistics.median(s) for name, s in seconds.items()}
    whole = sum(seconds["ours"])
    print(f"{platform.processor() or platform.machine()}, {options.device}")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"{clips} clips, median of {options.rounds} rounds in turns")
    for name, time_ in times.items():
        print(f"{name:9}{clips / time_:8.2f} clips/s")
    print(f"ours / official {times['official'] / times['ours']:.2f}")
    print(
        f"our time: read and resample {1 - split.total() / whole:.0%}, "
        f"mel {split['mel'] / whole:.0%}, tower {split['tower'] / whole:.0%}"
    )
    print(f"largest difference {error:.1e} (at most {TOLERANCE:.0e})")


if __name__ == "__main__":
    sys.exit(main())
