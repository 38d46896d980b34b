"""Rules that an analyst writes as text, read by a small grammar: nothing in them is executed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest

_LONGEST = 500
_COMPARISONS: dict[type[ast.cmpop], Callable[[pd.Series, pd.Series], pd.Series]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RuleAnswer:
    """What a rule says of each row.

    Parameters
    ----------
    holds : ndarray of bool, shape (n,)
        Whether the rule is true; False where it is not known.
    unknown : ndarray of bool, shape (n,)
        Where a gap in a column leaves open whether it is true.
    parts : dict of str to ndarray of bool
        By column: where a comparison with this column is true.
    """

    holds: Bools
    unknown: Bools
    parts: dict[str, Bools]


def rule_columns(rule: str) -> list[str]:
    """List the columns that a rule reads, in their order.

    Parameters
    ----------
    rule : str
        As for `apply_rule`.

    Returns
    -------
    list of str
        Each once.

    Raises
    ------
    InputError
        If the text is no rule.

    Examples
    --------
    >>> rule_columns("volume_spike and valence_mean < -0.2")
    ['volume_spike', 'valence_mean']
    """
    names = [n for n in ast.walk(_read(rule)) if isinstance(n, ast.Name)]
    names.sort(key=lambda name: name.col_offset)
    return list(dict.fromkeys(name.id for name in names))


def apply_rule(rule: str, rows: pd.DataFrame) -> RuleAnswer:
    """Say in which rows a rule is true.

    A rule compares columns with numbers or with each other (``< <= > >= == !=``,
    also ``0.1 < x < 0.5``) and joins comparisons by ``and``, ``or``, ``not`` and
    brackets. A column of counts or of yes and no may stand alone: true where it
    is above 0. Where a column has a gap the comparison is not known; "not known
    or true" is true, "not known and false" is false, and what stays open raises
    no alarm.

    Parameters
    ----------
    rule : str
        For example ``"volume_spike and valence_mean < -0.2"``; at most 500
        characters.
    rows : DataFrame
        Has the columns that the rule names.

    Returns
    -------
    RuleAnswer
        Of each row, in their order.

    Raises
    ------
    InputError
        If the text is no rule, or names a column that is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"volume_spike": [2, 0, 1], "valence_mean": [-0.5, -0.6, None]})
    >>> answer = apply_rule("volume_spike and valence_mean < -0.2", rows)
    >>> answer.holds.tolist(), answer.unknown.tolist()
    ([True, False, False], [False, False, True])
    """
    tree = _read(rule)
    parts: dict[str, Bools] = {}
    truth = _truth(tree.body, rows, rule, parts)
    return RuleAnswer(_plain(truth), truth.isna().to_numpy(dtype=bool), parts)


def _plain(truth: pd.Series) -> Bools:
    return truth.fillna(False).to_numpy(dtype=bool)


def _read(rule: str) -> ast.Expression:
    if not isinstance(rule, str) or not rule.strip():
        raise InputError('A rule is text, for example "volume_spike and valence_mean < -0.2".')
    if len(rule) > _LONGEST:
        raise InputError(
            f"A rule has at most {_LONGEST} characters; {len(rule)} came. Split it into several."
        )
    try:
        return ast.parse(rule.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        hint = " Write == to compare for equality." if "=" in rule and "==" not in rule else ""
        raise InputError(
            f'"{rule}" cannot be read as a rule.{hint} A rule compares columns with numbers and '
            'joins them by and, or, not: "volume_spike and valence_mean < -0.2".'
        ) from error


def _truth(
    node: ast.expr, rows: pd.DataFrame, rule: str, parts: dict[str, Bools], *, denied: bool = False
) -> pd.Series:
    """Work out true, false or not known, row by row; note which columns make it true."""
    if isinstance(node, ast.BoolOp):
        found = [_truth(part, rows, rule, parts, denied=denied) for part in node.values]
        join = operator.and_ if isinstance(node.op, ast.And) else operator.or_
        out = found[0]
        for part in found[1:]:
            out = join(out, part)
        return out
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ~_truth(node.operand, rows, rule, parts, denied=not denied)
    if isinstance(node, ast.Compare):
        values = [_figure(side, rows, rule) for side in (node.left, *node.comparators)]
        out = pd.Series(True, index=rows.index, dtype="boolean")
        for how, left, right in zip(node.ops, values[:-1], values[1:], strict=True):
            if type(how) not in _COMPARISONS:
                raise _not_understood(node, rule)
            known = left.notna() & right.notna()
            out &= _COMPARISONS[type(how)](left, right).astype("boolean").where(known)
        _note(node, out, parts, denied)
        return out
    if isinstance(node, ast.Name):
        values_of = _column(node.id, rows)
        if not _counts(values_of):
            raise InputError(
                f'"{node.id}" is a figure, so a rule has to say from where it counts, for example '
                f'"{node.id} > 0.2".'
            )
        out = (values_of.astype("Float64") > 0).astype("boolean")
        _note(node, out, parts, denied)
        return out
    raise _not_understood(node, rule)


def _note(node: ast.expr, truth: pd.Series, parts: dict[str, Bools], denied: bool) -> None:
    counts = _plain(~truth if denied else truth)
    for name in ast.walk(node):
        if isinstance(name, ast.Name):
            parts[name.id] = parts.get(name.id, np.zeros(len(counts), dtype=bool)) | counts


def _figure(node: ast.expr, rows: pd.DataFrame, rule: str) -> pd.Series:
    if isinstance(node, ast.Name):
        return _column(node.id, rows).astype("Float64")
    sign = 1.0
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        sign = -1.0 if isinstance(node.op, ast.USub) else 1.0
        node = node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return pd.Series(sign * float(node.value), index=rows.index, dtype="Float64")
    raise _not_understood(node, rule)


def _column(name: str, rows: pd.DataFrame) -> pd.Series:
    known = [str(c) for c in rows.columns if pd.api.types.is_numeric_dtype(rows[c])]
    if name not in known:
        raise InputError(
            f'There is no figure "{name}" to make a rule of.{nearest(name, known)} '
            f"There are: {', '.join(known)}. A cue is there once voices have been measured and it "
            "was heard somewhere."
        )
    return rows[name]


def _counts(values: pd.Series) -> bool:
    return bool(pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values))


def _not_understood(node: ast.AST, rule: str) -> InputError:
    piece = ast.get_source_segment(rule.strip(), node) or rule
    hint = ""
    if isinstance(node, ast.Tuple):
        hint = " A decimal point is a point: 0.2."
    elif isinstance(node, (ast.BinOp, ast.UnaryOp)):
        hint = " Write and, or, not in words; a rule does not calculate."
    return InputError(
        f'"{piece}" does not belong into a rule.{hint} A rule compares columns with numbers: '
        '"volume_spike and valence_mean < -0.2".'
    )
