"""Text and Markdown: tables by tabs, pipes, drawn boxes or aligned columns; everything else is a line of text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caicach.reading.document import Block, Cell, Document, PageBreak, Paragraph, Row, Source, Table
from caicach.reading.limits import MAX_TABLE_COLUMNS, check_rows
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import is_upper, key, nfc

_GAP = re.compile(r" {2,}")
_LONGEST_LINE = 200_000
_RULE = re.compile(r"^[\s|+:=_-]*[-=_]{3,}[\s|+:=_-]*$")
_HTML_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def decode(data: bytes) -> str:
    """The bytes as text: by byte order mark, as UTF-8, as UTF-16 without mark, else as Windows Vietnamese."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if len(data) > 8 and data[1::2].count(0) > len(data) // 4:
        return data.decode("utf-16-le", errors="replace")
    # cp1258 writes tones as marks of their own; the old one-byte fonts are recognised later from these letters
    return (
        data.decode("cp1258", errors="replace")
        if b"\xcc" in data or b"\xec" in data
        else data.decode("cp1252", errors="replace")
    )


def read_text(data: bytes, kind: str) -> Document:
    """Text as blocks. kind: "txt" or "md". Lines count from 1; pages by form feeds, else by repeated table headings."""
    text = nfc(decode(data)).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    document = Document(kind=kind)
    lines = text.split("\n")
    _check_size(lines)
    document.blocks = list(_blocks(lines))
    if "\f" not in text:
        document.blocks = _pages_by_headings(document.blocks)
    document.pages = 1 + sum(isinstance(block, PageBreak) for block in document.blocks)
    return document


def _check_size(lines: list[str]) -> None:
    """Raises Refusal file.too-many-rows, file.broken before anything is cut into cells."""
    check_rows(
        sum(
            "\t" in line or line.count("|") >= 2 or bool(_GAP.search(line.strip()[:400]))
            for line in lines
            if line.strip()
        )
    )
    check_rows(len(lines) // 10)
    if any(
        line.count("\t") > MAX_TABLE_COLUMNS
        or line.count("|") > MAX_TABLE_COLUMNS
        or len(line) > _LONGEST_LINE
        for line in lines
    ):
        raise Refusal("file.broken")


def _blocks(lines: list[str]) -> Iterator[Block]:
    page = 1
    place = 0
    while place < len(lines):
        line = lines[place]
        if "\f" in line:
            feeds = line.count("\f")
            page += feeds
            yield PageBreak(page)
            lines[place] = line = line.replace("\f", "")
        for reader in (_tab_table, _pipe_table, _aligned_table):
            end, rows = reader(lines, place, page)
            if rows:
                width = max(cell.column + cell.span for row in rows for cell in row.cells)
                yield Table(tuple(rows), width)
                place = end
                break
        else:
            if line.strip():
                yield Paragraph(_plain(line), Source(page=page, line=place + 1))
            place += 1


def _plain(line: str) -> str:
    """A line without Markdown's marks for headings and weight; dashes that open a point stay."""
    line = re.sub(r"^\s{0,3}#{1,6}\s+", "", line.rstrip())
    return re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", line)


def _row(texts: list[str], page: int, line: int) -> Row:
    cells = tuple(Cell(text.strip(), column) for column, text in enumerate(texts))
    return Row(cells, Source(page=page, line=line))


def _tab_table(lines: list[str], start: int, page: int) -> tuple[int, list[Row]]:
    """Lines with at least two tabs, one a row. Inside a table a section's title may have one tab or none."""
    rows: list[Row] = []
    place = start
    while place < len(lines) and "\f" not in lines[place]:
        tabs = lines[place].count("\t")
        following = lines[place + 1].count("\t") if place + 1 < len(lines) else 0
        if tabs < 2 and not (
            rows and lines[place].strip() and following >= 1 and (tabs or _is_title(lines[place]))
        ):
            break
        rows.append(_row([_HTML_BREAK.sub("\n", text) for text in lines[place].split("\t")], page, place + 1))
        place += 1
    return place, rows


def _is_title(line: str) -> bool:
    """A section's title on a line of its own: numbered or in capitals."""
    return is_upper(line) or bool(re.match(r"\s*(?:[IVX]{1,5}|[A-H]|\d{1,2})[.)]\s+\S", line))


def _pipe_table(lines: list[str], start: int, page: int) -> tuple[int, list[Row]]:
    """Markdown tables, with or without outer pipes, and boxes drawn with + and -."""

    def is_row(line: str) -> bool:
        return len(re.findall(r"(?<!\\)\|", line)) >= 2 or bool(re.match(r"^\s*\+[-=+]{3,}\+\s*$", line))

    rows: list[Row] = []
    place = start
    boxed = any(re.match(r"^\s*\+[-=+]{3,}\+\s*$", line) for line in lines[start : start + 2])
    fresh = True
    while place < len(lines) and "\f" not in lines[place]:
        ragged = rows and "|" in lines[place] and place + 1 < len(lines) and "|" in lines[place + 1]
        if not is_row(lines[place]) and not ragged:  # a section's title may have fewer cells
            break
        line = lines[place].strip()
        if _RULE.match(line):
            fresh = True
        else:
            texts = re.split(r"(?<!\\)\|", line)
            if line.startswith("|"):
                texts = texts[1:]
            if line.endswith("|") and not line.endswith("\\|"):
                texts = texts[:-1]
            texts = [_plain(_HTML_BREAK.sub("\n", text).replace("\\|", "|")) for text in texts]
            if boxed and not fresh and rows:
                rows[-1] = _joined(rows[-1], texts)
            else:
                rows.append(_row(texts, page, place + 1))
            fresh = False
        place += 1
    return place, rows if rows and max(len(row.cells) for row in rows) >= 2 else []


def _joined(row: Row, texts: list[str]) -> Row:
    """A row with the next line of its cells, as a box or an aligned table wraps them."""
    cells = []
    for column in range(max(len(row.cells), len(texts))):
        above = row.cells[column].text if column < len(row.cells) else ""
        below = texts[column].strip() if column < len(texts) else ""
        joint = "\n" if re.match(r"[-+•] ", below) else " "
        cells.append(Cell(f"{above}{joint if above and below else ''}{below}", column))
    return Row(tuple(cells), row.source)


def _aligned_table(lines: list[str], start: int, page: int) -> tuple[int, list[Row]]:
    """Columns that stand under each other: found by a heading line of three or more cells, cut at the blank gutters."""
    from caicach.reading.columns import looks_like_heading

    head = lines[start]
    if len(_GAP.split(head.strip())) < 3 or not looks_like_heading(_GAP.split(head.strip())):
        return start, []
    end = start
    blank = 0
    while end < len(lines) and "\f" not in lines[end] and "\t" not in lines[end]:
        if end > start and _cell_starts(lines[end]) != _cell_starts(head):
            again = _GAP.split(lines[end].strip())
            if len(again) >= 3 and looks_like_heading(again):
                break  # the heading again, over columns of other widths: a table of its own
        if lines[end].strip():
            if (
                blank >= 1
                and not re.search(r"\S {2,}\S|^\s{4,}\S", lines[end])
                and not re.match(r"\s*(?:[IVX]+|[A-Z]|\d+)[.)]? +\S", lines[end])
            ):
                break
            blank = 0
        else:
            blank += 1
            if blank > 2:
                break
        end += 1
    chunk = lines[start:end]
    edges = _gutters(chunk)
    if len(edges) < 2:
        return start, []
    by_blank = _numberless(chunk, edges)
    rows: list[Row] = []
    fresh = True
    heading_open = True
    for offset, line in enumerate(chunk):
        if not line.strip() or _RULE.match(line):
            fresh = True
            heading_open = heading_open and not rows
            continue
        texts = _slices(line, edges)
        numbered = (
            bool(re.match(r"(?:\d+(?:\.\d+)*|[IVX]+|[A-ZĐ]|[a-zđ])[.)]?$", texts[0].strip()))
            if len(texts) > 1
            else True
        )
        starts = numbered or len(texts) == 1 or (fresh and (by_blank or not rows))
        if rows and not starts and (heading_open or not fresh or not texts[0].strip()):
            rows[-1] = _joined(rows[-1], texts)
        else:
            heading_open = not rows
            rows.append(_row(texts, page, start + offset + 1))
        fresh = False
    return end, rows


def _cell_starts(line: str) -> list[int]:
    return [found.start() for found in re.finditer(r"(?<!\S\s)(?<!\S)\S", line)]


def _gutters(chunk: list[str]) -> list[int]:
    """Where the columns begin: places with a letter behind two or more blanks that nearly every line leaves blank."""
    wide = [line for line in chunk if len(_GAP.findall(line.strip())) >= 1 and not _RULE.match(line)]
    length = max(len(line) for line in wide)
    used = [0] * (length + 1)
    for line in wide:
        for place, letter in enumerate(line):
            if letter != " ":
                used[place] += 1
            elif 0 < place < len(line) - 1 and line[place - 1] != " " and line[place + 1] != " ":
                used[place] += 1  # a blank inside words
    slack = max(0, len(wide) // 25)
    edges = [0]
    for place in range(1, length):
        if used[place] > slack and used[place - 1] <= slack and (place < 2 or used[place - 2] <= slack):
            edges.append(place)
    first = next((place for place in range(length) if used[place] > slack), 0)
    return sorted({first, *(edge for edge in edges if edge > first)})


def _slices(line: str, edges: list[int]) -> list[str]:
    """A line cut at the columns; one text alone when its words run over a gutter (a section's title)."""
    texts = [line[a:b] for a, b in zip(edges, [*edges[1:], len(line) + 1], strict=True)]
    crossing = [edge for edge in edges[1:] if 0 < edge < len(line) and line[edge - 1] != " "]
    one_text = not _GAP.search(line.strip())
    if one_text and (crossing or not re.fullmatch(r"\s*(?:\d[\d.]*|[IVX]+|[A-ZĐa-zđ])?[.)]?\s*", texts[0])):
        return [line.strip()]
    for edge in crossing:  # a word that leans over the edge goes where most of it stands
        place = edges.index(edge)
        word = re.search(r"\S+$", texts[place - 1])
        if word:
            texts[place] = word[0] + texts[place]
            texts[place - 1] = texts[place - 1][: word.start()]
    return texts


def _numberless(chunk: list[str], edges: list[int]) -> bool:
    """Whether rows must be told by blank lines, as no column of numbers leads them."""
    numbers = sum(
        bool(re.match(r"(?:\d+(?:\.\d+)*|[IVX]+)[.)]?$", _slices(line, edges)[0].strip()))
        for line in chunk
        if line.strip()
    )
    return numbers < 2


def _pages_by_headings(blocks: list[Block]) -> list[Block]:
    """Page breaks before tables that repeat the first table's heading, and the pages of all rows after them."""
    first: str | None = None
    page = 1
    counted: list[Block] = []
    for block in blocks:
        if isinstance(block, Table) and block.rows[0].cells and len(block.rows[0].cells) >= 3:
            from rapidfuzz import fuzz

            heading = key(" ".join(cell.text for cell in block.rows[0].cells))
            if first is None:
                from caicach.reading.columns import looks_like_heading

                first = heading if looks_like_heading([cell.text for cell in block.rows[0].cells]) else None
            elif fuzz.ratio(first, heading) > 90:
                page += 1
                counted.append(PageBreak(page))
        counted.append(_on_page(block, page))
    return counted


def _on_page(block: Block, page: int) -> Block:
    if isinstance(block, Table):
        return Table(
            tuple(Row(row.cells, Source(page=page, line=row.source.line)) for row in block.rows), block.width
        )
    if isinstance(block, Paragraph):
        return Paragraph(block.text, Source(page=page, line=block.source.line), block.bold, block.centred)
    return block
