"""The first start of an installation: two at once, and a disk that is full."""

import signal
import subprocess
import sys

import pytest

from tests.prepared import ON_POSTGRES
from tests.whole.test_backup import Installation

PREPARE = [sys.executable, "-m", "caicach", "prepare"]


@pytest.fixture
def empty(tmp_path):
    """An installation without a table."""
    (tmp_path / "du-lieu").mkdir()
    return Installation(tmp_path / "du-lieu")


def test_of_two_first_starts_at_once_one_prepares_and_the_other_waits(empty):
    # on PostgreSQL two machines may have one database
    folders = [empty.data, empty.data.parent / "may-khac" if ON_POSTGRES else empty.data]
    both = [
        subprocess.Popen(
            PREPARE, env=empty.env | {"CAICACH_DATA": str(folder)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for folder in folders
    ]  # fmt: skip
    said = [one.communicate(timeout=120) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert all(not errors for _, errors in said), said
    outs = "".join(out for out, _ in said)
    assert outs.count("Chuẩn bị cơ sở dữ liệu") == outs.count("Tạo phường mẫu") == 1
    assert outs.count("đang chuẩn bị; chờ") == 1
    assert len(empty.rows()["organisation_ward"]) == 2


@pytest.mark.parametrize(
    "second", [["upgrade"], ["manage", "migrate", "--verbosity", "0"]], ids=lambda words: words[0]
)
def test_an_upgrade_beside_a_start_waits_and_takes_nothing_back(empty, second):
    """What began first is not undone by what came a moment later and found its tables already there."""
    empty.env["CAICACH_DEMO"] = "0"
    first = subprocess.Popen(
        PREPARE, env=empty.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert "Chuẩn bị cơ sở dữ liệu" in first.stdout.readline()  # it has the lock now
    first.send_signal(signal.SIGSTOP)
    other = subprocess.Popen(
        [sys.executable, "-u", "-m", "caicach", *second], env=empty.env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    waits = other.stdout.readline()
    first.send_signal(signal.SIGCONT)
    said = [one.communicate(timeout=120) for one in (first, other)]
    assert (first.returncode, other.returncode) == (0, 0), said
    assert "chờ …" in waits and said[1][1] == ""
    assert empty.rows()["organisation_ward"] == []
    assert empty.done("prepare") == "", "nothing was left undone"


def test_a_data_folder_that_takes_no_file_is_named(tmp_path):
    (tmp_path / "du-lieu" / ".prepare").mkdir(parents=True)
    done = Installation(tmp_path / "du-lieu").run("prepare")
    assert done.returncode == 2 and str(tmp_path / "du-lieu") in done.stderr and "quyền ghi" in done.stderr


@pytest.mark.skipif(ON_POSTGRES, reason="its disk is the server's")
@pytest.mark.parametrize("kib", [4, 1200])
def test_a_first_start_on_a_full_disk_says_so_and_the_next_one_goes_on(empty, kib):
    limited = f"ulimit -f {kib}; exec {sys.executable} -m caicach prepare"
    full = subprocess.run(
        ["bash", "-c", limited], env=empty.env, capture_output=True, text=True, timeout=120, check=False
    )
    assert full.returncode == 2 and "đĩa đã đầy" in full.stderr, (full.returncode, full.stderr)
    assert len(full.stderr.splitlines()) == 1, full.stderr
    if kib == 4:  # its tables alone are enough to see
        empty.env["CAICACH_DEMO"] = "0"
    said, wards = empty.done("prepare"), len(empty.rows()["organisation_ward"])
    assert "Chuẩn bị cơ sở dữ liệu" in said
    assert ("Tạo phường mẫu" in said, wards) == ((False, 0) if kib == 4 else (True, 2))
