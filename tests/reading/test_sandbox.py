"""The reading process: same answer, same refusals, and limits that hold."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from caicach.reading import read_plan, sandbox
from caicach.reading.picture import page_png
from caicach.rules.refusal import Refusal
from tests.reading import generator as gen


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "ke-hoach.docx"
    path.write_bytes(gen.write_docx(gen.laid_out(gen.plan(1), gen.look(1))))
    return path


def refused(path, **limits) -> Refusal:
    with pytest.raises(Refusal) as found:
        sandbox.read(path, **limits)
    return found.value


def test_the_same_answer_as_in_this_process(plan_file):
    assert sandbox.read(plan_file, year=gen.YEAR) == read_plan(plan_file, year=gen.YEAR)


def test_progress_grows_and_speaks_vietnamese(plan_file):
    told = []
    sandbox.read(plan_file, progress=lambda share, words: told.append((share, words)))
    assert told[0] == (0.02, "Đang mở tệp")
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_a_refusal_crosses_with_its_name_and_facts(tmp_path):
    path = tmp_path / "luu-tam"
    path.write_bytes(b"")
    refusal = refused(path, name="Kế hoạch.docx")
    assert refusal.code == "file.empty"
    assert "Kế hoạch.docx" in str(refusal)


def test_time_is_limited(plan_file):
    start = time.monotonic()
    assert refused(plan_file, seconds=0.05).code == "file.timeout"
    assert time.monotonic() - start < 3


def test_memory_is_limited(plan_file, monkeypatch):
    _replace_reader(monkeypatch, plan_file.parent, "return bytearray(900 * 1024 * 1024)")
    assert refused(plan_file, memory_mib=200).code == "file.memory"


def test_a_crash_is_a_refusal(plan_file, monkeypatch):
    _replace_reader(monkeypatch, plan_file.parent, "import os; os.abort()")
    assert refused(plan_file).code == "file.crashed"


def test_an_answer_that_is_no_plan_is_not_built(plan_file, monkeypatch):
    _replace_reader(monkeypatch, plan_file.parent, "import os; return os.system")
    with pytest.raises(Refusal) as found:
        sandbox.read(plan_file)
    assert found.value.code == "file.crashed"


def test_helpers_end_with_the_worker(plan_file, monkeypatch, tmp_path):
    note = tmp_path / "pid"
    body = f"import subprocess, time; p = subprocess.Popen(['sleep', '60']); open({str(note)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    _replace_reader(monkeypatch, plan_file.parent, body)
    assert refused(plan_file, seconds=1.5).code == "file.timeout"
    pid = int(note.read_text())
    deadline = time.monotonic() + 3
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def _replace_reader(monkeypatch, folder, body: str) -> None:
    """Lets the worker run `body` instead of reading: a sitecustomize on its path, as nobody can bring in with a file."""
    (folder / "sitecustomize.py").write_text(
        "import caicach.reading\n\n\ndef read_plan(*args, **named):\n    "
        + body
        + "\n\n\ncaicach.reading.read_plan = read_plan\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.fixture(autouse=True)
def _no_leftover(plan_file):
    yield
    (plan_file.parent / "sitecustomize.py").unlink(missing_ok=True)


def test_the_worker_loads_no_django():
    import subprocess

    code = "import sys, caicach.reading.sandbox, caicach.reading.understand, caicach.reading.open; print('django' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "False"
    )
    assert signal.SIGKILL  # the signal that ends it


@pytest.mark.skipif(not gen.has_fonts(), reason="fonts-croscore is not installed")
def test_a_picture_of_a_page(tmp_path):
    from PIL import Image

    path = tmp_path / "plan.pdf"
    path.write_bytes(gen.write_pdf(gen.laid_out(gen.plan(1), gen.look(1))))
    picture = tmp_path / "trang-2.png"
    picture.write_bytes(page_png(path, 2, width=700))
    with Image.open(picture) as opened:
        assert opened.format == "PNG"
        assert abs(opened.width - 700) <= 1
    with pytest.raises(IndexError):
        page_png(path, 99)


ANSWERS = {
    "a call that is no value": "b'\\x80\\x04\\x8c\\x17caicach.reading.sandbox\\x94\\x8c\\x10subprocess.Popen\\x94\\x93\\x94]\\x94\\x8c\\x05touch\\x94a\\x8c\\x04{name}\\x94a\\x85\\x94R.'",
    "a helper of the module": "b'\\x80\\x04\\x8c\\x17caicach.reading.sandbox\\x94\\x8c\\x04Path\\x94\\x93\\x94)R.'",
}  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_worker_that_was_taken_over_builds_nothing_here(plan_file, monkeypatch, tmp_path, answer):
    monkeypatch.chdir(tmp_path)
    said = answer.replace("{name}", "hack")
    body = f"import caicach.reading.inside as i, os, sys; p = open(int(sys.argv[1]), 'wb', buffering=0, closefd=False); i._send(p, b'A', {said}); os._exit(0)"
    _replace_reader(monkeypatch, plan_file.parent, body)
    assert refused(plan_file).code == "file.crashed"
    assert not (tmp_path / "hack").exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("i._send(p, b'P', b'khong co tab')", "file.crashed"),
        ("i._send(p, b'P', b'\\xff\\xfe\\t')", "file.crashed"),
        ("p.write(b'A' + (1 << 62).to_bytes(8, 'big'))", "file.crashed"),
        ("os.close(int(sys.argv[1])); time.sleep(60)", "file.timeout"),
    ],
)
def test_what_is_no_message_ends_at_once_and_silence_in_time(plan_file, monkeypatch, body, code):
    start = "import caicach.reading.inside as i, os, sys, time; p = open(int(sys.argv[1]), 'wb', buffering=0, closefd=False); "
    _replace_reader(monkeypatch, plan_file.parent, start + body + "; time.sleep(60)")
    began = time.monotonic()
    assert refused(plan_file, seconds=3, progress=lambda share, words: None).code == code
    assert time.monotonic() - began < (4.5 if code == "file.timeout" else 2.9)
