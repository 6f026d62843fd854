"""How many audio files a second a preparation takes in.

    python benchmarks/preparation.py          # beside SpeechBrain's way
    python benchmarks/preparation.py --full   # all of MSP-Podcast 1.11

Ours proves of each file that it is whole and not silent, says how long it is,
and takes the fingerprint by which copies are found; SpeechBrain's IEMOCAP
preparation loads one after another for its length. Both read the same noise,
with a sample of IEMOCAP's durations, in turns; the files were just written, so
no disk is measured. With --full a made-up corpus with the counts of release
1.11 (its audio: links to a few short recordings) goes through the whole
preparation, twice.
"""

import argparse
import logging
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from speechbrain.dataio.dataio import read_audio

from speechbrain_zsfuse.corpora import inspect_files, read_certificate

ROOT = Path(__file__).parent.parent
DURATIONS = ROOT / "tests/assets/iemocap_durations/seconds.npz"


def make_files(folder, clips):
    """Write noise; returns the names of the files."""
    rng = np.random.default_rng(1)
    seconds = rng.choice(np.load(DURATIONS)["hundredths"], clips) / 100
    names = [f"{index}.wav" for index in range(clips)]
    for name, length in zip(names, seconds):
        noise = 0.05 * rng.standard_normal(int(16000 * length))
        soundfile.write(folder / name, noise, 16000)
    return names


def load_one_by_one(folder, names):
    """As ``create_json`` of recipes/IEMOCAP in SpeechBrain 1.1."""
    return [read_audio(str(folder / name)).shape[0] / 16000 for name in names]


def seconds_of(function, *arguments, **options):
    """How long a call takes, in seconds."""
    start = time.perf_counter()
    function(*arguments, **options)
    return time.perf_counter() - start


def race(folder, clips, rounds):
    """Print files a second of each way: medians of rounds in turns."""
    names = make_files(folder, clips)
    cache = folder / "audio.sqlite"
    inspect_files(folder, names, cache, progress=False)
    found = inspect_files(folder, names, progress=False)
    if [f.seconds for f in found] != load_one_by_one(folder, names):
        raise RuntimeError("The two ways disagree about durations.")
    quiet = {"progress": False}
    times = [
        (
            seconds_of(load_one_by_one, folder, names),
            seconds_of(inspect_files, folder, names, **quiet),
            seconds_of(inspect_files, folder, names, cache, **quiet),
        )
        for _ in range(rounds)
    ]
    loaded, cold, warm = map(statistics.median, zip(*times))
    print(f"{platform.machine()}, {clips} files, median of {rounds} rounds")
    for name, seconds in (
        ("one by one, as SpeechBrain", loaded),
        ("ours", cold),
        ("ours, files known from before", warm),
    ):
        rate = f"{clips / seconds:,.0f} files/s"
        print(f"{name}: {rate}, {loaded / seconds:.1f} times")


def prepare_all(folder):
    """Make and prepare a corpus as large as release 1.11, twice."""
    sys.path.insert(0, str(ROOT / "recipes" / "MSP-Podcast"))
    from msp_podcast_prepare import prepare_msp_podcast
    from msp_podcast_synthetic import make_msp_podcast

    corpus, manifests = folder / "MSP-Podcast", folder / "manifests"
    made = seconds_of(make_msp_podcast, corpus, seed=1, full=True)
    options = {"audio_cache": folder / "audio.sqlite"}
    first, again = (
        seconds_of(prepare_msp_podcast, corpus, manifests, **options)
        for _ in range(2)
    )
    print(f"made in {made:.0f} s, prepared in {first:.0f} s, again {again:.0f}")
    certificate = read_certificate(manifests)
    print(
        f"release {certificate['release']}, mismatch: {certificate['mismatch']}"
    )
    for split, counts in certificate["splits"].items():
        print(f"{split}: {counts['clips']:,}")
    for counts in (
        certificate["total"]["classes"],
        certificate["dropped_counts"],
    ):
        for name, number in counts.items():
            print(f"  {name}: {number:,}")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        if options.full:
            prepare_all(Path(folder))
        else:
            race(Path(folder), options.clips, options.rounds)


if __name__ == "__main__":
    main()
