"""What a run shows on the terminal; ``log.txt`` keeps everything."""

import logging


def quiet_console():
    """Show epochs and warnings only.

    Example
    -------
    >>> quiet_console()
    """
    for handler in logging.getLogger().handlers:
        if not isinstance(handler, logging.FileHandler):
            handler.setFormatter(logging.Formatter("%(message)s"))
            handler.addFilter(_worth_showing)


def _worth_showing(record):
    if str(record.msg).startswith("Saving an empty state_dict"):
        return False  # pooling without weights, in every epoch
    names = ("speechbrain.utils.train_logger", "speechbrain_zsfuse")
    return record.levelno > logging.INFO or record.name.startswith(names)
