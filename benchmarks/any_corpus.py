"""How many files a second a corpus is prepared that a definition describes.

    python benchmarks/any_corpus.py                    # 2,000 files, 3 rounds
    python benchmarks/any_corpus.py --files 100000 --rounds 1

Ours reads a definition, proves of each file that it is whole and not silent,
looks for recordings that are one, makes folds by speaker, and writes manifests
and certificate. Beside it EmoBox's way: a script that takes names apart and
loads one file after another for its length, then writes a line of JSON each;
it has no speakers in its lists and compares nothing. Both read the same noise
(16 kHz, 1 to 4 s), in turns; files were just written: no disk is measured.
"""

import argparse
import json
import logging
import platform
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
import yaml
from speechbrain.dataio.dataio import read_audio

from speechbrain_zsfuse.corpora import prepare_corpus, read_certificate

RATE, SPEAKERS = 16000, 90
EMOTIONS = {"ANG": "angry", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}
DEFINITION = {
    "name": "Noise",
    "citation": "Made up.",
    "licence": "none",
    "source": "this file",
    "languages": ["en"],
    "style": "acted",
    "label_source": "expressed",
    "seen": "audio",
    "files": r"(?:^|/)(?P<speaker>1\d{3})_(?P<text>\d+)_(?P<emotion>[A-Z]{3})$",
    "example": {"1001/1001_7_ANG.wav": {"emotion": "angry", "text": "7"}},
    "emotion": EMOTIONS,
}


def make_files(folder, number):
    """Write noise by 90 speakers, four emotions in turn."""
    rng = np.random.default_rng(1)
    for index in range(number):
        speaker = 1001 + index // 4 % SPEAKERS
        emotion = [*EMOTIONS][index % 4]
        noise = rng.standard_normal(rng.integers(RATE, 4 * RATE))
        path = folder / str(speaker) / f"{speaker}_{index}_{emotion}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, noise * _syllables(rng, len(noise)), RATE)


def _syllables(rng, samples):
    """How loud speech is: steady noise sounds alike to anybody."""
    ends = np.cumsum(rng.uniform(0.05, 0.4, 80) * RATE).astype(int)
    loudness = np.repeat(rng.uniform(0, 0.1, 80), np.diff(ends, prepend=0))
    return loudness[:samples]


def load_one_by_one(folder, lines):
    """As the scripts of EmoBox (08280f2) do, without their folds."""
    with open(lines, "w", encoding="utf-8") as file:
        for path in sorted(folder.rglob("*.wav")):
            speaker, text, emotion = path.stem.split("_")
            frames = len(read_audio(str(path)))
            row = {"key": f"noise-{speaker}-{text}-{emotion}", "wav": str(path)}
            row |= {"num_frame": frames, "length": frames / RATE}
            file.write(json.dumps(row | {"emo": emotion}) + "\n")


def seconds_of(function, *arguments, **options):
    """How long a call takes, in seconds."""
    start = time.perf_counter()
    function(*arguments, **options)
    return time.perf_counter() - start


def race(folder, number, rounds):
    """Print files a second of each way: medians of rounds in turns."""
    corpus = folder / "corpus"
    corpus.mkdir()
    made = seconds_of(make_files, corpus, number)
    definition = folder / "noise.yaml"
    definition.write_text(yaml.safe_dump(DEFINITION), encoding="utf-8")
    options = {"corpus": str(definition), "labels": [*EMOTIONS.values()]}
    times = []
    for index in range(rounds):
        cache = folder / f"audio{index}.sqlite"
        out, options["audio_cache"] = folder / f"manifests{index}", cache
        times.append(
            (
                seconds_of(load_one_by_one, corpus, folder / "emobox.jsonl"),
                seconds_of(prepare_corpus, corpus, out, **options),
                # another fold: what is known of files stays known
                seconds_of(prepare_corpus, corpus, out, fold=2, **options),
                seconds_of(prepare_corpus, corpus, out, fold=2, **options),
            )
        )
    total = read_certificate(out)["total"]["clips"]
    if total != number:
        raise RuntimeError(f"Expected {number} clips, but {total} are kept.")
    print(f"{platform.machine()}, {number:,} files made in {made:.0f} s")
    names = "one by one, as EmoBox", "ours", "ours, another fold", "ours, again"
    loaded, *_ = medians = [*map(statistics.median, zip(*times))]
    for name, seconds in zip(names, medians):
        rate = f"{seconds:.1f} s, {number / seconds:,.0f} files/s"
        print(f"{name}: {rate}, {loaded / seconds:.1f} times")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        race(Path(folder), options.files, options.rounds)


if __name__ == "__main__":
    main()
