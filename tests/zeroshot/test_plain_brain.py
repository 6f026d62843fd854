"""`ZeroShotScorer` in somebody else's recipe: a Brain that knows nothing of us.

The YAML and the Brain are what a SpeechBrain user would write.
"""

import pytest
import speechbrain
import torch
from hyperpyyaml import load_hyperpyyaml
from speechbrain.dataio.batch import PaddedBatch

from speechbrain_zsfuse import lobes

HPARAMS = """
alm: !new:speechbrain_zsfuse.lobes.{lobe}
    source: {folder}
scorer: !new:speechbrain_zsfuse.zeroshot.scorer.ZeroShotScorer
    alm: !ref <alm>
    labels: [angry, happy, neutral, sad]
    audio_repeats: 2
    text_repeats: 2
    sample_rate: 16000
classifier: !new:torch.nn.Linear
    in_features: 4
    out_features: 4
modules:
    scorer: !ref <scorer>
    classifier: !ref <classifier>
optimizer: !name:torch.optim.SGD
    lr: 1.0
"""


class PlainBrain(speechbrain.Brain):
    """Scores in, classes out."""

    def compute_forward(self, batch, stage):
        self.scores = self.modules.scorer(*batch.sig)
        return self.modules.classifier(self.scores)

    def compute_objectives(self, predictions, batch, stage):
        return torch.nn.functional.cross_entropy(predictions, batch.label)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("lobe", ["CLAP", "ReCLAP", "CLSP"])
def test_a_plain_brain_trains_on_the_scores(tmp_path, lobe, precision):
    getattr(lobes, lobe).tiny(tmp_path)
    hparams = load_hyperpyyaml(HPARAMS.format(lobe=lobe, folder=tmp_path))
    generator = torch.Generator().manual_seed(1)
    clips = [
        {"sig": torch.randn(n, generator=generator) / 9, "label": i % 4}
        for i, n in enumerate([8000, 12000, 16000, 9000])
    ]
    batch = PaddedBatch(clips)
    loader = torch.utils.data.DataLoader(
        clips, batch_size=4, collate_fn=PaddedBatch
    )
    brain = PlainBrain(
        hparams["modules"],
        hparams["optimizer"],
        run_opts={"precision": precision, "noprogressbar": True},
    )
    alm = hparams["alm"]
    frozen, expected = alm.fingerprint(), hparams["scorer"](*batch.sig)
    before = hparams["classifier"].weight.clone()
    brain.fit(range(2), loader)
    assert torch.equal(brain.scores, expected)
    assert alm.fingerprint() == frozen and not alm.training
    assert not torch.equal(hparams["classifier"].weight, before)
    trained = [p for g in brain.optimizer.param_groups for p in g["params"]]
    assert {id(p) for p in trained if p.requires_grad} == {
        id(p) for p in hparams["classifier"].parameters()
    }
    assert expected.shape == (4, 4) and expected.abs().max() <= 1
