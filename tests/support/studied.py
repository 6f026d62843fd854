"""A little recipe on made-up clips, and models that count what they hear."""

import numpy as np
import soundfile
import torch
from fake_alm import FakeALM

LABELS = ["sad", "angry"]
SPLITS = ("train", "valid", "test")
PREPARATION = '''
"""Hands out the manifests that lie in the corpus."""
import shutil
from pathlib import Path


def prepare_little(
    data_folder, manifest_folder, *, fold=1, allow_mismatch=False,
    audio_cache=None,
):
    Path(manifest_folder).mkdir(parents=True, exist_ok=True)
    return {
        path.name.split("_")[0]: shutil.copy(path, manifest_folder)
        for path in Path(data_folder).glob(f"*_{fold}.csv")
    }
'''
YAML = """
experiment: little
seed: 1
encoder_source: /no/such/model/and/none/is/needed
encoder: !new:speechbrain_zsfuse.encoders.SSLEncoder
    source: !ref <encoder_source>
clips: {}
loader: {}
modules: {}
number_of_epochs: 1
epoch_counter: !new:speechbrain.utils.epoch_loop.EpochCounter
    limit: !ref <number_of_epochs>
train_logger: !new:speechbrain.utils.train_logger.FileTrainLogger
    save_file: !ref <output_folder>/train_log.txt
checkpointer: !new:speechbrain_zsfuse.training.SafeCheckpointer
    checkpoints_dir: !ref <output_folder>/save
lr: 0.1
opt_class: !name:torch.optim.AdamW
    lr: !ref <lr>
data_folder: !PLACEHOLDER
results_folder: !PLACEHOLDER
output_folder: !ref <results_folder>/<experiment>/<seed>
store_folder: !ref <results_folder>/answers
audio_cache: null
download: False
allow_mismatch: False
labels: [sad, angry]
fold: 1
preparation:
    fold: !ref <fold>
score_source: null
alm_source: null
alm: null
zero_shot:
    audio_repeats: 1
    text_repeats: 1
"""


class Ear(FakeALM):
    """Hears a clip alone or repeated, and no more; shared counts."""

    source = "the ear"
    heard, read, most = [], [], None  # clips, sentences, before it fails

    def _audio_tower(self, wavs, sizes, repeats):
        if Ear.most is not None and len(Ear.heard) >= Ear.most:
            raise KeyboardInterrupt
        Ear.heard.extend(wavs)
        turns = [60 * wav[:n].abs().mean() for wav, n in zip(wavs, sizes)]
        turns = torch.stack(turns) + min(repeats, 2)
        return torch.stack([turns.cos(), turns.sin()], dim=1)

    def _text_tower(self, input_ids, attention_mask):
        Ear.read.append(len(input_ids))
        return super()._text_tower(input_ids, attention_mask)


class ShortEar(Ear):
    """Another one, which can hear a second in all."""

    preprocessing = "fake-short"
    max_samples = 16000


def make_recipe(folder):
    """``folder`` with ``hparams/`` and a preparation; models ear, short."""
    (folder / "hparams").mkdir(parents=True)
    (folder / "little_prepare.py").write_text(PREPARATION)
    (folder / "hparams" / "little.yaml").write_text(YAML)
    for name, kind in (("ear", "Ear"), ("short", "ShortEar")):
        text = f"alm_source: {name}\nalm: !new:studied.{kind}\n"
        (folder / "hparams" / f"{name}.yaml").write_text(text)
    return folder


def make_corpus(folder, folds=(1, 2), labels=LABELS):
    """12 clips of 0.4 s by three speakers, who take turns in the splits."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = {}
    for number in range(12):
        wav = 0.08 * (number + 1) * rng.uniform(-1, 1, 6400)
        soundfile.write(folder / f"{number}.wav", wav, 16000)
        label, speaker = labels[number % len(labels)], number // 4
        row = f"c{number},0.4,$data_root/{number}.wav,{label},{speaker}"
        rows.setdefault(speaker, []).append(row)
    for fold in folds:
        for place, split in enumerate(SPLITS):
            lines = ["ID,duration,wav,emotion,speaker"]
            lines += rows[(place + fold) % len(SPLITS)]
            path = folder / f"{split}_{fold}.csv"
            path.write_text("\n".join(lines) + "\n")
    return folder
