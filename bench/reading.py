"""Reading: the real plan, a .docx of 500 rows, .pdf of 100 pages, a scanned page, memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from lxml import etree

from bench.measure import Table, child, median, rounds, spread
from tests.shared import shared

HEADINGS = [
    "STT",
    "Nội dung",
    "Sản phẩm",
    "Cơ quan chủ trì",
    "Cơ quan phối hợp",
    "Thời gian hoàn thành",
    "Ghi chú",
]
WORDS = "Rà soát quy trình tiếp nhận hồ sơ và cập nhật bảng niêm yết ở quầy số"


def rows(count: int) -> list[list[str]]:
    """Invented rows of duties."""
    return [
        [
            str(n),
            f"{WORDS} {n}",
            "Kế hoạch, Báo cáo",
            "Văn phòng HĐND và UBND",
            "Các phòng, ban, ngành",
            f"Tháng {n % 12 + 1}/2026",
            "",
        ]
        for n in range(1, count + 1)
    ]


def make_docx(path: Path, count: int) -> None:
    """A table of so many rows written as plain WordprocessingML: python-docx takes seconds for it."""

    def cell(text: str) -> str:
        return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    body = "".join("<w:tr>" + "".join(map(cell, row)) + "</w:tr>" for row in [HEADINGS, *rows(count)])
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = f"<w:document {space}><w:body><w:tbl>{body}</w:tbl></w:body></w:document>"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", types)
        package.writestr("_rels/.rels", relations)
        package.writestr("word/document.xml", document)


def _font() -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    found = next(Path("/usr/share/fonts").rglob("Tinos-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Tinos", str(found)))
    return "Tinos"


def make_pdf(path: Path, pages: int, *, tables: bool) -> None:
    """So many A4 pages, each a ruled table of twelve rows or plain text."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer
    from reportlab.platypus import Table as Ruled

    style = (
        ParagraphStyle("body", fontName=_font(), fontSize=10, leading=12)
        if tables
        else ParagraphStyle("body", fontName=_font(), fontSize=13, leading=16)
    )
    story = []
    data = rows(12 * pages)
    for page in range(pages):
        if tables:
            part = [HEADINGS, *data[12 * page : 12 * page + 12]]
            table = Ruled(
                [[Paragraph(text, style) for text in row] for row in part],
                colWidths=[30, 230, 90, 120, 110, 90, 50],
            )
            table.setStyle(
                [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]
            )
            story.append(table)
        else:
            for _ in range(19):  # 38 lines of 13 points: a full page
                story += [Paragraph(f"- {WORDS}, {WORDS.lower()}.", style), Spacer(1, 4)]
        story.append(PageBreak())
    SimpleDocTemplate(
        str(path),
        pagesize=landscape(A4) if tables else A4,
        leftMargin=36,
        rightMargin=36,
        topMargin=36,
        bottomMargin=36,
    ).build(story)


def run(table: Table) -> None:
    from caicach.reading import read_plan
    from caicach.reading.open import extract

    folder = Path(tempfile.mkdtemp(prefix="caicach-bench-"))
    command = [sys.executable, "-m", "caicach"]

    plan = shared("plans/rach-gia-2026/plan.txt")
    if plan is None:
        plan = folder / "ke-hoach.txt"
        plan.write_text("\n".join("\t".join(row) for row in [HEADINGS, *rows(80)]))
        print("(kế hoạch thật không có ở đây: đo trên 80 dòng bịa)")
    whole = [child([*command, "read", str(plan), "--json"])[0] for _ in range(6)][1:]
    bare = [child([sys.executable, "-c", "pass"])[0] for _ in range(6)][1:]
    table.add(
        "khởi động và đọc kế hoạch thật",
        spread(whole),
        f"Python trống {spread(bare)}; {median(whole) / median(bare):.0f}×",
        "< 500 ms",
        median(whole) < 0.5,
    )

    docx = folder / "500.docx"
    make_docx(docx, 500)

    def parse() -> None:
        with zipfile.ZipFile(docx) as package:
            "".join(etree.fromstring(package.read("word/document.xml")).itertext())

    limit, ours, all_of_it = (
        rounds(parse, times=9),
        rounds(lambda: extract(docx), times=9),
        rounds(lambda: read_plan(docx), times=5),
    )
    ratio = median(ours) / median(limit)
    table.add(
        ".docx 500 dòng: lấy dòng ra",
        spread(ours),
        f"lxml đọc và lấy chữ {spread(limit)}",
        f"≤ 3×: {ratio:.1f}×",
        ratio <= 3,
    )
    table.add(".docx 500 dòng: đọc và kiểm tra cả", spread(all_of_it), "", "< 1000 ms", median(all_of_it) < 1)

    for tables, goal in ((True, 10.0), (False, 1.0)):
        pdf = folder / f"{tables}.pdf"
        make_pdf(pdf, 100, tables=tables)
        found = rounds(lambda pdf=pdf: extract(pdf), times=3)
        from pypdfium2 import PdfDocument

        def text(pdf: Path = pdf) -> None:
            book = PdfDocument(pdf)
            for page in book:
                page.get_textpage().get_text_range()

        beside = rounds(text, times=3)
        table.add(
            f".pdf 100 trang {'có bảng' if tables else 'chỉ chữ'}",
            spread(found),
            f"pdfium lấy chữ {spread(beside)}",
            f"< {goal:.0f} s",
            median(found) < goal,
        )

    _scan(table, folder)
    seconds, mib = child([*command, "read", str(folder / "True.pdf"), "--json"])
    table.add(
        "bộ nhớ khi đọc .pdf 100 trang có bảng", f"{mib:.0f} MiB", f"{seconds:.1f} s", "< 300 MiB", mib < 300
    )


def _scan(table: Table, folder: Path) -> None:
    from caicach.reading.open import extract

    source = folder / "one.pdf"
    make_pdf(source, 1, tables=True)
    from pypdfium2 import PdfDocument

    picture = folder / "page.png"
    PdfDocument(source)[0].render(scale=200 / 72).to_pil().convert("L").save(picture)
    ours = rounds(lambda: extract(picture), times=3)
    alone = rounds(
        lambda: subprocess.run(
            ["tesseract", str(picture), "-", "-l", "vie"],
            check=True,
            capture_output=True,
            env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"},
        ),
        times=3,
    )
    table.add(
        "một trang quét 200 dpi có bảng",
        spread(ours, 1, "s"),
        f"Tesseract một mình {spread(alone, 1, 's')}",
        "< 6 s",
        median(ours) < 6,
    )
