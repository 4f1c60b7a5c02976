"""What a newcomer does first: clone, `make run`, open the page. Nothing from this checkout's .venv or var."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from caicach.conf.serve import end_with_parent

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(
        not (ROOT / ".git").exists(), reason="this is no git checkout: there is nothing to clone"
    ),
]
MINUTES = 6
"""the libraries are fetched anew; on a slow line that is most of it"""


def test_make_run_from_a_fresh_clone_serves_the_demo_ward(tmp_path):
    clone = tmp_path / "caicach"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(clone)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("CAICACH_", "DJANGO_", "DATABASE_", "PYTHONPATH"))
    }
    kept["PIP_NO_COMPILE"] = "1"  # most of what is installed is never run here
    log = tmp_path / "log"
    with log.open("w") as out:
        run = subprocess.Popen(
            ["make", "-s", "run", f"PORT={port}", f"PYTHON={sys.executable}"], cwd=clone, env=kept, stdout=out, stderr=out, start_new_session=True,
            preexec_fn=end_with_parent,
        )  # fmt: skip
        try:
            until = time.monotonic() + 60 * MINUTES
            while "Dừng: Ctrl+C" not in log.read_text() and run.poll() is None and time.monotonic() < until:
                time.sleep(0.3)
            said = log.read_text()
            assert run.poll() is None, said
            assert f"http://localhost:{port}/" in said and "caicach-demo" in said
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/dang-nhap/", timeout=20) as page:
                assert "Đăng nhập" in page.read().decode()
            assert (clone / ".venv/bin/caicach").exists() and (clone / "var").is_dir()
            changed = subprocess.run(
                ["git", "status", "--short"], cwd=clone, capture_output=True, text=True, check=True
            ).stdout
            assert changed == "", "running leaves nothing that git sees"
        finally:
            os.killpg(run.pid, signal.SIGTERM)
            run.wait(30)
    assert run.returncode in (0, 2, -15), log.read_text()
