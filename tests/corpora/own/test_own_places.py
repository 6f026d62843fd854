"""Where files lie, whatever a table says of it."""

import time

import pytest
from own_table import cells, read, write

from speechbrain_zsfuse.corpora import read_own
from speechbrain_zsfuse.corpora.own.defaults import fill_from_table

CLIPS = [
    ["wav/a.wav", "angry", "01"],
    ["wav/b.wav", "sad", "01"],
    ["wav/c.wav", "happy", "1M"],
]
CSV = "\n".join(map(",".join, [("file", "emotion", "speaker"), *CLIPS]))


def test_a_table_may_lie_anywhere(tmp_path):
    table = write(tmp_path / "tables", CSV.replace("wav/", ""), wavs=())
    write(tmp_path / "corpus", "", "none.txt")
    reading = read_own(table, tmp_path / "corpus" / "wav")
    assert cells(reading, "wav") == [["a.wav"], ["b.wav"], ["c.wav"]]
    absolute = CSV.replace("wav/", f"{tmp_path}/corpus/wav/")
    table = write(tmp_path / "tables", absolute, wavs=())
    reading = read_own(table, tmp_path / "corpus")
    assert cells(reading, "wav", "emotion", "speaker") == CLIPS
    assert not reading.notes


def test_paths_relative_to_a_table_within_the_corpus(tmp_path):
    write(tmp_path, "", "none.txt")
    table = write(tmp_path / "lists", CSV.replace("wav/", "../wav/"), wavs=())
    reading = read_own(table, tmp_path)
    assert cells(reading, "wav", "emotion", "speaker") == CLIPS


def test_a_file_that_fits_two_names_fits_none(tmp_path):
    text = CSV.replace("wav/a", "y/wav/a").replace("wav/b", "x/wav/a")
    reading = read(tmp_path, text)
    assert cells(reading, "wav") == [["wav/c.wav"]]
    [problem] = reading.problems
    assert problem.startswith("my.csv: there is no such file (lines 2, 3): y/")
    assert reading.dropped == {
        "there is no such file": ["y/wav/a.wav", "x/wav/a.wav"]
    }


def test_accents_and_dots_in_names(tmp_path):
    names = "Ore\u0301au/1.2.wav", "Ore\u0301au/1.3.wav"
    rows = "Or\u00e9au/1.2,sad,1\nOr\u00e9au/1.3,angry,2\n"
    reading = read(tmp_path, f"file,emotion,speaker\n{rows}", wavs=names)
    assert reading.clips["wav"].tolist() == [*names]


def test_files_of_one_name_are_not_compared_with_each_other(tmp_path):
    """Corpora count clips anew in each folder; 3,000 times 3,000 comparisons
    of names would take ten seconds."""
    folders = range(3000)
    wavs = [f"{n}/1.flac" for n in folders]
    rows = "".join(f"{n}/1.wav,sad,{n}\n" for n in folders)
    path = write(tmp_path, f"file,emotion,speaker\n{rows}", wavs=wavs)
    begun = time.process_time()
    assert read_own(path).clips["wav"].tolist() == wavs
    assert time.process_time() - begun < 4


def test_the_folder_of_files_that_lie_elsewhere(tmp_path):
    write(tmp_path / "corpus", "", "none.txt")
    for there in (f"{tmp_path}/corpus/wav/", "../corpus/wav/"):
        text = CSV.replace("wav/", there)
        table = write(tmp_path / "tables", text, wavs=())
        reading = read_own(table)
        assert cells(reading, "wav") == [["a.wav"], ["b.wav"], ["c.wav"]]
        settings = {"table": table, "data_folder": None}
        filled = fill_from_table(settings)
        assert filled == {"data_folder": f"{tmp_path}/corpus/wav"}
    inside = write(tmp_path / "corpus", CSV.replace("wav/", "wav/../wav/"))
    filled = fill_from_table({"table": inside, "data_folder": None})
    assert filled == {"data_folder": f"{tmp_path}/corpus"}


def test_files_of_several_disks_have_no_folder(tmp_path):
    write(tmp_path, "", "none.txt")
    text = f"file,emotion,speaker\n{tmp_path}/wav/a.wav,sad,1\n/etc/hosts,a,2\n"
    table = write(tmp_path / "tables", text, wavs=())
    with pytest.raises(FileNotFoundError, match="--data_folder=/path/to/it"):
        read_own(table)
