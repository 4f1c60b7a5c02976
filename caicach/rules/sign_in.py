"""The ways in which somebody signs in, in words, and what another provider's answer says of a second step."""

from __future__ import annotations

from collections.abc import Collection

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


_KNOWN = frozenset({"pwd", "pin", "kba"})
_HAD = frozenset({"otp", "hwk", "swk", "sc", "sms", "tel", "pop"})
_BORN = frozenset({"face", "fpt", "iris", "retina", "vbm"})


def says_two(amr: object, acr: object, *, levels: Collection[str]) -> bool:
    """Whether a provider's answer says that two things were proved: an agreed level (acr), or methods of two kinds (amr).

    Source: RFC 8176 for the methods. What is not said is not so: then our own second step asks.
    """
    if isinstance(acr, str) and acr in levels:
        return True
    methods = {one for one in amr if isinstance(one, str)} if isinstance(amr, list) else set()
    return "mfa" in methods or sum(bool(methods & kind) for kind in (_KNOWN, _HAD, _BORN)) >= 2


def way_words(ways: object) -> str:
    """ "mật khẩu và mã hai lớp", from a list as events keep it; "" for a sign-in of which the way was not kept."""
    return " và ".join(WAYS[way] for way in ways if way in WAYS) if isinstance(ways, list) else ""
