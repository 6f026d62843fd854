"""The models of a report: what they were asked, and what they had heard."""

from speechbrain_zsfuse.evaluation.collection.gathering import Collection
from speechbrain_zsfuse.evaluation.collection.system import System
from speechbrain_zsfuse.evaluation.marks import footnote, mark
from speechbrain_zsfuse.evaluation.report.blocks import (
    Block,
    Cell,
    Details,
    Facts,
    Table,
    Text,
)

_SETTINGS = ("class", "audio_repeats", "text_repeats")
_LOOKS = {"seen": "alert", "unknown": "alert"}
_ROLES = {"encoder": "speech model", "score_source": "zero-shot scores"}


def describe_prompts(collection: Collection) -> list[Block]:
    """The exact texts that audio-language models were asked with.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of blocks
        One for each set of texts.

    Example
    -------
    >>> describe_prompts(Collection((), ()))[0].text
    'No run has asked an audio-language model.'
    """
    asked = {}
    for system in collection.systems:
        for source in _sources(system):
            key = str([source[name] for name in ("prompts", *_SETTINGS)])
            asked.setdefault(key, (source, {}))[1][system.name] = None
    if not asked:
        return [Text("No run has asked an audio-language model.")]
    return [_describe_prompts(*each) for each in asked.values()]


def _sources(system: System):
    """What gave scores to the runs of a system, if it had texts."""
    for record in system.records:
        source = record.score_source
        if source and source["prompts"]:
            yield source


def _describe_prompts(source, names):
    prompts = source["prompts"]
    labels = source.get("labels") or range(1, len(prompts[0]) + 1)
    texts = zip(*prompts)
    rows = [[str(label), *own] for label, own in zip(labels, texts)]
    columns = ["class", *(f"prompt {n}" for n in range(1, len(rows[0])))]
    told = {
        "Systems": ", ".join(names),
        "Prompt set": source.get("prompt_set"),
        "Ensemble of prompts": source.get("ensemble"),
        "Audio repeats (a)": source["audio_repeats"],
        "Text repeats (t)": source["text_repeats"],
        "Texts (sha256)": source["prompts_sha256"],
    }
    facts = {name: str(value) for name, value in told.items() if value}
    own = source["class"].rpartition(".")[2]
    aside = f"{len(rows[0]) - 1} for each of {len(rows)} classes"
    blocks = [Table("What was said of each class", columns, rows, prose=True)]
    repeats = [source[name] for name in ("audio_repeats", "text_repeats")]
    title = "{}, a = {}, t = {}".format(own, *repeats)
    return Details(title, [*blocks, Facts(facts)], aside)


def describe_training_data(collection: Collection) -> list[Block]:
    """Whether models had heard a corpus before: what the ledger said.

    Arguments
    ---------
    collection : Collection

    Returns
    -------
    list of blocks

    Example
    -------
    >>> describe_training_data(Collection((), ()))[0].text
    'No run says what its models were trained on.'
    """
    rows = {}
    for system in collection.systems:
        for record in system.records:
            for role, found in record.contamination.items():
                if found:
                    model = system.encoder if role == "encoder" else system.alm
                    key = model, role, record.corpus
                    rows[key] = _row(model, role, found, record)
    if not rows:
        return [Text("No run says what its models were trained on.")]
    columns = ["model", "gives", "corpus", "status", "why"]
    caption = "Is a corpus in the training data of a model?"
    return [Table(caption, columns, list(rows.values()), prose=True)]


def _row(model, role, found, record):
    status = found["status"]
    text = status if role == "encoder" else mark(found, record.score_source)
    if status in _LOOKS:
        text = Cell(text, _LOOKS[status])
    corpus = found.get("corpus") or record.corpus
    return [str(model), _ROLES.get(role, role), corpus, text, footnote(found)]
