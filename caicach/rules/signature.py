"""What stands over a signature: who signs, and in whose stead. Pure.

Source: NĐ 30/2020/NĐ-CP, annex I part II point 7: TM. for a body, KT. a deputy for its head, TL. the head of a unit by the head's order, TUQ. who was
given the power in writing, Q. who acts as head.
"""

from __future__ import annotations

from dataclasses import dataclass

from caicach.rules.rights import HEAD, LEADER

CHIEF = "Chủ tịch"
BLANK = "…………………………"


@dataclass(frozen=True, slots=True)
class Signer:
    """title: chức danh, "" while nobody wrote it down; role, office: of the post; stands_for: the title of whom they stand in for
    while that one is away, with the role of that post."""

    name: str
    title: str = ""
    role: str = ""
    stands_for: str = ""
    stands_for_role: str = ""

    @property
    def signs_for_ward(self) -> bool:
        """Whether this is a head's signature, by their own post or by whom they stand in for."""
        return bool({self.role, self.stands_for_role} & {HEAD, LEADER})


def over(signer: Signer) -> tuple[str, ...]:
    """The lines over the signature on a paper of the ward's committee; () for who signs in no head's stead."""
    own = _plain(signer.title)
    if signer.role == LEADER:
        return _of_committee(own)
    if signer.role == HEAD:
        return (f"TL. {CHIEF}".upper(), *_of_unit(own))
    if signer.stands_for_role == LEADER:
        first = f"KT. {CHIEF}" if _is_deputy(own, CHIEF) else f"TUQ. {CHIEF}"
        return first.upper(), own.upper() or BLANK
    if signer.stands_for_role == HEAD:
        head = _plain(signer.stands_for) or "Trưởng đơn vị"
        sign = "KT." if _is_deputy(own, head) else "TUQ."
        return f"TL. {CHIEF}".upper(), f"{sign} {head}".upper(), own.upper() or BLANK
    return ()


def short(signer: Signer) -> str:
    """ "KT.", "TL.", "TUQ." or "Q." of who signs in a head's stead; "" of who signs as head, or nobody knows as what."""
    first = " ".join(over(signer)[:1]).partition(" ")[0]
    return first if first in ("KT.", "TL.", "TUQ.", "Q.") else ""


def _of_committee(title: str) -> tuple[str, ...]:
    """Of who leads the ward. A title that nobody wrote down is left to be written by hand: who is deputy must not sign as head."""
    if not title:
        return "TM. ỦY BAN NHÂN DÂN", BLANK
    if title.casefold() == CHIEF.casefold():
        return (CHIEF.upper(),)
    if title.casefold().startswith(("quyền ", "q. ")):
        return (f"Q. {CHIEF}".upper(),)
    if _is_deputy(title, CHIEF):
        return f"KT. {CHIEF}".upper(), title.upper()
    return f"TUQ. {CHIEF}".upper(), title.upper()


def _of_unit(title: str) -> tuple[str, ...]:
    if title.casefold().startswith("phó "):
        head = title[4:]
        head = head if head.casefold().startswith(("trưởng", "chánh", "giám", "chủ")) else f"Trưởng {head}"
        return f"KT. {head}".upper(), title.upper()
    return (title.upper() or "TRƯỞNG ĐƠN VỊ",)


def _is_deputy(title: str, head: str) -> bool:
    return title.casefold().startswith("phó ") and head.casefold().startswith(
        title.casefold()[4:].split(" ")[0]
    )


def _plain(title: str) -> str:
    """ "Chủ tịch UBND phường Thử" → "Chủ tịch": whose head it is stands over the paper."""
    words = " ".join(title.split())
    for body in (" UBND", " Ủy ban nhân dân", " HĐND và UBND"):
        at = words.casefold().find(body.casefold())
        if at > 0 and "chủ tịch" in words[:at].casefold():
            words = words[:at]
    return words.strip(" ,")
