"""Finding words: accents, typing mistakes, ranking, marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.search import Entry, Index, Text, extract, spans
from caicach.rules.vntext import nfc

TITLES = (
    "Lập kế hoạch đào tạo cán bộ",
    "Ra kế hoạch cải cách hành chính của năm",
    "Số hóa kết quả giải quyết thủ tục hành chính",
    "Lao động đã qua đào tạo",
    "Đánh giá tủ sách cộng đồng mỗi quý",
)
INDEX = Index(
    tuple(Entry("task", n, (Text("title", f"II.{n} {title}", 10),)) for n, title in enumerate(TITLES, 1))
)


def titles(asked):
    return [TITLES[one.entry.id - 1] for one in INDEX.find(asked)]


@pytest.mark.parametrize(
    "asked",
    [
        "kế hoạch đào tạo",
        "ke hoach dao tao",
        "KE HOACH DAO TAO",
        "dao tao ke hoach",
        "ke hoch dao tao",  # a missing letter
        "ke hoahc dao tao",  # two letters swapped
        "ke hoach dao tsao",  # one letter too many
        "ke hoach dap tao",  # a wrong letter
        "kehoach daotao",  # no blank
        "kế hoạch đào tạo trong năm mới nhất"[:20],
    ],
)
def test_it_is_found_however_it_is_typed(asked):
    assert titles(asked)[0] == TITLES[0]


def test_near_ones_come_only_where_nothing_is_exact():
    assert titles("dao tao") == [TITLES[3], TITLES[0]] or titles("dao tao") == [TITLES[0], TITLES[3]]
    assert not any(one.near for one in INDEX.find("dao tao"))
    assert all(one.near for one in INDEX.find("dao taoo")) and INDEX.find("dao taoo")
    assert titles("xe buyt") == [] and titles("") == [] and titles("!!!") == []


def test_initials_stand_for_their_words():
    assert titles("tthc") == [TITLES[2]]
    assert titles("cchc") == [TITLES[1]]


def test_the_typed_accents_decide_between_equals():
    index = Index(
        (Entry("t", 1, (Text("title", "bán hàng", 9),)), Entry("t", 2, (Text("title", "bản hàng", 9),)))
    )
    assert [one.entry.id for one in index.find("bản hàng")] == [2, 1]
    assert [one.entry.id for one in index.find("bán hàng")] == [1, 2]


def test_the_number_finds_its_task_first():
    assert titles("II.3")[0] == TITLES[2]


def test_marks_stand_where_the_words_are():
    one = INDEX.find("ke hoach")[0]
    text = nfc("Lập kế hoạch đào tạo")
    assert [text[a:b] for a, b in spans(text, one.marks)] == ["kế", "hoạch"]
    near = INDEX.find("ke hoch dao tao")[0]
    assert [text[a:b] for a, b in spans(text, near.marks)] == ["kế", "hoạch", "đào", "tạo"]


def test_an_extract_holds_the_find():
    one = INDEX.find("dao tao")[0]
    long = "chữ " * 100 + "đào tạo " + "nữa " * 100
    cut = extract(nfc(long), one.marks)
    assert "đào tạo" in cut and cut.startswith("… ") and cut.endswith(" …") and len(cut) < 160


@given(st.text(max_size=60), st.text(max_size=200))
def test_whatever_is_typed_or_stands_there_breaks_nothing(asked, text):
    index = Index((Entry("t", 1, (Text("title", text, 3),)),))
    for one in index.find(asked):
        for start, end in spans(nfc(text), one.marks):
            assert 0 <= start < end <= len(nfc(text))
        extract(nfc(text), one.marks)


@given(st.lists(st.sampled_from("ke hoach dao tao so hoa thu tuc quy".split()), min_size=1, max_size=4))
def test_what_is_found_has_every_word(words):
    for one in INDEX.find(" ".join(words)):
        if not one.near:
            assert all(f" {word}" in one.entry.texts[0].keyed for word in words)
