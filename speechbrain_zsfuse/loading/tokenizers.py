"""Tokenizers that are what they claim to be.

A tokenizer class loaded without its files is silently empty: it maps every
sentence to the same tokens. Here such a one is refused.
"""

from pathlib import Path

from speechbrain_zsfuse.loading.configs import read_object
from speechbrain_zsfuse.loading.sources import (
    check_revision,
    explain_missing,
    locate,
)

# Size of ``save_byte_tokenizer``.
BYTE_VOCABULARY = 261

# What a padding token is called where tokenizer_config.json does not say it.
_PADDING = "<pad>", "[PAD]"

_SETTINGS = "tokenizer_config.json"
_FILES = ("tokenizer.json", "vocab.json", "vocab.txt", "spiece.model")


def find_tokenizer(source, default, revision=None, chosen=None):
    """Where the tokenizer of a model lies.

    Arguments
    ---------
    source : str or Path
        Folder or file of the model's weights.
    default, revision : str
        Hub id and commit to use if there is none beside the weights.
    chosen : str or Path, optional
        The user's own choice, which comes first: a folder, or a hub id with
        the commit after an ``@``.

    Returns
    -------
    tuple
        Folder or hub id, and revision (None for a folder).

    Example
    -------
    >>> find_tokenizer("weights.pt", "FacebookAI/roberta-base", "e2da8e2f")
    ('FacebookAI/roberta-base', 'e2da8e2f')
    """
    if chosen:
        name, _, commit = str(chosen).partition("@")
        if not commit or Path(chosen).exists():
            return str(chosen), None
        return name, commit
    source = Path(source)
    folder = source.parent if source.is_file() else source
    if any((folder / name).is_file() for name in _FILES):
        return str(folder), None
    return default, revision


def load_tokenizer(source, vocabulary_size, revision=None, beside=None):
    """Load a tokenizer that fits the model's table of tokens.

    Arguments
    ---------
    source : str or Path
        Hub id or local folder.
    vocabulary_size : int
        Rows of the table. The tokenizer may know a little less: some tables
        are rounded up.
    revision : str, optional
        Commit of the hub repository, 40 hexadecimal digits.
    beside : str or Path, optional
        Folder or file of the weights, for the error.

    Returns
    -------
    transformers.PreTrainedTokenizerBase

    Raises
    ------
    FileNotFoundError
        If there is no tokenizer that can be reached from here, or if it is
        damaged.
    ValueError
        If it is empty or another model's.

    Example
    -------
    >>> folder = save_byte_tokenizer(getfixture("tmpdir"))
    >>> load_tokenizer(folder, BYTE_VOCABULARY).tokenize("sad")
    ['s', 'a', 'd']
    """
    tokenizer = open_tokenizer(source, revision, beside)
    size = len(tokenizer)
    if not 0.9 * vocabulary_size < size <= vocabulary_size:
        raise ValueError(
            f"Expected a tokenizer of about {vocabulary_size} words in "
            f"{str(source)!r}, but got {size}: its files are missing or of "
            "another model. Put the model's own tokenizer.json beside the "
            "weights, or give its folder as `tokenizer`."
        )
    return tokenizer


def open_tokenizer(source, revision=None, beside=None):
    """A tokenizer as it is; none that brings code of its own.

    Arguments and errors as ``load_tokenizer``.

    Example
    -------
    >>> folder = save_byte_tokenizer(getfixture("tmpdir"))
    >>> len(open_tokenizer(folder))
    261
    """
    check_revision(revision)
    try:
        tokenizer = _open(source, revision)
    except FileNotFoundError as error:
        if beside is None or not Path(beside).exists() or beside == source:
            raise
        raise FileNotFoundError(
            f"{error} Nor is one beside the weights in {str(beside)!r}: put "
            "the model's own tokenizer.json there, or give its folder as "
            "`tokenizer`."
        ) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = _padding(tokenizer, source)
    return tokenizer


def _open(source, revision):
    if path := locate(source, _SETTINGS, "tokenizer", revision):
        read_object(path)
    with explain_missing(source, "tokenizer", "its tokenizer.json"):
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(
            source, revision=revision, trust_remote_code=False
        )
        tokenizer(["a sentence"])  # settings of a wrong type fail here
        return tokenizer


def _padding(tokenizer, source):
    vocabulary = tokenizer.get_vocab()
    for token in _PADDING:
        if token in vocabulary:
            return token
    raise ValueError(
        f"Expected a tokenizer that knows how to pad in {str(source)!r}, but "
        f"it has no `pad_token`, and neither of {' and '.join(_PADDING)}. Put "
        f"the model's own {_SETTINGS} beside its tokenizer.json."
    )


def save_byte_tokenizer(folder):
    """Write a tokenizer of single bytes, which can say anything.

    It marks sentences as RoBERTa does: ``<s>`` 0, ``<pad>`` 1, ``</s>`` 2. It
    has ``BYTE_VOCABULARY`` tokens. For tiny models, in tests and examples.

    Arguments
    ---------
    folder : str or Path

    Returns
    -------
    str
        ``folder``.

    Example
    -------
    >>> folder = save_byte_tokenizer(getfixture("tmpdir"))
    >>> load_tokenizer(folder, BYTE_VOCABULARY)("\\x00 é")["input_ids"][-1]
    2
    """
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import RobertaTokenizer

    tokens = ["<s>", "<pad>", "</s>", "<unk>", *sorted(ByteLevel.alphabet())]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    RobertaTokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder)
    return str(folder)
