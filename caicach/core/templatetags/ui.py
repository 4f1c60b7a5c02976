"""The components of the pages: small tags with a template each. `/kieu-dang/` shows every one in every state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caicach.rules import formats, money, rights, sign_in, task_status
from caicach.rules.clock_words import minutes_in_words
from caicach.rules.dossier_moves import STATES
from caicach.rules.vntext import cut

register = template.Library()


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """23/11/2026; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    return f"{value.day:02}/{value.month:02}/{value.year}"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """16:42, 20/11/2026; "" for nothing."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local.hour}:{local.minute:02}, {day(local.date())}"


@register.filter
def number(value: object) -> str:
    """A decimal in the Vietnamese way: 1.083,247. Anything that is no number stays as it is."""
    if value is None or value == "":
        return ""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return formats.number(f"{exact:f}")


@register.filter
def place(number: str) -> str:
    """A task's number as people say it: II.6, where its address has II-6."""
    return number.partition("~")[0].replace("-", ".", 1)


@register.filter
def first_words(text: str, limit: int = 90) -> str:
    """The first line, cut as `vntext.cut` does, with … where something was left out."""
    line = text.strip().split("\n", 1)[0].strip()
    if len(line) <= limit and line == text.strip():
        return line
    if len(line) <= limit:
        return f"{line} …"
    return cut(line, limit)


@register.filter
def group_count(page: Any, group: str) -> int:
    """How many tasks of a page's tallies are in a group."""
    return next((one.count for one in page.tallies if one.group == group), 0)


@register.simple_tag
def querystring_of(**pairs: object) -> str:
    """ "q=ke+hoach&tu=30": the query of an address from these values; empty ones are left out."""
    return urlencode({name: value for name, value in pairs.items() if value not in (None, "")})


@register.simple_tag
def chip(tone: str, word: str) -> SafeString:
    """A state as a word with its colour; the word alone would do."""
    return format_html('<span class="chip is-{}">{}</span>', tone, word)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, object]:
    """A form field: label, hint, input, error, tied together for readers of the screen."""
    hint = hint or str(bound.help_text or "")
    described = [f"{bound.id_for_label}-hint"] if hint else []
    if bound.errors:
        described.append(f"{bound.id_for_label}-error")
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {"bound": bound, "hint": hint, "widget": bound.as_widget(attrs=attrs)}


@register.inclusion_tag("components/drop.html")
def drop(bound: BoundField, hint: str, accept: str) -> dict[str, object]:
    """A box to drop a file on, or to press (static/js/upload.js). accept: ".xlsx,.csv"."""
    return {"bound": bound, "hint": hint, "accept": accept}


@register.inclusion_tag("components/ticks.html")
def ticks(bound: BoundField, look: str = "") -> dict[str, object]:
    """A tick for each choice; a group of choices is folded, and open where something in it is ticked."""
    every = {str(one.data["value"]): one for one in bound}
    ticked = {str(value) for value in bound.value() or ()}
    loose, groups = [], []
    for value, words in bound.field.choices:  # type: ignore[attr-defined]
        if isinstance(words, list | tuple):
            inside = [str(one) for one, _ in words]
            groups.append((value, [every[one] for one in inside], bool(ticked & set(inside))))
        else:
            loose.append(every[str(value)])
    return {"loose": loose, "groups": groups, "look": look}


@register.inclusion_tag("components/summary.html")
def error_summary(form: Any) -> dict[str, object]:
    """All that is wrong with a form, on top, each linked to its field."""
    rows = [
        (form[name] if name in form.fields else None, words)
        for name, errors in form.errors.items()
        for words in errors
    ]
    return {"rows": rows}


@register.inclusion_tag("components/tally.html")
def tally(tone: str, name: str, count: int, address: str = "", on: bool = False) -> dict[str, object]:
    """A figure with its name; with an address it filters."""
    return {"tone": tone, "name": name, "count": count, "address": address, "on": on}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", address: str = "", word: str = "") -> dict[str, object]:
    """What stands where nothing is yet: why, and the next thing to do."""
    return {"title": title, "text": text, "address": address, "word": word}


@register.inclusion_tag("components/save_as.html")
def save_as(name: str, *at: object, query: str = "") -> dict[str, object]:
    """The list of this page as files: the URL name that takes the suffix last, what stands before it, the filter."""
    return {
        "ways": [
            (words, reverse(name, args=[*at, suffix]) + query)
            for suffix, words in (("xlsx", "Excel"), ("docx", "Word"))
        ]
    }


@register.inclusion_tag("components/pager.html")
def pager(pages: Any) -> dict[str, object]:
    """Before, where, after."""
    return {"pages": pages}


@register.inclusion_tag("components/pager.html")
def pager_on(number: int, more: bool, at: str = "", **query: object) -> dict[str, object]:
    """The same of a list whose end nobody counts. more: there is another page; at: "#list" of its address; query: what it shows."""

    def address(page: int) -> str:
        return f"?{querystring_of(**query, trang=page)}{at}"

    before, after = address(number - 1) if number > 1 else "", address(number + 1) if more else ""
    return {"pages": {"number": number, "before": before, "after": after}}


@register.inclusion_tag("components/progress.html")
def progress(share: int, words: str = "") -> dict[str, object]:
    """How far something is, 0 to 100, with words."""
    return {"share": share, "words": words}


@register.simple_block_tag
def notice(content: str, tone: str = "warn") -> SafeString:
    """A note in a coloured box; tone as of the chips."""
    return format_html('<div class="notice is-{}">{}</div>', tone, content)


@register.filter
def seconds(milliseconds: int) -> str:
    """0,3 from 312."""
    return f"{milliseconds / 1000:.1f}".replace(".", ",")


@register.filter
def weekday(value: dt.date) -> str:
    """Thứ Hai … Chủ nhật."""
    name = formats.WEEKDAYS[value.weekday()]
    return name[0].upper() + name[1:]


@register.filter
def of(values: Mapping[str, str], name: str) -> str:
    """The value of that name; "" for none."""
    return values.get(name, "")


@register.filter
def words(text: str) -> list[str]:
    """The words of a text, for a loop."""
    return text.split()


@register.simple_tag
def box_rect(box: str) -> SafeString:
    """The rectangle of a row on its page, from its shares "left top right bottom"; nothing for no box."""
    shares = [float(share) for share in box.split()] if box else []
    if len(shares) != 4:
        return format_html("")
    left, top, right, bottom = shares
    return format_html('<rect x="{}" y="{}" width="{}" height="{}"/>', left, top, right - left, bottom - top)


@register.filter
def only(rows: Iterable[Any], rule: str) -> list[Any]:
    """The rows that a rule fits: "finding.state=open", or "state!=refused"."""
    path, _, wanted = rule.partition("=")
    negative = path.endswith("!")
    value = attrgetter(path.removesuffix("!"))
    return [row for row in rows if (value(row) == wanted) != negative]


@register.filter
def tally_of_findings(left: Sequence[Any], every: Sequence[Any]) -> list[tuple[str, str, int]]:
    """The filters of the list of findings: (name in the address, words, how many); left: the open ones."""
    names = (("error", "Lỗi"), ("warning", "Xem"), ("note", "Ghi nhận"))
    kinds = [(name, words, len(only(left, f"finding.severity={name}"))) for name, words in names]
    return [("open", "Chưa xem", len(left)), *kinds, ("seen", "Đã xem", len(every) - len(left))]


@register.filter
def fits_filter(found: Any, asked: str) -> bool:
    """Whether the list shows a finding: of the open ones all or one kind; those that are settled apart."""
    if asked == "seen":
        return not found.is_open
    return found.is_open and asked in ("open", found.finding.severity)


@register.filter
def any_fits(rows: Iterable[Any], asked: str) -> bool:
    """Whether the list shows anything."""
    return any(fits_filter(found, asked) for found in rows)


@register.filter
def role_words(role: str) -> str:
    """Chuyên viên, Trưởng đơn vị, …"""
    return rights.ROLES[role]


@register.filter
def iso_day(text: str) -> str:
    """23/11/2026 from 2026-11-23, as events keep days; anything else as it is."""
    try:
        return str(day(dt.date.fromisoformat(text)))
    except (TypeError, ValueError):
        return str(text)


_ACCOUNT_WORDS = {
    "account.signed-in": "Đăng nhập",
    "account.rests": "Tạm nghỉ vì sai nhiều lần",
    "account.password-changed": "Tự đổi mật khẩu",
    "account.password-given": "Được cấp mật khẩu mới",
    "account.second-on": "Bật mã hai lớp",
    "account.second-off": "Tắt mã hai lớp",
    "account.passkey-added": "Thêm khóa truy cập",
    "account.passkey-removed": "Bỏ khóa truy cập",
    "account.tied": "Nối tài khoản tỉnh",
    "account.untied": "Thôi nối tài khoản tỉnh",
    "account.recovery-used": "Dùng một mã dự phòng",
    "account.recovery-renewed": "Làm mã dự phòng mới",
    "account.ways-reset": "Được đặt lại cách đăng nhập",
    "account.sessions-ended": "Bị đăng xuất ở mọi nơi",
    "account.link-sent": "Được gửi thư đặt mật khẩu",
    "account.password-set": "Đặt mật khẩu bằng thư",
    "people.imported": "Nạp danh sách người",
    "person.admitted": "Được thêm",
    "person.edited": "Sửa thông tin",
    "person.left": "Thôi việc",
    "person.away": "Vắng mặt",
    "person.back": "Có mặt lại",
    "post.given": "Được giao chức vụ",
    "post.changed": "Đổi chức vụ",
    "post.ended": "Thôi chức vụ",
    "office.opened": "Thành lập",
    "office.renamed": "Đổi tên",
    "office.edited": "Sửa thông tin",
    "office.closed": "Giải thể",
    "office.merged": "Nhập vào đơn vị khác",
    "office.took-over": "Nhận việc của đơn vị nhập vào",
    "ward.founded": "Lập trên phần mềm",
    "ward.edited": "Sửa tên, tỉnh",
    "calendar.days-set": "Ghi lịch riêng",
    "calendar.day-set-back": "Đặt lại theo lịch chung",
    "calendar.confirmed": "Xác nhận lịch",
    "calendar.hours-set": "Đặt giờ làm việc",
    "calendar.letter-written": "Đã gửi thư đổi ngày hẹn",
}


@register.filter
def account_words(event: Any) -> str:
    """An event about a person or an office, in words."""
    return str(_ACCOUNT_WORDS.get(event.code, event.code))


@register.filter
def ways_of(event: Any) -> str:
    """ "mật khẩu và mã hai lớp" of a sign-in; "" for other events."""
    return sign_in.way_words(event.facts.get("ways"))


@register.filter
def worked(minutes: int) -> str:
    """ "3 giờ" of minutes of work."""
    return minutes_in_words(minutes)


@register.filter
def lower_first(text: str) -> str:
    """ "nộp văn bản" from "Nộp văn bản"."""
    return f"{text[:1].lower()}{text[1:]}"


register.filter("is_picture", formats.is_picture)


@register.filter
def group_name(group: str) -> str:
    """Trễ hạn, Sắp đến hạn, …"""
    return task_status.GROUPS[group]  # type: ignore[index]


@register.filter
def any_count(counts: Mapping[str, int]) -> bool:
    """Whether anything was counted."""
    return any(counts.values())


@register.filter
def result_words(result: str) -> str:
    """Vượt, đạt, chưa đạt."""
    return {"more": "vượt", "reached": "đạt", "not": "chưa đạt"}.get(result, "")


@register.filter
def nth(values: Sequence[object], position: int) -> object:
    """The value at a place, from 0."""
    return values[position]


@register.filter
def dossier_field(name: str) -> str:
    """What a list tells of a dossier, as people call it: "due" → "Hẹn trả"."""
    return {"state": "Trạng thái", **formats.DOSSIER_KEYS}.get(name) or formats.DOSSIER_KEYS[f"{name}_at"]


@register.filter
def dossier_address(code: str) -> str:
    """Where the dossier of this code stands."""
    return formats.dossier_address(code)


@register.filter
def money_address(code: str) -> str:
    """Where what the dossier of this code costs is paid."""
    return formats.money_address(code)


@register.filter
def dong(amount: int) -> str:
    """14.000 đồng."""
    return money.dong(amount)


@register.simple_tag
def paper_address(code: str, nth: int) -> str:
    """Where the paper of a dossier's nth event stands."""
    return formats.paper_address(code, nth)


@register.filter
def dossier_value(value: str, name: str) -> str:
    """A value of a dossier as its events keep it: states, ways to file and ISO moments in words."""
    if not value:
        return "–"
    if name == "state":
        return STATES[value].name  # type: ignore[index]
    if name == "channel":
        return formats.CHANNELS[value]
    if f"{name}_at" in formats.DOSSIER_KEYS:
        return formats.moment(
            dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
        )
    return value


@register.filter
def minus(count: int, shown: Sequence[Any]) -> int:
    """How many more there are than the ones shown."""
    return count - len(shown)
