"""The card of a published model: front matter and text, from facts alone."""

import re
import shlex
from pathlib import Path

from huggingface_hub import ModelCard
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from speechbrain_zsfuse import __version__
from speechbrain_zsfuse.evaluation.marks import (
    mark,
    tell_baselines,
    tell_contamination,
)
from speechbrain_zsfuse.evaluation.metrics.speakers import count_speakers
from speechbrain_zsfuse.evaluation.paper_tables.writing.wording import count
from speechbrain_zsfuse.hub.publishing import tables
from speechbrain_zsfuse.hub.publishing.licensing import tell_licence
from speechbrain_zsfuse.hub.publishing.measures import (
    measure,
    measure_zero_shot,
)
from speechbrain_zsfuse.hub.publishing.metadata import build_metadata
from speechbrain_zsfuse.hub.publishing.places import hide_in_text, hide_paths

_METHOD = (
    "ZS-Fuse: late fusion of zero-shot emotion estimates of a dual-encoder "
    "audio-language model with a fine-tuned speech model"
)
_SPEECHBRAIN = "SpeechBrain: https://arxiv.org/abs/2106.04624"
_SHOWN = 30  # lines of what a corpus lacks
_COUNTED = re.compile(r": expected [\d,]+, found [\d,]+ ")


def write_card(facts, place, licence, alm):
    """The README of a published model.

    Arguments
    ---------
    facts : Facts
    place : str
        What it is loaded from in the examples: a hub id or a folder's name.
    licence : str
        Of its weights.
    alm : AlmPlan or None

    Returns
    -------
    str
        Markdown with front matter; the hub's library has read it once.

    Raises
    ------
    ValueError
        If the hub's library does not read it as it was meant.

    Example
    -------
    See ``publish``.
    """
    metadata = build_metadata(facts, Path(place).name, licence, alm)
    text = (
        f"---\n{metadata.to_yaml()}\n---\n\n{_text(facts, place, licence, alm)}"
    )
    # The hub's own check runs on its servers only.
    found = ModelCard(text).data
    if found.to_dict() != metadata.to_dict():
        raise ValueError(
            "Expected the card's front matter to be read as it was written, "
            f"but got {found.to_dict()}. Please report this."
        )
    return text


def _text(facts, place, licence, alm):
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        autoescape=False,  # Markdown
        keep_trailing_newline=True,
    )
    parts = {**_about(facts, alm), **_results(facts), **_data(facts)}
    return environment.get_template("card.md.jinja").render(
        name=Path(place).name,
        place=place,
        licences=_licences(facts, licence, alm),
        version=__version__,
        **parts,
    )


def _about(facts, alm):
    """What it is, how it is loaded, how it was made."""
    record, source = facts.record, facts.record.score_source
    brings = alm is not None and alm.source is None
    lead = f"Speech emotion recognition with {facts.encoder.name}"
    if source:
        lead += f" and zero-shot scores of {facts.alm.name}, fused by ZS-Fuse"
    return {
        "labels": record.labels,
        "lead": f"{lead}, trained on {facts.corpus.name}.",
        "own_alm": ', alm="path/to/alm"' if brings else "",
        "alm_option": " --alm path/to/alm" if brings else "",
        "overrides": ', overrides={"alm": "path/to/alm"}' if brings else "",
        "bring": f" {alm.told}" if brings else "",
        "models": _models(facts, alm),
        "contamination": [
            *map(hide_in_text, tell_contamination(record.contamination))
        ],
        "prompts": tables.prompts_table(source) if source else "",
        "asked": _asked(facts) if source else "",
        "command": _command(record),
        "training": _training(facts),
        "citations": _citations(facts),
    }


def _results(facts):
    """How good it is, for whom."""
    record, n = facts.record, len(facts.table)
    own = measure(facts.table, record.labels)
    alone = measure_zero_shot(facts.table, record.labels)
    speakers = count_speakers(facts.table)
    who = count(speakers, "speaker") if speakers else "unknown speakers"
    fold = "" if record.fold is None else f", fold {record.fold}"
    epoch = record.metrics["valid"].get("epoch", "–")
    return {
        "alone": bool(alone) and alone[0].value > own[0].value,
        "protocol": f"{count(n, 'test clip')} of {who} of "
        f"{facts.corpus.name}{fold}, one run (seed {record.seed}); the test "
        f"set was read once, with epoch {epoch}, the best on validation.",
        "results": tables.results_table(facts),
        "intervals": "Intervals say what other speakers would give: of UAR by "
        "bootstrap, of the others by jackknife, over speakers."
        if own[0].interval
        else "Too few speakers are known for intervals.",
        "remarks": [*map(hide_in_text, record.remarks)],
        "unheard": tell_baselines(record.baselines),
        "caveats": [*map(hide_in_text, record.caveats)],
        "confusion": tables.confusion_table(facts),
        "classes": tables.classes_table(facts),
        "groups": tables.groups_text(facts),
        "calibration": tables.calibration_text(facts),
    }


def _data(facts):
    """What it was trained and tested on."""
    certificate, record = facts.certificate, facts.record
    mark = "not as its " * bool(record.mismatch)
    release = f", {mark}release {record.release}" if record.release else ""
    parts = [f"{facts.corpus.name}{release}."]
    if certificate:
        parts += [tables.splits_table(certificate), *_proofs(certificate)]
    else:
        parts.append("The run has kept no certificate of its corpus.")
    return {
        "corpus": facts.corpus.name,
        "data": "\n\n".join(parts),
        "mismatch": [*map(hide_in_text, _marks(record.mismatch))],
        "sealed": ", its certificate as it was sealed"
        if "certificate_sha256" in certificate
        else "",
    }


def _proofs(certificate):
    """What splits do not share, and what was left out; nobody is named."""
    for field, pairs in certificate.get("disjoint", {}).items():
        proved = [pair for pair, values in pairs.items() if values == []]
        if proved:
            yield f"No {field} is in both of {', '.join(proved)}: proved."
    dropped = certificate.get("dropped_counts", {})
    if dropped:
        told = "; ".join(f"{why}: {n:,}" for why, n in dropped.items())
        yield f"Clips left out: {told}."
    notes = len(certificate.get("notes", []))
    if notes:
        yield f"The certificate has {count(notes, 'further note')}."


def _marks(lines):
    """Marks that count; those that name clips are counted."""
    counted = [line for line in lines if _COUNTED.search(line)]
    yield from counted[:_SHOWN]
    more = len(lines) - len(counted[:_SHOWN])
    if more:
        yield f"{count(more, 'further mark')}, of single clips"


def _models(facts, alm):
    """Names, revisions and licences."""
    rows = [["model", "which", "licence"]]
    rows.append(["speech", _which(facts.encoder), tell_licence(facts.encoder)])
    if alm:
        fingerprint = facts.record.score_source.get("fingerprint")
        which = [_which(facts.alm), f"fingerprint `{fingerprint}`"]
        if alm.source == facts.alm.hub_id:
            which.insert(1, f"revision `{alm.revision or 'not pinned'}`")
        licence = tell_licence(facts.alm)
        rows.append(["audio-language", ", ".join(which), licence])
    told = f"\n\n{alm.told}" if alm else ""
    return f"{tables.table_of(rows)}{told}"


def _which(part):
    if part.hub_id and part.hub_id != part.name:
        return f"{part.name} ({part.hub_id})"
    return part.name


def _asked(facts):
    source = facts.record.score_source
    known = facts.record.contamination.get("score_source")
    said = (
        f"Prompt set `{source['prompt_set']}`, "
        if source.get("prompt_set")
        else ""
    )
    return (
        f"{said}a = {source['audio_repeats']}, t = {source['text_repeats']} "
        "(how often sound and text are repeated), ensemble of "
        f"{source.get('ensemble') or 'similarities'}. The scores are: "
        f"{mark(known, source)}."
    )


def _command(record):
    if record.command:
        words = map(shlex.quote, hide_paths(record.command))
        # An option a line, so that it can be read.
        return " ".join(words).replace(" --", " \\\n    --")
    return "# The run has not recorded its command."


def _training(facts):
    record = facts.record
    loss = (record.loss or {}).get("class", "").rpartition(".")[2]
    return (
        f"Seed {record.seed}, {loss or 'unknown'} loss, speechbrain-zsfuse "
        f"{record.version}; settings (sha256) `{record.signature}`. All of its "
        "parts are in `config.json`."
    )


def _licences(facts, licence, alm):
    rows = [f"- Weights of this model: {licence}."]
    for what, part in (
        ("speech model", facts.encoder),
        ("corpus", facts.corpus),
    ):
        told = tell_licence(part)
        rows.append(f"- The {what} that they are made of, {part.name}: {told}.")
    rows += _words_of_owners(facts.certificate)
    if alm:
        told = tell_licence(facts.alm)
        rows.append(f"- The audio-language model, {facts.alm.name}: {told}.")
    rows.append(
        "\nThe weights were fine-tuned from those of the speech model, on that "
        "corpus: the terms of both may bind whoever uses them."
    )
    return "\n".join(rows)


def _words_of_owners(certificate):
    """What a definition quotes on the licence of each corpus."""
    several = certificate.get("corpora", {}).values()
    for one in several or [certificate]:
        about = one.get("about") or {}
        if about.get("licence"):
            name = one.get("name") or one.get("corpus")
            source = f" ({about['source']})" if about.get("source") else ""
            yield f"- Of {name} its owners say: {about['licence']}{source}."


def _citations(facts):
    rows = [f"- {_METHOD}."] if facts.alm else []
    for part in (facts.encoder, facts.alm):
        if part and part.paper:
            rows.append(f"- {part.name}: {part.paper}")
    if facts.corpus.licence:
        rows.append(f"- {facts.corpus.name}: {facts.corpus.licence.source}")
    return "\n".join([*rows, f"- {_SPEECHBRAIN}"])
