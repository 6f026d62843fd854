"""A program that saves checkpoints for ever, to be killed while it does."""

import torch

from speechbrain_zsfuse.training.checkpoints import SafeCheckpointer


def make_layers():
    """Eight files a save, so that most kills fall into the middle of one."""
    return {f"layer{i}": torch.nn.Linear(60, 60) for i in range(8)}


def save_for_ever(folder, connection):
    """Each save overwrites the last one but two; tells what is saved."""
    layers = make_layers()
    checkpointer = SafeCheckpointer(folder, layers)
    step = 0
    while True:
        for layer in layers.values():
            torch.nn.init.constant_(layer.weight, step)
        checkpointer.save_and_keep_only({"step": step}, num_to_keep=2)
        connection.send(step)
        step += 1
