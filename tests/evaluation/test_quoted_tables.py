"""Tables in a README are what the results give; results are kept for that."""

import json

import pytest
from tested_runs import guessed, run, source

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.collection.keeping import keep_results
from speechbrain_zsfuse.evaluation.paper_tables.making import make_table
from speechbrain_zsfuse.evaluation.paper_tables.quoting import renew_tables

TEXT = """# Mine

<!-- zsfuse table results --paper I -->
old
<!-- end -->
between
<!-- zsfuse table others --paper=zero-shot -->
<!-- end -->
last"""


@pytest.fixture
def readme(tmp_path, monkeypatch):
    """A text with two tables, and the folders that they are of."""
    monkeypatch.chdir(tmp_path)
    scores = guessed(0.7, 3, clips=1)["prediction"].tolist()
    for folder in ("results", "others"):
        for name, share in (("none", 0.5), ("clap", 0.6)):
            table = guessed(share, 4, clips=1, scores=scores)
            found = source() if name == "clap" else None
            run(tmp_path / folder, table, name, score_source=found)
    file = tmp_path / "README.md"
    file.write_text(TEXT)
    return file


def test_tables_are_updated_and_then_right(readme, capsys):
    assert main(["table", "--check", "README.md"]) == 1
    difference = capsys.readouterr().out
    assert difference.startswith("--- README.md") and "\n-old\n" in difference
    assert "+| random" in difference
    assert main(["table", "--update", "README.md"]) == 0
    assert "README.md: its tables are written anew." in capsys.readouterr().out
    parts = readme.read_text().split("\n<!-- end -->\n")
    start = "# Mine\n\n<!-- zsfuse table results --paper I -->\n\n"
    assert parts[0] == start + make_table(["results"]) + "\n"
    assert make_table(["others"], "zero-shot") in parts[1]
    assert parts[1].startswith("between\n") and parts[2] == "last"
    assert main(["table", "--check", "README.md"]) == 0
    assert main(["table", "--update", "README.md"]) == 0
    assert "README.md: nothing to change." in capsys.readouterr().out


def test_a_digit_that_is_off_is_found(readme, capsys):
    main(["table", "--update", "README.md"])
    text = readme.read_text()
    line = next(line for line in text.splitlines() if "random" in line)
    digit = line.index(".") + 4
    other = line[:digit] + str((int(line[digit]) + 1) % 10) + line[digit + 1 :]
    readme.write_text(text.replace(line, other))
    capsys.readouterr()
    assert main(["table", "--check", "README.md"]) == 1
    said = capsys.readouterr().out
    assert f"-{other}" in said and f"+{line}" in said


def test_with_paths_only_tables_of_these_count(readme, capsys):
    assert main(["table", "others/", "--update", "README.md"]) == 0
    text = readme.read_text()
    assert "\nold\n" in text and make_table(["others"], "zero-shot") in text
    assert main(["table", "others", "--check", "README.md"]) == 0
    assert main(["table", "results", "--check", "README.md"]) == 1
    capsys.readouterr()
    assert main(["table", "nowhere", "--check", "README.md"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "Expected tables of nowhere in README.md, but there is no" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no table", "there is no line `<!-- zsfuse table FOLDER -->`"),
        ("<!-- zsfuse table a -->", "begins in line 1 of"),
        ("<!-- zsfuse table a -->\n" * 2 + "<!-- end -->", "line 1 of"),
        (
            "\n<!-- zsfuse table a --out x -->\n<!-- end -->",
            "--labels in line 2 of .*, but got '--out'",
        ),
        ("<!-- zsfuse table a -->\n<!-- end -->", "folder of results in a,"),
        ("\n<!--zsfuse table a -->\n<!-- end -->", "in line 2 of .*--zsfuse"),
        ("<!-- zsfuse table -->\n<!-- end -->", "in line 1 of .*table -->'"),
        ("<!-- zsfuse table 'a -->\n<!-- end -->", "line 1 of .* Close its"),
    ],
)
def test_marks_that_say_nothing_are_told(tmp_path, text, said):
    file = tmp_path / "README.md"
    file.write_text(text)
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        renew_tables(file)


def test_ends_of_lines_stay_as_they_are(readme):
    readme.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert main(["table", "--update", "README.md"]) == 0
    content = readme.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 20
    assert main(["table", "--check", "README.md"]) == 0


def test_paths_are_the_same_however_they_are_written(readme):
    old, new = renew_tables(readme, [readme.parent / "results"])
    assert old != new


def test_what_is_kept_gives_the_same_table(readme, capsys):
    place = readme.parent / "results/clap/fold1/1000"
    (place / "save").mkdir()
    (place / "save/model.ckpt").write_bytes(b"0" * 1000)
    trial = {"score_source": source()}
    run(place / "choice", guessed(0.9, 1, clips=1), "trial", **trial)
    assert main(["keep", "results", "published"]) == 0
    assert "2 runs, 0.0 MB, are in published." in capsys.readouterr().out
    files = sorted(
        str(path.relative_to("published"))
        for path in (readme.parent / "published")
        .relative_to(readme.parent)
        .rglob("*.*")
    )
    names = ("metrics.json", "predictions_test.csv", "run.json")
    assert files == [
        f"{system}/fold1/1000/{name}"
        for system in ("clap", "none")
        for name in names
    ]
    assert make_table(["published"]) == make_table(["results"])
    # the hashes of run.json hold there, and still find what was edited
    kept = readme.parent / "published/none/fold1/1000/predictions_test.csv"
    kept.write_text(kept.read_text().replace("0.9", "0.8"))
    with pytest.raises(ValueError, match="but it was edited or damaged"):
        make_table(["published"])


def test_only_what_is_whole_is_kept(readme):
    place = readme.parent / "results/none/fold1/1000"
    with pytest.raises(ValueError, match="a target outside of results"):
        keep_results("results", "results/published")
    metrics = json.loads((place / "metrics.json").read_text())
    (place / "metrics.json").write_text(json.dumps(metrics | {"more": 1}))
    with pytest.raises(ValueError, match="edited or damaged since"):
        keep_results("results", "published")
    assert not (readme.parent / "published").exists()


def test_kept_runs_are_in_the_order_of_folders(readme):
    kept = keep_results("results", "published")
    assert [str(path) for path in kept] == [
        "published/clap/fold1/1000",
        "published/none/fold1/1000",
    ]
    assert len(gather(["published"]).systems) == 2


def test_what_is_kept_says_nothing_of_somebodys_disk(readme):
    record = readme.parent / "results/clap/fold1/1000/run.json"
    facts = json.loads(record.read_text())
    facts["encoder"] = {"class": "x.SSLEncoder", "source": "/home/me/wavlm"}
    facts["command"] = ["python", "/home/me/train.py", "--alm_source=/home/b c"]
    facts["command"] += ["--zero_shot={prompts: clsp}", "hparams/a.yaml"]
    record.write_text(json.dumps(facts))
    keep_results("results", "published")
    kept = readme.parent / "published/clap/fold1/1000/run.json"
    found = json.loads(kept.read_text())
    assert found["encoder"]["source"] == "wavlm"
    assert found["command"] == [
        *("python", "train.py", "--alm_source=b c"),
        *("--zero_shot={prompts: clsp}", "hparams/a.yaml"),
    ]
    assert found["results"] == facts["results"]
