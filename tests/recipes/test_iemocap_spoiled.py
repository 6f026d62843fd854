"""IEMOCAP as it should not be: votes, times and files that do not fit."""

import shutil
from pathlib import Path

import pandas
import pytest
import soundfile
from iemocap_labels import read_annotations, read_evaluation
from iemocap_prepare import prepare_iemocap

from speechbrain_zsfuse.corpora.manifests import read_certificate

FIRST = "[1.00 - 2.00]\tSes01F_impro01_F000\tneu\t[2.5, 2.5, 2.5]"
SECOND = "[3.00 - 4.50]\tSes01F_impro01_M000\tsad\t[2.5, 2.5, 2.5]"
NEUTRAL, ANGER = "C-E1:\tNeutral;\t()", "C-E2:\tAnger; Sadness;\t()"


@pytest.fixture
def corpus(iemocap, tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(iemocap, tmp_path / "corpus"))


def prepare(corpus, folder):
    """All clips, and the notes of the certificate."""
    manifests = prepare_iemocap(corpus, folder, allow_mismatch=True)
    tables = [pandas.read_csv(path) for path in manifests.values()]
    notes = "\n".join(read_certificate(folder)["notes"])
    return pandas.concat(tables).set_index("ID"), notes


def votes(lines):
    """Votes of each utterance, and the problems."""
    rows, problems = read_evaluation(lines, "a.txt")
    return [(r["votes"], r["other_votes"]) for r in rows], problems


def test_votes_belong_to_the_header_above_them():
    found, problems = votes([FIRST, NEUTRAL, ANGER, "", SECOND, ANGER, ""])
    both = ('{"angry": 1, "neutral": 1}', '{"sad": 1}')
    assert found == [both, ('{"angry": 1}', '{"sad": 1}')] and not problems


@pytest.mark.parametrize(
    "header",
    [None, f" {SECOND}", SECOND.replace("sad", "meh"), SECOND[:30], "Ses01F"],
)
def test_votes_below_no_header_are_nobodys(header):
    lines = [FIRST, NEUTRAL, "", header, ANGER, "A-E1:\tval 3;\t()", ""]
    found, problems = votes([line for line in lines if line is not None])
    assert found == [('{"neutral": 1}', "{}")]
    assert problems and all(
        p.startswith("a.txt, line 4: ") for p in problems[:1]
    )
    if header is None or not header.startswith("["):
        assert problems[-1].endswith("is of no utterance")


def test_a_rater_counts_once():
    found, problems = votes([FIRST, NEUTRAL, NEUTRAL, ANGER, ""])
    assert found == [('{"angry": 1, "neutral": 1}', '{"sad": 1}')]
    assert problems == [
        f"a.txt, line 3: {NEUTRAL!r} is E1's second: the first counts"
    ]
    other = ANGER.replace("E2", "E1")
    found, problems = votes([FIRST, NEUTRAL, other, "", SECOND, other])
    assert [first for first, _ in found] == ['{"neutral": 1}', '{"angry": 1}']
    assert "line 3" in problems[0] and len(problems) == 1


def test_a_missing_header_changes_no_other_votes(corpus, tmp_path):
    before, _ = prepare(corpus, tmp_path / "before")
    path = corpus / "Session2/dialog/EmoEvaluation/Ses02F_impro01.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = [n for n, line in enumerate(lines) if line.startswith("[")][1]
    gone = lines.pop(place).split("\t")[1]
    path.write_text("\n".join(lines), encoding="utf-8")
    after, notes = prepare(corpus, tmp_path / "after")
    assert f"{path.name}, line {place + 1}: 'C-E1" in notes
    assert "is of no utterance" in notes and gone not in after.index
    columns = ["votes", "other_votes"]
    left = before.loc[after.index, columns]
    pandas.testing.assert_frame_equal(after[columns], left)
    assert set(before.index) - set(after.index) <= {gone}


def test_utterances_without_votes_are_noted(corpus):
    path = corpus / "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    silent = [line for line in lines if not line.startswith("C-E")]
    path.write_text("\n".join(silent), encoding="utf-8")
    clips, problems, _ = read_annotations(corpus)
    gone = clips["ID"][clips["ID"].str.startswith("Ses01F_impro01")]
    note = f"{len(gone)} utterances have no votes ({gone.iloc[0]} for one)"
    assert problems == [note] and not gone.empty


@pytest.mark.parametrize(
    "make, problem",
    [
        (Path.mkdir, "Is a directory"),
        (lambda p: p.symlink_to("nowhere"), "No such file or directory"),
    ],
    ids=["a folder", "a broken link"],
)
def test_what_is_no_file_of_labels_is_named(corpus, make, problem):
    path = corpus / "Session1" / "dialog" / "EmoEvaluation" / "Ses01F.txt"
    make(path)
    with pytest.raises(OSError, match=f"read {path}, but: {problem}. Restore"):
        read_annotations(corpus)


def test_files_are_as_long_as_their_evaluations_say(corpus, tmp_path):
    clips, notes = prepare(corpus, tmp_path / "m")
    assert "its evaluation states" not in notes
    clip = clips.index[0]
    wav = clips["wav"][clip].replace("$data_root/", "")
    sound, rate = soundfile.read(corpus / wav)
    stated = len(sound) / rate
    for seconds, said in ((stated - 0.2, True), (stated - 0.05, False)):
        soundfile.write(corpus / wav, sound[: int(seconds * rate)], rate)
        _, notes = prepare(corpus, tmp_path / "m")
        line = (
            f"{wav} holds {seconds:.2f} s, but its evaluation states "
            f"{stated:.2f} s"
        )
        assert (line in notes) == said


def rewrite(corpus, change):
    for path in corpus.glob("Session*/dialog/EmoEvaluation/*.txt"):
        path.write_bytes(change(path.read_text(encoding="utf-8")))


def move(corpus, suffix):
    for path in corpus.glob("Session*/sentences/wav/*/*.wav"):
        sound, rate = soundfile.read(path)
        path.unlink()
        kind = suffix[1:].upper()
        soundfile.write(path.with_suffix(suffix), sound, rate, format=kind)


@pytest.mark.parametrize(
    "spell",
    [
        lambda corpus: rewrite(corpus, lambda text: text.encode("utf-16")),
        lambda corpus: rewrite(
            corpus, lambda text: b"\xfe\xff" + text.encode("utf-16-be")
        ),
        lambda corpus: rewrite(corpus, lambda text: text.encode("utf-8-sig")),
        lambda corpus: rewrite(
            corpus, lambda text: text.replace("\tneu\t", "\tNEU\t").encode()
        ),
        lambda corpus: move(corpus, ".WAV"),
        lambda corpus: move(corpus, ".flac"),
    ],
    ids=["UTF-16", "UTF-16 BE", "BOM", "capitals", ".WAV", ".flac"],
)
def test_other_spellings_are_read(corpus, tmp_path, spell):
    before, _ = prepare(corpus, tmp_path / "before")
    spell(corpus)
    after, notes = prepare(corpus, tmp_path / "after")
    columns = list(before.columns.drop("wav"))
    pandas.testing.assert_frame_equal(after[columns], before[columns])
    assert "is no line" not in notes


def test_without_a_readable_line_all_that_is_wrong_is_told(corpus):
    rewrite(corpus, lambda text: text.encode("utf-16-le"))  # does not say so
    with pytest.raises(ValueError, match="evaluated utterances") as error:
        read_annotations(corpus)
    assert "What was noticed before" in str(error.value)
    assert "Ses01F_impro01.txt, line 1" in str(error.value)


def test_two_files_of_an_utterance_are_counted(corpus, tmp_path):
    path = corpus / "Session2/sentences/wav/Ses02F_impro01"
    clip = path / "Ses02F_impro01_F000.wav"
    sound, rate = soundfile.read(clip)
    soundfile.write(clip.with_suffix(".flac"), sound, rate)
    clips, _ = prepare(corpus, tmp_path / "m")
    assert clips["wav"][clip.stem].endswith(f"{clip.stem}.wav")
    dropped = read_certificate(tmp_path / "m")["dropped"]
    copies = dropped["another file of the same name"]
    assert copies == [str(clip.with_suffix(".flac").relative_to(corpus))]
