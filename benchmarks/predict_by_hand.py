"""What `zsfuse predict` does, as one would write it with transformers alone:
file by file. It knows nothing of this package; `predict_speed.py` starts it.

    python benchmarks/predict_by_hand.py MODEL FILES... > answers.csv

MODEL is a folder with `wavlm/` and `clap/`, as `save_pretrained` writes them,
`head.pt` and `prompts.json`.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from transformers import (
    AutoFeatureExtractor,
    ClapModel,
    ClapProcessor,
    WavLMModel,
)


@torch.no_grad()
def main(folder, paths):
    """Print a row a file."""
    extractor = AutoFeatureExtractor.from_pretrained(folder / "wavlm")
    wavlm = WavLMModel.from_pretrained(folder / "wavlm").eval()
    processor = ClapProcessor.from_pretrained(folder / "clap")
    clap = ClapModel.from_pretrained(folder / "clap").eval()
    head = torch.load(folder / "head.pt")
    asked = json.loads((folder / "prompts.json").read_text())
    labels = asked["labels"]
    bank = torch.stack(
        [read(clap, processor, texts) for texts in asked["prompts"]]
    )

    rows = csv.writer(sys.stdout)
    probabilities = [f"probability_{label}" for label in labels]
    scores = [f"zero_shot_{label}" for label in labels]
    rows.writerow(["path", "prediction", *probabilities, *scores])
    for path in paths:
        wave, rate = soundfile.read(path, dtype="float32")
        pooled = embed(wavlm, extractor, wave)
        audio = hear(clap, processor, soxr.resample(wave, rate, 48000))
        score = (bank @ audio).mean(0)
        known = torch.nn.functional.layer_norm(score, score.shape)
        known = torch.cat([pooled, known])
        answer = (head["weight"] @ known + head["bias"]).softmax(-1)
        label = labels[int(answer.argmax())]
        rows.writerow([path, label, *answer.tolist(), *score.tolist()])


def embed(wavlm, extractor, wave):
    """Mean of a clip's frames."""
    inputs = extractor(wave, sampling_rate=16000, return_tensors="pt")
    return wavlm(**inputs).last_hidden_state[0].mean(0)


def hear(clap, processor, wave):
    """Embedding of a clip, the first part of one beyond the window."""
    extractor = processor.feature_extractor
    wave = wave[: extractor.nb_max_samples]
    wave = np.trunc(wave * 32767) / 32767  # 16 bits, as it was trained on
    inputs = extractor(wave, sampling_rate=48000, return_tensors="pt")
    audio = clap.get_audio_features(**inputs).pooler_output[0]
    return audio / audio.norm()


def read(clap, processor, texts):
    """Embeddings of sentences."""
    inputs = processor.tokenizer(texts, padding=True, return_tensors="pt")
    found = clap.get_text_features(**inputs).pooler_output
    return found / found.norm(dim=-1, keepdim=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
