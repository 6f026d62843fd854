"""From what a command line names to clips."""

import io
import sys

import pytest

from speechbrain_zsfuse.inference.labelling.clips import (
    find_clips,
    further_columns,
)


def paths(inputs, *more):
    return [clip.path for clip in find_clips(inputs, *more)]


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_folder_is_searched_for_sound_in_a_fixed_order(tmp_path):
    for name in ("b/a.FLAC", "b/.hidden/a.wav", "c.mp3", "a.opus", "a.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    wanted = ["a.opus", "c.mp3", "b/a.FLAC"]
    assert paths([str(tmp_path)]) == [str(tmp_path / name) for name in wanted]


def test_a_file_given_by_name_may_have_any_suffix():
    assert paths(["a.raw", "b"]) == ["a.raw", "b"]


def test_a_manifest_of_speechbrain_is_understood(tmp_path):
    table = write(
        tmp_path / "test.csv",
        "ID,duration,wav,emotion\nx7,1.5,$data_root/a/b.wav,sad\n",
    )
    [clip] = find_clips([table], "/data")
    assert clip == ("x7", "/data/a/b.wav", ["sad"])
    with pytest.raises(ValueError, match=r"\$data_root .* Add --data_folder"):
        paths([table])


@pytest.mark.parametrize(
    "column", ["wav", "File", "PATH", "filename", "Audio-Path"]
)
def test_columns_of_paths_have_several_names(tmp_path, column):
    table = write(tmp_path / "a.tsv", f"{column}\tspeaker\na b.wav\t01\n")
    [clip] = find_clips([table])
    assert clip == ("a b.wav", "a b.wav", ["01"])


def test_byte_order_marks_quotes_and_empty_lines_are_fine(tmp_path):
    table = write(tmp_path / "a.csv", '\ufeffpath,ID\n\n"a,b.wav","x\ny"\n,\n')
    assert [*find_clips([table])] == [("x\ny", "a,b.wav", [])]


def test_relative_paths_begin_at_the_data_folder(tmp_path):
    table = write(tmp_path / "a.csv", "path\na.wav\n/b.wav\n")
    assert paths([table], "data") == ["data/a.wav", "/b.wav"]
    assert paths([table]) == ["a.wav", "/b.wav"]
    assert paths(["-"], "data", ["c.wav\n", "\n"]) == ["data/c.wav"]


def test_without_a_data_folder_a_table_may_stand_beside_its_files(
    tmp_path, monkeypatch
):
    """As training takes it; whose first file is there decides for all."""
    folder = tmp_path / "corpus"
    (folder / "wav").mkdir(parents=True)
    (folder / "wav" / "b.wav").touch()
    text = "File_Path,Emo,Spk,Start_Time\nwav/a.wav,sad,1,\n"
    table = write(
        folder / "my.csv", f"{text}wav/b.wav,sad,1,2\nwav/c.wav,sad,1,\n"
    )
    monkeypatch.chdir(tmp_path)
    assert further_columns([table]) == ["label", "speaker"]
    beside = ["wav/a.wav", f"{folder}/wav/b.wav#t=2", f"{folder}/wav/c.wav"]
    assert paths([table]) == beside
    assert paths([table], "corpus")[2] == "corpus/wav/c.wav"
    (tmp_path / "wav").mkdir()
    (tmp_path / "wav" / "a.wav").touch()
    assert paths([table]) == ["wav/a.wav", "wav/b.wav#t=2", "wav/c.wav"]


def test_what_one_table_says_is_empty_for_the_clips_of_others(tmp_path):
    one = write(tmp_path / "a.csv", "path,speaker\na.wav,01\n")
    two = write(tmp_path / "b.csv", "path,label,corpus\nb.wav,sad,emodb\n")
    inputs = [one, "c.wav", two]
    assert further_columns(inputs) == ["label", "speaker", "corpus"]
    further = [clip.further for clip in find_clips(inputs)]
    assert further == [["", "01", ""], ["", "", ""], ["sad", "", "emodb"]]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "one of the columns file, path, wav, .* in .*a.csv, but it"),
        ("ID;wav\na;b\n", "it has 'ID;wav'. Name the column .* by commas"),
        (
            "wav,Wav\n",
            "one column of paths in .*, but got 'wav' and 'Wav'. Ren",
        ),
        ("wav,path\n", "one column of paths in .*, but got 'wav' and 'path'"),
        ("wav,label,emo\n", "labels in .*a.csv, but got 'label' and 'emo'"),
        ("ID,wav\na\n", "2 cells in each row of .*a.csv, but row 1 has 1"),
        ("ID,wav\na,b\nc, \n", "a path in each row of .*, but row 2 has none"),
        ('wav\n"a', "a.csv cannot be read at line 2: unexpected end of data"),
    ],
)
def test_a_table_that_is_none_is_an_error(tmp_path, text, message):
    table = write(tmp_path / "a.csv", text)
    with pytest.raises(ValueError, match=message):
        paths([table])


def test_a_table_in_another_encoding_is_an_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("path\ncafé.wav\n".encode("latin-1"))
    with pytest.raises(ValueError, match="table in UTF-8, but .*a.csv"):
        paths([str(path)])


def test_a_table_that_is_missing_is_an_error(tmp_path):
    (tmp_path / "clips.csv").touch()
    with pytest.raises(FileNotFoundError, match="Did you mean .*clips.csv"):
        paths([str(tmp_path / "clip.csv")])


def test_bytes_of_standard_input_that_are_no_text_spoil_no_other(monkeypatch):
    strict = io.TextIOWrapper(io.BytesIO(b"caf\xe9.wav\nb.wav\n"), "utf-8")
    monkeypatch.setattr(sys, "stdin", strict)
    assert paths(["-"]) == ["caf\udce9.wav", "b.wav"]


def test_standard_input_that_is_closed_is_an_error(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ValueError, match="standard input, but it is closed"):
        paths(["-"])


def test_a_row_may_be_a_part_of_a_file(tmp_path):
    table = write(
        tmp_path / "a.csv",
        "file,start,end,channel,emotion\na.flac,1.50,3,,sad\na.flac,,,2,calm\n"
        "b.flac,,,,sad\n",
    )
    clips = [*find_clips([table], "/data")]
    assert [clip.id for clip in clips] == [
        *("a.flac#t=1.5,3", "a.flac#channel=2", "b.flac"),
    ]
    assert [clip.path for clip in clips] == [
        *("/data/a.flac#t=1.5,3", "/data/a.flac#channel=2", "/data/b.flac"),
    ]
    table = write(tmp_path / "b.tsv", "ID\twav\tstart\tend\nx\ta.wav\t2\t1\n")
    with pytest.raises(ValueError, match="row 1 has {'start': '2', 'end': '1'"):
        paths([table])
