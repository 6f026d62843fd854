"""The kinds of options in words: from a JSON schema to a phrase of an error."""


def advice_of(schema):
    """What to do, if a kind says so, behind a blank.

    Arguments
    ---------
    schema : dict
        JSON schema with, perhaps, ``advice``.

    Returns
    -------
    str

    Example
    -------
    >>> advice_of({"advice": "Write [sad]."}), advice_of({"type": "integer"})
    (' Write [sad].', '')
    """
    parts = [schema, *schema.get("anyOf", [])]
    return next((f" {p['advice']}" for p in parts if p.get("advice")), "")


def words_of(schema):
    """A JSON schema in words.

    Arguments
    ---------
    schema : dict

    Returns
    -------
    str

    Example
    -------
    >>> words_of({"type": "integer", "minimum": 1, "maximum": 6})
    'a whole number from 1 to 6'
    """
    if "description" in schema:
        return schema["description"]
    if "anyOf" in schema:
        *others, last = map(words_of, schema["anyOf"])
        return f"{', '.join(others)}, or {last}"
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    word = {
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "string": "text that is not empty",
        "array": "a list",
        "object": "a dictionary",
    }.get(schema.get("type"), "null")
    if "items" in schema:
        return f"{word}, each {words_of(schema['items'])}"
    return f"{word}{_range(schema)}"


def _range(schema):
    """The range of a number: in [0, 1), above 0, from 1 to 6."""
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if {low, above} == {None} or {high, below} == {None}:
        return (
            f" of at least {low}" * (low is not None)
            + f" above {above}" * (above is not None)
            + f" of at most {high}" * (high is not None)
            + f" below {below}" * (below is not None)
        )
    if schema.get("type") == "integer":
        return f" from {low} to {high}"
    start = f"({above:g}" if low is None else f"[{low:g}"
    return f" in {start}, " + (f"{below:g})" if high is None else f"{high:g}]")
