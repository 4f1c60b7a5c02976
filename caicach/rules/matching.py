"""Who gets what, so that everybody together is best served."""

from __future__ import annotations

from collections.abc import Sequence


def best_assignment(scores: Sequence[Sequence[float]]) -> list[int | None]:
    """For each row the column it gets, each column once, with the greatest sum; None where a row gets nothing.

    scores[row][column] is what the pair is worth; pairs worth 0 or less are never made. The Hungarian method:
    rows² × columns steps.
    """
    rows, columns = len(scores), len(scores[0]) if scores else 0
    width = columns + rows  # a row may always take a column of its own that is worth nothing

    def cost(row: int, column: int) -> float:
        return -max(0.0, scores[row][column]) if column < columns else 0.0

    row_price, column_price = [0.0] * (rows + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)  # the row (from 1) that holds a column (from 1)
    for row in range(1, rows + 1):
        owner[0] = row
        at = 0
        least, came_from, seen = [float("inf")] * (width + 1), [0] * (width + 1), [False] * (width + 1)
        while owner[at]:
            seen[at] = True
            holder, step, following = owner[at], float("inf"), 0
            for column in range(1, width + 1):
                if seen[column]:
                    continue
                reduced = cost(holder - 1, column - 1) - row_price[holder] - column_price[column]
                if reduced < least[column]:
                    least[column], came_from[column] = reduced, at
                if least[column] < step:
                    step, following = least[column], column
            for column in range(width + 1):
                if seen[column]:
                    row_price[owner[column]] += step
                    column_price[column] -= step
                else:
                    least[column] -= step
            at = following
        while at:
            owner[at] = owner[came_from[at]]
            at = came_from[at]
    got: list[int | None] = [None] * rows
    for column in range(1, columns + 1):
        if owner[column] and scores[owner[column] - 1][column - 1] > 0:
            got[owner[column] - 1] = column - 1
    return got
