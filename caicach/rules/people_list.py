"""A list of people as offices write it: which column is what, which row is whom, which role a title means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caicach.rules.phones import dialled
from caicach.rules.rights import ADMINISTRATOR, COORDINATOR, HEAD, LEADER, OFFICER, VIEWER
from caicach.rules.vntext import key

FIELDS: dict[str, str] = {
    "full_name": "Họ và tên",
    "office": "Đơn vị",
    "title": "Chức danh",
    "role": "Vai trò",
    "user_name": "Tên đăng nhập",
    "email": "Thư điện tử",
    "phone": "Điện thoại",
}
"""What a list can say of somebody, in the words of the sample file."""

_HEADINGS: tuple[tuple[str, str], ...] = (
    ("user_name", r"(?:ten )?(?:dang nhap|tai khoan)|user ?name|user|ten nguoi dung"),
    ("email", r"(?:dia chi |hop )?(?:thu dien tu|thu cong vu|e ?mail|hop thu|gmail|mail|thu)(?: cong vu| ca nhan)?"),
    ("phone", r"(?:so )?(?:dien thoai|sdt|dt|di dong|dtdd|zalo)(?: di dong| lien he| ca nhan| cong vu)?"),
    ("role", r"vai(?: tro)?(?: .*)?|(?:nhom |phan )?quyen(?: .*)?"),
    ("title", r"chuc (?:danh|vu|trach)(?: .*)?|vi tri(?: viec lam| cong tac)?|chuc danh chuc vu"),
    ("office", r"(?:ten )?(?:don vi|phong ban|phong|co quan|bo phan|noi (?:cong tac|lam viec)|khu pho|khu pho ap|ap)(?: .*)?"),
    ("first_part", r"ho|ho (?:va )?(?:ten )?(?:dem|lot|chu dem)|ho va chu dem"),
    ("last_part", r"ten"),
    ("full_name", r"(?:ho (?:va )?ten|ten)(?: (?:can bo|cong chuc|nguoi|cbcc|cbccvc|nhan su|day du)(?: .*)?)?|nhan su|can bo(?: cong chuc)?"),
)  # fmt: skip
_LOOKED_AT = 40
"""rows in which the heading is looked for"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list, as it stands there. number: the row's, as Excel counts it."""

    number: int
    full_name: str
    office: str = ""
    title: str = ""
    role: str = ""
    user_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PeopleOfSheet:
    """Who stands in a sheet; left_out: the numbers of rows with words that speak of nobody."""

    people: tuple[Listed, ...]
    left_out: tuple[int, ...]


_TOTAL = re.compile(r"(?:tong|cong)(?: (?:cong|so|lai)\b.*)?")


def people_of(rows: Sequence[tuple[int, Sequence[str]]]) -> PeopleOfSheet | None:
    """The people of one sheet; None where no row is a heading with a name's column and another one.

    A row with a single text ("II. Phòng Văn hóa – Xã hội") names the office of those below it that name none. One that
    says something of somebody but not who it is stands there without a name; totals, headings said again and
    signatures are left out.
    """
    found = _heading(rows)
    if found is None:
        return None
    at, columns = found
    people: list[Listed] = []
    left_out: list[int] = []
    office = ""
    for number, cells in rows[at + 1 :]:
        facts = {
            name: cells[column].strip() if column < len(cells) else "" for name, column in columns.items()
        }
        name = f"{facts.pop('first_part', '')} {facts.pop('last_part', '')}".strip() or facts.get(
            "full_name", ""
        )
        filled = {cell.strip() for cell in cells if cell.strip()}
        if not any(map(_LETTER.search, filled)):  # empty, or nothing but its number
            left_out += [number] if len(filled) > 1 else []
            continue
        if len(filled) == 1:
            office = re.sub(r"^\s*(?:[IVXLC]+|[A-Z]|\d+)\s*[.)/:-]\s*", "", filled.pop())
            left_out.append(number)
            continue
        beside = [cell for n, cell in enumerate(cells) if n not in columns.values()]
        is_somebody = _LETTER.search(name) if name else not any(map(_LETTER.search, beside))
        if not is_somebody or _is_heading(name) or _TOTAL.fullmatch(key(name)):
            left_out.append(number)
            continue
        facts["full_name"] = name.title() if name.isupper() else name
        facts["office"] = facts.get("office") or office
        facts["phone"] = dialled(facts.get("phone", ""))
        facts["email"] = facts.get("email", "").lower().removeprefix("mailto:")
        people.append(Listed(number, **facts))
    return PeopleOfSheet(tuple(people), tuple(left_out))


_LETTER = re.compile(r"[^\W\d_]")


def _heading(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[str, int]] | None:
    for at, (_, cells) in enumerate(rows[:_LOOKED_AT]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            field = _field(cell)
            if field:
                columns.setdefault(field, column)
        if "last_part" in columns and "first_part" not in columns:
            columns.setdefault("full_name", columns.pop("last_part"))
        if ("full_name" in columns or {"first_part", "last_part"} <= set(columns)) and len(columns) > 1:
            if "full_name" in columns:
                columns.pop("first_part", None)
                columns.pop("last_part", None)
            return at, columns
    return None


def _field(cell: str) -> str:
    """What a heading's cell names; "" for nothing that we ask."""
    words = key(re.sub(r"\([^)]*\)|\*", " ", cell))
    return next((field for field, pattern in _HEADINGS if re.fullmatch(pattern, words)), "")


def _is_heading(name: str) -> bool:
    return _field(name) in ("full_name", "first_part", "last_part")


_ROLES = {
    COORDINATOR: "dieu phoi|can bo dieu phoi|dau moi|can bo dau moi|dau moi cchc|phu trach cchc",
    HEAD: "truong don vi|truong phong|truong|lanh dao phong|lanh dao don vi|truong khu pho|truong ap|phu trach don vi",
    OFFICER: "chuyen vien|can bo|cong chuc|vien chuc|nhan vien|nguoi lao dong|nguoi thuc hien",
    LEADER: "lanh dao|lanh dao phuong|lanh dao xa|lanh dao ubnd|chu tich|pho chu tich",
    VIEWER: "nguoi xem|chi xem|xem",
    ADMINISTRATOR: "quan tri|quan tri vien|quan tri he thong|quan tri phuong|admin",
}
_ROLE_OF = {words: role for role, listed in _ROLES.items() for words in listed.split("|")}
_LEADS_WARD = re.compile(
    r"(?:pho )?(?:chu tich|bi thu)(?: (?:ubnd|hdnd|uy ban nhan dan|hoi dong nhan dan|dang uy|phuong|xa|dac khu)\b.*)?"
)
_LEADS_OFFICE = re.compile(
    r"(?:quyen |q )?(?:truong|chanh van phong|giam doc|chi huy truong|tram truong|hieu truong|chu tich|bi thu|chu nhiem|doi truong)\b.*"
)  # fmt: skip


def role_of(words: str) -> str | None:
    """The role that a list names in its own words; None for words that name none."""
    return _ROLE_OF.get(key(words))


def role_from_title(title: str) -> str:
    """The role that somebody of this title most likely has: it is shown, and can be changed, before it is given."""
    words = key(title)
    if _LEADS_WARD.fullmatch(words):
        return LEADER
    return HEAD if _LEADS_OFFICE.fullmatch(words) else OFFICER


def neighbourhood_of(text: str) -> str:
    """ "KP 07", "kp7", "khu phố 7" → "Khu phố 7"; other words as they are."""
    found = re.fullmatch(r"(?:kp|k p|khu pho) ?0*(\d{1,3})", key(text))
    return f"Khu phố {found[1]}" if found else text
