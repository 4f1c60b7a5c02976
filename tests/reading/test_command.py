"""The command as a person or a script uses it: statuses, streams, one object a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PLAN = "STT\tNội dung\tSản phẩm\tChủ trì\tThời hạn\nI\tCẢI CÁCH THỂ CHẾ\t\t\t\n1\tRà soát quy chế\tBáo cáo\tPhòng VHXH\t{due}\n"


def run(*arguments: str, given: str = "", out=subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "caicach", *arguments],
        input=given,
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "kế hoạch.txt"
    path.write_text(PLAN.format(due="Quý II/2026"))
    return path


def test_json_alone_goes_to_the_output(plan):
    done = run("read", str(plan), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert set(answer) == {"plan", "sections", "tasks", "indicators", "findings"}
    assert answer["tasks"][0]["leads"] == ["Phòng Văn hóa – Xã hội"]


def test_strict_ends_with_1_only_on_an_error(plan, tmp_path):
    assert run("read", str(plan), "--strict").returncode == 0
    plan.write_text(PLAN.format(due="31/6/2026"))
    assert run("read", str(plan)).returncode == 0
    assert run("read", str(plan), "--strict").returncode == 1


def test_a_lead_the_ward_has_not_is_told_with_its_list(plan, tmp_path):
    offices = tmp_path / "co-quan.txt"
    offices.write_text("Văn phòng HĐND và UBND\nCông an | CAP\n")
    done = run("read", str(plan), "--offices", str(offices), "--json")
    assert "office-unknown" in {finding["code"] for finding in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["read", "khong-co.docx"], "Không tìm thấy tệp khong-co.docx"), (["read", "."], "là một thư mục"), (["read", ""], "tên tệp trống"), (["read"], "thiếu"),
        (["read", "x.txt", "--year", "99999"], "Năm 99999"), (["due", "--year", "abc", "x"], "không phải số nguyên"), (["lenh-la"], "không có lệnh"), (["read", "a\nb\x1b[31m.txt"], "Không tìm thấy tệp a b[31m.txt"),
    ],
    ids=["missing", "folder", "empty-name", "no-name", "year", "no-number", "no-command", "odd-name"],
)  # fmt: skip
def test_what_is_wrong_is_one_vietnamese_line_and_status_2(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert words in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["due", "target"])
def test_phrases_from_the_input_get_a_line_each_in_order(name):
    phrases = ["Quý I", "", "đạt 95%", "\x00", "👍", "Hằng quý"]
    done = run(name, "-", "--json", given="\n".join(phrases) + "\n")
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(phrases)
    if name == "due":
        assert answers[0]["end"].endswith("-03-31") and answers[1]["findings"] == ["deadline-missing"]


def test_a_full_output_is_said(plan):
    with open("/dev/full", "w") as full:
        done = run("read", str(plan), "--json", out=full)
    assert done.returncode == 2 and "đĩa đã đầy" in done.stderr and "Traceback" not in done.stderr


def test_the_annex_is_written_and_reads_back(plan, tmp_path):
    out = tmp_path / "phụ lục.docx"
    assert run("read", str(plan), "--docx", str(out)).returncode == 0
    again = json.loads(run("read", str(out), "--json").stdout)
    assert again["tasks"][0]["content"] == "Rà soát quy chế"
    assert run("read", str(plan), "--docx", str(tmp_path / "khong-co" / "a.docx")).returncode == 2


def test_the_help_speaks_vietnamese():
    done = run("read", "--help")
    assert done.returncode == 0 and "cách dùng:" in done.stdout
    assert not {"usage", "positional", "options:", "show this"} & set(done.stdout.split())


def test_reading_loads_no_django(plan):
    code = "import sys; from pathlib import Path; from caicach.reading import read_plan; read_plan(Path(sys.argv[1])); import caicach.cli; raise SystemExit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, str(plan)], check=False).returncode == 0


def shell(words: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", words, "sh", sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_link_to_itself_is_said(tmp_path):
    loop = tmp_path / "a"
    loop.symlink_to(loop)
    done = run("read", str(loop))
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr.strip()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ('"$1" -m caicach read "$2" --json >&-', 2),
        ('"$1" -m caicach read "$2" >/dev/null 2>&-', 0),
        ('"$1" -m caicach read "$2" <&- >/dev/null', 0),
        ('"$1" -m caicach read "$2" <&- >&-', 2),
    ],
)
def test_closed_streams_end_in_words(plan, words, status):
    done = shell(words, plan)
    assert done.returncode == status
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_finding(plan):
    done = shell('{ "$1" -m caicach read "$2"; echo "$?" >&3; } 3>&2 | true', plan)
    assert done.stderr.strip() in ("0", "")


def test_a_pipe_is_written_into_and_a_link_followed(plan, tmp_path):
    pipe = tmp_path / "ong"
    os.mkfifo(pipe)
    done = shell(
        'cat "$3" >"$4" & "$1" -m caicach read "$2" --docx "$3" >/dev/null && wait',
        plan,
        pipe,
        tmp_path / "ra.docx",
    )
    assert done.returncode == 0 and pipe.is_fifo()
    assert (tmp_path / "ra.docx").read_bytes().startswith(b"PK")
    link = tmp_path / "lien-ket.xlsx"
    link.symlink_to(tmp_path / "that.xlsx")
    assert run("read", str(plan), "--xlsx", str(link)).returncode == 0
    assert link.is_symlink() and (tmp_path / "that.xlsx").read_bytes().startswith(b"PK")


def test_a_list_of_offices_that_is_none_is_refused_at_once(plan, tmp_path):
    names = tmp_path / "ten.txt"
    names.write_text("\n".join(f"Phòng {n}" for n in range(60_000)))
    done = run("read", str(plan), "--offices", str(names))
    assert done.returncode == 2 and "danh sách cơ quan" in done.stderr
