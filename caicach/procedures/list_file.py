"""The whole catalogue as a file that the import reads again without loss: a table of procedures, of papers, of steps, of cases."""

from __future__ import annotations

import datetime as dt

from caicach.organisation.queries import offices
from caicach.procedures.listed import SYSTEMS, shown_fee
from caicach.procedures.models import Version, channel_words
from caicach.procedures.services import Entry, newest_entries
from caicach.rules.procedures import FEES, LEVELS, ONLINE
from caicach.writing.lists import Column, Group, Listing, Table, Value

_MAIN = (
    Column("Mã", 24), Column("Tên thủ tục", 78), Column("Lĩnh vực", 30), Column("Cấp", 22), Column("Thời hạn theo luật", 30),
    Column("Thời hạn của phường", 30), Column("Phí, lệ phí", 40), Column("Kết quả", 50),
    Column("Cơ quan giải quyết", 50, only_sheet=True), Column("Thời hạn như văn bản ghi", 60, only_sheet=True),
    Column("Văn bản của phường về thời hạn", 40, only_sheet=True), Column("Tình trạng phí", 24, only_sheet=True),
    Column("Mức thu", 50, only_sheet=True), Column("Số tiền (đồng)", 24, "number", only_sheet=True), Column("Nộp ở đâu", 50, only_sheet=True),
    Column("Trực tuyến", 24, only_sheet=True), Column("Ai được làm", 50, only_sheet=True), Column("Người dân gọi là", 60, only_sheet=True),
    Column("Điều kiện", 60, only_sheet=True), Column("Căn cứ pháp lý", 60, only_sheet=True), Column("Các chặng", 60, only_sheet=True), Column("Hồ sơ nằm ở", 30, only_sheet=True),
    Column("Đối chiếu", 24, only_sheet=True), Column("Nguồn", 60, only_sheet=True), Column("Áp dụng từ", 24, "day", only_sheet=True),
    Column("Số quyết định", 30, only_sheet=True), Column("Ngày quyết định", 24, "day", only_sheet=True), Column("Nơi ban hành", 40, only_sheet=True),
)  # fmt: skip
_PAPERS = (
    Column("Mã", 24), Column("Thủ tục", 70), Column("Giấy tờ", 80), Column("Bản chính", 18, "number"), Column("Bản sao", 18, "number"),
    Column("Chỉ khi", 40), Column("Mẫu", 24), Column("Lấy lại được", 18),
)  # fmt: skip
_STEPS = (Column("Mã", 24), Column("Thủ tục", 80), Column("Bước", 60), Column("Đơn vị", 60), Column("Phần thời gian, %", 28, "number"))  # fmt: skip
_CASES = (
    Column("Mã", 24), Column("Thủ tục", 70), Column("Trường hợp", 50), Column("Khi nào", 50), Column("Thời hạn", 30), Column("Tình trạng phí", 24),
    Column("Mức thu", 40),
)  # fmt: skip


def whole_catalogue(ward: int, *, ward_name: str, today: dt.date) -> Listing:
    """The newest version of every procedure that has not ended. Seven queries."""
    found = [
        (version, entry)
        for version, entry in newest_entries(ward)
        if version.valid_to is None or version.valid_to >= today
    ]
    names = {one.id: one.name for one in offices(ward)}
    tables = [
        Table("Danh mục", _MAIN, (Group("", tuple(_row(version, entry) for version, entry in found)),)),
        Table("Giấy tờ", _PAPERS, (Group("", tuple(row for _, e in found for row in _papers(e))),)),
        Table("Các bước", _STEPS, (Group("", tuple(row for _, e in found for row in _steps(e, names))),)),
        Table("Trường hợp", _CASES, (Group("", tuple(row for _, e in found for row in _cases(e))),)),
    ]
    return Listing(
        ward_name,
        "Danh mục thủ tục hành chính",
        (f"{len(found)} thủ tục, đến ngày {today:%d/%m/%Y}",),
        tuple(one for n, one in enumerate(tables) if n == 0 or one.count),
    )


def _row(version: Version, e: Entry) -> tuple[Value, ...]:
    ways = channel_words(e.at_counter, e.by_post, "")
    return (
        e.code, e.name, e.field, LEVELS[e.level], e.law.words if e.law else "chưa rõ", e.own.words if e.own else "theo luật", shown_fee(e), e.result,
        e.decides, e.time_words, e.ward_decision, FEES[e.fee_status], e.fee_words, e.fee_amount, ", ".join(ways) or "Không", ONLINE[e.online],
        e.who_may_ask, e.everyday_words, e.conditions, e.legal_basis, e.legs, SYSTEMS[e.system], "đã đối chiếu" if e.checked else "chưa đối chiếu", e.source,
        version.valid_from, version.decision_number, version.decision_date, version.decision_issuer,
    )  # fmt: skip


def _papers(e: Entry) -> list[tuple[Value, ...]]:
    return [
        (e.code, e.name, p.name, p.originals, p.copies, p.required_when, p.form, "Có" if p.reusable else "Không") for p in e.components
    ]  # fmt: skip


def _steps(e: Entry, names: dict[int, str]) -> list[tuple[Value, ...]]:
    return [(e.code, e.name, s.name, names.get(s.office, "") if s.office else "", s.share) for s in e.steps]


def _cases(e: Entry) -> list[tuple[Value, ...]]:
    return [
        (e.code, e.name, c.name, c.when, c.law.words if c.law else "", FEES.get(c.fee_status, "như chung"), c.fee_words) for c in e.cases
    ]  # fmt: skip
