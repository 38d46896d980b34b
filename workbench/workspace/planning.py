"""The methods of a workspace by which a lead shares out the work and sees it grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from workbench.workspace.looking import Looking


class Planning(Looking):
    """Worklists, how far they are, and answers agreed beforehand."""

    def worklist(
        self,
        name: str,
        *,
        raters: Sequence[str] | None = None,
        unit: str = "utterance",
        role: str | None = "customer",
        call_id: str | Sequence[str] | None = None,
        passes: str | Sequence[str] = (),
        seed: int | None = None,
        by: str | None = None,
        **options: Any,
    ) -> pd.DataFrame:
        """Make a worklist: who is to hear what, in which order, and what is hidden among it.

        `ws.labeler(rater, worklist=name)` opens it. Running the same line again
        changes nothing. docs/worklists.md tells what to choose.

        Parameters
        ----------
        name : str
            Its name.
        raters : sequence of str, optional
            Who rates; by default all active people.
        unit : str
            What is rated: "utterance", "turn" or "call".
        role : str, optional
            Whose speech; None for everybody's.
        call_id : str or sequence of str, optional
            Only these calls; by default every call with audio.
        passes : str or sequence of str, optional
            text, masked_voice, voice, both; by default both where there is a
            transcript, else voice.
        seed : int, optional
            Seed of everything that is drawn; drawn and stored by default.
        by : str, optional
            Who makes it; stored.
        **options : object
            As in `wb.worklists.WorklistSettings`: order, overlap,
            overlap_share, gold_rate, repeat_rate, distance, n_items, stratify
            (columns of utterances, calls or outcomes), strata, match,
            insiders.

        Returns
        -------
        DataFrame
            One row a rater, as from `progress`; ``attrs["notices"]`` tells in
            sentences what the plan holds and where it falls short.

        Raises
        ------
        InputError
            If it cannot be made; the message has the numbers.
        StoreError
            If there is another worklist of that name.
        """
        from workbench.workspace import assigning

        return assigning.make_worklist(
            self,
            name,
            raters=raters,
            unit=unit,
            role=role,
            call_id=call_id,
            passes=passes,
            seed=seed,
            created_by=by,
            options=options,
        )

    def progress(self, worklist: str | None = None) -> pd.DataFrame:
        """Count how much of a worklist each rater has done.

        Parameters
        ----------
        worklist : str, optional
            Its name; by default all of them.

        Returns
        -------
        DataFrame
            One row a worklist and rater: n_assigned, by purpose and by state,
            and done_share (0..1).

        Raises
        ------
        InputError
            If there is no such worklist.
        """
        from workbench.workspace import assigning

        return assigning.progress(self, worklist)

    def gold(self, utterance_id: str, *, by: str, pass_: str = "both", **answer: Any) -> None:
        """Agree on the answer to an utterance, so that worklists can hide it as gold.

        Parameters
        ----------
        utterance_id : str
            The utterance.
        by : str
            Who agreed.
        pass_ : str
            The pass that the answer holds for.
        **answer : object
            verdict ("tagged" by default), tags (names, or names with their
            intensities), scores, tolerance (how far a rating may be away, by
            dimension), and replace=True to change an answer that is there.

        Raises
        ------
        InputError
            If the answer does not fit the taxonomy.
        StoreError
            If there is no such utterance, or another answer is there.
        """
        from workbench.workspace import assigning

        assigning.set_gold(self, utterance_id, pass_=pass_, by=by, **answer)
