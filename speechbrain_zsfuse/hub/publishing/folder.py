"""The folder of a published model: written aside, checked, then renamed.

README.md          the card
config.json        what the model is made of, its labels and prompts
model.safetensors  weights of encoder, pooling and head
hyperparams.yaml   for SpeechBrain's from_hparams
interface.py       for SpeechBrain's foreign_class
example.wav        a made-up voice
alm/               the audio-language model, if it may be copied
"""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from speechbrain_zsfuse.files import write_json, write_text
from speechbrain_zsfuse.hub.publishing.alm import COPY, copy_alm
from speechbrain_zsfuse.inference.description import PARTS
from speechbrain_zsfuse.inference.hparams import HYPERPARAMS, INTERFACE
from speechbrain_zsfuse.inference.sources import PUBLISHED, WEIGHTS
from speechbrain_zsfuse.synthetic.corpus import write_audio
from speechbrain_zsfuse.synthetic.style import ALL_EMOTIONS
from speechbrain_zsfuse.synthetic.voice import speak

CARD, EXAMPLE = "README.md", "example.wav"


def check_folder(folder, signature):
    """Raise a FileExistsError unless a folder is free, or is of the same run.

    Arguments
    ---------
    folder : str or Path
    signature : str
        Of the run that is to be published, see ``Record``.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> check_folder(folder, "0" * 64)
    >>> _ = (folder / "README.md").write_text("mine")
    >>> check_folder(folder, "0" * 64)
    Traceback (most recent call last):
    FileExistsError: Expected a new folder, or one that this run was published \
in before, but ... holds something else. Give another folder.
    """
    folder = Path(folder)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    card = folder / CARD
    if card.is_file() and signature in card.read_text("utf-8", "replace"):
        return
    raise FileExistsError(
        "Expected a new folder, or one that this run was published in before, "
        f"but {folder} holds something else. Give another folder."
    )


def write_folder(folder, source, card, alm):
    """Write all files of a published model.

    Arguments
    ---------
    folder : Path
        Made.
    source : Source
        The run, see ``open_source``.
    card : str
    alm : AlmPlan or None

    Example
    -------
    See ``publish``.
    """
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    description = public_description(source.description, alm)
    write_json(folder / PUBLISHED, description)
    weights = {
        f"{part}.{name}": value.detach().clone().contiguous()
        for part in PARTS
        for name, value in source.weights(part).items()
    }
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    os.chmod(folder / WEIGHTS, 0o644)  # safetensors makes files private
    labels = description["labels"]
    emotion = next((one for one in labels if one in ALL_EMOTIONS), "neutral")
    write_audio(folder / EXAMPLE, speak(2026, 2, emotion, 2, 1, 1))
    if alm and alm.original:
        copy_alm(alm.original, folder / COPY)
    write_text(folder / "hyperparams.yaml", HYPERPARAMS)
    write_text(folder / "interface.py", INTERFACE)
    write_text(folder / CARD, card)


def public_description(description, alm):
    """What a model is made of, without the places of one machine.

    Arguments
    ---------
    description : dict
        See ``Source``.
    alm : AlmPlan or None

    Returns
    -------
    dict

    Example
    -------
    >>> from speechbrain_zsfuse.hub.publishing.alm import AlmPlan
    >>> facts = {"source": "/home/me/clap", "options": {"source": "../clap"}}
    >>> facts = {"encoder": {}, "score_source": facts}
    >>> public_description(facts, AlmPlan(None, None, ""))["score_source"]
    {'source': './alm', 'options': {'source': './alm'}}
    """
    source = description["score_source"]
    if source is None:
        return description
    place = f"./{COPY}" if alm.source in (COPY, None) else alm.source
    options = source["options"] or {}
    return description | {
        "score_source": _placed(source, place)
        | {"options": _placed(options, place)}
    }


def _placed(facts, place):
    """Source and tokenizer where they will lie; a hub id stays what it is, and
    a tokenizer of this machine alone is not named."""
    own, tokenizer = facts.get("source"), str(facts.get("tokenizer") or "")
    placed = facts | {"source": place}
    if tokenizer and tokenizer == own:
        placed["tokenizer"] = place
    elif tokenizer.startswith((".", "/")) or Path(tokenizer or "-").exists():
        placed["tokenizer"] = None
    return placed


@contextmanager
def replacing(folder):
    """A folder aside that takes the place of another when all went well.

    Arguments
    ---------
    folder : str or Path

    Yields
    ------
    Path
        Not there yet.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir")) / "model"
    >>> with replacing(folder) as aside:
    ...     aside.mkdir()
    >>> folder.is_dir(), aside.exists()
    (True, False)
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(aside, ignore_errors=True)  # that of one that was killed
    try:
        yield aside
        if folder.exists():
            shutil.rmtree(folder)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
