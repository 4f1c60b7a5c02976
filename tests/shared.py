"""Where the material beside this checkout lies: the real plan and the worked examples. Tests skip aloud without it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(os.environ.get("CAICACH_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def shared(name: str) -> Path | None:
    """A file of the shared material, None where it is not there."""
    path = ROOT / name
    return path if path.exists() else None
