"""A folder of results that never were: many systems, folds and seeds, with all
that a run leaves beside its checkpoints. Names may be as bad as one likes.
"""

import json
from pathlib import Path

import numpy as np
from records import make_record

from speechbrain_zsfuse.evaluation.metrics.classification import summarise
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    predictions_table,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.evaluation.results import hash_results
from speechbrain_zsfuse.files import write_json

LABELS = ("neutral", "happy", "sad", "angry")
ENCODERS = {
    "wavlm": "microsoft/wavlm-base-plus",
    "wavlm_large": "microsoft/wavlm-large",
    "hubert": "facebook/hubert-base-ls960",
    "hubert_large": "facebook/hubert-large-ll60k",
}
ALMS = ("none", "CLAP", "ReCLAP", "CLSP")
_STATUS = {"CLAP": "clean", "ReCLAP": "unknown", "CLSP": "seen"}


def make_results(
    folder,
    encoders=tuple(ENCODERS),
    alms=ALMS,
    folds=(1, 2),
    seeds=(1000, 2000, 3000),
    labels=LABELS,
    speakers=4,
    clips=14,
    corpus="RAVDESS",
    **facts,
):
    """Runs of every combination; ``clips`` of each class and speaker."""
    for encoder in encoders:
        for alm in alms:
            for fold in folds:
                for seed in seeds:
                    name = f"{encoder}_{alm.lower()}"
                    place = Path(folder) / name / f"fold{fold}" / str(seed)
                    gain = 0.15 * ALMS.index(alm) if alm in ALMS else 0
                    run = {"experiment": name, "fold": fold, "seed": seed}
                    run |= {"corpus": corpus, "encoder": _encoder(encoder)}
                    run |= {"score_source": _source(alm, labels)}
                    run |= {"contamination": _contamination(alm, corpus)}
                    run |= {"command": _command(name, fold, seed)}
                    sizes = speakers, clips, labels
                    _make_run(place, run | facts, gain, *sizes)
    return Path(folder)


def _make_run(place, facts, gain, speakers, clips, labels):
    draw = np.random.default_rng([facts["seed"], len(facts["experiment"])])
    place.mkdir(parents=True)
    write_record(place, make_record(labels, **facts))
    first = 100 * facts["fold"]
    tables = {
        split: _predict(draw, first + start, speakers, clips, labels, gain)
        for split, start in (("valid", 50), ("test", 1))
    }
    for split, table in tables.items():
        if facts["score_source"] is None:
            columns = [n for n in table if not n.startswith("zero_shot_")]
            table = table[columns]
        write_predictions(predictions_path(place, split), table)
    uar = 0.5 + gain / 2
    mismatch = facts.get("mismatch", [])
    valid = {"epoch": 3, "loss": 1.0, "UAR": uar, "WA": uar}
    seed, test = facts["seed"], tables["test"]
    truth, prediction = test["label"].tolist(), test["prediction"].tolist()
    metrics = {"labels": list(labels), "seed": seed, "valid": valid}
    metrics |= {"test": summarise(truth, prediction, labels)}
    metrics |= {"corpus_mismatch": mismatch} if mismatch else {}
    write_json(place / "metrics.json", metrics)
    _write_rest(place, facts, labels, speakers, clips, uar)
    facts |= {"finished": True, "results": hash_results(place)}
    write_record(place, make_record(labels, **facts))


def _predict(draw, first, speakers, clips, labels, gain):
    truth = [label for label in labels for _ in range(clips)] * speakers
    names = [str(first + n) for n in range(speakers)]
    who = [name for name in names for _ in range(clips * len(labels))]
    logits = draw.normal(size=(len(truth), len(labels)))
    right = np.arange(len(truth)), [labels.index(label) for label in truth]
    scores = logits / 10
    logits[right] += 1 + gain
    scores[right] += 0.1
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    ids = [f"{name}-{n:04}" for n, name in enumerate(who)]
    further = {
        "gender": ["female" if int(n) % 2 else "male" for n in who],
        "duration": draw.uniform(0.5, 9, len(who)).round(3),
    }
    return predictions_table(labels, ids, who, truth, shares, scores, further)


def _write_rest(place, facts, labels, speakers, clips, uar):
    """Training log, settings, certificate."""
    log = [
        f"epoch: {n} - train loss: {1.6 - n / 5:.2f} - valid loss: "
        f"{1.5 - n / 8:.2f}, valid UAR %: {100 * uar - (n - 3) ** 2:.2f}\n"
        for n in (1, 2, 3, 4, 5)
    ]
    (place / "train_log.txt").write_text("".join(log))
    settings = f"seed: {facts['seed']}\nexperiment: {facts['experiment']}\n"
    (place / "hyperparams.yaml").write_text(settings)
    own = {"clips": speakers * clips * len(labels), "seconds": 3600.0}
    own["classes"] = dict.fromkeys(labels, speakers * clips)
    own["speakers"] = {str(n): clips for n in range(speakers)}
    pairs = ("train & valid", "train & test", "valid & test")
    certificate = {
        "corpus": facts["corpus"],
        "options": {"labels": labels, "fold": facts["fold"]},
        "mismatch": facts.get("mismatch", []),
        "notes": ["1 recording has several ids: a = b"],
        "total": own,
        "splits": dict.fromkeys(("train", "valid", "test"), own),
        "disjoint": {"speaker": dict.fromkeys(pairs, [])},
        "dropped_counts": {"calm is not among the labels": 192},
        "ids_sha256": "0" * 64,
    }
    (place / "certificate.json").write_text(json.dumps(certificate))


def _encoder(name):
    kind = "speechbrain_zsfuse.encoders.ssl.SSLEncoder"
    return {"class": kind, "source": ENCODERS.get(name, name)}


def _source(alm, labels):
    if alm == "none":
        return None
    templates = ("{} speech", "a person speaking in a {} way")
    return {
        "kind": "dual encoder",
        "class": f"speechbrain_zsfuse.lobes.{alm}",
        "source": f"somebody/{alm}",
        "fingerprint": "0" * 64,
        "labels": labels,
        "prompts": [[t.format(label) for label in labels] for t in templates],
        "prompts_sha256": "1" * 64,
        "prompt_set": "paper",
        "ensemble": "similarities",
        "audio_repeats": 1,
        "text_repeats": 1,
    }


def _contamination(alm, corpus):
    found = {"corpus": corpus, "part": None, "sure": "authors", "note": None}
    found["source"] = "https://example.org/paper"
    known = found | {"status": "clean", "model": "WavLM"}
    heard = found | {"status": _STATUS.get(alm, "unknown"), "model": alm}
    none = alm == "none"
    return {"encoder": known, "score_source": None if none else heard}


def _command(name, fold, seed):
    script = "recipes/RAVDESS/train.py"
    options = [f"--fold={fold}", f"--seed={seed}", "--data_folder=/my corpus"]
    return ["python", script, f"hparams/{name}.yaml", *options]
