"""The forms of the catalogue: a version as a decision has it, the ward's time, slips."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from caicach.core.fields import DayField, TokenField
from caicach.procedures import step_rows
from caicach.procedures.services import MENDABLE, Decision, Entry, Paper, Step, Variant
from caicach.rules.dossier_clock import MOST, Unit
from caicach.rules.procedures import FEES, LEVELS, ONLINE, UNITS, Span

_UNITS = [("", "Chưa rõ"), *UNITS.items()]
_OWN_UNITS = [("", "Theo luật"), *UNITS.items()]
_WHOLE = {
    "invalid": "Ghi một số nguyên.",
    "min_value": "Ghi số từ 1 trở lên.",
    "max_value": f"Nhiều nhất {MOST}.",
}
_DAY = {"required": "Hãy ghi áp dụng từ ngày nào.", "invalid": "Ghi ngày như 23/11/2026."}
_LONG = {"max_length": "Nhiều nhất %(limit_value)d chữ, đang có %(show_value)d."}
_CHOICE = {"invalid_choice": "Hãy chọn trong danh sách.", "required": "Hãy chọn trong danh sách."}


def _text(label: str, limit: int, **other: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=False, error_messages=_LONG | other.pop("words", {}), **other
    )


def _lines(label: str, rows: int = 3, **other: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, required=False, error_messages=_LONG, widget=forms.Textarea(attrs={"rows": rows}), **other
    )  # fmt: skip


def _amount(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False, error_messages=_WHOLE)


def _choice(label: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, error_messages=_CHOICE)


def _span(data: dict[str, Any], name: str) -> Span | None:
    """A time of two fields; half of one is told by the service."""
    unit, amount = data.get(f"{name}_unit") or "", data.get(f"{name}_amount")
    if not unit:
        return None if not amount else Span("working-day", 0)
    return Span(cast(Unit, unit), amount or 0)


def _decision(data: dict[str, Any]) -> Decision:
    return Decision(data["decision_number"], data["decision_date"], data["decision_issuer"])


class VersionForm(forms.Form):
    """A version of a procedure from a day, with the decision that brings it. begun: what the form began with."""

    token = TokenField()
    begun = forms.CharField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label="Mã thủ tục", max_length=40, error_messages=_LONG | {"required": "Hãy ghi mã thủ tục."}, help_text="Như 1.001193; chưa biết thì ghi TAM-1")  # fmt: skip
    name = _text("Tên thủ tục", 400)
    everyday_words = _lines(
        "Người dân gọi là", help_text="Mỗi dòng một cách gọi, như: làm giấy khai sinh cho con"
    )
    field = _text("Lĩnh vực", 120)
    level = _choice("Cấp giải quyết", LEVELS.items())
    who_may_ask = _text("Ai được làm", 400)
    decides = _text("Cơ quan giải quyết", 200)
    at_counter = forms.BooleanField(label="Nộp tại quầy", required=False)
    by_post = forms.BooleanField(label="Nộp qua bưu chính công ích", required=False)
    online = _choice("Trực tuyến", ONLINE.items())
    law_unit = _choice("Tính bằng", _UNITS)
    law_amount = _amount("Thời hạn theo luật")
    own_unit = _choice("Tính bằng", _OWN_UNITS)
    own_amount = _amount("Thời hạn của phường")
    ward_decision = _text("Văn bản của phường về thời hạn ấy", 200)
    time_words = _text("Thời hạn như văn bản ghi", 400)
    fee_status = _choice("Phí, lệ phí", FEES.items())
    fee_amount = forms.IntegerField(label="Số tiền (đồng)", min_value=0, max_value=10**12, required=False, error_messages=_WHOLE)  # fmt: skip
    fee_words = _text("Mức thu, cách tính", 400)
    result = _text("Kết quả", 400)
    conditions = _lines("Điều kiện")
    legs = _lines(
        "Các chặng, khi nhiều cơ quan cùng làm một hồ sơ",
        help_text="Mỗi dòng: tên | cơ quan (để trống là phường) | thời hạn | sau 1 (nếu chờ chặng ghi ở dòng 1)",
    )
    legal_basis = _lines("Căn cứ pháp lý", help_text="Mỗi dòng một văn bản")
    source = _text("Nguồn", 300)
    checked = forms.BooleanField(label="Đã đối chiếu với quyết định công bố", required=False)
    system = _choice("Hồ sơ nằm ở", [("beside", "Hệ thống của tỉnh"), ("own", "Phần mềm này")])
    valid_from = DayField(label="Áp dụng từ", error_messages=_DAY)
    decision_number = forms.CharField(label="Quyết định công bố số", max_length=60, error_messages=_LONG | {"required": "Hãy ghi số quyết định công bố."})  # fmt: skip
    decision_date = DayField(label="Ngày ký", required=False, error_messages=_DAY)
    decision_issuer = _text("Nơi ban hành", 200)

    def decision(self) -> Decision:
        return _decision(self.cleaned_data)

    def entry(self, papers: tuple[Paper, ...], steps: tuple[Step, ...], cases: tuple[Variant, ...]) -> Entry:
        data = dict(self.cleaned_data)
        same = (
            "code", "name", "everyday_words", "field", "who_may_ask", "at_counter", "by_post", "online", "result", "legal_basis", "conditions", "legs",
            "decides", "ward_decision", "time_words", "fee_words", "fee_amount", "source", "checked",
        )  # fmt: skip
        return Entry(
            law=_span(data, "law"), own=_span(data, "own"), level=data["level"] or "commune", fee_status=data["fee_status"] or "unknown",
            system=data["system"] or "beside", components=papers, steps=steps, cases=cases, **{name: data[name] for name in same},
        )  # fmt: skip


def sent_so_far(sent: Any, what: str) -> tuple[dict[str, Any], dict[str, step_rows.Rows]]:
    """What a version's form was sent with when a button arranged its steps: to begin with the same, nothing judged yet."""
    start = {
        name: name in sent if isinstance(field, forms.BooleanField) else sent.get(name, "")
        for name, field in VersionForm.base_fields.items()
    }
    kinds: dict[str, type[forms.Form]] = {"giay": PaperForm, "buoc": StepForm, "ca": CaseForm}
    rows = {prefix: step_rows.sent_rows(sent, prefix, kind) for prefix, kind in kinds.items()}
    return start, rows | {"buoc": step_rows.arranged(rows["buoc"], what)}


def start_of(entry: Entry) -> dict[str, Any]:
    """What the form begins with, of a version that was."""
    same = {name: getattr(entry, name) for name in VersionForm.base_fields if hasattr(entry, name)}
    spans = ((("law_unit", "law_amount"), entry.law), (("own_unit", "own_amount"), entry.own))
    for (unit, amount), span in spans:
        if span:
            same |= {unit: span.unit, amount: span.amount or None}
    return same | {"checked": False}


class PaperForm(forms.Form):
    name = _text("Tên giấy tờ", 400)
    originals = _amount("Bản chính")
    copies = _amount("Bản sao")
    required_when = _text("Chỉ khi", 300)
    form = _text("Mẫu", 120)
    reusable = forms.BooleanField(label="Lấy lại được từ kho", required=False)


class StepForm(forms.Form):
    """Its offices are given with it."""

    name = _text("Bước", 200)
    office = forms.ChoiceField(label="Đơn vị", required=False, error_messages=_CHOICE)
    share = _amount("Phần thời gian, %")

    def __init__(self, *args: Any, offices: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [("", "–"), *offices]  # type: ignore[attr-defined]


class CaseForm(forms.Form):
    name = _text("Trường hợp", 200)
    when = _text("Khi nào", 300)
    case_unit = _choice("Tính bằng", [("", "Như chung"), *UNITS.items()])
    case_amount = _amount("Thời hạn")
    fee_status = _choice("Phí", [("", "Như chung"), *FEES.items()])
    fee_words = _text("Mức thu", 400)


class Parts:
    """The rows of components, steps and cases beside a version's form; an empty row says nothing. begun: the rows to begin with
    instead of an entry's, by prefix; total: what the steps' shares come to, where they were sent."""

    def __init__(
        self, data: Any, entry: Entry | None, offices: Any, begun: dict[str, step_rows.Rows] | None = None
    ) -> None:
        if data is not None:
            entry = None  # a row that says what the newest version says counts as well
        papers = [
            {"name": p.name, "originals": p.originals, "copies": p.copies, "required_when": p.required_when, "form": p.form, "reusable": p.reusable}
            for p in entry.components
        ] if entry else []  # fmt: skip
        steps = [{"name": s.name, "office": s.office, "share": s.share} for s in entry.steps] if entry else []
        cases = [
            {
                "name": c.name, "when": c.when, "case_unit": c.law.unit if c.law else "", "case_amount": (c.law.amount or None) if c.law else None,
                "fee_status": c.fee_status, "fee_words": c.fee_words,
            }
            for c in entry.cases
        ] if entry else []  # fmt: skip
        if begun is not None:
            papers, steps, cases = begun["giay"], begun["buoc"], begun["ca"]
        self.total = step_rows.total(
            step_rows.sent_rows(data, "buoc", StepForm) if data is not None else steps
        )
        self.papers = _rows(PaperForm, 0 if begun else 3)(data, prefix="giay", initial=papers)
        self.steps = _rows(StepForm, 0 if begun else 2 if entry is None or not steps else 1)(
            data, prefix="buoc", initial=steps, form_kwargs={"offices": offices}
        )
        self.cases = _rows(CaseForm, 0 if begun else 1)(data, prefix="ca", initial=cases)

    def is_valid(self) -> bool:
        return all([self.papers.is_valid(), self.steps.is_valid(), self.cases.is_valid()])

    def read(self) -> tuple[tuple[Paper, ...], tuple[Step, ...], tuple[Variant, ...]]:
        papers = tuple(
            Paper(r["name"], r["originals"] or 0, r["copies"] or 0, r["required_when"], r["form"], r["reusable"])
            for r in _said(self.papers)
        )  # fmt: skip
        steps = tuple(
            Step(r["name"], r["share"] or 0, int(r["office"]) if r["office"] else None)
            for r in _said(self.steps)
        )
        cases = tuple(
            Variant(r["name"], r["when"], _span(r, "case"), r["fee_status"], r["fee_words"])
            for r in _said(self.cases)
        )
        return papers, steps, cases


def _rows(form: type[forms.Form], extra: int) -> Any:
    return forms.formset_factory(form, extra=extra, max_num=100, absolute_max=100, validate_max=True)


def _said(rows: Any) -> list[dict[str, Any]]:
    return [one.cleaned_data for one in rows if one.cleaned_data.get("name")]


class TimeForm(forms.Form):
    """The ward's own time, quickly. seen: the newest version on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    own_amount = _amount("Bao nhiêu")
    own_unit = _choice("Tính bằng", _OWN_UNITS)
    since = DayField(label="Áp dụng từ", error_messages=_DAY)
    document = _text("Văn bản của phường", 200)

    def own(self) -> Span | None:
        return _span(self.cleaned_data, "own")


_WORDS = {
    "name": "Tên thủ tục", "everyday_words": "Người dân gọi là", "field": "Lĩnh vực", "who_may_ask": "Ai được làm", "result": "Kết quả",
    "legal_basis": "Căn cứ pháp lý", "conditions": "Điều kiện", "decides": "Cơ quan giải quyết", "time_words": "Thời hạn như văn bản ghi",
    "fee_words": "Mức thu, cách tính", "source": "Nguồn",
}  # fmt: skip
_MOST = {"field": 120, "decides": 200, "source": 300}


class MendForm(forms.Form):
    """The words of a version, where there is a slip in them; of a provisional code the national one."""

    begun = forms.CharField(widget=forms.HiddenInput, required=False)
    code = _text("Mã quốc gia", 40)
    word = _text("Vì sao sửa", 300)

    def __init__(self, *args: Any, provisional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in MENDABLE:
            is_long = name in ("everyday_words", "legal_basis", "conditions")
            self.fields[name] = _lines(_WORDS[name]) if is_long else _text(_WORDS[name], _MOST.get(name, 400))
        self.order_fields(["code", *MENDABLE, "word"])
        if not provisional:
            del self.fields["code"]


class CheckForm(forms.Form):
    against = _text("Đã đối chiếu với văn bản nào", 300)


class EndForm(forms.Form):
    valid_from = DayField(label="Hết áp dụng từ ngày", error_messages=_DAY)
    decision_number = forms.CharField(label="Theo quyết định số", max_length=60, error_messages=_LONG | {"required": "Hãy ghi số quyết định."})  # fmt: skip
    decision_date = DayField(label="Ngày ký", required=False, error_messages=_DAY)
    decision_issuer = _text("Nơi ban hành", 200)

    def decision(self) -> Decision:
        return _decision(self.cleaned_data)


class ListFileForm(forms.Form):
    file = forms.FileField(
        label="Danh mục",
        max_length=200,
        error_messages={
            "required": "Hãy chọn tệp danh mục.",
            "invalid": "Tệp không tới nơi. Hãy chọn lại.",
            "missing": "Tệp không tới nơi. Hãy chọn lại.",
            "empty": "Tệp này rỗng. Hãy chọn tệp khác.",
            "max_length": "Tên tệp dài quá. Hãy đặt tên ngắn hơn.",
        },
    )


class TakeForm(forms.Form):
    """The decision that a list's rows come from, and the day from which they are so."""

    valid_from = DayField(label="Áp dụng từ", error_messages=_DAY)
    decision_number = _text("Quyết định công bố số", 60)
    decision_date = DayField(label="Ngày ký", required=False, error_messages=_DAY)
    decision_issuer = _text("Nơi ban hành", 200)
    checked = forms.BooleanField(label="Tôi đã đối chiếu các dòng này với quyết định", required=False)

    def decision(self) -> Decision:
        return _decision(self.cleaned_data)
