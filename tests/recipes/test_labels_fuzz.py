"""Label files with random damage: read, or refused in words that name it."""

import random
import shutil
from pathlib import Path

import pytest
from iemocap_prepare import prepare_iemocap
from msp_podcast_prepare import prepare_msp_podcast
from msp_podcast_synthetic import make_msp_podcast

ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp500", "utf-8-sig")
SEPARATORS = [(b",", b";"), (b";", b","), (b",", b"\t"), (b"\t", b" ")]


def damage(rng, data):
    """Bytes of a label file, changed in one of many ways."""
    lines = data.split(b"\n")
    place, other = (rng.randrange(len(lines)) for _ in range(2))
    kind = rng.randrange(9)
    if kind == 0:
        return data[: rng.randrange(len(data))]
    if kind == 1:
        return rng.choice([data.upper(), data.lower()])
    if kind == 2:
        return data.replace(*rng.choice(SEPARATORS))
    if kind == 3:
        return data.decode().encode(rng.choice(ENCODINGS))
    if kind == 4:
        changed = bytearray(data)
        changed[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(changed)
    if kind == 5:
        del lines[place]
    elif kind == 6:
        lines.insert(place, lines[place])
    elif kind == 7:
        lines[place], lines[other] = lines[other], lines[place]
    else:
        lines.insert(place, rng.randbytes(rng.randrange(20)))
    return b"\n".join(lines)


@pytest.fixture(scope="module")
def corpora(iemocap, tmp_path_factory):
    """Copies to damage: what prepares it, and its label files."""
    folder = tmp_path_factory.mktemp("damaged")
    first = Path(shutil.copytree(iemocap, folder / "IEMOCAP_full_release"))
    cases = [(prepare_iemocap, first, first.glob("Session*/dialog/*/*.txt"))]
    for name, layout in (("a", "1.6"), ("b", "1.8"), ("c", "2.0")):
        corpus = make_msp_podcast(
            folder / name, seed=1, layout=layout, progress=False
        )
        files = [*corpus.glob("*.txt"), *corpus.glob("[Ll]abel*/*")]
        cases.append((prepare_msp_podcast, corpus, files))
    return [(p, c, sorted(files)) for p, c, files in cases]


@pytest.mark.parametrize("seed", range(5))
def test_damage_is_read_or_named(corpora, tmp_path, seed):
    rng, said = random.Random(seed), 0
    for _ in range(8):
        prepare, corpus, files = rng.choice(corpora)
        path = rng.choice(files)
        whole = path.read_bytes()
        path.write_bytes(damage(rng, whole))
        try:
            prepare(
                corpus,
                tmp_path / "m",
                allow_mismatch=True,
                audio_cache=corpus.parent / "audio.sqlite",
            )
        except ValueError as error:
            assert str(error).startswith("Expected "), error
            ids = ("MSP-PODCAST_", "Ses0")
            assert any(n in str(error) for n in (path.name, *ids)), error
            said += 1
        finally:
            path.write_bytes(whole)
    assert said < 8
