"""Memory that CLSP needs beyond its weights, for four clips of 15 s.

Measures, on the CPU and in float32, the peak of the resident memory above the
2.9 GB of weights while our towers of the published size embed the clips in
one call. The weights are random: their values change no memory. Beside it
stands what the official code needs for the same clips: as its model card
calls it (a graph is built inside `torch.no_grad`), and with both towers
frozen. Those two were measured once with the official code, on a CPU in
float32, and are not measured again here. Run it with 5 GB of free memory on
Linux or macOS:

    python benchmarks/clsp_memory.py
"""

import resource
import sys
import time

import torch

from speechbrain_zsfuse.lobes.towers.zipformer.clsp import unloaded_towers
from speechbrain_zsfuse.lobes.towers.zipformer.config import CLSPConfig

CLIPS, SECONDS = 4, 15
OFFICIAL, OFFICIAL_FROZEN = 7.37, 0.94  # GB


def peak_gigabytes():
    """Largest resident memory of this process so far."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def main():
    """Print one line for each way and the ratio."""
    towers = unloaded_towers(CLSPConfig()).eval()
    for weight in towers.parameters():
        weight.data.uniform_(-0.02, 0.02)
    clips = list(torch.rand(CLIPS, SECONDS * 16000) - 0.5)
    with torch.no_grad():
        before, start = peak_gigabytes(), time.perf_counter()
        towers.embed_audio(clips)
    seconds = time.perf_counter() - start
    ours = peak_gigabytes() - before
    print(f"{CLIPS} clips of {SECONDS} s, {torch.get_num_threads()} threads")
    print(f"weights and libraries      {before:5.2f} GB")
    print(f"ours, above the weights    {ours:5.2f} GB ({seconds:.1f} s)")
    print(f"official, towers frozen    {OFFICIAL_FROZEN:5.2f} GB (documented)")
    print(f"official, as on its card   {OFFICIAL:5.2f} GB (documented)")
    print(f"official / ours            {OFFICIAL / ours:5.1f} times")


if __name__ == "__main__":
    main()
