"""CSV files spoiled at random, and what an independent reader finds in them.

Random numbers are given, so that a failure repeats. Reading is pandas' here.
"""

import io

import pandas

ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp500")
WORDS = ("", "nan", "None", "-1", "1e999", "0,5", "é", "\0", "x" * 999, '"')


def flip_bits(rng, content):
    spoiled = bytearray(content)
    for _ in range(rng.choice([1, 1, 3])):
        spoiled[rng.randrange(len(spoiled))] ^= 1 << rng.randrange(8)
    return bytes(spoiled)


def cut(rng, content):
    return content[: rng.randrange(len(content))]


def change_lines(rng, content):
    lines = content.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    change = rng.choice(["delete", "double", "swap", "blank"])
    if change == "delete":
        del lines[place]
    elif change == "swap":
        rng.shuffle(lines)
    else:
        lines.insert(place, lines[place] if change == "double" else b"\n")
    return b"".join(lines)


def change_cell(rng, content):
    lines = content.decode().splitlines()
    row = rng.randrange(len(lines))
    cells = lines[row].split(",")
    cells[rng.randrange(len(cells))] = rng.choice(WORDS)
    lines[row] = ",".join(cells)
    return "\n".join(lines).encode()


def change_columns(rng, content):
    rows = [line.split(",") for line in content.decode().splitlines()]
    place = rng.randrange(len(rows[0]))
    change = rng.choice(["delete", "double", "swap"])
    for row in rows:
        if change == "delete":
            del row[place]
        elif change == "double":
            row.insert(place, row[place])
        else:
            row.append(row.pop(place))
    return "\n".join(",".join(row) for row in rows).encode()


def change_form(rng, content):
    if rng.random() < 0.5:
        return content.replace(b",", rng.choice([b";", b"\t", b"|", b", "]))
    return content.decode().encode(rng.choice(ENCODINGS))


CHANGES = (
    *(flip_bits, cut, change_lines),
    *(change_cell, change_columns, change_form),
)


def spoil(rng, text):
    return rng.choice(CHANGES)(rng, text.encode())


def read_apart(content):
    """The table, as pandas sees it; it names what has no name."""
    table = pandas.read_csv(
        io.BytesIO(content), dtype=str, keep_default_na=False
    )
    return table[[name for name in table if not name.startswith("Unnamed")]]


def check(read, path):
    """What is read, or None if a sentence names the file."""
    try:
        return read()
    except (ValueError, OSError) as error:
        assert str(error).startswith("Expected "), repr(error)
        assert str(path) in str(error), repr(error)
