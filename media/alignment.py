"""Which token belongs to which moment, from the attention between text and sound.

The same computation as `whisper.timing`, which would have numba compile itself anew in every
process and encode each window a second time.
"""

from __future__ import annotations

import numpy as np


def cheapest_path(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dynamic time warping: the cheapest way through `cost` (rows × columns) from corner to corner.

    Returns the rows and the columns of its steps. By diagonals, so that numpy does the work.
    """
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    step = np.zeros((rows + 1, columns + 1), np.int8)
    total[0, 0] = 0
    for diagonal in range(2, rows + columns + 1):
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        ways = np.stack((total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]))
        chosen = _first_smallest(ways)
        total[i, j] = cost[i - 1, j - 1] + ways[chosen, np.arange(i.size)]
        step[i, j] = chosen
    return _back(step)


def _first_smallest(ways: np.ndarray) -> np.ndarray:
    """0 or 1 where strictly smallest, else 2: ties go the way that `whisper.timing` takes."""
    straight, down, along = ways
    chosen = np.full(straight.shape, 2, np.int8)
    chosen[(down < straight) & (down < along)] = 1
    chosen[(straight < down) & (straight < along)] = 0
    return chosen


def _back(step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    step[0, :], step[:, 0] = 2, 1
    i, j = step.shape[0] - 1, step.shape[1] - 1
    path = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        way = step[i, j]
        i -= way != 2
        j -= way != 1
    found = np.array(path[::-1])
    return found[:, 0], found[:, 1]


def token_times(rows: np.ndarray, columns: np.ndarray, tokens: int) -> tuple[list[int], list[int]]:
    """When each of ``tokens`` begins and ends, in ticks, from the steps of a path.

    Row 0 is what stands before the first token's prediction, so token ``n`` is said while the
    path is on row ``n``.
    """
    jumps = np.concatenate(([True], np.diff(rows) > 0))
    begins = columns[jumps]
    last = int(columns[-1]) if columns.size else 0
    padded = [*begins.tolist()[: tokens + 1]]
    padded += [last] * (tokens + 1 - len(padded))
    return padded[:tokens], padded[1 : tokens + 1]
