"""Whether the weights of the audio-language model go out, too.

The trained model needs them, but they are somebody else's: a licence must let
them be copied. What is on the hub is not copied but named.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from speechbrain_zsfuse.files import read_json, write_json
from speechbrain_zsfuse.hub.publishing.licensing import tell_licence
from speechbrain_zsfuse.options import check

COPY = "alm"  # folder in that of the published model
_FILES = (".safetensors", ".json", ".txt", ".model")
_AGAIN = "Restore it, or download it again."


@dataclass(frozen=True)
class AlmPlan:
    """Where users of a published model get its audio-language model from.

    Attributes
    ----------
    source : str or None
        Hub id; ``alm``, the copy; None: they bring their own.
    original : Path or None
        What is copied.
    told : str
        Why, in a sentence.
    revision : str or None
        Commit on the hub.

    Example
    -------
    >>> AlmPlan("yfyeung/CLSP", None, "It is on the hub.").original
    """

    source: str | None
    original: Path | None
    told: str
    revision: str | None = None


def plan_alm(facts, choice=None, revision=None):
    """Decide on the weights of a run's audio-language model.

    Arguments
    ---------
    facts : Facts
    choice : str, optional
        ``copy`` or ``reference``; default: named if it is on the hub, or if its
        licence is known to allow no copies; copied if its licence allows that.
    revision : str, optional
        Commit that the run took from the hub.

    Returns
    -------
    AlmPlan or None
        None if the run has no audio-language model.

    Raises
    ------
    ValueError
        If copies are not known to be allowed and were asked for, or nothing
        was asked; or if its weights are on the hub, or not safetensors.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> plan_alm(SimpleNamespace(alm=None))
    """
    check("--alm", choice, Literal["copy", "reference"] | None)
    alm = facts.alm
    if alm is None:
        return None
    if alm.hub_id and choice == "copy":
        raise ValueError(
            f"Expected a local model for --alm copy, but {alm.hub_id} is on "
            "the hub, where everybody finds it. Leave --alm out."
        )
    if alm.hub_id:
        told = f"{alm.hub_id} is named, not copied: it is on the hub"
        return AlmPlan(alm.hub_id, None, f"{told}.", revision)
    allowed, licence = alm.licence and alm.licence.known, tell_licence(alm)
    if choice == "reference" or (
        choice is None and alm.licence and not allowed
    ):
        return AlmPlan(
            None,
            None,
            f"The weights of {alm.name} are named, not copied; licence: "
            f"{licence}. Who uses the model brings them: `alm=...`.",
        )
    if not allowed:
        raise ValueError(
            f"Expected weights of {alm.name} that may be copied, but their "
            f"licence is: {licence}. Say what it is in a ledger of your own "
            "(`licences`), --ledger my_ledger.yaml; or leave them out: --alm "
            "reference."
        )
    original = _check_original(facts.record.score_source)
    told = f"The weights of {alm.name} are copied to {COPY}/: {licence}."
    return AlmPlan(COPY, original, told)


def _check_original(facts):
    """The folder of a model, if all of it can be copied from there."""
    folder, tokenizer = Path(facts["source"]), facts.get("tokenizer")
    if not (folder / "model.safetensors").is_file():
        raise ValueError(
            f"Expected model.safetensors in {folder}, to copy it, but there is "
            "none: a pickle is not published. Make it: `zsfuse convert`; or "
            "leave the weights out: --alm reference."
        )
    if tokenizer and Path(tokenizer).exists() and Path(tokenizer) != folder:
        raise ValueError(
            f"Expected the tokenizer in {folder}, to copy it with the weights, "
            f"but it lies in {tokenizer}. Put its files beside the weights and "
            "test the run again; or leave both out: --alm reference."
        )
    return folder


def copy_alm(original, folder):
    """Copy weights, settings and tokenizer of a model, and nothing else.

    Arguments
    ---------
    original : Path
        Folder of the model.
    folder : Path
        Made; ``_name_or_path``, where the model once lay, is left out.

    Example
    -------
    >>> folder = Path(getfixture("tmpdir"))
    >>> _ = (folder / "config.json").write_text('{"_name_or_path": "/home/me"}')
    >>> _ = (folder / "notes.docx").write_text("")
    >>> copy_alm(folder, folder / "alm")
    >>> [path.name for path in (folder / "alm").iterdir()]
    ['config.json']
    """
    folder.mkdir(parents=True)
    for path in sorted(original.iterdir()):
        if not path.is_file() or path.suffix not in _FILES:
            continue
        shutil.copyfile(path, folder / path.name)
        if path.name == "config.json":
            content = read_json(path, _AGAIN)
            content.pop("_name_or_path", None)
            write_json(folder / path.name, content)
