"""Real recordings with tables as their owners wrote them, where they are."""

import os
from pathlib import Path

import pytest

from speechbrain_zsfuse.corpora import read_own

FOLDER = os.environ.get("SER_CORPORA_FOLDER", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="SER_CORPORA_FOLDER does not say where corpora are"
)


def test_nemo_by_its_own_table():
    """Speakers begin with eight blanks, names end in .wav and lie elsewhere."""
    reading = read_own(Path(FOLDER, "nEMO-9", "data.tsv"))
    clips = reading.clips
    assert len(clips) == 461 and clips["speaker"].nunique() == 9
    assert clips["emotion"].value_counts().to_dict() == {
        "neutral": 81,
        "happy": 81,
        "sad": 79,
        "angry": 78,
        "fearful": 78,
        "surprised": 64,
    }
    stems = clips["wav"].str.extract(r"samples/([A-Z]+\d)_([a-z]+)_\d+\.ogg$")
    assert (stems[0] == clips["speaker"]).all()
    assert not reading.problems and not reading.dropped


@pytest.mark.parametrize("absolute", [True, False])
def test_urdu_by_a_table_elsewhere(tmp_path, absolute):
    root = Path(FOLDER, "URDU")
    rows = ["Path;Label;Speaker ID"]
    for path in sorted(root.glob("*/*.ogg")):
        name = path if absolute else f"X:\\data\\{path.relative_to(root)}"
        name = str(name).replace("/", "\\") if not absolute else name
        rows.append(f"{name};{path.parent.name};{path.stem.split('_')[0]}")
    (tmp_path / "urdu.csv").write_text("\n".join(rows))
    reading = read_own(tmp_path / "urdu.csv", root)
    assert len(reading.clips) == 400
    assert reading.clips["speaker"].nunique() == 29
    assert (reading.clips["emotion"].value_counts() == 100).all()
    folders = reading.clips["wav"].str.partition("/")[0].str.lower()
    assert (folders == reading.clips["emotion"]).all()
