#!/usr/bin/env python3
"""ZS-Fuse on any corpus: a known one, or a table of your own.

    python recipes/Corpora/train.py hparams/emodb.yaml+wavlm_large+clsp \
        --data_folder=/path/to/EmoDB
    python recipes/Corpora/train.py hparams/table.yaml+small --table=my.csv
"""

import sys

from speechbrain_zsfuse import experiment

with experiment.explain_errors():  # Ctrl-C in the seconds this takes, too
    from corpora_prepare import prepare_corpora

    from speechbrain_zsfuse.training import ZSFuseBrain


class EmotionClassifier(ZSFuseBrain):
    """Speech encoder, pooling, then z = [h; LayerNorm(s)] to logits."""

    def compute_forward(self, batch, stage):
        """Logits [B, E]; without zero-shot scores, of h alone."""
        batch = batch.to(self.device)
        hidden, mask = self.modules.encoder(*batch.sig)
        scores = batch.scores.data if hasattr(batch, "scores") else None
        return self.modules.head(self.modules.pooling(hidden, mask), scores)


def main(arguments):
    """Prepare, score, train, test."""
    hparams, run_opts = experiment.start(arguments, __file__, prepare_corpora)
    manifests = experiment.prepare(prepare_corpora, hparams)
    scores = experiment.score(hparams, manifests, run_opts)
    splits = experiment.load(hparams, manifests, scores)
    brain = EmotionClassifier(
        modules=hparams["modules"],
        opt_class=hparams["opt_class"],
        hparams=hparams,
        run_opts=run_opts,
        checkpointer=hparams["checkpointer"],
    )
    epochs, loader = hparams["epoch_counter"], hparams["loader"]
    brain.fit(epochs, splits["train"], splits["valid"], None, loader, loader)
    brain.evaluate(splits.get("test"), test_loader_kwargs=dict(loader))
    experiment.finish(hparams)


if __name__ == "__main__":
    with experiment.explain_errors():
        main(sys.argv[1:])
