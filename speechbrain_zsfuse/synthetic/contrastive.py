"""Contrastive training of a small CLAP on captions of made-up voices.

It knows takes, features and captions, and nothing of files.
"""

import numpy as np
import torch

from speechbrain_zsfuse.progress import show_bar
from speechbrain_zsfuse.synthetic.captions import COUNTS, draw_caption
from speechbrain_zsfuse.synthetic.style import EMOTIONS
from speechbrain_zsfuse.zeroshot.prompts import build_prompts

BATCH_SIZE = 16
LEARNING_RATE = 3e-3  # higher ones can collapse
LOWEST_RECALL = 0.4  # chance is 0.25


def contrastive_loss(audio, text, same, scale):
    """Cross-entropy both ways, the target spread over all true pairs.

    Arguments
    ---------
    audio, text : torch.Tensor
        float, shape [B, D], unit norm.
    same : torch.Tensor
        bool, shape [B, B]: caption j describes clip i; symmetric, the
        diagonal is true.
    scale : torch.Tensor
        float scalar, inverse temperature.

    Returns
    -------
    torch.Tensor
        float scalar, 0 or more.

    Example
    -------
    >>> audio, same = torch.eye(2), torch.eye(2).bool()
    >>> contrastive_loss(audio, audio, same, torch.tensor(9.0)) < 0.01
    tensor(True)
    """
    logits = scale * audio @ text.T
    target = same / same.sum(1, keepdim=True)
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2


def train_contrastive(
    model, tokenizer, takes, features, *, epochs, seed, progress
):
    """Train a CLAP in place.

    Every caption of a clip's emotion counts as true for it, whoever speaks:
    emotion is all that this model will be asked for.

    Arguments
    ---------
    model : transformers.ClapModel
    tokenizer : transformers.RobertaTokenizer
    takes : list of Take
        N clips.
    features : torch.Tensor
        float32, shape [N, 2, 1, frames, mels]: of the clip as it is, and
        repeated until it fills the window.
    epochs : int
        1 or more.
    seed : int
        Of batches and captions.
    progress : bool
        Whether to show a progress bar.
    """
    rng = np.random.default_rng(seed)
    emotions = _emotion_indices(takes)
    size = max(1, len(takes) // BATCH_SIZE)  # batches an epoch
    steps = epochs * size
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=steps
    )
    model.train()
    with show_bar(
        None, "Small CLAP", progress, total=steps, unit=" step"
    ) as bar:
        for _ in range(epochs):
            for batch in np.array_split(rng.permutation(len(takes)), size):
                # Both kinds in each batch: batch norm learns one statistic.
                repeated = rng.integers(2, size=len(batch))
                captions = [
                    _caption(rng, takes[clip], again)
                    for clip, again in zip(batch, repeated)
                ]
                loss = contrastive_loss(
                    embed_audio(model, features[batch, repeated]),
                    embed_text(model, tokenizer, captions),
                    emotions[batch, None] == emotions[None, batch],
                    model.logit_scale_a.exp(),
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                bar.update()
    model.eval()


def embed_audio(model, features):
    """Unit vectors [B, D] of features [B, 1, frames, mels]."""
    return model.get_audio_features(features).pooler_output


def embed_text(model, tokenizer, texts):
    """Unit vectors [B, D] of a list of B str."""
    tokens = tokenizer(texts, return_tensors="pt", padding=True)
    return model.get_text_features(**tokens).pooler_output


@torch.no_grad()
def check_training(model, tokenizer, takes, features):
    """Fail unless the model names the emotions of its own training clips.

    Arguments
    ---------
    model, tokenizer, takes, features
        As in ``train_contrastive``; the model in eval mode.

    Raises
    ------
    RuntimeError
        If the zero-shot recall, averaged over emotions, is too low.
    """
    emotions, (prompts, *_) = _emotion_indices(takes), build_prompts(EMOTIONS)
    text = embed_text(model, tokenizer, prompts)
    audio = torch.cat(
        [embed_audio(model, part[:, 0]) for part in features.split(128)]
    )
    right = ((audio @ text.T).argmax(1) == emotions).float()
    classes = [right[emotions == emotion] for emotion in emotions.unique()]
    recall = np.mean([float(hits.mean()) for hits in classes])
    if not recall >= LOWEST_RECALL:
        raise RuntimeError(
            f"Expected the small CLAP to reach a recall of {LOWEST_RECALL} on "
            f"its own training clips, but got {recall:.2f}: the training "
            "collapsed. Use another seed, more speakers or more epochs."
        )


def _caption(rng, take, repeated):
    sex = "male" if take.speaker % 2 else "female"
    count = rng.choice(COUNTS[1:]) if repeated else 1
    return draw_caption(rng, take.emotion, sex, count)


def _emotion_indices(takes):
    return torch.tensor([EMOTIONS.index(take.emotion) for take in takes])
