"""From a file or a word to a tree of YAML, or to a sentence why there is none.

Tags and references stay as they are; nothing is loaded.
"""

from pathlib import Path

import ruamel.yaml

_MOST_NODES = 100_000  # aliases counted as often as they stand
_DEEPEST = 50
_MARKS = {  # what other encodings begin with, or hold
    b"\xff\xfe": "UTF-16 or UTF-32",
    b"\xfe\xff": "UTF-16",
    b"\x00": "UTF-16 or UTF-32, or it is no text",
}


def read_text(path):
    """Text of a YAML file.

    Arguments
    ---------
    path : str or Path

    Raises
    ------
    ValueError
        If it is no UTF-8.

    Example
    -------
    >>> path = Path(getfixture("tmpdir")) / "a.yaml"
    >>> _ = path.write_bytes("lr: 1".encode("utf-16"))
    >>> read_text(path)
    Traceback (most recent call last):
    ValueError: Expected text in UTF-8 in .../a.yaml, but got UTF-16 or \
UTF-32. Save the file as UTF-8.
    """
    content = Path(path).read_bytes()
    for mark, encoding in _MARKS.items():
        if content.startswith(mark) or mark == b"\x00" and mark in content:
            problem = encoding
            break
    else:
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            byte = content[error.start]
            problem = f"the byte 0x{byte:02x} in line {line}"
    raise ValueError(
        f"Expected text in UTF-8 in {path}, but got {problem}. Save the file "
        "as UTF-8."
    )


def parse_yaml(text, where):
    """A tree of YAML, or one value.

    Arguments
    ---------
    text : str
    where : str
        Where it stands, for the error: ``"in a.yaml"``.

    Raises
    ------
    ValueError
        If it cannot be read, is nested too deeply, or is made too large by its
        aliases.

    Example
    -------
    >>> parse_yaml("{a: !ref <lr>}", "as --thing")["a"].tag.value
    '!ref'
    >>> parse_yaml("lr: 1\\nlr: 2", "in a.yaml")
    Traceback (most recent call last):
    ValueError: Expected YAML in a.yaml, but line 2 is none: found duplicate \
key "lr" with value "2" (original value: "1"). Correct it.
    """
    try:
        yaml = ruamel.yaml.YAML()
        yaml.Constructor = _Weighing
        return yaml.load(text)
    except Exception as error:  # ruamel.yaml lets errors of many kinds out
        problem = _explain(error)
        raise ValueError(f"Expected YAML {where}, but {problem}") from error


class _Weighing(ruamel.yaml.RoundTripConstructor):
    """Nothing is made of a document before it is weighed."""

    def construct_document(self, node):
        _weigh(node)
        return super().construct_document(node)


def _weigh(node, depth=0, known=None):
    """How many nodes there are; one in itself, or too many, is refused."""
    known = {} if known is None else known
    if known.setdefault(node, 0) is None:
        raise ValueError("an alias stands within what it is an alias of")
    if known[node]:
        return known[node]
    if depth > _DEEPEST:
        raise RecursionError
    known[node] = None
    parts = [] if isinstance(node.value, str) else node.value
    pairs = isinstance(node, ruamel.yaml.MappingNode)
    inner = [part for pair in parts for part in pair] if pairs else parts
    known[node] = 1 + sum(_weigh(part, depth + 1, known) for part in inner)
    if known[node] > _MOST_NODES:
        raise ValueError(f"aliases make over {_MOST_NODES:,} values of it")
    return known[node]


def _explain(error):
    if isinstance(error, RecursionError):
        return f"it is nested over {_DEEPEST} levels deep. Correct it."
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        reason = getattr(error, "reason", None)  # of a character
        if reason:
            reason = f"character {error.position + 1}: {reason}"
        return f"{reason or str(error).splitlines()[0]}. Correct it."
    problem = str(error.problem).splitlines()[0].rstrip(".")
    start = error.context_mark
    building = str(error.context).startswith("while constructing")
    if start and start.line != mark.line and not building:
        problem += f" ({error.context} of line {start.line + 1})"
    advice = "Indent with blanks" if r"\t" in problem else "Correct it"
    return f"line {mark.line + 1} is none: {problem}. {advice}."
