"""How far a worklist is, rater by rater."""

from __future__ import annotations

import pandas as pd

from workbench.schema import check_table

COUNTED = {"purpose": ("label", "gold", "repeat"), "state": ("open", "done", "skipped")}


def worklist_progress(assignments: pd.DataFrame) -> pd.DataFrame:
    """Count what each rater has in a worklist and how much of it is done.

    Parameters
    ----------
    assignments : DataFrame
        Rows of the table assignments, of one worklist or several.

    Returns
    -------
    DataFrame
        One row a worklist and rater: worklist, rater_id, n_assigned; of these
        n_label, n_gold, n_repeat by purpose and n_open, n_done, n_skipped by
        state; done_share (0..1). What decisions of leads answer is not counted.

    Raises
    ------
    InputError
        If the rows are not as documented.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "assignment_id": ["a", "b"], "rater_id": "r01", "utterance_id": ["u1", "u2"],
    ...     "pass": "voice", "worklist": "main", "position": [0, 1], "purpose": "label",
    ...     "state": ["done", "open"],
    ... })
    >>> worklist_progress(rows)[["rater_id", "n_assigned", "n_done", "done_share"]]
      rater_id  n_assigned  n_done  done_share
    0      r01           2       1         0.5
    """
    rows = check_table(assignments, "assignments")
    rows = rows[rows["purpose"] != "adjudicate"]
    counts = pd.DataFrame({"n_assigned": 1}, index=rows.index)
    for column, words in COUNTED.items():
        for word in words:
            counts[f"n_{word}"] = (rows[column] == word).astype("int64")
    counts = counts.groupby([rows["worklist"], rows["rater_id"]]).sum().reset_index()
    return counts.assign(done_share=counts["n_done"] / counts["n_assigned"])
