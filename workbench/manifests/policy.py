"""What of a manifest is taken in, and what is left out."""

from __future__ import annotations

import pandas as pd

from workbench.config import Policy
from workbench.manifests.columns import is_documented


def dropped_columns(manifest: pd.DataFrame, policy: Policy) -> list[str]:
    """List the columns of a manifest that are not stored.

    Parameters
    ----------
    manifest : DataFrame
        As from `read_manifest`.
    policy : Policy
        Its `keep_columns` are stored, as attributes of the call.

    Returns
    -------
    list of str
        Names of the columns that are neither documented nor kept.

    Examples
    --------
    >>> import pandas as pd
    >>> manifest = pd.DataFrame({"call_id": ["1"], "phone": ["0171"], "branch": ["Kiel"]})
    >>> dropped_columns(manifest, Policy(keep_columns=("branch",)))
    ['phone']
    """
    return [
        str(name)
        for name in manifest.columns
        if not is_documented(str(name)) and name not in policy.keep_columns
    ]


def count_calls(manifest: pd.DataFrame) -> int:
    """Count the calls of a manifest, for a progress bar.

    Parameters
    ----------
    manifest : DataFrame
        As from `read_manifest` or `scan_folder`.

    Returns
    -------
    int
        Different call_ids, and one for each row without an id.
    """
    return int(manifest["call_id"].nunique() + manifest["call_id"].isna().sum())
