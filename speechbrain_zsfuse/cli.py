"""The command ``zsfuse``.

zsfuse convert CHECKPOINT FOLDER    official checkpoint to safetensors
"""

import argparse
import sys


def main(arguments=None):
    """Run the command.

    Arguments
    ---------
    arguments : list of str, optional
        Default: those of the command line.

    Returns
    -------
    int
        Exit status: 0, or 1 after an error told in one line.

    Example
    -------
    >>> main(["convert", "no-such-file.pt", "folder"])
    1
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (OSError, ValueError, ImportError) as error:
        print(f"zsfuse: {error}", file=sys.stderr)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        "zsfuse", description="Tools around frozen audio-language models."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    convert = commands.add_parser(
        "convert",
        help="official checkpoint to a folder of safetensors",
        description="Turn an official checkpoint (.pt) into a folder that "
        "CLAP, ReCLAP or another lobe loads: weights as safetensors, without "
        "the optimizer. Nothing of the checkpoint is run.",
    )
    convert.add_argument("checkpoint", help="the downloaded file")
    convert.add_argument("folder", help="a new folder")
    convert.add_argument("--sha256", help="digits the checkpoint must have")
    convert.add_argument(
        "--tokenizer", help="hub id or folder to put beside the weights"
    )
    convert.set_defaults(run=_convert)
    return parser


def _convert(options):
    from speechbrain_zsfuse.hub.convert import convert_checkpoint

    record = convert_checkpoint(
        options.checkpoint, options.folder, options.sha256, options.tokenizer
    )
    print(f"{record['model']}, {record['tensors']} tensors")
    for part in ("checkpoint", "weights"):
        file = record[part]
        size = f"{file['bytes'] / 1e6:.0f} MB"
        print(f"{part:10} {file['file']}  {size}  sha256 {file['sha256']}")
    print(f"Written to {options.folder}; its history is in conversion.json.")
