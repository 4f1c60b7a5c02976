"""What the counter keeps of a dossier beside the dossier: its line of the book, parts, fee, papers; and drafts, numbers, settings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from caicach.core.constraints import SameWard, ward_pair
from caicach.rules import money


class Desk(models.Model):
    """How a ward's counter stands. unit: the identifier that begins its codes ("H01.31.05"), "" while unknown. document: the
    province's, that lets dossiers be kept here; without it every one is provisional. receipts: who numbers what is paid; book: the
    sign of the printed receipt book in use, "" where the software numbers by the year."""

    RECEIPTS = {
        "software": "Phần mềm đánh số, theo năm",
        "typed": "Theo quyển biên lai in sẵn, cán bộ ghi số",
    }

    ward = models.OneToOneField(
        "organisation.Ward", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    unit = models.CharField(max_length=20, blank=True)
    document = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    receipts = models.CharField(max_length=8, default="software")
    receipt_book = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(receipts__in=["software", "typed"]), name="counter_desk_receipts"
            )
        ]

    @property
    def title(self) -> str:
        """Its name; where the ward has not given it one, what every one is."""
        return self.name or "Bộ phận Một cửa"


class Running(models.Model):
    """The last number of a series: a unit's day ("H01.31.05-261123"), a year of the book ("so-2026"), a year of a form."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    series = models.CharField(max_length=40)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ward", "series"], name="running_series")]


class Line(models.Model):
    """A dossier's line in the book of its year, with what was agreed at the counter. way: how the result comes; way_to: where,
    for the post; channels: those that the person agreed to be told by; promise: its sum in words, as it was said."""

    WAYS = {"counter": "Nhận tại quầy", "post": "Qua bưu chính công ích", "file": "Bản điện tử"}
    CHANNELS = {"sms": "Tin nhắn SMS", "zalo": "Zalo", "email": "Thư điện tử"}

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.OneToOneField("dossiers.Dossier", on_delete=models.PROTECT, related_name="line")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    way = models.CharField(max_length=7, default="counter")
    way_to = models.CharField(max_length=300, blank=True)
    channels = models.CharField(max_length=40, blank=True)
    promise = models.CharField(max_length=400)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            SameWard(field="dossier", to="dossiers.Dossier", name="counter_line_ward"),
            models.UniqueConstraint(fields=["ward", "year", "number"], name="counter_line_number"),
            models.CheckConstraint(condition=Q(way__in=["counter", "post", "file"]), name="counter_line_way"),
            models.CheckConstraint(condition=~Q(way="post") | ~Q(way_to=""), name="counter_line_post_to"),
        ]


class Part(models.Model):
    """A paper that came with a dossier. words: its name without accents; taken_from: the part of an earlier dossier of the same
    person that stands for it; reusable: it may stand for one again."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=400)
    words = models.CharField(max_length=400)
    originals = models.PositiveSmallIntegerField(default=1)
    copies = models.PositiveSmallIntegerField(default=0)
    reusable = models.BooleanField(default=False)
    taken_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            ward_pair("counter_part"),
            SameWard(field="dossier", to="dossiers.Dossier", name="counter_part_dossier_ward"),
            SameWard(field="taken_from", to="counter.Part", name="counter_part_from_ward"),
            models.UniqueConstraint(fields=["dossier", "position"], name="counter_part_position"),
        ]


class Fee(models.Model):
    """What a dossier costs. each: of one set, total: of all, both None while unknown: an unknown fee is never free. ground: why
    nobody pays. paid: what its rows of money come to, held here so that two who take at once wait for each other."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.OneToOneField("dossiers.Dossier", on_delete=models.PROTECT, related_name="fee")
    status = models.CharField(max_length=7)
    each = models.PositiveBigIntegerField(null=True)
    total = models.PositiveBigIntegerField(null=True)
    ground = models.CharField(max_length=300, blank=True)
    paid = models.PositiveBigIntegerField(default=0)

    @property
    def owed(self) -> int | None:
        return money.owed(self.status, self.total, self.paid)

    class Meta:
        constraints = [
            SameWard(field="dossier", to="dossiers.Dossier", name="counter_fee_ward"),
            models.CheckConstraint(
                condition=Q(status="known", each__isnull=False, total__isnull=False)
                | Q(status__in=["unknown", "free"], each__isnull=True, total__isnull=True)
                | (Q(status="exempt", total=0) & ~Q(ground="")),
                name="counter_fee_said",
            ),
        ]


class Draft(models.Model):
    """What somebody has typed at the counter and not saved yet: sealed, for it holds card numbers. label: the procedure, so that
    one knows which; left: for whoever sits here next."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=32)
    owner = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=400, blank=True)
    sealed = models.TextField()
    left = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ward", "token"], name="counter_draft_once")]


class Paper(models.Model):
    """A form as it was printed: its file, what it says (facts), by which layout. form: as `rules/papers` has them; nth: which of the
    dossier's events it is of, the oldest being the first; null for the receipt. A control sheet has its dossier's line of the book as its number (0
    where it has none), each hand-over's sheet the same; a receipt of money that of its book."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, null=True, related_name="papers"
    )
    form = models.CharField(max_length=2)
    nth = models.PositiveIntegerField(null=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    layout = models.CharField(max_length=20)
    facts = models.JSONField()
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            SameWard(field="dossier", to="dossiers.Dossier", name="counter_paper_ward"),
            SameWard(field="file", to="documents.StoredFile", name="counter_paper_file_ward"),
            models.UniqueConstraint(
                fields=["ward", "form", "year", "number"],
                condition=~Q(form__in=["06", "09"]),
                name="counter_paper_number",
            ),
            models.UniqueConstraint(fields=["dossier", "form", "nth"], name="counter_paper_once"),
            models.UniqueConstraint(
                fields=["dossier", "form"], condition=Q(form="01"), name="counter_receipt_once"
            ),
        ]


class Attempt(models.Model):
    """A dossier that was not taken in: whoever brought it was told what to complete (form 02), or that it cannot be taken (form 03).
    Counted apart from the dossiers. number: of the paper in its year; procedure: as the catalogue or the officer calls it, code ""
    where it is none of ours; word: what is lacking, a line each, or why not. sealed: the sheet as it was, for when they come again;
    taken: the dossier that came of it. token: of the sheet, so that twice is once."""

    GUIDED, REFUSED = "02", "03"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=32)
    form = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    procedure_code = models.CharField(max_length=40, blank=True)
    procedure = models.CharField(max_length=400)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+")
    brought_by = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, null=True, related_name="+")
    by_authority = models.CharField(max_length=200, blank=True)
    word = models.TextField()
    sealed = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    taken = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ward", "token"], name="counter_attempt_once"),
            models.UniqueConstraint(fields=["ward", "form", "year", "number"], name="counter_attempt_number"),
            models.CheckConstraint(condition=Q(form__in=["02", "03"]), name="counter_attempt_form"),
            models.CheckConstraint(condition=~Q(word=""), name="counter_attempt_word"),
            SameWard(field="citizen", to="citizens.Citizen", name="counter_attempt_citizen_ward"),
            SameWard(field="brought_by", to="citizens.Citizen", name="counter_attempt_bringer_ward"),
            SameWard(field="taken", to="dossiers.Dossier", name="counter_attempt_taken_ward"),
        ]
        indexes = [models.Index(fields=["ward", "year", "form", "-id"], name="counter_attempts_of_year")]

    @property
    def is_refused(self) -> bool:
        return self.form == self.REFUSED

    @property
    def words(self) -> str:
        """What is lacking, in one line."""
        return "; ".join(self.word.splitlines())


class Spare(models.Model):
    """A blank receipt printed beforehand, for when there is no network or no power: what is written on it by hand is typed in later.
    token: of the form that it becomes, from which the code on it follows; number: of its year. dossier: what came of it; spoilt_at,
    spoilt_word: torn, lost, written on wrongly; nobody gets that number again."""

    MARK = "DP"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=32)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    lookup_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, null=True, related_name="+")
    spoilt_at = models.DateTimeField(null=True)
    spoilt_word = models.CharField(max_length=300, blank=True)
    spoilt_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ward", "year", "number"], name="counter_spare_number"),
            models.UniqueConstraint(fields=["ward", "token"], name="counter_spare_once"),
            models.CheckConstraint(
                condition=Q(dossier__isnull=True) | Q(spoilt_at__isnull=True), name="counter_spare_one_end"
            ),
            models.CheckConstraint(
                condition=Q(spoilt_at__isnull=True) | ~Q(spoilt_word=""), name="counter_spare_spoilt_why"
            ),
            SameWard(field="dossier", to="dossiers.Dossier", name="counter_spare_ward"),
        ]
        indexes = [
            models.Index(fields=["ward", "-id"], name="counter_spares"),
            models.Index(fields=["lookup_hash"], name="counter_spares_by_lookup"),
        ]

    @property
    def code(self) -> str:
        """As it is printed: "DP-2026-0007"."""
        return f"{self.MARK}-{self.year}-{self.number:04}"


class Wording(models.Model):
    """A ward's own standing sentences of a form; without a row those of `data.paper_words` hold. revision: one more with each change,
    for who changed it a moment before; a row whose sentences were taken back stays, so that the count goes on."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=2)
    opening = models.TextField(blank=True)
    closing = models.TextField(blank=True)
    is_usual = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ward", "form"], name="counter_wording_once")]


class Money(models.Model):
    """Money that came in or went out for a dossier; never changed, never deleted (history/triggers sees to it). kind: as
    `rules/money` has them; amount: always above zero. book, number: of the receipt, once in a ward; of: the receipt that is made
    void or given back; note: a transfer's reference. token: of the form, so that twice is once."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="money")
    kind = models.CharField(max_length=8)
    amount = models.PositiveBigIntegerField()
    way = models.CharField(max_length=8)
    book = models.CharField(max_length=20, blank=True)
    number = models.PositiveIntegerField(null=True)
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    note = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    token = models.CharField(max_length=32)
    day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            ward_pair("counter_money"),
            SameWard(field="dossier", to="dossiers.Dossier", name="counter_money_dossier_ward"),
            SameWard(field="of", to="counter.Money", name="counter_money_of_ward"),
            models.UniqueConstraint(fields=["ward", "token"], name="counter_money_once"),
            models.UniqueConstraint(
                fields=["ward", "book", "number"], condition=Q(kind="paid"), name="counter_money_number"
            ),
            models.UniqueConstraint(fields=["of"], condition=Q(kind="voided"), name="counter_money_void_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=1, way__in=list(money.WAYS))
                & (
                    Q(kind="paid", number__isnull=False, of__isnull=True)
                    | (Q(kind__in=["voided", "refunded"], number__isnull=True, of__isnull=False) & ~Q(reason=""))
                ),
                name="counter_money_said",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["ward", "day", "by"], name="counter_money_of_day")]

    @property
    def receipt(self) -> str:
        """The receipt that it is, or is about."""
        one = self if self.number is not None else self.of
        return money.receipt_words(one.book, one.number) if one and one.number is not None else ""


class CashUp(models.Model):
    """What somebody had taken since the cash-up before, added up and counted. sums: as `rules/money.Sums`; expected: cash by the
    rows; counted: what lay in the drawer. A cash-up that was opened again keeps its figures; its rows belong to the next one."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    sums = models.JSONField()
    expected = models.BigIntegerField()
    counted = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    token = models.CharField(max_length=32)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    reopened_word = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            ward_pair("counter_cash_up"),
            models.UniqueConstraint(fields=["ward", "token"], name="counter_cash_up_once"),
            models.CheckConstraint(condition=Q(counted=models.F("expected")) | ~Q(reason=""), name="counter_cash_up_why"),
            models.CheckConstraint(condition=Q(reopened_at__isnull=True) | ~Q(reopened_word=""), name="counter_cash_up_reopened"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["ward", "day"], name="counter_cash_ups_of_day")]

    @property
    def difference(self) -> int:
        return self.counted - self.expected

    @property
    def is_open_again(self) -> bool:
        return self.reopened_at is not None


class Cashed(models.Model):
    """That a row of money belongs to a cash-up: to one at most, so that all of them together add up."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    cash_up = models.ForeignKey(CashUp, on_delete=models.PROTECT, related_name="rows")
    money = models.OneToOneField(Money, on_delete=models.PROTECT, related_name="cashed")

    class Meta:
        constraints = [
            SameWard(field="cash_up", to="counter.CashUp", name="counter_cashed_up_ward"),
            SameWard(field="money", to="counter.Money", name="counter_cashed_money_ward"),
        ]


class PostList(models.Model):
    """Results that went to the post together. taker: who of the post took them."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    taker = models.CharField(max_length=200)
    token = models.CharField(max_length=32)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            ward_pair("counter_post_list"),
            models.UniqueConstraint(fields=["ward", "year", "number"], name="counter_post_list_number"),
            models.UniqueConstraint(fields=["ward", "token"], name="counter_post_list_once"),
        ]


class Parcel(models.Model):
    """One dossier's result in such a list. name, address: as they stood on it; code: the post's; back_at, back_word: it came
    back, and why; ended_at: after that somebody collected it, or it was sent once more."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    post_list = models.ForeignKey(PostList, on_delete=models.PROTECT, related_name="parcels")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="parcels")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    code = models.CharField(max_length=30, blank=True)
    back_at = models.DateTimeField(null=True)
    back_word = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            SameWard(field="post_list", to="counter.PostList", name="counter_parcel_list_ward"),
            SameWard(field="dossier", to="dossiers.Dossier", name="counter_parcel_dossier_ward"),
            models.UniqueConstraint(fields=["post_list", "position"], name="counter_parcel_position"),
            models.UniqueConstraint(fields=["post_list", "dossier"], name="counter_parcel_dossier_once"),
            models.UniqueConstraint(fields=["ward", "code"], condition=~Q(code=""), name="counter_parcel_code"),
            models.CheckConstraint(condition=Q(back_at__isnull=True) | ~Q(back_word=""), name="counter_parcel_back"),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["ward"],
                condition=Q(back_at__isnull=False, ended_at__isnull=True),
                name="counter_parcels_back",
            )
        ]
