"""Sorting algorithms that tell what they do: every compare and every move, in order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Step = tuple[str, int, int]  # "look" or "swap", and the two places


@dataclass(frozen=True, slots=True)
class Run:
    """A whole sort: `states[k]` is the row after step k; `touched[k]` the two places step k was
    about.
    """

    states: tuple[tuple[int, ...], ...]
    touched: tuple[tuple[int, int], ...]
    swaps: tuple[bool, ...]


def bubble(a: list[int]) -> Iterator[Step]:
    for end in range(len(a) - 1, 0, -1):
        for j in range(end):
            yield "look", j, j + 1
            if a[j] > a[j + 1]:
                yield "swap", j, j + 1


def cocktail(a: list[int]) -> Iterator[Step]:
    lo, hi = 0, len(a) - 1
    while lo < hi:
        for j in range(lo, hi):
            yield "look", j, j + 1
            if a[j] > a[j + 1]:
                yield "swap", j, j + 1
        hi -= 1
        for j in range(hi, lo, -1):
            yield "look", j - 1, j
            if a[j - 1] > a[j]:
                yield "swap", j - 1, j
        lo += 1


def insertion(a: list[int]) -> Iterator[Step]:
    for i in range(1, len(a)):
        j = i
        while j > 0:
            yield "look", j - 1, j
            if a[j - 1] <= a[j]:
                break
            yield "swap", j - 1, j
            j -= 1


def selection(a: list[int]) -> Iterator[Step]:
    for i in range(len(a) - 1):
        least = i
        for j in range(i + 1, len(a)):
            yield "look", least, j
            if a[j] < a[least]:
                least = j
        if least != i:
            yield "swap", i, least


def _gapped(a: list[int], gap: int) -> Iterator[Step]:
    for i in range(gap, len(a)):
        j = i
        while j >= gap:
            yield "look", j - gap, j
            if a[j - gap] <= a[j]:
                break
            yield "swap", j - gap, j
            j -= gap


def shell(a: list[int]) -> Iterator[Step]:
    for gap in (57, 23, 10, 4, 1):
        if gap < len(a):
            yield from _gapped(a, gap)


def comb(a: list[int]) -> Iterator[Step]:
    gap, moved = len(a), True
    while gap > 1 or moved:
        gap, moved = max(1, gap * 10 // 13), False
        for j in range(len(a) - gap):
            yield "look", j, j + gap
            if a[j] > a[j + gap]:
                yield "swap", j, j + gap
                moved = True


def quick(a: list[int]) -> Iterator[Step]:
    todo = [(0, len(a) - 1)]
    while todo:
        lo, hi = todo.pop()
        if lo >= hi:
            continue
        yield "swap", (lo + hi) // 2, hi
        wall = lo
        for j in range(lo, hi):
            yield "look", j, hi
            if a[j] < a[hi]:
                if j != wall:
                    yield "swap", wall, j
                wall += 1
        yield "swap", wall, hi
        todo += [(wall + 1, hi), (lo, wall - 1)]


def heap(a: list[int]) -> Iterator[Step]:
    def sink(at: int, end: int) -> Iterator[Step]:
        while (child := 2 * at + 1) < end:
            if child + 1 < end and a[child + 1] > a[child]:
                child += 1
            yield "look", at, child
            if a[at] >= a[child]:
                return
            yield "swap", at, child
            at = child

    for i in range(len(a) // 2 - 1, -1, -1):
        yield from sink(i, len(a))
    for end in range(len(a) - 1, 0, -1):
        yield "swap", 0, end
        yield from sink(0, end)


SORTS: dict[str, Callable[[list[int]], Iterator[Step]]] = {
    "bubble": bubble,
    "quick": quick,
    "insertion": insertion,
    "heap": heap,
    "shell": shell,
    "cocktail": cocktail,
    "comb": comb,
    "selection": selection,
}


def run_sort(name: str, row: Sequence[int]) -> Run:
    """Sort a copy of `row` with algorithm `name`, keeping every step."""
    a = list(row)
    states, touched, swaps = [tuple(a)], [(0, 0)], [False]
    for what, i, j in SORTS[name](a):
        if what == "swap":
            a[i], a[j] = a[j], a[i]
        states.append(tuple(a))
        touched.append((i, j))
        swaps.append(what == "swap")
    return Run(tuple(states), tuple(touched), tuple(swaps))
