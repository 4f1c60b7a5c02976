"""Wrong, broken, hostile and huge files: a refusal with its code, within 5 s and 500 MiB, and nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from caicach.rules.messages import SENTENCES
from tests.reading import generator as gen

WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def zipped(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def word(body: str = "<w:p/>", **more: bytes | str) -> bytes:
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": WORD.format(body), **more})


def good_docx() -> bytes:
    return gen.write_docx(gen.laid_out(gen.plan(1), gen.look(1)))


def good_xlsx() -> bytes:
    return gen.write_xlsx(gen.laid_out(gen.plan(1), gen.look(1)))


def good_pdf() -> bytes:
    return gen.write_pdf(gen.laid_out(gen.plan(1), gen.look(1)))


def encrypted_pdf() -> bytes:
    from reportlab.lib import pdfencrypt
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, encrypt=pdfencrypt.StandardEncryption("bi-mat", strength=128))
    page.drawString(100, 700, "abc")
    page.save()
    return out.getvalue()


def encrypted_office() -> bytes:
    """An OLE container whose directory names an EncryptedPackage."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(1016)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(2000)
    )


def with_part(data: bytes, name: str, body: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, body)
    return out.getvalue()


def many_rows_docx() -> bytes:
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>Rà soát hồ sơ</w:t></w:r></w:p></w:tc>" * 6 + "</w:tr>"
    return word("<w:tbl>" + row * 100_000 + "</w:tbl>")


def many_rows_xlsx() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(100_000):
        for column in range(5):
            sheet.write_string(row, column, f"ô {row % 50} {column}")
    book.close()
    return out.getvalue()


def far_cell_xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "STT"
    book.active["XFD1048576"] = "xa"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    return word("<w:p><w:r><w:t>" + "0" * 200_000_000 + "</w:t></w:r></w:p>")


def lying_bomb() -> bytes:
    """A bomb whose directory declares a small part."""
    data = bytearray(bomb())
    found = data.rfind(b"PK\x01\x02")
    assert found > 0
    data[found + 24 : found + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


ENTITY = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "{}"><!ENTITY b "{}">]>'.format(
    "x" * 100, "&a;" * 1000
) + WORD.format("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>")

FAULTS = {
    "empty.docx": ("file.empty", lambda: b""),
    "blank.txt": ("file.empty", lambda: b" \n\n\t \n"),
    "cut.docx": ("file.broken", lambda: good_docx()[:-2000]),
    "cut.xlsx": ("file.broken", lambda: good_xlsx()[: len(good_xlsx()) // 2]),
    "cut.pdf": ("file.broken", lambda: b"%PDF-1.7\n" + bytes(500)),
    "noise.doc": ("file.broken", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)),
    "half.png": ("file.broken", lambda: b"\x89PNG\r\n\x1a\n" + bytes(300)),
    "badxml.docx": ("file.broken", lambda: word("<w:p><w:r>")),
    "locked.pdf": ("file.encrypted", encrypted_pdf),
    "locked.docx": ("file.encrypted", encrypted_office),
    "locked.xlsx": ("file.encrypted", encrypted_office),
    "macro.docm": ("file.macros", lambda: with_part(good_docx(), "word/vbaProject.bin", b"x")),
    "macro.docx": ("file.macros", lambda: with_part(good_docx(), "word/vbaProject.bin", b"x")),
    "macro.xlsm": ("file.macros", good_xlsx),
    "zip.docx": ("file.kind-mismatch", lambda: zipped({"anh.jpg": b"123", "doc.txt": "abc"})),
    "sheet.docx": ("file.kind-mismatch", good_xlsx),
    "word.pdf": ("file.kind-mismatch", good_docx),
    "text.docx": ("file.kind-mismatch", lambda: "KẾ HOẠCH\n".encode()),
    "program.exe": ("file.kind-unknown", lambda: b"MZ" + bytes(500)),
    "bomb.docx": ("file.bomb", bomb),
    "entries.docx": (
        "file.bomb",
        lambda: zipped({"word/document.xml": "x", **{f"a{index}": "" for index in range(6000)}}),
    ),
    "far.xlsx": ("file.bomb", far_cell_xlsx),
    "entity.docx": (
        "file.entities",
        lambda: zipped({"[Content_Types].xml": TYPES, "word/document.xml": ENTITY}),
    ),
    "rows.docx": ("file.too-many-rows", many_rows_docx),
    "rows.xlsx": ("file.too-many-rows", many_rows_xlsx),
    "letter.txt": ("file.no-plan", lambda: "Kính gửi anh Ba,\nHôm nay trời đẹp.\n".encode()),
    "letter.docx": (
        "file.no-plan",
        lambda: word("<w:p><w:r><w:t>Kính gửi anh Ba, hôm nay trời đẹp.</w:t></w:r></w:p>"),
    ),
}

CHILD = textwrap.dedent(
    """
    import json, sys, time
    from pathlib import Path
    from caicach.reading import read_plan
    from caicach.rules.refusal import Refusal

    answers = {}
    for path in sys.argv[1:]:
        start = time.monotonic()
        try:
            read_plan(Path(path))
            code, said = "read", ""
        except Refusal as refusal:
            code, said = refusal.code, str(refusal)
        answers[Path(path).name] = (code, said, time.monotonic() - start)
    # VmHWM is this program's own; ru_maxrss would still hold what the parent needed before it started us.
    peak = next(int(line.split()[1]) / 1024 for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))
    print(json.dumps({"answers": answers, "peak": peak}))
    """
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    for name, (_, make) in FAULTS.items():
        (folder / name).write_bytes(make())
    return folder


@pytest.fixture(scope="module")
def answered(folder):
    """All faults in one process of its own, so that its peak of memory is that of the worst."""
    paths = [str(folder / name) for name in FAULTS]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *paths], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_file_is_refused_with_its_reason(answered, name):
    code, said, seconds = answered["answers"][name]
    assert code == FAULTS[name][0]
    assert name in said
    assert seconds < 5


def test_no_bad_file_needs_500_mib(answered):
    assert answered["peak"] < 500


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path):
    from caicach.reading.open import extract
    from caicach.rules.refusal import Refusal

    path = tmp_path / "lie.docx"
    path.write_bytes(lying_bomb())
    with pytest.raises(Refusal) as refused:
        extract(path)
    assert refused.value.code in ("file.bomb", "file.broken")


def test_a_missing_file_and_a_folder(tmp_path):
    from caicach.reading.open import extract
    from caicach.rules.refusal import Refusal

    for path, words in ((tmp_path / "khong-co.docx", "Không tìm thấy"), (tmp_path, "là một thư mục")):
        with pytest.raises(Refusal, match=words):
            extract(path)


def test_too_large_is_said_before_it_is_read(tmp_path):
    from caicach.reading.open import extract
    from caicach.rules.refusal import Refusal

    path = tmp_path / "to.pdf"
    with path.open("wb") as out:
        out.truncate(60 * 1024 * 1024)
    with pytest.raises(Refusal) as refused:
        extract(path)
    assert refused.value.code == "file.too-large"
    assert "60 MiB" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "code"), [("png", "tool.tesseract-missing"), ("odt", "tool.libreoffice-missing")]
)
def test_a_missing_tool_is_named(tmp_path, monkeypatch, kind, code):
    from caicach.reading import ocr, office
    from caicach.reading.open import extract
    from caicach.rules.refusal import Refusal

    monkeypatch.setattr(office, "which", lambda name: None)
    monkeypatch.setattr(ocr, "which", lambda name: None)
    ocr._tesseract_path.cache_clear()
    path = tmp_path / f"plan.{kind}"
    if kind == "png":
        from PIL import Image

        Image.new("L", (400, 400), 255).save(path)
    else:
        path.write_bytes(
            zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"})
        )
    try:
        with pytest.raises(Refusal) as refused:
            extract(path)
    finally:
        ocr._tesseract_path.cache_clear()
    assert refused.value.code == code
    assert "gói" in str(refused.value)


def test_every_file_and_tool_code_has_its_sentence():
    root = Path(gen.__file__).parents[2] / "caicach" / "reading"
    import re

    for source in root.glob("*.py"):
        for code in re.findall(r'Refusal\(\s*"((?:file|tool)\.[\w-]+)"', source.read_text()):
            assert code in SENTENCES, f"{source.name}: {code}"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("nhieu.txt", "STT\tNội dung\tChủ trì\n" + "1\tViệc\tCông an\n" * 100_000, "file.too-many-rows"),
        ("nhieu.md", "| STT | Nội dung | Chủ trì |\n" + "| 1 | Việc | Công an |\n" * 100_000, "file.too-many-rows"),
        ("rong.txt", "a\t" * 1_000_000, "file.broken"),
        ("dai.txt", "a" * 1_000_000, "file.broken"),
    ],
    ids=["tabs", "pipes", "one-wide-row", "one-long-line"],
)  # fmt: skip
def test_text_has_limits_too(tmp_path, name, text, code):
    import time

    from caicach.reading.open import extract
    from caicach.rules.refusal import Refusal

    path = tmp_path / name
    path.write_text(text)
    began = time.process_time()
    with pytest.raises(Refusal) as refused:
        extract(path)
    assert refused.value.code == code
    assert time.process_time() - began < 5


def test_a_strip_of_a_picture_stays_a_small_picture(tmp_path):
    import io

    from PIL import Image

    from caicach.reading.picture import page_png

    path = tmp_path / "dai.png"
    Image.new("L", (10, 8000), 255).save(path)
    seen = Image.open(io.BytesIO(page_png(path, 1)))
    assert seen.width * seen.height < 5_000_000
