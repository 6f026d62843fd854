"""Emotions as English words: an adjective, an adverb and a noun of each.

A corpus says "anger", another one "Angry": words of one family are one emotion
here. Families are never joined: joy is not happiness unless a recipe's `merge`
says so.
"""

from speechbrain_zsfuse.corpora.words.looks import as_it_looks

# Adjective: (adverb, noun). The paper prints those of "angry"; the others
# follow it.
FORMS = {
    "amused": ("with amusement", "amusement"),
    "angry": ("angrily", "anger"),
    "annoyed": ("with annoyance", "annoyance"),
    "anxious": ("anxiously", "anxiety"),
    "apologetic": ("apologetically", "apology"),
    "ashamed": ("with shame", "shame"),
    "assertive": ("assertively", "assertiveness"),
    "bored": ("with boredom", "boredom"),
    "calm": ("calmly", "calmness"),
    "concerned": ("with concern", "concern"),
    "confident": ("confidently", "confidence"),
    "confused": ("with confusion", "confusion"),
    "contemptuous": ("contemptuously", "contempt"),
    "curious": ("curiously", "curiosity"),
    "depressed": ("in a depressed way", "depression"),
    "desperate": ("desperately", "desperation"),
    "disappointed": ("with disappointment", "disappointment"),
    "disgusted": ("with disgust", "disgust"),
    "embarrassed": ("with embarrassment", "embarrassment"),
    "encouraging": ("encouragingly", "encouragement"),
    "enthusiastic": ("enthusiastically", "enthusiasm"),
    "excited": ("excitedly", "excitement"),
    "fearful": ("fearfully", "fear"),
    "friendly": ("in a friendly way", "friendliness"),
    "frustrated": ("with frustration", "frustration"),
    "furious": ("furiously", "fury"),
    "grateful": ("gratefully", "gratitude"),
    "guilty": ("guiltily", "guilt"),
    "happy": ("happily", "happiness"),
    "hateful": ("hatefully", "hatred"),
    "hopeful": ("hopefully", "hope"),
    "impatient": ("impatiently", "impatience"),
    "interested": ("with interest", "interest"),
    "ironic": ("ironically", "irony"),
    "irritated": ("with irritation", "irritation"),
    "jealous": ("jealously", "jealousy"),
    "joyful": ("joyfully", "joy"),
    "lonely": ("in a lonely way", "loneliness"),
    "loving": ("lovingly", "love"),
    "melancholic": ("with melancholy", "melancholy"),
    "nervous": ("nervously", "nervousness"),
    "neutral": ("neutrally", "neutrality"),
    "pained": ("in pain", "pain"),
    "pleased": ("with pleasure", "pleasure"),
    "proud": ("proudly", "pride"),
    "puzzled": ("with puzzlement", "puzzlement"),
    "relaxed": ("in a relaxed way", "relaxation"),
    "relieved": ("with relief", "relief"),
    "sad": ("sadly", "sadness"),
    "sarcastic": ("sarcastically", "sarcasm"),
    "satisfied": ("with satisfaction", "satisfaction"),
    "serious": ("seriously", "seriousness"),
    "shy": ("shyly", "shyness"),
    "sleepy": ("sleepily", "sleepiness"),
    "sorrowful": ("with sorrow", "sorrow"),
    "stressed": ("with stress", "stress"),
    "surprised": ("with surprise", "surprise"),
    "sympathetic": ("sympathetically", "sympathy"),
    "tender": ("tenderly", "tenderness"),
    "tense": ("tensely", "tension"),
    "tired": ("tiredly", "tiredness"),
    "worried": ("with worry", "worry"),
}
# Families that many corpora do not tell apart; a table is asked.
NEIGHBOURS = {"furious": "angry", "joyful": "happy", "sorrowful": "sad"}
# Further words of a family.
_KIN = {"hate": "hateful", "joyous": "joyful"}

_FAMILIES = {noun: word for word, (_, noun) in FORMS.items()} | _KIN


def find_family(label):
    """The adjective that stands for an emotion, or the word in small letters.

    Example
    -------
    >>> find_family("Anger"), find_family("Smug"), find_family("sad\\u200b")
    ('angry', 'smug', 'sad')
    """
    word = as_it_looks(label).lower()
    return _FAMILIES.get(word, word)
