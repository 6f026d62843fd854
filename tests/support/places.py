"""Folders of the repository that tests look into."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "speechbrain_zsfuse"
ASSETS = ROOT / "tests" / "assets"
