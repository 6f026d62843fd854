"""The sentences that an audio-language model compares a clip with.

Templates are plain strings, so they can be shown, saved and hashed; this file
knows no model. The three forms and the word "instances" are those of the
ZS-Fuse paper, section II.B.
"""

import hashlib
import json
import string

PAPER_TEMPLATES = (
    "{adjective} speech",
    "a person speaking {adverb}",
    "{noun} in the voice",
)

# label: (adjective, adverb, noun). The paper prints the row of "angry"; the
# others follow it.
EMOTION_WORDS = {
    "angry": ("angry", "angrily", "anger"),
    "calm": ("calm", "calmly", "calmness"),
    "contemptuous": ("contemptuous", "contemptuously", "contempt"),
    "disgusted": ("disgusted", "with disgust", "disgust"),
    "excited": ("excited", "excitedly", "excitement"),
    "fearful": ("fearful", "fearfully", "fear"),
    "frustrated": ("frustrated", "with frustration", "frustration"),
    "happy": ("happy", "happily", "happiness"),
    "neutral": ("neutral", "neutrally", "neutrality"),
    "sad": ("sad", "sadly", "sadness"),
    "surprised": ("surprised", "with surprise", "surprise"),
}


def build_prompts(labels, templates=PAPER_TEMPLATES, repeats=1):
    """Every template for every label.

    Arguments
    ---------
    labels : list of str
        E emotion words, in the order of the classes.
    templates : list of str
        P strings with the fields ``{label}`` (any word), or ``{adjective}``,
        ``{adverb}`` and ``{noun}`` (labels of ``EMOTION_WORDS``).
    repeats : int
        Text amplification t: see ``amplify``.

    Returns
    -------
    list of list of str
        P rows of E prompts.

    Raises
    ------
    ValueError
        If a template has no field, an unknown field, or a field that a label
        has no word for.

    Example
    -------
    >>> build_prompts(["angry", "sad"], PAPER_TEMPLATES[:2])
    [['angry speech', 'sad speech'], \
['a person speaking angrily', 'a person speaking sadly']]
    >>> build_prompts(["bored"], ["a {label} voice"], repeats=3)
    [['3 instances of a bored voice']]
    """
    return [
        [amplify(_fill(template, label), repeats) for label in labels]
        for template in templates
    ]


def amplify(prompt, repeats):
    """Say a prompt of ``repeats`` instances (paper, section II.B).

    For the form "<emotion> speech" this is the paper's wording; the paper
    leaves the other forms open and we put the words before the whole phrase.

    Example
    -------
    >>> amplify("angry speech", 1), amplify("angry speech", 3)
    ('angry speech', '3 instances of angry speech')
    """
    if repeats < 1:
        raise ValueError(
            f"Expected text `repeats` to be at least 1, but got {repeats}."
        )
    return prompt if repeats == 1 else f"{repeats} instances of {prompt}"


def prompts_hash(prompts):
    """Name a prompt set in 64 hexadecimal digits; order counts.

    Example
    -------
    >>> prompts_hash([["angry speech", "sad speech"]])[:8]
    '2e042c62'
    """
    return hashlib.sha256(json.dumps(prompts).encode()).hexdigest()


def _fill(template, label):
    fields = {f for _, f, _, _ in string.Formatter().parse(template) if f}
    words = {"label": label}
    if label in EMOTION_WORDS:
        names = ("adjective", "adverb", "noun")
        words.update(zip(names, EMOTION_WORDS[label]))
    if not fields or fields - set(words):
        raise ValueError(
            f"Cannot fill the prompt template {template!r} for the label "
            f"{label!r}: expected some of the fields {sorted(words)}. "
            f"{{adjective}}, {{adverb}} and {{noun}} exist for "
            f"{sorted(EMOTION_WORDS)}; for any other word use {{label}}, as in "
            "'{label} speech'."
        )
    return template.format(**words)
