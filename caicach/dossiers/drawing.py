"""The share of dossiers in time against the time given, as SVG: attributes and classes only, so that it passes the CSP."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT = 640, 264
_LEFT, _TOP = 56, 46
_WIDE, _HIGH = WIDTH - _LEFT - 16, HEIGHT - _TOP - 46


def curve(points: Sequence[tuple[int, float]], *, unit: str, marks: Sequence[tuple[str, float, str]]) -> SafeString:  # fmt: skip
    """points: (amount, share in time), growing; marks: (class, amount, what it is) of times to point at; unit: of the amounts."""
    most = points[-1][0]

    def x(amount: float) -> float:
        return round(_LEFT + _WIDE * min(amount, most) / most, 1)

    def y(share: float) -> float:
        return round(_TOP + _HIGH * (1 - share), 1)

    steps = [f"M{x(0)} {y(0)}"]
    for amount, share in points:  # a dossier is in time from its amount on, not between two
        steps.append(f"H{x(amount)}V{y(share)}")
    line = "".join(steps)
    parts = [f'<path class="area" d="{line}H{x(most)}V{y(0)}Z"/><path class="line" d="{line}"/>']
    for share in (0, 0.5, 0.9, 1):
        parts.append(
            f'<path class="grid" d="M{_LEFT} {y(share)}H{WIDTH - 16}"/>'
            f'<text class="axis" x="{_LEFT - 6}" y="{y(share) + 4}" text-anchor="end">{share:.0%}</text>'
        )
    every = max(1, -(-most // 8))
    for amount in range(every, most + 1, every):
        parts.append(f'<text class="axis" x="{x(amount)}" y="{HEIGHT - 26}" text-anchor="middle">{amount}</text>')  # fmt: skip
    parts.append(f'<text class="axis" x="{WIDTH - 16}" y="{HEIGHT - 5}" text-anchor="end">{escape(unit)}</text>')  # fmt: skip
    for n, (look, when, words) in enumerate(marks):  # a line for each: two times may be close
        at, line_at = x(when), 15 + 18 * n
        anchor, aside = ("end", -5) if at > WIDTH / 2 else ("start", 5)
        parts.append(
            f'<path class="mark is-{look}" d="M{at} {line_at - 12}V{y(0)}"/>'
            f'<text class="mark is-{look}" x="{at + aside}" y="{line_at}" text-anchor="{anchor}">{escape(words)}</text>'
        )
    return format_html(
        '<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        WIDTH,
        HEIGHT,
        "Tỷ lệ đúng hạn theo thời hạn; số liệu ở bảng dưới",
        mark_safe("".join(parts)),
    )
