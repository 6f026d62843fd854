"""Installation: `pip install .`, or `pip install -e ".[dev]"` to work on it."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(
    r'^__version__ = "(.+)"',
    (HERE / "speechbrain_zsfuse/__init__.py").read_text(encoding="utf-8"),
    re.MULTILINE,
)[1]

setup(
    name="speechbrain-zsfuse",
    version=VERSION,
    description="Speech emotion recognition that fuses a trained speech model "
    "with the zero-shot scores of a frozen audio-language model",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["speechbrain_zsfuse*"]),
    package_data={
        "speechbrain_zsfuse": [
            "py.typed",
            "**/*.yaml",
            # The report's page.
            "**/*.html",
            "**/*.css",
            # The card of a published model.
            "**/*.jinja",
        ]
    },
    install_requires=[
        # torchaudio's last release, 2.11, works with no newer torch.
        "torch>=2.7.1,<2.12",
        "torchaudio>=2.7.1,<2.12",
        # Brain, data sets, checkpoints. 1.2 may change what we override.
        "speechbrain>=1.1.2,<1.2",
        # WavLM, HuBERT, CLAP; 5 changed what ClapModel returns.
        "transformers>=5,<6",
        # Recipes are HyperPyYAML.
        "hyperpyyaml>=1.2.2",
        # Joins its files, comments and all; hyperpyyaml brings it anyway.
        "ruamel.yaml>=0.17.28",
        # What SpeechBrain writes beside a checkpoint, read as plain values.
        "pyyaml>=5.1",
        # Waveforms and embeddings as arrays.
        "numpy>=1.24",
        # Manifests, scores and predictions are CSV tables.
        "pandas>=2",
        # Recall, F1 and confusion, instead of our own.
        "scikit-learn>=1.4",
        # Filters of made-up voices, what of a recording is compared; ranks and
        # fits of a study.
        "scipy>=1.11",
        # Reads WAV, FLAC, OGG and MP3; torchaudio no longer does.
        "soundfile>=0.12",
        # The resampler that CLAP was trained with.
        "soxr>=0.5",
        # Weights are read and written in its format.
        "safetensors>=0.4.3",
        # The demo's CLAP and the tiny models have vocabularies of their own.
        "tokenizers>=0.21",
        # Downloads weights and tokenizers, one file at a time.
        "huggingface_hub>=0.34",
        # Downloads a corpus that is free to get, and verifies it.
        "pooch>=1.8",
        # The command `zsfuse`; transformers brings it anyway.
        "typer>=0.20",
        # Checks options by the types in signatures; typer brings it anyway.
        "pydantic>=2.10",
        # Dictionaries with kinds, which pydantic takes from here before 3.12.
        "typing_extensions>=4.12",
        # Keeps a second process out of a run's folder.
        "filelock>=3.12",
        # Progress bars.
        "tqdm>=4.60",
        # Figures.
        "matplotlib>=3.8",
        # The page of a report, everything escaped; torch brings it anyway.
        "jinja2>=3.1",
    ],
    entry_points={"console_scripts": ["zsfuse=speechbrain_zsfuse.cli:main"]},
    extras_require={
        "dev": [
            "pytest>=8",
            # Tests on both cores: half the time.
            "pytest-xdist>=3.5",
            "ruff>=0.12",
            "peft>=0.17",
            # Jobs of a grid, which it runs on any machine.
            "submitit>=1.5",
        ],
        # Runs of a grid as jobs of a Slurm cluster.
        "slurm": ["submitit>=1.5"],
        # Low-rank adapters in place of full fine-tuning.
        "lora": ["peft>=0.17"],
        # The page of `zsfuse demo`, also for a microphone.
        "demo": ["gradio>=6,<7"],
        # Labels of many clips as Parquet.
        "parquet": ["pyarrow>=15"],
        # The same on a cluster, from and to object stores.
        "ray": ["ray[data]>=2.40", "pyarrow>=15"],
        # A model as ONNX: written, run, made smaller.
        "onnx": ["onnx>=1.17", "onnxruntime>=1.20", "onnxscript>=0.3"],
        # The API reference and the pages in docs/.
        "docs": ["sphinx>=8", "furo>=2024.8.6", "myst-parser>=4"],
        # The tutorial, as the tests run it.
        "notebook": ["nbclient>=0.10", "ipykernel>=6"],
        # Tests that use a page as people do, in the Chromium that is there.
        "browser": ["playwright>=1.45"],
        # The official CLAP code, to compare with: tests/lobes/test_laion.py and
        # benchmarks/clap_speed.py. It holds numpy below 2, which has wheels
        # for Python 3.10 to 3.12 only.
        "laion": [
            "laion-clap>=1.1.7",
            # It imports torchvision without naming it. Each release belongs to
            # one torch: these to torch 2.7.1 to 2.11.
            "torchvision>=0.22.1,<0.27",
        ],
    },
)
