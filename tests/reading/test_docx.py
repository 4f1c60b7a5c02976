"""What a Word file hides between its tags, each case as Word writes it."""

from __future__ import annotations

import io
import zipfile

import pytest

from caicach.reading import docx as reader
from caicach.reading.document import PageBreak, Paragraph, Table
from caicach.reading.docx import read_docx
from tests.reading import generator as gen

NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def read(body: str, **parts: str):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {NS}><w:body>{body}</w:body></w:document>")
        for name, text in parts.items():
            archive.writestr(f"word/{name}.xml", text)
    out.seek(0)
    return read_docx(out)


def texts(document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def p(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def test_tracked_changes_are_accepted():
    document = read(
        "<w:p><w:r><w:t>Hạn: </w:t></w:r><w:del><w:r><w:delText>30/6</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>31/8</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>đi</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t> đến</w:t></w:r></w:moveTo></w:p>"
    )
    assert texts(document) == ["Hạn: 31/8 đến"]


def test_a_deleted_paragraph_end_joins_two_paragraphs():
    document = read(p("Xây dựng ", "<w:rPr><w:del/></w:rPr>") + p("kế hoạch"))
    assert texts(document) == ["Xây dựng kế hoạch"]


def test_hidden_text_and_field_codes_are_left_out():
    document = read(
        p("ẩn", run="<w:vanish/>")
        + '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        "<w:r><w:t>7</w:t></w:r></w:p><w:p><w:hyperlink><w:r><w:t>cổng</w:t></w:r></w:hyperlink></w:p>"
    )
    assert texts(document) == ["7", "cổng"]


def test_a_text_box_is_read_once():
    box = "<w:txbxContent>" + p("Trong khung") + "</w:txbxContent>"
    document = read(
        "<w:p><w:r><w:t>Ngoài</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
        + box
        + "</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        + box
        + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert texts(document) == ["Ngoài", "Trong khung"]


def test_page_breaks_are_not_counted_twice():
    document = read(
        '<w:p><w:r><w:t>một</w:t></w:r><w:r><w:br w:type="page"/></w:r></w:p>'
        "<w:p><w:r><w:lastRenderedPageBreak/><w:t>hai</w:t></w:r></w:p>"
    )
    assert [block.page for block in document.blocks if isinstance(block, PageBreak)] == [2]
    assert document.pages == 2


NUMBERING = (
    f"<w:numbering {NS}><w:abstractNum w:abstractNumId='0'>"
    "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='upperRoman'/><w:lvlText w:val='%1.'/></w:lvl>"
    "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%2'/></w:lvl></w:abstractNum>"
    "<w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='0'><w:numFmt w:val='bullet'/><w:lvlText w:val='•'/></w:lvl></w:abstractNum>"
    "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num><w:num w:numId='2'><w:abstractNumId w:val='1'/></w:num></w:numbering>"
)


def listed(text: str, level: int, number: int = 1) -> str:
    return p(text, f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr>")


def test_automatic_numbers_are_text():
    document = read(
        listed("A", 0)
        + listed("", 1)
        + listed("x", 1)
        + listed("B", 0)
        + listed("y", 1)
        + listed("điểm", 0, 2),
        numbering=NUMBERING,
    )
    assert texts(document) == ["I. A", "1", "2 x", "II. B", "1 y", "- điểm"]


def test_old_fonts_are_converted_run_by_run():
    document = read(
        p("Céng hßa", run="<w:rFonts w:ascii='.VnTime'/>")
        + p("Céng hßa", run="<w:rFonts w:ascii='.VnTimeH'/>")
        + p("Uûy ban", run="<w:rFonts w:ascii='VNI-Times'/>")
    )
    assert texts(document) == ["Cộng hòa", "CỘNG HÒA", "Ủy ban"]
    assert document.notes == ["old-font-tcvn3", "old-font-vni"]


def test_decomposed_letters_are_composed_in_any_order():
    document = read(p("Thu\u031bo\u031b\u0300ng a\u0323\u0302 e\u0302\u0301 \u00d0a\u0300"))
    assert texts(document) == ["Thường ậ ế Đà"]


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def table(*rows: str) -> str:
    return (
        "<w:tbl><w:tblGrid>"
        + "<w:gridCol/>" * 3
        + "</w:tblGrid>"
        + "".join(f"<w:tr>{row}</w:tr>" for row in rows)
        + "</w:tbl>"
    )


def test_merged_cells_stand_at_their_columns():
    document = read(
        table(
            cell(p("a")) + cell(p("bc"), "<w:gridSpan w:val='2'/>"),
            cell(p("d"), "<w:vMerge w:val='restart'/>") + cell(p("e")) + cell(p("f")),
            "<w:trPr/>" + cell(p(""), "<w:vMerge/>") + cell(p("g")) + cell(p("h")),
        )
    )
    (found,) = document.tables()
    assert [[(c.text, c.column, c.span, c.filled_down) for c in row.cells] for row in found.rows] == [
        [("a", 0, 1, False), ("bc", 1, 2, False)],
        [("d", 0, 1, False), ("e", 1, 1, False), ("f", 2, 1, False)],
        [("d", 0, 1, True), ("g", 1, 1, False), ("h", 2, 1, False)],
    ]
    assert [row.source.to_json() for row in found.rows] == [{"table": 1, "row": row} for row in (1, 2, 3)]


def test_a_nested_table_follows_its_table():
    inner = table(cell(p("x")) + cell(p("y")))
    outer = table(cell(p("a")) + cell(inner + p("b")))
    first, second = read(outer).tables()
    assert [c.text for c in first.rows[0].cells] == ["a", "b"]
    assert [c.text for c in second.rows[0].cells] == ["x", "y"]
    assert second.rows[0].source.table == 2


@pytest.mark.parametrize("seed", range(6))
def test_the_fast_way_gives_what_the_thorough_one_gives(seed, monkeypatch):
    """Plain tables are read in one sweep; both ways must agree to the last cell."""
    data = gen.write_docx(gen.laid_out(gen.plan(seed), gen.look(seed)))
    fast = read_docx(io.BytesIO(data))
    monkeypatch.setattr(reader._Reader, "_is_plain", lambda self, tbl: False)
    assert read_docx(io.BytesIO(data)).blocks == fast.blocks
    assert any(isinstance(block, Table) for block in fast.blocks)
