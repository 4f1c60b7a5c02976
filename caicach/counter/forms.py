"""The sheet of the counter: what stands in its fields, from one press to the next.

No Django form: copying its fields for each request takes longer than taking the dossier in, and every field here may be filled
by a scan as well as by hand.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from caicach.citizens.services import Facts
from caicach.counter.models import Desk
from caicach.counter.queries import Choice
from caicach.counter.services import Asked, Person
from caicach.rules import wording
from caicach.rules.citizen_card import Card, read_card
from caicach.rules.formats import day_in
from caicach.rules.refusal import Refusal

ROLES = {"self": "Cho chính mình", "authority": "Thay người khác", "organisation": "Cho tổ chức"}
SEXES = {"": "", "male": "Nam", "female": "Nữ"}
_TEXTS = {
    "token": 32, "procedure": 20, "find": 400, "who": 400, "handle": 16, "name": 400, "number": 400, "phone": 400, "email": 254, "address": 300,
    "born": 12, "sex": 6, "role": 12, "owner_name": 200, "owner_number": 30, "owner_address": 300, "authority": 200, "case": 4, "sets": 5,
    "fee_each": 16, "exempt": 300, "way": 7, "way_to": 300, "is_same": 2, "all_parts": 2, "at_once": 2,
    "pay": 8, "turned": 2000, "again": 32, "slip": 14, "came": 30,
}  # fmt: skip
_PERSON = ("handle", "name", "number", "phone", "email", "address", "born", "sex", "who", "is_same")
_LISTS = ("part", "reuse", "channel")
_TOKEN = re.compile(r"[A-Za-z0-9]{8,32}")
_UNPRINTED = re.compile(r"[\x00-\x1f]")


class DeskForm(forms.Form):
    """How the ward's counter stands."""

    document = forms.CharField(
        label="Văn bản của tỉnh cho phép lưu hồ sơ ở phần mềm này", max_length=200, required=False,
        help_text="Để trống: hệ thống của tỉnh là nơi lưu chính, số ở đây là số tạm (TAM-…)",
    )  # fmt: skip
    unit = forms.CharField(
        label="Mã đơn vị trong mã hồ sơ", max_length=24, required=False, help_text="Như H01.31.05"
    )
    name = forms.CharField(label="Tên bộ phận trên giấy tờ", max_length=200, required=False)
    address = forms.CharField(label="Địa chỉ", max_length=300, required=False)
    phone = forms.CharField(label="Điện thoại", max_length=60, required=False)
    receipts = forms.ChoiceField(
        label="Số biên lai thu phí", choices=list(Desk.RECEIPTS.items()), required=False,
        help_text="Mẫu và ký hiệu biên lai theo cơ quan thuế của tỉnh, chưa đối chiếu. Cách nào thì một số cũng chỉ dùng một lần.",
    )  # fmt: skip
    receipt_book = forms.CharField(
        label="Ký hiệu quyển biên lai đang dùng", max_length=20, required=False, help_text="Như AA-26P; chỉ khi theo quyển in sẵn"
    )  # fmt: skip

    def clean_receipts(self) -> str:
        return self.cleaned_data["receipts"] or "software"


class WordingForm(forms.Form):
    """The standing sentences of one form. seen: the change of the ward's that its sender's page had."""

    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    opening = forms.CharField(label="Lời mở đầu", required=False, widget=forms.Textarea(attrs={"rows": 5}))
    closing = forms.CharField(label="Lời kết", required=False, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, form: str, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.form = form
        if form == "01":  # it begins with its rows
            del self.fields["opening"]
            self.fields["closing"].label = "Lời cuối giấy"

    def clean_opening(self) -> str:
        return self._checked("opening")

    def clean_closing(self) -> str:
        return self._checked("closing")

    def _checked(self, name: str) -> str:
        text = wording.tidy(self.cleaned_data[name])
        try:
            wording.check(text, self.form, place=name)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return text


@dataclass
class Sheet:
    """said: what stands in each field; lists: what is ticked; errors: a sentence for a field; notes: what a person should look at."""

    said: dict[str, str]
    lists: dict[str, list[str]]
    errors: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def blank(cls, token: str) -> Sheet:
        start = {"token": token, "role": "self", "way": "counter", "sets": "1"}
        return cls(dict.fromkeys(_TEXTS, "") | start, {name: [] for name in _LISTS})

    @classmethod
    def of_post(cls, post: QueryDict) -> Sheet:
        """Raises Refusal counter.old where the token is none."""
        token = str(post.get("token", ""))
        if not _TOKEN.fullmatch(token):
            raise Refusal("counter.old")
        sheet = cls.blank(token)
        for name, most in _TEXTS.items():
            if name in post:
                sheet.said[name] = _UNPRINTED.sub(" ", str(post[name])).strip()[:most]
        turned = _lines(str(post.get("turned", "")))[: _TEXTS["turned"]]
        # what we had put there is no word of the officer's: papers that come meanwhile are lacking no more
        sheet.said["turned"] = "" if turned == _lines(str(post.get("lacked", ""))) else turned
        sheet.lists = {name: [str(one)[:6] for one in post.getlist(name)[:100]] for name in _LISTS}
        return sheet

    @classmethod
    def of_draft(cls, token: str, kept: Mapping[str, Any]) -> Sheet:
        sheet = cls.blank(token)
        sheet.said |= {name: str(text) for name, text in kept.get("said", {}).items() if name in _TEXTS}
        sheet.lists |= {
            name: list(ticked) for name, ticked in kept.get("lists", {}).items() if name in _LISTS
        }
        sheet.said["token"] = token
        return sheet

    def to_keep(self) -> dict[str, object]:
        return {
            "said": {name: text for name, text in self.said.items() if text and name != "token"},
            "lists": self.lists,
        }

    @property
    def is_blank(self) -> bool:
        return not any(self.said[name] for name in ("procedure", "name", "number", "who", "find"))

    def put_refusal(self, refusal: Refusal) -> None:
        place = refusal.place or ""
        place = {"parts": "all_parts"}.get(place, place)
        self.errors[place if place in _TEXTS else ""] = str(refusal)

    # --- the person --------------------------------------------------------------------------------------------

    def take_card(self, card: Card) -> None:
        """What a scan says goes into the fields; a doubt is said beside them."""
        self.said |= {
            "handle": "", "name": card.name, "number": card.number, "address": card.address, "born": f"{card.born:%d/%m/%Y}", "sex": card.sex,
            "who": "", "is_same": "",
        }  # fmt: skip
        doubts = {"sex": "giới tính", "year": "năm sinh"}
        self.notes += [f"Số thẻ và {doubts[one]} không khớp nhau. Hãy nhìn lại thẻ." for one in card.doubts]

    def clear_person(self) -> None:
        """Nobody stands there yet: nothing of who stood there before is left over."""
        self.said |= dict.fromkeys(_PERSON, "")

    def scan(self, today: dt.date) -> bool:
        """Whether a card's text was typed, by a scanner that was aimed at any of these fields; a refusal goes to its own."""
        aimed = next(
            (name for name in ("who", "find", "name", "number", "phone") if "|" in self.said[name]), ""
        )
        if not aimed:
            return False
        text, self.said[aimed] = self.said[aimed], ""
        self.clear_person()
        self.said["who"] = text
        try:
            self.take_card(read_card(self.said["who"], today=today))
        except Refusal as refusal:
            self.errors["who"] = str(refusal)
            self.said["who"] = ""
        return True

    def take_known(self, known: Any) -> None:
        """Somebody the ward knows: what is known stands in the fields, number and phone stay where they are."""
        self.said |= {
            "handle": known.handle, "name": known.name, "number": "", "phone": "", "email": known.email, "address": known.address,
            "born": f"{known.born:%d/%m/%Y}" if known.born else "", "sex": known.sex, "who": "", "is_same": "",
        }  # fmt: skip

    # --- the whole ---------------------------------------------------------------------------------------------

    @property
    def owner_key(self) -> dict[str, str]:
        """By what the owner's papers on file are found."""
        if self.said["role"] == "self":
            return {"number": "".join(self.said["number"].split()), "handle": self.said["handle"]}
        return {"number": "".join(self.said["owner_number"].split()).upper(), "handle": ""}

    def asked(self, *, today: dt.date) -> Asked:
        """As the verb wants it. Raises Refusal at the field that is no such thing."""
        said = self.said
        born = day_in(said["born"]) if said["born"] else None
        if said["born"] and (born is None or born > today or born.year < 1900):
            raise Refusal("counter.day", "born")
        if said["role"] not in ROLES:
            raise Refusal("counter.role", "role")
        sex = said["sex"] if said["sex"] in SEXES else ""
        standing = Person(
            Facts(said["name"], "person", self._kind(said["number"]), said["number"], said["phone"], said["email"], said["address"], born, sex),
            said["handle"], bool(said["is_same"]),
        )  # fmt: skip
        owner, bringer = standing, None
        if said["role"] != "self":
            is_firm = said["role"] == "organisation"
            kind = "tax-code" if is_firm else self._kind(said["owner_number"])
            facts = Facts(
                said["owner_name"], "organisation" if is_firm else "person", kind, said["owner_number"], address=said["owner_address"]
            )  # fmt: skip
            owner, bringer = Person(facts, "", bool(said["is_same"])), standing
        brought = self.positions("part")
        return Asked(
            said["procedure"], owner, bringer, said["authority"], brought, self.positions("reuse") - brought, bool(said["all_parts"]),
            _whole(said["case"], "counter.case", "case"), _whole(said["sets"] or "1", "counter.sets", "sets", most=500) or 0,
            money(said["fee_each"]), said["exempt"], said["way"] or "counter", said["way_to"],
            tuple(self.lists["channel"]), bool(said["at_once"]), "" if said["pay"] == "later" else said["pay"],
        )  # fmt: skip

    def lacking(self, choice: Choice) -> str:
        """The papers that are always asked for and are not there, a line each: what form 02 would say."""
        there = self.positions("part") | self.positions("reuse")
        return "\n".join(
            one.name for one in choice.papers if not one.required_when and one.position not in there
        )

    def positions(self, name: str) -> frozenset[int]:
        return frozenset(int(one) for one in self.lists[name] if one.isascii() and one.isdigit())

    def tick(self, choice: Choice) -> None:
        """All that is always asked for, where "all" is pressed; what is on file always, unless it was ticked as brought anew."""
        brought = self.positions("part")
        on_file = {one.position for one in choice.papers if one.source}
        if self.said["all_parts"]:
            brought |= {
                one.position for one in choice.papers if not one.required_when and one.position not in on_file
            }
        self.lists["part"] = [str(one) for one in sorted(brought)]
        self.lists["reuse"] = [str(one) for one in sorted(on_file - brought)]

    @staticmethod
    def _kind(number: str) -> str:
        return "passport" if re.search(r"[A-Za-z]", number) else "card"


def _lines(text: str) -> str:
    return "\n".join(filter(None, (_UNPRINTED.sub(" ", line).strip() for line in text.splitlines())))


def money(text: str) -> int | None:
    """ "2000", "1.000.000": đồng, with dots between thousands or none; None for nothing. Raises Refusal counter.fee."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text, re.ASCII):
        text = text.replace(".", "")
    return _whole(text, "counter.fee", "fee_each")


def _whole(text: str, code: str, place: str, **facts: object) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,13}", text, re.ASCII):
        raise Refusal(code, place, **facts)
    return int(text)
