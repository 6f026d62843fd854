"""A corpus of long files, from a table with start and end to predictions."""

import pandas
import pytest
import soundfile
from recipe import flags, output, run_here, tiny_options

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.corpora import read_certificate
from speechbrain_zsfuse.inference import EmotionRecognizer
from speechbrain_zsfuse.synthetic import make_ravdess

WORDS = {"03": "happy", "04": "sad"}


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    """Folder of four talks, each of one voice and its clips, and their table;
    folder of the clips in files of their own."""
    folder = tmp_path_factory.mktemp("talks")
    clips = make_ravdess(
        folder / "clips",
        seed=1,
        seconds=0.6,
        speakers=[1, 2, 3, 4],
        suffix=".flac",
        progress=False,
    )
    rows, talks = ["file,start,end,emotion,speaker,clip"], {}
    for path in sorted(clips.glob("*/*.flac")):
        *_, code, strength, sentence, take, actor = path.stem.split("-")
        if code in WORDS and strength == take == "01":
            sound, rate = soundfile.read(path, dtype="int16")
            talk = talks.setdefault(actor, [])
            start = len(talk) / rate
            talk += [*sound]
            span = f"{start:.6f},{len(talk) / rate:.6f}"
            row = f"{actor}.flac,{span},{WORDS[code]},{actor},{path}"
            rows.append(row)
    (folder / "corpus").mkdir()
    for actor, talk in talks.items():
        soundfile.write(folder / "corpus" / f"{actor}.flac", talk, rate)
    table = folder / "talks.csv"
    table.write_text("\n".join(rows))
    return folder / "corpus", table


@pytest.fixture(scope="module")
def run(talks, tmp_path_factory, tiny_wavlm, tiny_clap):
    """Folder of a run on them."""
    corpus, table = talks
    results = tmp_path_factory.mktemp("results")
    options = tiny_options(corpus, results, tiny_wavlm, tiny_clap)
    options |= {"table": table, "labels": "[happy, sad]"}
    with pytest.MonkeyPatch.context() as patch:
        run_here(
            patch,
            "hparams/table.yaml+wavlm+clap",
            *flags(options),
            recipe="Corpora",
        )
    return output(options)


def test_files_are_never_shared(run):
    pairs = read_certificate(run)["disjoint"]["wav"]
    assert pairs and not any(pairs.values())


def test_a_segment_is_answered_as_a_file_of_its_own(run, talks):
    corpus, table = talks
    clips = pandas.read_csv(table, dtype=str)
    own = clips["clip"].tolist()
    places = corpus / (
        clips["file"] + "#t=" + clips["start"] + "," + clips["end"]
    )
    recognizer = EmotionRecognizer.from_pretrained(run, device="cpu")
    as_files, as_parts = map(recognizer.predict, (own, [*map(str, places)]))
    for one, other in zip(as_files, as_parts):
        assert one.duration == other.duration
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)
        assert one.zero_shot == pytest.approx(other.zero_shot, abs=1e-6)


def test_predict_says_of_a_table_what_the_run_said(run, talks, tmp_path):
    corpus, _ = talks
    out = tmp_path / "answers.csv"
    arguments = ["predict", run, run / "test.csv", "--data_folder", corpus]
    assert main([*map(str, arguments), "--out", str(out)]) == 0
    found = pandas.read_csv(out).set_index("id")
    told = pandas.read_csv(run / "predictions_test.csv").set_index("id")
    assert sorted(found.index) == sorted(told.index)
    for column in ("probability_sad", "zero_shot_happy"):
        expected = told[column].loc[found.index].tolist()
        assert found[column].tolist() == pytest.approx(expected, abs=1e-5)
    assert found["path"].str.contains("flac#t=").all()
