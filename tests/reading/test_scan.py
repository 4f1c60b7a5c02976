"""What is seen in a scanned page before its letters are read."""

from __future__ import annotations

import numpy as np

from caicach.reading import scan


def _page_with_a_table(stem_above: int | None = None) -> scan.Gray:
    """A white A4 page at 200 dpi with a table of 2 × 3 cells; stem_above: a letter's stem right above this line."""
    page = np.full((2339, 1654), 255, dtype=np.uint8)
    for y in (1000, 1100, 1200):
        page[y : y + 3, 200:1400] = 0
    for at, x in enumerate((200, 600, 1000, 1400)):
        page[1000:1203, x : x + 3] = 0
        if at == stem_above:
            page[955:996, x : x + 4] = 0
    return page


def test_a_letter_above_a_table_takes_no_line_from_it():
    for stem in (None, 1, 2):
        across, down = scan.rulings(_page_with_a_table(stem))
        assert [round(rule.at / 10) for rule in across] == [100, 110, 120], stem
        assert [round(rule.at / 10) for rule in down] == [20, 60, 100, 140], stem
        assert all(abs(rule.start - 1000) < 10 and abs(rule.end - 1202) < 10 for rule in down), stem


def test_a_stem_that_ends_at_no_line_is_none():
    page = _page_with_a_table()
    page[1025:1075, 800:804] = 0
    _, down = scan.rulings(page)
    assert len(down) == 4


def test_words_on_top_of_each_other_are_read_all_the_same():
    """Segments of a line that overlap (a broken file) are no two columns: reading goes on, nothing is lost."""
    from caicach.reading.lines import Word, paragraphs_of

    words = [
        Word(text, left, top, right, top + 10)
        for top in (0, 12, 24)
        for text, left, right in (("một", 0, 300), ("hai", 40, 60), ("ba", 330, 350), ("bốn", 300.5, 329))
    ]
    text = " ".join(block.text for block in paragraphs_of(words, 0, 400))
    assert sorted(text.split()) == sorted(word.text for word in words)
