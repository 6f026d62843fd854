"""A whole training run, small enough to be killed twenty times."""

import csv
import itertools
import os
import signal
import sys

import numpy as np
import soundfile
import torch
from speechbrain.utils.epoch_loop import EpochCounter
from speechbrain.utils.train_logger import FileTrainLogger
from tiny_ssl import save_ssl

from speechbrain_zsfuse.encoders.ssl import SSLEncoder
from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.losses import WeightedCrossEntropy
from speechbrain_zsfuse.pooling import AttentiveStatistics
from speechbrain_zsfuse.training.brain import ZSFuseBrain
from speechbrain_zsfuse.training.checkpoints import SafeCheckpointer
from speechbrain_zsfuse.training.dataio import load_datasets

LABELS = ["sad", "angry"]
# Of several corpora, each three clips of x and one of y in turn.
SEVERAL = {"x": ["sad", "angry", "happy"], "y": ["sad", "angry"]}
EPOCHS = 3
FORWARD = "resumable_run.forward"


class Classifier(ZSFuseBrain):
    """Encoder, pooling, head; no scores."""

    def compute_forward(self, batch, stage):
        sys.audit(FORWARD)
        hidden, mask = self.modules.encoder(*batch.sig)
        return self.modules.head(self.modules.pooling(hidden, mask))


def make_corpus(folder, several=False):
    """39 clips of two kinds of noise, a model, manifests."""
    rng = np.random.default_rng(1)
    save_ssl(folder / "hubert", "hubert", large=True)
    for split, count in (("train", 20), ("valid", 10), ("test", 9)):
        with open(folder / f"{split}.csv", "w", newline="") as file:
            rows = csv.writer(file)
            columns = ["ID", "duration", "wav", "emotion", "speaker"]
            rows.writerow([*columns, "corpus"] if several else columns)
            for index in range(count):
                name = f"{split}{index}"
                wav = rng.standard_normal(rng.integers(1600, 3200))
                wav *= 0.05 * (1 + index % 2)
                soundfile.write(folder / f"{name}.wav", wav, 16000)
                place = f"$data_root/{name}.wav"
                seconds = len(wav) / 16000
                emotion = LABELS[index % 2]
                row = [name, seconds, place, emotion, split]
                if several:
                    row.append("x" if index % 4 else "y")
                    own = SEVERAL[row[-1]]
                    turn = index if index % 4 else index // 4
                    row[3] = own[turn % len(own)]
                rows.writerow(row)


def die_at(place, output):
    """SIGKILL this process at one of its places.

    They are every forward pass, and every look at a file or folder of its
    output and every change there, numbered from 1.
    """
    places = itertools.count(1)

    def look(event, arguments):
        name = arguments[0] if arguments else None
        inside = isinstance(name, (str, os.PathLike)) and str(name).startswith(
            str(output)
        )
        if (inside or event == FORWARD) and next(places) == place:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def run(
    corpus,
    output,
    rank=0,
    world=1,
    meeting=None,
    last=None,
    several=False,
    **options,
):
    """Train and test; called again, go on. Options are SpeechBrain's.

    ``last`` is the place to die at, see ``die_at``.
    """
    labels = SEVERAL["x"] if several else LABELS
    torch.set_num_threads(1)
    die_at(last, output)
    if world > 1:
        os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank)}
        os.environ["WORLD_SIZE"] = str(world)
        torch.distributed.init_process_group(
            "gloo", init_method=f"file://{meeting}", rank=rank, world_size=world
        )
    torch.manual_seed(1)
    encoder = SSLEncoder(corpus / "hubert", layer_drop=0.3)
    pooling = AttentiveStatistics(encoder.output_size)
    head = ZSFuseHead(2 * encoder.output_size, len(labels))
    modules = {"encoder": encoder, "pooling": pooling, "head": head}
    counter = EpochCounter(EPOCHS)
    output.mkdir(exist_ok=True)
    brain = Classifier(
        modules,
        lambda groups: torch.optim.AdamW(groups, lr=0.01),
        {
            "labels": labels,
            "seed": 1,
            "number_of_epochs": EPOCHS,
            "output_folder": output,
            "epoch_counter": counter,
            "loss": WeightedCrossEntropy(),
            "schedule": "linear",
            "train_logger": FileTrainLogger(output / "train_log.txt"),
        },
        {
            "device": "cpu",
            "distributed_backend": "gloo",
            "noprogressbar": True,
            "ckpt_interval_steps": 2,
            **options,
        },
        SafeCheckpointer(output / "save", modules | {"counter": counter}),
    )
    manifests = {s: corpus / f"{s}.csv" for s in ("train", "valid", "test")}
    splits = load_datasets(manifests, corpus, labels, 16000)
    loader = {"batch_size": 4, "balance": 0.5}
    brain.fit(counter, splits["train"], splits["valid"], None, loader, loader)
    brain.evaluate(splits["test"], test_loader_kwargs=dict(loader))
