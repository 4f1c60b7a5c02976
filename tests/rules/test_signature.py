"""Who signs, and in whose stead: KT., TL., TUQ., TM., Q. come out by themselves."""

import pytest

from caicach.rules.signature import BLANK, Signer, over


@pytest.mark.parametrize("signer, lines", [
    (Signer("A", "Chủ tịch UBND phường", "leader"), ("CHỦ TỊCH",)),
    (Signer("A", "Phó Chủ tịch", "leader"), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
    (Signer("A", "phó chủ tịch Ủy ban nhân dân phường", "leader"), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
    (Signer("A", "Quyền Chủ tịch", "leader"), ("Q. CHỦ TỊCH",)),
    (Signer("A", "", "leader"), ("TM. ỦY BAN NHÂN DÂN", BLANK)),
    (Signer("A", "Trưởng phòng", "head"), ("TL. CHỦ TỊCH", "TRƯỞNG PHÒNG")),
    (Signer("A", "Chánh Văn phòng", "head"), ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
    (Signer("A", "Phó Chánh Văn phòng", "head"), ("TL. CHỦ TỊCH", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG")),
    (Signer("A", "Phó Trưởng phòng", "head"), ("TL. CHỦ TỊCH", "KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")),
    (Signer("A", "", "head"), ("TL. CHỦ TỊCH", "TRƯỞNG ĐƠN VỊ")),
    (Signer("A", "Chuyên viên", "officer"), ()),
    (Signer("A", "Chuyên viên", "officer", "Trưởng phòng", "head"), ("TL. CHỦ TỊCH", "TUQ. TRƯỞNG PHÒNG", "CHUYÊN VIÊN")),
    (Signer("A", "Phó Trưởng phòng", "officer", "Trưởng phòng", "head"), ("TL. CHỦ TỊCH", "KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")),
    (Signer("A", "Chánh Văn phòng", "officer", "Chủ tịch", "leader"), ("TUQ. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")),
    (Signer("A"), ()),
])  # fmt: skip
def test_what_stands_over_a_signature(signer, lines):
    assert over(signer) == lines
    assert signer.signs_for_ward == bool(lines)
