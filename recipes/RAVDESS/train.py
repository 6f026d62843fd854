#!/usr/bin/env python3
"""ZS-Fuse on RAVDESS: fine-tune a speech model and fuse its pooled vector
with the zero-shot scores of a frozen audio-language model.

    python recipes/RAVDESS/train.py hparams/wavlm_clap.yaml \
        --data_folder=/path/to/RAVDESS
"""

import sys

import speechbrain as sb
import torch
from hyperpyyaml import load_hyperpyyaml
from ravdess_prepare import prepare_ravdess
from speechbrain.utils.distributed import ddp_init_group, run_on_main

from speechbrain_zsfuse.brain import ZSFuseBrain
from speechbrain_zsfuse.dataio import load_datasets
from speechbrain_zsfuse.hparams import (
    parse_arguments,
    quiet_console,
    save_resolved,
)
from speechbrain_zsfuse.store import score_manifests
from speechbrain_zsfuse.zeroshot import ZeroShotScorer


class EmotionClassifier(ZSFuseBrain):
    """Speech encoder, pooling, then z = [h; LayerNorm(s)] to logits."""

    def compute_forward(self, batch, stage):
        """Logits [B, E]; without a language model the scores are left out."""
        batch = batch.to(self.device)
        hidden, mask = self.modules.encoder(*batch.sig)
        scores = batch.scores.data if self.hparams.alm else None
        return self.modules.head(self.modules.pooling(hidden, mask), scores)


def main(arguments):
    """Prepare, score, train, test."""
    yaml, run_opts, overrides = parse_arguments(arguments, __file__)
    ddp_init_group(run_opts)
    hparams = load_hyperpyyaml(yaml, overrides)
    folder, labels = hparams["output_folder"], hparams["labels"]
    sb.create_experiment_directory(folder)
    quiet_console()
    run_on_main(save_resolved, args=[folder, yaml, overrides])

    data = hparams["data_folder"]
    manifests = run_on_main(
        prepare_ravdess, args=[data, folder], kwargs=hparams["split"]
    )
    scores = None
    if hparams["alm"]:
        scorer = ZeroShotScorer(hparams["alm"], labels, **hparams["zero_shot"])
        store = hparams["store_folder"]
        scores = f"{folder}/zero_shot_scores.csv"
        places = [manifests, data, store, scores, run_opts["device"]]
        run_on_main(score_manifests, [scorer, *places])
    rate, options = hparams["encoder"].sample_rate, hparams["clips"]
    splits = load_datasets(manifests, data, labels, rate, scores, **options)

    brain = EmotionClassifier(
        modules=hparams["modules"],
        opt_class=hparams["opt_class"],
        hparams=hparams,
        run_opts=run_opts,
        checkpointer=hparams["checkpointer"],
    )
    epochs, loader = hparams["epoch_counter"], hparams["loader"]
    brain.fit(epochs, splits["train"], splits["valid"], None, loader, loader)
    brain.evaluate(splits["test"], test_loader_kwargs=dict(loader))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1:])
