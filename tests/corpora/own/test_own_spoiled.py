"""Tables spoiled at random are read as an independent reader reads them, or
refused in a sentence; no row is lost on the way.
"""

import json
import random

import pytest
from own_table import write
from spoiled_tables import check, read_apart, spoil

from speechbrain_zsfuse.corpora import read_own

WAVS = [f"wav/{number}.wav" for number in range(8)]
HEADER = "file,emotion,speaker,start,end,gender,votes"
ROWS = [
    f"{wav},{word},{number % 3},{number},{number + 1.5},f,sad:1 angry:{number}"
    for number, (wav, word) in enumerate(zip(WAVS, ["sad", "Anger"] * 4))
]
CSV = "\n".join([HEADER, *ROWS])
JSON = "\n".join(
    json.dumps(dict(zip(HEADER.split(","), row.split(",")))) for row in ROWS
)


def is_sound(folder, reading):
    """What holds of all that is read."""
    clips = reading.clips
    assert all((folder / wav).is_file() for wav in clips["wav"])
    assert (clips["emotion"] != "").all() and (clips["speaker"] != "").all()
    return len(clips) + sum(map(len, reading.dropped.values()))


@pytest.mark.parametrize("seed", range(2))
def test_a_spoiled_csv_is_read_or_named(tmp_path, seed):
    rng, right = random.Random(seed), 0
    path = write(tmp_path, CSV, wavs=WAVS)
    for _ in range(150):
        content = spoil(rng, CSV)
        path.write_bytes(content)
        reading = check(lambda: read_own(path), path)
        if reading is None:
            continue
        right += 1
        total = is_sound(tmp_path, reading)
        if content.startswith(b"file,emotion,speaker,"):
            assert total == len(read_apart(content)), content
    assert 15 < right < 135  # both are met


def test_a_spoiled_list_of_json_is_read_or_named(tmp_path):
    rng, right = random.Random(3), 0
    path = write(tmp_path, JSON, "my.jsonl", WAVS)
    for _ in range(150):
        path.write_bytes(spoil(rng, JSON))
        reading = check(lambda: read_own(path), path)
        if reading is not None:
            right += is_sound(tmp_path, reading) > 0
    assert 15 < right < 135
