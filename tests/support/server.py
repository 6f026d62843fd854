"""A server that forks processes which have everything imported already, so
that many can be started, and killed while they work, in little time.
"""

import multiprocessing
import os
from pathlib import Path

# The server must find what it imports beforehand: it fails in silence.
_KNOWN = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, _KNOWN))

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["preloaded"])
