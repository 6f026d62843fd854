"""A finished run that was never trained: all that a run leaves, with weights as
they were drawn.
"""

from pathlib import Path

import numpy as np
import pandas
import torch
from records import make_record

from speechbrain_zsfuse.encoders import SSLEncoder
from speechbrain_zsfuse.evaluation.columns import probabilities_of
from speechbrain_zsfuse.evaluation.predictions import (
    predictions_path,
    predictions_table,
    read_predictions,
    write_predictions,
)
from speechbrain_zsfuse.evaluation.record import write_record
from speechbrain_zsfuse.evaluation.results import hash_results
from speechbrain_zsfuse.evaluation.summary import write_metrics
from speechbrain_zsfuse.files import write_json
from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.inference import EmotionRecognizer
from speechbrain_zsfuse.inference.description import MODEL, describe_model
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.pooling import MaskedMean
from speechbrain_zsfuse.synthetic.corpus import write_audio
from speechbrain_zsfuse.synthetic.voice import speak
from speechbrain_zsfuse.training import SafeCheckpointer
from speechbrain_zsfuse.zeroshot.scorer import ZeroShotScorer

USER = "annaquist"  # whose folders the runs lie in
LABELS = ["neutral", "happy", "sad", "angry"]
SPEAKERS = {21: "male", 22: "female", 23: "male"}


def finish_run(folder, wavlm, clap=None, **facts):
    """A run in ``folder/results/mine`` on a corpus in ``folder/data``."""
    run, data = Path(folder) / "results" / "mine", Path(folder) / "data"
    run.mkdir(parents=True)
    _write_test(run, data)
    alm = clap and CLAP(str(clap))
    _write_model(run, SSLEncoder(str(wavlm)), alm)
    command = ["python", f"{folder}/recipes/RAVDESS/train.py"]
    command += ["hparams/ravdess.yaml", f"--data_folder={data}"]
    known = {"class": "speechbrain_zsfuse.encoders.ssl.SSLEncoder"}
    facts = {
        "corpus": "made-up voices",
        "experiment": "mine",
        "encoder": known | {"source": str(wavlm)},
        "score_source": alm and _describe(alm),
        "command": command,
    } | facts
    settings = f"top: {folder}\ndata_folder: !ref <top>/data\n"
    (run / "hyperparams.yaml").write_text(settings)
    write_record(run, make_record(LABELS, **facts))
    _answer(run, data)
    facts |= {"finished": True, "results": hash_results(run)}
    write_record(run, make_record(LABELS, **facts))
    return run


def _write_test(run, data):
    rows = []
    for speaker, gender in SPEAKERS.items():
        for label in LABELS:
            name = f"{label}-{speaker}"
            wave = speak(1, speaker, label, 1, 1, 1, seconds=0.4)
            write_audio(data / f"{name}.wav", wave)
            place = f"$data_root/{name}.wav"
            rows.append(
                [name, len(wave) / 16000, place, label, speaker, gender]
            )
    columns = ["ID", "duration", "wav", "emotion", "speaker", "gender"]
    pandas.DataFrame(rows, columns=columns).to_csv(
        run / "test.csv", index=False
    )


def _write_model(run, encoder, alm):
    torch.manual_seed(1)
    pooling = MaskedMean(encoder.output_size)
    head = ZSFuseHead(pooling.output_size, len(LABELS))
    torch.nn.init.normal_(head.linear.weight)
    parts = {"encoder": encoder, "pooling": pooling, "head": head}
    write_json(run / MODEL, describe_model(parts, LABELS, alm, folder=run))
    checkpointer = SafeCheckpointer(run / "save", parts)
    checkpointer.save_checkpoint(meta={"UAR": 0.5, "epoch": 1})


def _describe(alm):
    return {
        "kind": "dual encoder",
        "class": "speechbrain_zsfuse.lobes.clap.CLAP",
        "source": alm.source,
        "fingerprint": alm.fingerprint(),
        "tokenizer": alm.tokenizer,
        **ZeroShotScorer(alm, LABELS).describe(),
    }


def _answer(run, data):
    """Predictions and metrics, of the model itself."""
    clips = pandas.read_csv(run / "test.csv", dtype={"speaker": str})
    paths = clips["wav"].str.replace("$data_root", str(data), regex=False)
    answers = EmotionRecognizer.from_pretrained(run).predict(list(paths))
    scores = [one.zero_shot for one in answers]
    table = predictions_table(
        LABELS,
        clips["ID"].tolist(),
        clips["speaker"].tolist(),
        clips["emotion"].tolist(),
        np.array([one.probabilities for one in answers]),
        None if scores[0] is None else np.array(scores),
        {"gender": clips["gender"].tolist()},
    )
    write_predictions(predictions_path(run, "test"), table)
    valid = {"epoch": 1, "loss": 1.0, "UAR": 0.5, "WA": 0.5}
    write_metrics(run, table, 1, valid)


def answers(model, run, **options):
    """Probabilities of the test clips, and those of the run."""
    table = read_predictions(run / "predictions_test.csv")
    paths = [run.parents[1] / "data" / f"{name}.wav" for name in table["id"]]
    recognizer = EmotionRecognizer.from_pretrained(model, **options)
    found = [one.probabilities for one in recognizer.predict(paths)]
    return np.array(found), probabilities_of(table)
