"""One epoch of fine-tuning, each way beside another, in turns in one run.

    python benchmarks/training_speed.py            # small model, any laptop
    python benchmarks/training_speed.py --model /path/to/wavlm --precision bf16

Clips are noise with the durations of IEMOCAP (a sample of them, a quarter as
long unless --scale says otherwise: the share of padding is the same), batches
of 32. What a model has learned does not change how long a step takes, so a
random WavLM will do. Printed:

a  clips a second, ours against SpeechBrain's wrapper, loader and Brain as its
   IEMOCAP recipe uses them
b  an epoch with stored zero-shot scores against one without scores
c  the same against a Brain that calls the audio-language model in every step
d  two processes against one (gloo, one thread each)
e  what one attention layer keeps for the backward pass, against transformers
"""

import argparse
import copy
import csv
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import soundfile
import speechbrain as sb
import torch

from speechbrain_zsfuse import ZeroShotScorer
from speechbrain_zsfuse.encoders import SSLEncoder, use_fused_attention
from speechbrain_zsfuse.fusion import ZSFuseHead
from speechbrain_zsfuse.loading import (
    BYTE_VOCABULARY,
    save_byte_tokenizer,
)
from speechbrain_zsfuse.lobes import CLAP
from speechbrain_zsfuse.pooling import masked_mean
from speechbrain_zsfuse.training import ZSFuseBrain, load_datasets
from speechbrain_zsfuse.zeroshot import DualEncoderSource, score_manifests

LABELS = ["angry", "happy", "neutral", "sad"]
BATCH = 32
DURATIONS = Path(__file__).parent.parent / "tests/assets/iemocap_durations"


class Ours(ZSFuseBrain):
    """As recipes/RAVDESS/train.py, with or without scores."""

    def compute_forward(self, batch, stage):
        batch = batch.to(self.device)
        hidden, mask = self.modules.encoder(*batch.sig)
        return self.modules.head(masked_mean(hidden, mask), self.scores(batch))

    def scores(self, batch):
        return batch.scores.data if hasattr(batch, "scores") else None


class Naive(Ours):
    """Hears every clip with the audio-language model in every step."""

    def scores(self, batch):
        return self.hparams.scorer(*batch.sig)


class Stock(sb.Brain):
    """As recipes/IEMOCAP/emotion_recognition/train_with_wav2vec2.py."""

    def compute_forward(self, batch, stage):
        wavs, lens = batch.to(self.device).sig
        hidden = self.modules.encoder(wavs, lens)
        pooled = self.hparams.pooling(hidden, lens).flatten(1)
        return self.modules.head(pooled)

    def compute_objectives(self, logits, batch, stage):
        labels = torch.as_tensor(batch.label, device=logits.device)
        return torch.nn.functional.cross_entropy(logits, labels)


def make_model(folder):
    """A WavLM of 4 layers and 2 million weights, layer norm as the large."""
    from transformers import Wav2Vec2FeatureExtractor, WavLMConfig, WavLMModel

    config = WavLMConfig(
        hidden_size=192,
        num_hidden_layers=4,
        num_attention_heads=6,
        intermediate_size=768,
        conv_dim=(64,) * 7,
        feat_extract_norm="layer",
        do_stable_layer_norm=True,
        layerdrop=0.0,
        apply_spec_augment=False,
    )
    WavLMModel(config).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(
        do_normalize=True, return_attention_mask=True
    ).save_pretrained(folder)
    return str(folder)


def make_clap(folder):
    """A CLAP with the audio tower of LAION's HTSAT-tiny; the text is small."""
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel

    text = {"num_hidden_layers": 1, "vocab_size": BYTE_VOCABULARY}
    ClapModel(ClapConfig(text_config=text)).save_pretrained(folder)
    ClapFeatureExtractor(frequency_min=50).save_pretrained(folder)
    return save_byte_tokenizer(folder)


def make_corpus(folder, clips, scale):
    """Noise with a sample of IEMOCAP's durations; returns the manifest."""
    rng = np.random.default_rng(1)
    hundredths = scale * np.load(DURATIONS / "seconds.npz")["hundredths"]
    hundredths = np.maximum(hundredths, 10)
    with open(folder / "train.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ID", "duration", "wav", "emotion", "speaker"])
        for i, length in enumerate(rng.choice(hundredths, clips)):
            wav = 0.05 * rng.standard_normal(160 * int(length))
            soundfile.write(folder / f"{i}.wav", wav, 16000)
            place = f"$data_root/{i}.wav"
            rows.writerow([i, length / 100, place, LABELS[i % 4], "1"])
    return {"train": folder / "train.csv"}


def make_brain(kind, options, **more):
    """One of our Brains on a fresh model."""
    encoder = SSLEncoder(options.model)
    head = ZSFuseHead(encoder.output_size, len(LABELS))
    hparams = {"labels": LABELS, "seed": 1, "number_of_epochs": 99, **more}
    return kind(
        {"encoder": encoder, "head": head},
        lambda groups: torch.optim.AdamW(groups, lr=2e-5),
        hparams,
        run_options(options),
    )


def run_options(options):
    """Run options of every Brain here."""
    return {
        "device": options.device,
        "precision": options.precision,
        "distributed_backend": "gloo" if options.device == "cpu" else "nccl",
        "noprogressbar": True,
    }


def our_epoch(kind, options, dataset, **more):
    """A function that trains one epoch and returns its seconds."""
    brain = make_brain(kind, options, **more)
    loader = brain.make_dataloader(
        dataset, sb.Stage.TRAIN, batch_size=BATCH, num_workers=options.workers
    )
    brain.compile, brain.checkpointer = False, None
    brain._wrap_distributed()
    brain.init_optimizers()
    return timed(brain, loader)


def stock_epoch(options, dataset):
    """The same with SpeechBrain's own parts."""
    from speechbrain.integrations.huggingface.wavlm import WavLM
    from speechbrain.nnet.linear import Linear
    from speechbrain.nnet.pooling import StatisticsPooling

    encoder = WavLM(options.model, save_path="", output_norm=True, freeze=False)
    size = encoder.model.config.hidden_size
    head = Linear(input_size=size, n_neurons=len(LABELS), bias=False)
    brain = Stock(
        {"encoder": encoder, "head": head},
        lambda weights: torch.optim.Adam(weights, lr=1e-5),
        {"pooling": StatisticsPooling(return_std=False)},
        run_options(options),
    )
    loader = brain.make_dataloader(
        dataset,
        sb.Stage.TRAIN,
        batch_size=BATCH,
        shuffle=True,
        num_workers=options.workers,
    )
    brain.init_optimizers()
    return timed(brain, loader)


def timed(brain, loader):
    """A function that trains the next epoch and returns its seconds."""
    brain.on_stage_end = lambda *arguments: None
    epoch = iter(range(1, 99))

    def train():
        start = time.perf_counter()
        brain._fit_train(loader, next(epoch), enable=False)
        return time.perf_counter() - start

    return train


def race(rounds, **epochs):
    """Median seconds of each, measured in turns after a warm-up."""
    seconds = {name: [] for name in epochs}
    for number in range(rounds + 1):
        for name, epoch in epochs.items():
            taken = epoch()
            if number:
                seconds[name].append(taken)
    return {name: statistics.median(times) for name, times in seconds.items()}


def kept_by_attention():
    """Megabytes kept by transformers' attention and ours: 4 clips of 15 s."""
    from transformers.models.wavlm.modeling_wavlm import WavLMAttention

    stock = WavLMAttention(768, 12).train()
    fused = torch.nn.ModuleList([copy.deepcopy(stock)])
    use_fused_attention(fused)
    hidden = torch.randn(4, 750, 768, requires_grad=True)
    bias = stock.compute_bias(750, 750).detach().requires_grad_()
    many = bias.detach().repeat(4, 1, 1).requires_grad_()
    return {
        "transformers": kept(lambda: stock(hidden, None, many)),
        "ours": kept(lambda: fused[0](hidden, None, bias)),
    }


def kept(function):
    """Megabytes of the tensors that a function saves for its gradient."""
    sizes = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda x: x):
        function()
    return sum(sizes.values()) / 1e6


def seconds_with(processes, options, folder):
    """Seconds of an epoch on some processes, each with one thread."""
    launcher = ["-m", "torch.distributed.run", "--standalone"]
    launcher += [f"--nproc_per_node={processes}"] if processes > 1 else []
    command = [sys.executable, *(launcher if processes > 1 else []), __file__]
    command += ["--worker", str(folder), "--model", options.model]
    done = subprocess.run(
        [*command, "--device", options.device],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.split("seconds")[-1])


def work(options):
    """What ``seconds_with`` starts: train, and print the second epoch."""
    if "RANK" in os.environ:
        torch.distributed.init_process_group("gloo")
    torch.set_num_threads(1)
    manifests = {"train": Path(options.worker) / "train.csv"}
    data = load_datasets(manifests, options.worker, LABELS, 16000)
    epoch = our_epoch(Ours, options, data["train"])
    epoch()
    seconds = epoch()
    if os.environ.get("RANK", "0") == "0":
        print("seconds", seconds)


def main():
    """Measure and print."""
    options = parse()
    if options.worker:
        return work(options)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        options.model = options.model or make_model(folder / "wavlm")
        manifests = make_corpus(folder, options.clips, options.scale)
        scorer = ZeroShotScorer(
            CLAP(make_clap(folder / "clap")),
            LABELS,
            sample_rate=16000,
        )
        scores = score_manifests(
            DualEncoderSource(scorer, folder),
            manifests,
            folder,
            folder / "scores.csv",
        )
        plain = load_datasets(manifests, folder, LABELS, 16000)["train"]
        scored = load_datasets(manifests, folder, LABELS, 16000, scores)
        scorer.to(options.device)
        times = race(
            options.rounds,
            stock=stock_epoch(options, plain),
            plain=our_epoch(Ours, options, plain),
            stored=our_epoch(Ours, options, scored["train"]),
            naive=our_epoch(Naive, options, plain, scorer=scorer),
        )
        one, two = (seconds_with(n, options, folder) for n in (1, 2))
    report(options, SimpleNamespace(**times), one, two, kept_by_attention())


def report(options, times, one, two, attention):
    """Print one line for each question."""
    rate = {n: options.clips / t for n, t in vars(times).items()}
    print(f"{platform.machine()}, {options.device}, {options.precision}")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(
        f"{options.clips} clips, batches of {BATCH}, durations of IEMOCAP x "
        f"{options.scale}, median of {options.rounds} rounds in turns"
    )
    print(
        f"a  ours {rate['plain']:.1f}, SpeechBrain {rate['stock']:.1f} clips/s:"
        f" {times.stock / times.plain:.2f} times"
    )
    print(
        f"b  with stored scores {times.stored:.1f} s, without "
        f"{times.plain:.1f} s: {times.stored / times.plain:.3f}"
    )
    print(
        f"c  with stored scores {times.stored:.1f} s, model in every step "
        f"{times.naive:.1f} s: {times.naive / times.stored:.2f} times"
    )
    print(f"d  one process {one:.1f} s, two {two:.1f} s: {one / two:.2f} times")
    print(
        f"e  attention keeps {attention['ours']:.0f} MB, transformers' "
        f"{attention['transformers']:.0f} MB: "
        f"{attention['transformers'] / attention['ours']:.1f} times"
    )


def parse():
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="WavLM folder; default: a small one")
    parser.add_argument("--clips", type=int, default=256)
    parser.add_argument("--scale", type=float, default=0.25)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
