"""The ways in which somebody signs in, in words, and what another provider's answer says of a second step."""

from __future__ import annotations

PASSWORD, CODE, RECOVERY, PASSKEY, PROVIDER = "password", "code", "recovery", "passkey", "provider"

WAYS: dict[str, str] = {
    PASSWORD: "mật khẩu",
    CODE: "mã hai lớp",
    RECOVERY: "mã dự phòng",
    PASSKEY: "khóa truy cập",
    PROVIDER: "tài khoản tỉnh",
}

WRONG: dict[str, str] = {
    PASSWORD: "Sai mật khẩu",
    CODE: "Sai mã hai lớp",
    PASSKEY: "Khóa truy cập không khớp",
}
"""What a try that failed is called."""


def way_words(ways: object) -> str:
    """ "mật khẩu và mã hai lớp", from a list as events keep it; "" for a sign-in of which the way was not kept."""
    return " và ".join(WAYS[way] for way in ways if way in WAYS) if isinstance(ways, list) else ""
