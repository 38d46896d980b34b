"""Agreement of 100,000 utterances and 5 raters: alpha, its interval, a slider; peak memory.

Rows with a rival begin for both sides where the arithmetic begins: ours with the checked
design and numbered tags, theirs with the matrix of numbers or the task made of triples. In
rows named `_table` both start from the same long table, as it comes out of a store, with
text for utterances and raters: mostly the time to number that text, or to make the rival's
shape out of it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.consensus_models import rows as consensus_rows
from benchmarks.lines import line
from workbench.agreement import krippendorff_alpha
from workbench.agreement.alpha import sums_of_level
from workbench.agreement.designs import Design, read_design, shared_design

N_ITEMS, N_RATERS, N_TAGS, MISSING = 100_000, 5, 12, 0.2
NAIVE_DRAWS = 5
LIMIT_MB = 1000.0


def ratings_of(kind: str, *, n_items: int = N_ITEMS, seed: int = 0) -> pd.DataFrame:
    """Make ratings that agree in part.

    Parameters
    ----------
    kind : {"tag", "number", "set", "slider"}
        What the values are; the slider has 101 steps.
    n_items : int
        Utterances.
    seed : int
        Of the random numbers.

    Returns
    -------
    DataFrame
        utterance_id and rater_id as text, value.
    """
    rng = np.random.default_rng(seed)
    steps = 101 if kind == "slider" else N_TAGS
    true = rng.integers(steps, size=(n_items, 1))
    given = rng.integers(steps, size=(n_items, N_RATERS))
    given = np.where(rng.random(given.shape) < 0.5, true, given)
    item, rater = np.nonzero(rng.random(given.shape) >= MISSING)
    code = given[item, rater]
    values: object = code.astype(np.float64)
    if kind == "tag":
        values = np.array([f"tag {k:02}" for k in range(N_TAGS)], dtype=object)[code]
    if kind == "set":
        extra = rng.integers(N_TAGS, size=(2, len(code)))
        more = rng.integers(3, size=len(code))
        values = [
            frozenset([a, *others[:m]])
            for a, *others, m in zip(code.tolist(), *extra.tolist(), more.tolist(), strict=True)
        ]
    return pd.DataFrame(
        {
            "utterance_id": np.char.add("utterance-", item.astype("U6")),
            "rater_id": np.char.add("rater-", rater.astype("U1")),
            "value": values,
        }
    )


def coded(table: pd.DataFrame) -> Design:
    """Do beforehand what a rival's matrix has done: check, and number the tags.

    Parameters
    ----------
    table : DataFrame
        From `ratings_of`.

    Returns
    -------
    Design
        With values as numbers, if they were text.
    """
    design = shared_design(read_design(table))
    if pd.api.types.is_string_dtype(design.value) and design.value.dtype != object:
        design = design._replace(value=pd.Series(pd.factorize(design.value)[0]))
    return design


def seconds(work: Callable[[], object], *, times: int = 3) -> float:
    """Time work, the best of some runs.

    Parameters
    ----------
    work : callable
        What to do.
    times : int
        How often.

    Returns
    -------
    float
        Seconds.
    """
    took = []
    for _ in range(times):
        start = perf_counter()
        work()
        took.append(perf_counter() - start)
    return min(took)


def run() -> Iterator[dict[str, object]]:
    """Time the coefficients beside their rivals, and take the peak of memory.

    Yields
    ------
    dict
        Lines.
    """
    yield from _level("tag", "nominal")
    yield from _level("number", "interval")
    yield from _sets()
    yield from _bootstrap()
    yield from _memory()
    yield from consensus_rows()


def _level(kind: str, level: Literal["nominal", "interval"]) -> Iterator[dict[str, object]]:
    import krippendorff

    table = ratings_of(kind)
    design = coded(table)

    def matrix() -> npt.NDArray[np.float64]:
        numbered = table
        if kind == "tag":
            numbered = table.assign(value=pd.factorize(table["value"])[0].astype(np.float64))
        wide = numbered.pivot(index="rater_id", columns="utterance_id", values="value")
        return wide.to_numpy()

    ready = matrix()
    yield _faster(
        f"agreement.alpha_{level}",
        lambda: sums_of_level(design, level),
        lambda: krippendorff.alpha(ready, level_of_measurement=level),
        "krippendorff, from its matrix",
    )
    yield _faster(
        f"agreement.alpha_{level}_table",
        lambda: krippendorff_alpha(table, level, draws=0),
        lambda: krippendorff.alpha(matrix(), level_of_measurement=level),
        "krippendorff, with its matrix made",
    )


def _faster(
    name: str, ours: Callable[[], object], theirs: Callable[[], object], rival: str, times: int = 3
) -> dict[str, object]:
    return line(
        name,
        seconds(ours, times=3),
        "s",
        n=N_ITEMS,
        rival=rival,
        rival_value=seconds(theirs, times=times),
        less_is_better=True,
    )


def _sets() -> Iterator[dict[str, object]]:
    from nltk.metrics import agreement, masi_distance

    table = ratings_of("set")

    def triples() -> list[tuple[object, ...]]:
        columns = (table[name].tolist() for name in ("rater_id", "utterance_id", "value"))
        return list(zip(*columns, strict=True))

    def theirs(ready: list[tuple[object, ...]]) -> object:
        return agreement.AnnotationTask(data=ready, distance=masi_distance).alpha()

    design, ready = coded(table), triples()
    yield _faster(
        "agreement.alpha_set",
        lambda: sums_of_level(design, "set"),
        lambda: theirs(ready),
        "nltk, from its triples",
        times=1,
    )
    yield _faster(
        "agreement.alpha_set_table",
        lambda: krippendorff_alpha(table, "set", draws=0),
        lambda: theirs(triples()),
        "nltk, with its triples made",
        times=1,
    )


def _bootstrap() -> Iterator[dict[str, object]]:
    table = ratings_of("tag")
    design = coded(table)
    point = seconds(lambda: krippendorff_alpha(table, draws=0))
    whole = seconds(lambda: krippendorff_alpha(table, draws=1000), times=2)
    rng = np.random.default_rng(0)
    n_items = len(design.items)
    order = np.argsort(design.item, kind="stable")
    start = np.concatenate([[0], np.cumsum(design.n_per_item)])

    def naive() -> None:
        drawn = rng.integers(n_items, size=n_items)
        size = design.n_per_item[drawn]
        rows = np.repeat(start[drawn] - np.cumsum(size) + size, size) + np.arange(size.sum())
        again = design._replace(
            item=np.repeat(np.arange(n_items), size),
            value=design.value.take(order[rows]).reset_index(drop=True),
        )
        sums_of_level(again, "nominal")

    yield line(
        "agreement.bootstrap_1000",
        whole - point,
        "s",
        n=N_ITEMS,
        rival=f"computing all again, {NAIVE_DRAWS} draws times {1000 // NAIVE_DRAWS}",
        rival_value=seconds(naive, times=NAIVE_DRAWS) * 1000,
        less_is_better=True,
    )


def _memory() -> Iterator[dict[str, object]]:
    for kind, level in (("tag", "nominal"), ("set", "set"), ("slider", "interval"),
                        ("slider", "ordinal")):  # fmt: skip
        code = f"from benchmarks.agreement import peak_mb; print(peak_mb({kind!r}, {level!r}))"
        told = subprocess.check_output([sys.executable, "-c", code], text=True).split()
        name = "slider" if kind == "slider" else "memory"
        yield line(f"agreement.{name}_{level}_seconds", float(told[0]), "s", n=N_ITEMS)
        yield line(
            f"agreement.{name}_{level}_peak",
            float(told[1]),
            "MB",
            n=N_ITEMS,
            rival="limit, of the whole process",
            rival_value=LIMIT_MB,
            less_is_better=True,
        )


def peak_mb(kind: str, level: str) -> str:
    """Compute alpha with its interval in a process of its own.

    Parameters
    ----------
    kind : str
        As in `ratings_of`.
    level : str
        As in `krippendorff_alpha`.

    Returns
    -------
    str
        Seconds, and the peak of resident memory in MB with everything in it.
    """
    table = ratings_of(kind)
    took = seconds(lambda: krippendorff_alpha(table, level), times=1)
    # unlike ru_maxrss this is not inherited from the process that started this one
    status = Path("/proc/self/status").read_text()
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    return f"{took:.4g} {peak_kb / 1024:.4g}"
