"""The zero-shot study: what it finds, how little is heard for it, its files."""

import json
import sys

import numpy as np
import pandas
import pytest
import soundfile
import studied
import torch
from filelock import FileLock
from forked import run_command
from places import ROOT
from studied import LABELS, Ear

from speechbrain_zsfuse.cli import main
from speechbrain_zsfuse.corpora.sealing import SEAL
from speechbrain_zsfuse.evaluation.figures.heatmap import draw_heat_maps
from speechbrain_zsfuse.evaluation.figures.style import save_figure
from speechbrain_zsfuse.experiment.configuration.composition import TAG
from speechbrain_zsfuse.experiment.study import report
from speechbrain_zsfuse.experiment.study.command import run_study
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer

COLUMNS = "alm,audio_repeats,text_repeats,n,UAR,low,high,speakers_low,"
COLUMNS += "speakers_high,same_as,heard_before"


@pytest.fixture
def words(tmp_path, monkeypatch):
    """Command line of a study of the little recipe by its ear."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "little_prepare", raising=False)
    monkeypatch.setattr(Ear, "heard", [])
    monkeypatch.setattr(Ear, "read", [])
    monkeypatch.setattr(report, "draw_heat_maps", lambda *arguments: None)
    monkeypatch.setattr(report, "save_figure", lambda *arguments: [])
    recipe = studied.make_recipe(tmp_path / "Little")
    corpus = studied.make_corpus(tmp_path / "corpus")
    return [
        f"{recipe}/hparams/little.yaml+ear",
        f"--data_folder={corpus}",
        f"--results_folder={tmp_path}/results",
        "--device=cpu",
        "--noprogressbar",
    ]


def study(words, **options):
    """A study; its table, and how many clips were heard for it."""
    before = len(Ear.heard)
    return run_study(words, **options), len(Ear.heard) - before


def repeats(table):
    return list(zip(table["audio_repeats"], table["text_repeats"]))


def folder(tmp_path, place):
    return tmp_path / "results" / "study" / "Little" / place


def test_every_cell_is_what_the_model_alone_gives(words, tmp_path):
    table, _ = study(words, split="all")
    assert repeats(table) == [(a, t) for a in range(1, 5) for t in range(1, 5)]
    for row in table.itertuples():
        scorer = ZeroShotScorer(
            Ear(),
            LABELS,
            audio_repeats=row.audio_repeats,
            text_repeats=row.text_repeats,
        )
        right = {label: [] for label in LABELS}
        for number in range(12):
            wav, _ = soundfile.read(tmp_path / "corpus" / f"{number}.wav")
            scores = scorer(torch.tensor(wav)[None].float())[0]
            label = LABELS[number % 2]
            right[label].append(LABELS[int(scores.argmax())] == label)
        uar = np.mean([np.mean(hits) for hits in right.values()])
        assert row.UAR == pytest.approx(uar)
        assert row.n == 12 and row.low <= row.UAR <= row.high
    assert table["UAR"].nunique() > 2


def test_sixteen_cells_are_two_inputs_a_clip_and_four_readings(words):
    table, heard = study(words)
    assert len(table) == 16 and heard == 2 * 4
    assert Ear.read == 4 * [3 * len(LABELS)]
    for row in table.itertuples():
        again = row.audio_repeats > 2
        assert row.same_as == (f"2x{row.text_repeats}" if again else "")
        assert row.heard_before == again
    twice, thrice = (
        table[table["audio_repeats"] == a]["UAR"].tolist() for a in (2, 3)
    )
    assert twice == thrice


def test_nothing_is_heard_twice(words, tmp_path):
    assert study(words, split="all")[1] == 2 * 12
    assert study(words, split="all")[1] == 0
    assert study(words, folds="1,2")[1] == 0  # other folds, other seeds,
    assert study([*words, "--seed=2"], split="valid")[1] == 0
    # ... another speech model, and another recipe of the same clips.
    assert study([*words, "--encoder_source=another"])[1] == 0
    other = tmp_path / "copies"
    studied.make_corpus(other)
    words[1] = f"--data_folder={other}"
    assert study(words)[1] == 0


def test_folds_are_taken_together(words, tmp_path):
    one, _ = study(words, folds="1")
    both, _ = study(words, folds="2,1")
    everything, _ = study(words, folds="1,2", split="all")
    assert set(everything["n"]) == {12}  # and no clip twice
    assert set(one["n"]) == {4} and set(both["n"]) == {8}
    facts = json.loads(
        (folder(tmp_path, "test_fold1+2") / "study.json").read_text()
    )
    assert [fold["fold"] for fold in facts["folds"]] == [1, 2]
    assert facts["clips"] == 8 and facts["speakers"] == 2
    assert folder(tmp_path, "test_fold1").is_dir()


def test_other_choices_have_other_folders(words, tmp_path):
    study(words)
    study([*words, "--zero_shot={prompts: ['{label} speech']}"])
    study([*words, "--zero_shot={audio_repeats: 2}", "--lr=0.5"])
    study([*words, "--experiment=mine"])
    places = [path.name for path in folder(tmp_path, "").glob("test*")]
    assert len(places) == 3 and {"test_fold1", "test_fold1,mine"} < {*places}
    [other] = {*places} - {"test_fold1", "test_fold1,mine"}
    assert other.startswith("test_fold1,zero_shot.prompts=label-speech")


def test_debugging_touches_no_result(words, tmp_path):
    study([*words, "--debug", "--debug_persistently"])
    [path] = tmp_path.rglob("zero_shot_uar.csv")
    assert "-debug" in str(path)


def test_one_study_at_a_time_in_a_folder(words, tmp_path):
    with FileLock(folder(tmp_path, "test_fold1") / ".lock"):
        with pytest.raises(RuntimeError, match="give another --experiment"):
            run_study(words)
        assert not Ear.heard
        assert len(study([*words, "--experiment=mine"])[0]) == 16


def test_a_study_that_was_killed_goes_on(words, tmp_path, monkeypatch):
    monkeypatch.setattr(Ear, "most", 8)  # clips of a batch
    with pytest.raises(KeyboardInterrupt):
        study(words, split="all")
    assert len(Ear.heard) == 8
    monkeypatch.setattr(Ear, "most", None)
    assert study(words, split="all")[1] == 2 * 12 - 8
    words[2] = f"--results_folder={tmp_path}/results/undisturbed"
    study(words, split="all")
    killed = folder(tmp_path, "all")
    whole = tmp_path / "results" / "undisturbed" / "study" / "Little" / "all"
    files = [path for path in whole.iterdir() if path.name[0] != "."]
    assert len(files) > 2
    for path in files:
        assert (killed / path.name).read_bytes() == path.read_bytes()


def test_what_it_will_do_and_did_is_told(words, tmp_path, capsys):
    study(words, folds="1")
    study(words, folds="1")
    told = " ".join(capsys.readouterr().out.split())
    assert "Corpus Little, test of fold 1, 4 clips of 1 speaker" in told
    assert "Labels sad, angry (chance 50.0 %)" in told
    every = "a = 1, 2, 3, 4 by t = 1, 2, 3, 4"
    for left in (8, 0):
        passes = f"{left} of at most 16 audio passes to make"
        assert f"Ear the ear, frozen; {every}; {passes}" in told
    assert "Ear, zero-shot? (training data unknown): UAR in %" in told
    place = folder(tmp_path, "test_fold1")
    assert told.endswith(f"zero_shot_uar.md, study.json in {place}")


def test_files_say_what_was_found_and_what_made_it(
    words, tmp_path, monkeypatch
):
    monkeypatch.setattr(report, "draw_heat_maps", draw_heat_maps)
    monkeypatch.setattr(report, "save_figure", save_figure)
    study([*words, "--labels=[angry, sad]"], split="all")
    place = folder(tmp_path, "all,labels=angry+sad")
    assert sorted(path.name for path in place.glob("[!.]*")) == [
        "study.json",
        *(f"zero_shot_uar.{end}" for end in ("csv", "md", "pdf", "png")),
    ]
    header = (place / "zero_shot_uar.csv").read_text().splitlines()[0]
    assert header == COLUMNS
    table = pandas.read_csv(place / "zero_shot_uar.csv")
    assert len(table) == 16 and table["low"].notna().all()
    # in three cells all speakers are alike, which says nothing of others
    assert table["speakers_low"].notna().sum() == 13
    facts = json.loads((place / "study.json").read_text())
    assert facts["labels"] == ["angry", "sad"] and facts["chance"] == 0.5
    ear = facts["alms"]["Ear"]
    assert ear["fingerprint"] == Ear().fingerprint()
    assert ear["amplified_prompts"]["3"][0][0] == "3 instances of angry speech"
    assert "torch" in facts["packages"] and facts["version"]
    text = (place / "zero_shot_uar.md").read_text()
    assert text.startswith("# Little, all, 12 clips of 3 speakers")
    assert "prompts of the set `paper`: `angry speech`, `a person" in text
    best = table.iloc[table["UAR"].idxmax()]
    ends = f"{100 * best.low:.1f}–{100 * best.high:.1f}"
    assert f"**{100 * best.UAR:.1f} ({ends})**" in text
    assert "highest on this split" in text and "`= a2`" in text
    assert "| 3 = a2 |" in text and "3 speakers, who are few" in text


def test_of_equal_inputs_the_first_is_the_highest():
    cells = {"audio_repeats": [1, 2, 3], "text_repeats": 1}
    cells |= {"UAR": [0.25, 0.5, 0.5], "same_as": ["", "", "2x1"]}
    cells |= {"heard_before": [0.0, 0.0, 1.0]}
    grid = report.format_grid(
        pandas.DataFrame(cells), lambda cell: str(cell.UAR)
    )
    assert grid.splitlines()[2:] == [
        "| 1      | 0.25    | 0 %          |",
        "| 2      | **0.5** | 0 %          |",
        "| 3 = a2 | 0.5     | 100 %        |",
    ]
    cells["UAR"] = 0.5
    assert "**" not in report.format_grid(
        pandas.DataFrame(cells), lambda cell: str(cell.UAR)
    )


def test_models_are_studied_one_after_the_other(words, tmp_path):
    yaml, *rest = words
    plain = [yaml.removesuffix("+ear"), *rest]
    table, _ = study(plain, alms="short,ear")
    assert list(dict.fromkeys(table["alm"])) == ["ShortEar", "Ear"]
    # A clip of 0.4 s fits twice into a second.
    assert set(table[table["alm"] == "ShortEar"]["audio_repeats"]) == {1, 2}
    assert len(table[table["alm"] == "Ear"]) == 16
    text = (folder(tmp_path, "test_fold1") / "zero_shot_uar.md").read_text()
    for a, seconds in ((3, 1.2), (4, 1.6)):
        assert (
            f"a = {a} is left out, for 4 of 4 clips are not of a length that "
            "ShortEar can hear then: c" in text
        )
        assert f"is too long ({seconds} s, repetitions included;" in text
    both, _ = study(plain, alms="ear,ear.yaml")
    assert list(dict.fromkeys(both["alm"])) == ["ear", "ear.yaml"]


@pytest.mark.parametrize(
    "options, said",
    [
        (
            "{prompts: clsp, ensemble: embeddings}",
            "prompts of the set `clsp` (embeddings averaged): `A speaker in",
        ),
        (
            "{ensemble: learned, weights: [0, 1, 0], scope: word}",
            "prompts of the set `paper` (weights given): `sad speech`",
        ),
        ("{prompts: ['{noun}']}", "prompts: `sadness`"),
    ],
)
def test_other_prompts_can_be_studied(words, tmp_path, options, said):
    table, _ = study([*words, f"--zero_shot={options}"], text_repeats="1,2")
    assert len(table) == 8
    [place] = folder(tmp_path, "").glob("test_fold1,zero_shot.*")
    text = (place / "zero_shot_uar.md").read_text()
    assert said in text
    learned = "(training data unknown), but for learned weights of prompts."
    assert (learned in text) == ("learned" in options)


def test_other_repeats_can_be_studied(words):
    table, _ = study(words, audio_repeats="1,9", text_repeats="7")
    assert repeats(table) == [(1, 7), (9, 7)]
    assert Ear.read == [3 * len(LABELS)]


# -------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    "options, message",
    [
        ({"split": "dev"}, "--split to be one of test, valid, train, all, but"),
        ({"folds": "1-3"}, "--folds to be whole numbers with commas between"),
        ({"folds": ""}, "--folds to be whole numbers .*, but got ''."),
        ({"folds": "0"}, "--folds to be a whole number of at least 1, but"),
        ({"folds": "3"}, "the preparation wrote none of test"),
        ({"audio_repeats": "0,1"}, "--audio_repeats to be a whole number from"),
        ({"text_repeats": "101"}, "a whole number from 1 to 100, but got 101"),
        ({"audio_repeats": "1;2"}, "Write --audio_repeats=1,2."),
        ({"alms": "clap,,clsp"}, "each audio-language model once, but got 'cl"),
        ({"alms": ""}, "each audio-language model once, but got ''."),
        ({"alms": "ear="}, "each audio-language model once, but got 'ear=."),
        ({"alms": "ear,ear"}, "Write --alms=clap,clsp, or --alms=clap=/path"),
        ({"alms": "eer"}, "Did you mean ear?"),
        ({"alms": "none"}, "alm of .*little.yaml.ear.none is null. Name some"),
    ],
)
def test_options_that_are_none_are_told(words, options, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        run_study(words, **options)
    assert not Ear.heard


@pytest.mark.parametrize(
    "more, options, message",
    [
        (["--alm_source=a"], {"alms": "ear,short"}, "Write --alms=ear=a,… to"),
        (["--lr=fast"], {}, "Expected --lr to be a number above 0, but got"),
        (
            ["--labels=[sad, happy]"],
            {},
            "of 4 clips .test. the corpus lacks ha",
        ),
        (["--labels=[sad, calm]"], {}, "the corpus lacks calm. Choose other"),
        (["--data_folder=/no/corpus"], {}, "Expected the corpus in /no/corpus"),
        (
            ["--zero_shot={ensemble: learned}"],
            {},
            r"there are none.*or give weights: \[0.5, …\].",
        ),
        (
            ["--score_source=!new:fake_source.Loudness {labels: [sad]}"],
            {},
            "has a score_source. Add --score_source=null",
        ),
    ],
)
def test_what_does_not_go_together_is_told(words, more, options, message):
    keys = {word.partition("=")[0] for word in more}
    kept = [word for word in words if word.partition("=")[0] not in keys]
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        run_study([*kept, *more], **options)
    assert not Ear.heard


def test_clips_that_are_always_too_long_end_a_study(words, monkeypatch):
    monkeypatch.setattr(studied.ShortEar, "max_samples", 6000)
    with pytest.raises(ValueError) as raised:
        run_study(words, alms="short")
    told = str(raised.value)
    assert "length that ShortEar can hear, but 4 are not, even with" in told
    assert "at most 0.375 s are heard" in told and not Ear.heard


def test_a_recipe_without_folds_is_told(words, tmp_path):
    yaml = tmp_path / "Little" / "hparams" / "little.yaml"
    text = yaml.read_text().replace("fold: 1\n", "")
    yaml.write_text(text.replace("    fold: !ref <fold>\n", "    fold: 1\n"))
    table, _ = study(words)
    assert len(table) == 16 and folder(tmp_path, "test").is_dir()
    with pytest.raises(ValueError, match="no --folds, since Little has none"):
        run_study(words, folds="1")


@pytest.mark.parametrize(
    "files, message",
    [
        ({}, "_prepare.py, the preparation of a corpus, in .*, but there is n"),
        (
            {"a_prepare.py": "", "b_prepare.py": ""},
            "one preparation in .*, but got a_prepare.py, b_prepare.py",
        ),
        (
            {"little_prepare.py": "prepare_tiny = print"},
            "to have the function prepare_little, but it has none. Call",
        ),
    ],
)
def test_a_recipe_that_is_none_is_told(words, tmp_path, files, message):
    recipe = tmp_path / "Little"
    (recipe / "little_prepare.py").unlink()
    for name, code in files.items():
        (recipe / name).write_text(code)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        run_study(words)


def test_a_yaml_from_elsewhere_names_its_recipe(words, tmp_path):
    mine = tmp_path / "mine.yaml"
    recipe = tmp_path / "Little"
    mine.write_text(f"base: {TAG} [little, ear]\n")
    words[0] = str(mine)
    with pytest.raises(ValueError, match="in its hparams/, but got .*mine.yam"):
        run_study(words)
    assert len(study(words, recipe=recipe)[0]) == 16


def test_a_preparation_of_the_same_name_is_told(words, tmp_path):
    study(words)
    other = studied.make_recipe(tmp_path / "Other")
    words[0] = f"{other}/hparams/little.yaml+ear"
    with pytest.raises(ValueError, match="but Python finds .*Little/little_"):
        run_study(words)


# ------------------------------------------------------------------- command
def test_the_command(words, capsys):
    assert main(["study", *words, "--split", "all", "--folds=1"]) == 0
    assert "Little, all, 12 clips" in capsys.readouterr().out
    assert main(["study", *words, "--split=dev"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("zsfuse: Expected --split to be one of test,")
    assert main(["study", *words, "--lr=fast"]) == 2
    assert "Expected --lr to be a number above 0" in capsys.readouterr().err
    for option in ("--seeds=1000", "--cells=1x1", "--seeds=", "--cells="):
        assert main(["study", *words, option]) == 2
        name = option.partition("=")[0]
        told = capsys.readouterr().err
        assert f"Expected {name} with --fused, but got it without" in told


@pytest.mark.parametrize("recipe", ["RAVDESS", "IEMOCAP", "MSP-Podcast"])
def test_recipes_can_be_studied(
    recipe, three_actors, iemocap, msp_podcast, tiny_alms, tmp_path, monkeypatch
):
    corpora = {"RAVDESS": three_actors, "IEMOCAP": iemocap}
    actors = "--preparation={valid_actors: [2], test_actors: [3]}"
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(report, "save_figure", lambda *arguments: [])
    table = run_study(
        [
            str(ROOT / "recipes" / recipe / "hparams" / "wavlm_clap.yaml"),
            f"--data_folder={corpora.get(recipe, msp_podcast)}",
            f"--results_folder={tmp_path}",
            *[actors] * (recipe == "RAVDESS"),
            "--allow_mismatch",
            "--noprogressbar",
            "--device=cpu",
        ],
        alms=",".join(f"{name}={path}" for name, path in tiny_alms.items()),
        audio_repeats="1",
        text_repeats="1,2",
    )
    assert list(dict.fromkeys(table["alm"])) == ["CLAP", "ReCLAP", "CLSP"]
    assert len(table) == 6
    assert table["UAR"].between(0, 1).all()
    [place] = (tmp_path / "study" / recipe).glob("test*")
    facts = json.loads((place / "study.json").read_text())
    assert facts["corpus"] == recipe and facts["folds"][0][SEAL]
    text = (place / "zero_shot_uar.md").read_text()
    known = not facts["mismatch"]
    assert ("The corpus is not as it is known" in text) != known
    assert known == (recipe == "MSP-Podcast")


def test_two_processes_share_a_study(words, tmp_path):
    study(words, split="all")
    words[2] = f"--results_folder={tmp_path}/two"
    program = [sys.executable, "-m", "speechbrain_zsfuse.cli", "study"]
    done = run_command([*program, *words, "--split=all"], world=2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("UAR in %") == 1
    place = tmp_path / "two" / "study" / "Little" / "all"
    one = folder(tmp_path, "all") / "zero_shot_uar.csv"
    assert (place / one.name).read_bytes() == one.read_bytes()
