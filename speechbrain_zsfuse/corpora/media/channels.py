"""Which channel of a recording is kept, as ffmpeg is told it.

Pure functions on names of channels: FL, FR, FC, LFE … of a layout.
"""

RULES = "mean", "left", "right", "centre"
_SIDES = {"left": "FL", "right": "FR", "centre": "FC"}


def read_rule(text):
    """A rule as a command line gives it.

    Arguments
    ---------
    text : str
        One of ``RULES``, or the number of a channel, from 1.

    Returns
    -------
    str or int

    Raises
    ------
    ValueError
        If it is something else.

    Example
    -------
    >>> read_rule("centre"), read_rule("2")
    ('centre', 2)
    """
    if text in RULES:
        return text
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise ValueError(
        f"Expected --channel to be {', '.join(RULES)} or the number of a "
        f"channel, from 1, but got {text!r}. Give one of these."
    )


def choose_channel(rule, names):
    """What is kept, in words and as a filter of ffmpeg.

    Where a side or the centre is asked for and there is none, it is the mean:
    MELD's 5.1 has speech in the centre, and a stereo file of it has no centre.

    Arguments
    ---------
    rule : str or int
        See ``read_rule``.
    names : list of str
        Of the channels, in order.

    Returns
    -------
    words, filter : str
        The filter is empty where there is one channel.

    Raises
    ------
    ValueError
        If there is no channel of that number.

    Example
    -------
    >>> choose_channel("centre", ["FL", "FR", "FC", "LFE"])
    ('FC', 'pan=mono|c0=c2')
    >>> choose_channel("centre", ["FL", "FR"])
    ('mean of 2', 'aformat=sample_fmts=fltp,pan=mono|c0=0.5*c0+0.5*c1')
    """
    count = len(names)
    if isinstance(rule, int) and rule > count:
        told = "1 channel" if count == 1 else f"{count} channels"
        raise ValueError(f"it has {told}, and no {rule}")
    if count == 1:
        return "mono", ""
    if isinstance(rule, int):
        return f"channel {rule}", f"pan=mono|c0=c{rule - 1}"
    if _SIDES.get(rule) in names:
        index = names.index(_SIDES[rule])
        return names[index], f"pan=mono|c0=c{index}"
    share = f"{1 / count:.9g}"
    mixed = "+".join(f"{share}*c{index}" for index in range(count))
    # In floats: of whole numbers ffmpeg's mean is off by more than rounding.
    return f"mean of {count}", f"aformat=sample_fmts=fltp,pan=mono|c0={mixed}"
