"""Rulings of a page into tables: a grid of lines, its cells, and the cells merged where a line is missing.

Coordinates grow to the right and down; tolerance is in the same unit (points of a PDF, pixels of a scan).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal (at = y, from start to end in x) or vertical (at = x) line."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the grid, rows and columns 0-based; rows and columns say how many it covers."""

    row: int
    column: int
    rows: int
    columns: int
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: the places of its lines and its cells in reading order."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    boxes: tuple[Box, ...]

    @property
    def left(self) -> float:
        return self.xs[0]

    @property
    def right(self) -> float:
        return self.xs[-1]

    @property
    def top(self) -> float:
        return self.ys[0]

    @property
    def bottom(self) -> float:
        return self.ys[-1]


def grids_of(across: Iterable[Rule], down: Iterable[Rule], *, tolerance: float) -> list[Grid]:
    """The tables that horizontal (across) and vertical (down) rulings make, from top to bottom.

    A grid needs two lines each way and at least two cells; frames round a text are none.
    """
    across_lines, down_lines = joined(across, tolerance), joined(down, tolerance)
    grids = []
    for group_across, group_down in _connected(across_lines, down_lines, tolerance):
        sided = _with_open_sides(group_across, group_down, tolerance)
        for part_across, part_down in _stacked(group_across, sided, tolerance):
            grid = _grid(part_across, part_down, tolerance)
            if grid is not None:
                grids.append(grid)
    return sorted(grids, key=lambda grid: (grid.top, grid.left))


def joined(rules: Iterable[Rule], tolerance: float) -> list[Rule]:
    """Pieces of the same line made one; doubled and nearly equal lines too."""
    by_place: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if by_place and rule.at - by_place[-1][0].at <= tolerance:
            by_place[-1].append(rule)
        else:
            by_place.append([rule])
    joined: list[Rule] = []
    for group in by_place:
        at = sum(rule.at for rule in group) / len(group)
        group.sort(key=lambda rule: rule.start)
        start, end = group[0].start, group[0].end
        for rule in group[1:]:
            if rule.start <= end + 2 * tolerance:
                end = max(end, rule.end)
            else:
                joined.append(Rule(at, start, end))
                start, end = rule.start, rule.end
        joined.append(Rule(at, start, end))
    return joined


def _connected(
    across: Sequence[Rule], down: Sequence[Rule], tolerance: float
) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of lines that touch each other, directly or through others."""
    parent = list(range(len(across) + len(down)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    reach = 2 * tolerance
    for h, flat in enumerate(across):
        for v, upright in enumerate(down):
            if (
                flat.start - reach <= upright.at <= flat.end + reach
                and upright.start - reach <= flat.at <= upright.end + reach
            ):
                parent[root(h)] = root(len(across) + v)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for node in range(len(parent)):
        group = groups.setdefault(root(node), ([], []))
        if node < len(across):
            group[0].append(across[node])
        else:
            group[1].append(down[node - len(across)])
    return [group for group in groups.values() if len(group[0]) >= 2 and group[1]]


def _with_open_sides(across: Sequence[Rule], down: list[Rule], tolerance: float) -> list[Rule]:
    """Tables drawn without their outer left or right line get it where their horizontal lines end."""
    left, right = min(rule.start for rule in across), max(rule.end for rule in across)
    top, bottom = min(rule.at for rule in across), max(rule.at for rule in across)
    added = list(down)
    if min(rule.at for rule in down) - left > 5 * tolerance:
        added.append(Rule(left, top, bottom))
    if right - max(rule.at for rule in down) > 5 * tolerance:
        added.append(Rule(right, top, bottom))
    return added


def _stacked(across: list[Rule], down: list[Rule], tolerance: float) -> list[tuple[list[Rule], list[Rule]]]:
    """Tables that touch, one right below the other, taken apart where all their columns change.

    Rows with merged cells draw fewer lines than others, at the same places; two tables draw lines at other places.
    """
    xs, ys = _places(down, tolerance), _places(across, tolerance)
    if len(xs) < 6 or len(ys) < 3 or len(xs) * len(ys) > 200_000:
        return [(across, down)]
    walls = _drawn(down, xs, ys, tolerance)
    drawn = [frozenset(at for at in range(len(xs)) if walls[at][row]) for row in range(len(ys) - 1)]
    cuts: list[float] = []
    widest: frozenset[int] = frozenset()
    for row, lines in enumerate(drawn):
        if (
            min(len(lines - widest), len(widest - lines)) >= 2
            and min(len(lines), len(widest)) >= 4
            and not any(other >= lines | widest for other in drawn)
        ):
            cuts.append(ys[row])
            widest = lines
        elif len(lines) > len(widest):
            widest = lines
    if not cuts:
        return [(across, down)]
    parts = []
    for top, bottom in pairwise([ys[0], *cuts, ys[-1]]):
        inside = [rule for rule in across if top - tolerance <= rule.at <= bottom + tolerance]
        beside = [
            Rule(rule.at, max(rule.start, top), min(rule.end, bottom))
            for rule in down
            if min(rule.end, bottom) - max(rule.start, top) > 2 * tolerance
        ]
        parts.append((inside, beside))
    return parts


def _places(rules: Sequence[Rule], tolerance: float) -> list[float]:
    places: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not places or at - places[-1] > tolerance:
            places.append(at)
    return places


def _grid(across: Sequence[Rule], down: Sequence[Rule], tolerance: float) -> Grid | None:
    xs, ys = _places(down, tolerance), _places(across, tolerance)
    if len(xs) < 2 or len(ys) < 2:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows * columns < 2 or rows * columns > 200_000:
        return None
    walls = _drawn(down, xs, ys, tolerance)  # walls[x][row]: the line at xs[x] is drawn beside that row
    floors = _drawn(across, ys, xs, tolerance)
    boxes = []
    taken = [[False] * columns for _ in range(rows)]
    for row in range(rows):
        for column in range(columns):
            if taken[row][column]:
                continue
            wide = 1
            while column + wide < columns and not walls[column + wide][row] and not taken[row][column + wide]:
                wide += 1
            deep = 1
            while (
                row + deep < rows
                and _runs_on(floors, walls, row + deep, column, wide)
                and not taken[row + deep][column]
            ):
                deep += 1
            for y in range(row, row + deep):
                for x in range(column, column + wide):
                    taken[y][x] = True
            boxes.append(Box(row, column, deep, wide, xs[column], ys[row], xs[column + wide], ys[row + deep]))
    return Grid(tuple(xs), tuple(ys), tuple(boxes)) if len(boxes) >= 2 else None


def _runs_on(floors: list[list[bool]], walls: list[list[bool]], row: int, column: int, wide: int) -> bool:
    """Whether the cell above reaches into this row: no line between, and no wall inside."""
    open_floor = not any(floors[row][x] for x in range(column, column + wide))
    return open_floor and not any(walls[x][row] for x in range(column + 1, column + wide))


def _drawn(
    rules: Sequence[Rule], places: Sequence[float], steps: Sequence[float], tolerance: float
) -> list[list[bool]]:
    """For each place of a line and each step along it: is at least half of that step drawn?"""
    covered = [[0.0] * (len(steps) - 1) for _ in places]
    for rule in rules:
        nearest = min(range(len(places)), key=lambda index: abs(places[index] - rule.at))
        begin = max(0, bisect_left(steps, rule.start) - 1)
        for step in range(begin, len(steps) - 1):
            if steps[step] > rule.end:
                break
            # lines may stop a little short of a corner, but a row that is open between two lines stays open
            slack = min(tolerance, 0.1 * (steps[step + 1] - steps[step]))
            overlap = min(rule.end + slack, steps[step + 1]) - max(rule.start - slack, steps[step])
            covered[nearest][step] += max(0.0, overlap)
    return [
        [part > 0.5 * (steps[step + 1] - steps[step]) for step, part in enumerate(line)] for line in covered
    ]
