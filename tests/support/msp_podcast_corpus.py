"""What the tests of MSP-Podcast's preparation do to it."""

import pandas
import pytest
from msp_podcast_prepare import prepare_msp_podcast

CLIP = "MSP-PODCAST_0001_0003"


def read(manifests):
    frames = {
        split: pandas.read_csv(path, dtype=str, keep_default_na=False)
        for split, path in manifests.items()
    }
    frames = [f.assign(split=split) for split, f in frames.items()]
    return pandas.concat(frames).set_index("ID")


def consensus(corpus):
    return corpus / "Labels" / "labels_consensus.csv"


def edit(path, old, new):
    """Replace a text that occurs at least once."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_row(corpus, clip, change):
    """Change the label row of a clip, a list of fields, in place."""
    lines = consensus(corpus).read_text(encoding="utf-8").splitlines()
    [place] = [i for i, line in enumerate(lines) if line.startswith(clip)]
    fields = lines[place].split(",")
    change(fields)
    lines[place] = ",".join(fields)
    consensus(corpus).write_text("\n".join(lines), encoding="utf-8")
    return place + 1


def refusal(corpus, folder, **options):
    """The error that lists what is wrong."""
    with pytest.raises(ValueError, match="as it is known") as error:
        prepare_msp_podcast(corpus, folder, **options)
    return str(error.value)
