"""Tables as Markdown, LaTeX and CSV: the same numbers, and nothing broken."""

import io
import re

import pandas
import pytest
from tested_runs import FOUR, guessed, run, source

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.evaluation.collection.gathering import gather
from speechbrain_zsfuse.evaluation.paper_tables.making import make_table
from speechbrain_zsfuse.evaluation.paper_tables.table_one import (
    build_table_one,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.render import (
    escape,
    to_latex,
    to_markdown,
)
from speechbrain_zsfuse.evaluation.paper_tables.writing.sheets import (
    Page,
    Sheet,
)
from speechbrain_zsfuse.evaluation.predictions import write_predictions

BAD = r"50 % of R&D_1 {x} ~a^b $c$ #1 \alpha <b> | [k] *"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    for name, share in (("none", 0.5), ("clap_5%", 0.8)):
        for seed in (1000, 2000):
            run(
                folder,
                guessed(share, seed, FOUR, 4, scores=None),
                name,
                seed=seed,
                corpus="RAVDESS",
                score_source=source() if "clap" in name else None,
            )
    return folder


@pytest.fixture(scope="module")
def rows(results):
    return build_table_one(gather([results])).corpora[0].rows


def four(value):
    return f"{value:.4f}".lstrip("0")


def test_markdown_has_the_numbers_with_four_digits(results, rows):
    lines = make_table([results]).splitlines()
    assert lines[0] == (
        "**RAVDESS, 4 classes: 64 test clips of 4 speakers, fold 1**"
    )
    header, _, random, alone, fused = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:7]
    )
    assert header[:5] == ["FM + ALM", "UAR", "n", "95 % interval", "paper"]
    row = rows[2]
    assert fused[1] == f"{four(row.uar['mean'])} ± {four(row.uar['std'])}"
    assert fused[2] == "2"
    assert fused[3] == "[" + ", ".join(map(four, row.interval)) + "]"
    assert fused[4] == ".6719 ± .0442"
    assert fused[5] == "not significant"  # of four speakers
    assert fused[6].startswith(f"+{four(row.comparison.difference)} [+")
    assert (random[0], alone[5], alone[6]) == ("random", "–", "–")
    assert len({len(line) for line in lines[2:7]}) == 1  # aligned


def test_columns_of_which_nothing_is_known_are_not_there(tmp_path):
    write_predictions(tmp_path / "mine.csv", guessed(0.6, 5))
    header = make_table([tmp_path]).splitlines()[2]
    assert "paper" not in header and "difference" not in header


def test_csv_has_all_digits(results, rows):
    text = make_table([results], form="csv")
    table = pandas.read_csv(io.StringIO(text))
    assert table["row"].tolist() == [row.name for row in rows]
    fused, found = table.iloc[2], rows[2].comparison
    assert fused["mean"] == rows[2].uar["mean"]
    assert (fused["low"], fused["high"]) == rows[2].interval
    assert (fused["paper_mean"], fused["paper_std"]) == (0.6719, 0.0442)
    assert fused["difference"] == found.difference
    assert fused["p"] == found.p_value
    assert fused["p_adjusted"] == rows[2].p_adjusted
    assert (fused["verdict"], fused["baseline"]) == (
        "not significant",
        "WavLM-Base+ + none",
    )
    assert pandas.isna(table.iloc[1]["difference"])


def test_every_table_has_every_format(results, tmp_path):
    scores = guessed(0.6, 9)["prediction"].tolist()
    for a in (1, 2):
        name = f"clap,zero_shot.audio_repeats={a}"
        table = guessed(0.5, a, scores=scores)
        run(tmp_path, table, name, score_source=source(audio=a))
    for paper in ("II", "zero-shot"):
        for form in ("markdown", "latex", "csv"):
            text = make_table([tmp_path], paper, form)
            assert "CLAP" in text
            assert text == make_table([tmp_path], paper, form)
    assert "| 1x1: " in make_table([tmp_path], "II")


def commands_of(text):
    """LaTeX less the commands and escapes that we use."""
    known = r"\\(begin|end)\{tabular\}|\{lc*\}|\\multicolumn\{\d+\}\{l\}"
    known += r"|\\text(bf|backslash|asciitilde|asciicircum|less|greater|bar)"
    known += r"|\\(top|mid|bottom)rule|\\(par|smallskip|noindent|footnotesize)"
    known += r"|\\textquotedbl|\$(\\pm|-)\$|\\[&%$#_{}]|\\\\$"
    body = text.split("\n", 1)[1]
    return re.sub(known, "", body, flags=re.M)


def test_no_special_character_of_latex_is_left(results):
    sheet = Sheet(BAD, [["a", BAD], [BAD, "-.03 ± 1"]])
    page = Page([sheet], [BAD, "*a", "[b"])
    for text in (to_latex(page), make_table([results], form="latex")):
        left = commands_of(text)
        assert not re.search(r"[\\%$#_~^<>|]", left), left
        # & stands between cells alone, and braces are in pairs
        assert left.count("{") == left.count("}")
        for line in text.splitlines():
            if line.endswith(r"\\") and " & " in line:
                cells = re.split(r"(?<!\\)&", line)
                assert len(cells) in (2, 7)
        assert not re.search(r"\\\\\s*\n\s*[\[*]", text)
    assert escape("WavLM-Large, -.0312, lr=1e-5 [a]") == (
        "WavLM-Large, $-$.0312, lr=1e-5 {[}a]"
    )


def test_markdown_keeps_rows_in_one_line():
    text = to_markdown(Page([Sheet("a\nb", [["x"], ["1|2\n3"]])], ["c\nd"]))
    assert "**a b**" in text and r"| 1\|2 3 |" in text and "- c d" in text


def test_the_command_prints_and_writes(results, tmp_path, capsys):
    assert main(["table", str(results)]) == 0
    assert capsys.readouterr().out == make_table([results]) + "\n"
    out = tmp_path / "table.tex"
    assert main(["table", str(results), "--format=latex", f"--out={out}"]) == 0
    assert out.read_text() == make_table([results], form="latex") + "\n"
    assert f"Written to {out}." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--paper=III"], "Expected --paper to be one of I, II, zero-shot"),
        (["--format=html"], "Expected --format to be one of markdown, latex"),
        (["--paper=II"], "Expected runs of one system at two or more combin"),
        (["--paper=zero-shot"], "Expected runs with zero-shot scores in"),
        (
            ["--baseline=nobody"],
            "Expected --baseline to be one of clap_5%",
        ),
    ],
)
def test_what_cannot_be_made_is_told(results, words, said, capsys):
    assert main(["table", str(results), *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_paths_are_needed(capsys):
    assert main(["table"]) == 2
    assert "Expected PATHS of results, or --check" in capsys.readouterr().err
