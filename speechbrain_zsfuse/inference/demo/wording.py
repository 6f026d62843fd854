"""What is typed into the page: emotion words and prompts as lists."""

from speechbrain_zsfuse.errors import show

MOST = 200  # sentences that are compared with a clip at once


def read_words(text):
    """Emotion words, separated by commas or line breaks.

    Arguments
    ---------
    text : str

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        If there are not two, or a word stands there twice.

    Example
    -------
    >>> read_words("angry, sad,")
    ['angry', 'sad']
    >>> read_words("angry, angry")
    Traceback (most recent call last):
    ValueError: Expected two different emotion words or more, separated by \
commas, but got 'angry, angry'. Write angry, sad, for instance.
    """
    words = _given(text.replace("\n", ",").split(","))
    if len(words) < 2 or len({*words}) < len(words):
        raise ValueError(
            "Expected two different emotion words or more, separated by "
            f"commas, but got {show(', '.join(words))}. Write angry, sad, for "
            "instance."
        )
    return words


def read_prompts(text):
    """Prompt templates, one a line.

    Arguments
    ---------
    text : str

    Returns
    -------
    list of str
        Empty: those of the model.

    Example
    -------
    >>> read_prompts("{label} speech\\n\\n")
    ['{label} speech']
    """
    return _given(text.splitlines())


def check_number(words, prompts):
    """Raise a ValueError if words and prompts make too many sentences.

    Example
    -------
    >>> check_number(["sad"] * 20, ["{label}"] * 20)
    Traceback (most recent call last):
    ValueError: Expected at most 200 sentences, but 20 words in 20 prompts \
are 400. Take some away.
    """
    number = len(words) * len(prompts)
    if number > MOST:
        raise ValueError(
            f"Expected at most {MOST} sentences, but {len(words)} words in "
            f"{len(prompts)} prompts are {number}. Take some away."
        )


def _given(parts):
    return [part.strip() for part in parts if part.strip()]
