"""Target phrases (chỉ tiêu) read by a small grammar. (grammar: being written)"""

from __future__ import annotations

from typing import Literal

Comparator = Literal["=", ">=", "<=", ">", "<"]
