"""The front door: one object whose methods are the path an analyst walks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.agreeing import Agreeing
from workbench.workspace.carrying import Carrying
from workbench.workspace.comparing import Comparing
from workbench.workspace.conversing import Conversing
from workbench.workspace.following import Following
from workbench.workspace.foreseeing import Foreseeing
from workbench.workspace.relating import Relating
from workbench.workspace.reporting import Reporting
from workbench.workspace.steering import Steering

if TYPE_CHECKING:
    from distributed import Client


class Workspace(
    Agreeing,
    Following,
    Comparing,
    Conversing,
    Relating,
    Carrying,
    Foreseeing,
    Steering,
    Reporting,
):
    """A folder with settings, a database and a cache; audio stays where it is.

    `wb.create`, `wb.open` and `wb.samples` make one. Every method takes and
    returns plain tables (`ws.table(name)` gives any of them), and every row
    with a `call_id` can be heard: `ws.listen(row)`.

    Parameters
    ----------
    folder : Path
        The folder.
    config : Config
        What its workbench.toml says.
    store : Store
        Its open database.
    """

    def ingest(
        self,
        source: str | Path | pd.DataFrame,
        *,
        roles: dict[int, str] | None = None,
        root: str | Path | None = None,
        pattern: str | None = None,
    ) -> pd.DataFrame:
        """Take calls in from a manifest or a folder; each one whole or not at all.

        Calls that are there already are left as they are, so the same manifest
        can be given again after the broken files were mended.

        Parameters
        ----------
        source : str, Path or DataFrame
            A manifest (CSV, Parquet or table, one row a call or file), or a
            folder of audio.
        roles : dict of int to str, optional
            Who speaks on which channel, for calls that do not say:
            {0: "customer", 1: "agent"}.
        root : str or Path, optional
            Folder or URL that the paths are relative to; by default the
            manifest's folder.
        pattern : str, optional
            For a folder: regular expression with the named groups call_id,
            agent_id, started_at or role for its file names.

        Returns
        -------
        DataFrame
            What failed: call_id, path, reason. Empty if all went in.

        Raises
        ------
        InputError
            If the manifest cannot be read or lacks a column.
        """
        from workbench.workspace import taking_in

        failed, notices = taking_in.ingest(self, source, root=root, roles=roles, pattern=pattern)
        return _report(failed, notices)

    def suggest_roles(self) -> pd.DataFrame:
        """Suggest who speaks on each channel of a call without known roles.

        Nothing changes: look, correct what is wrong, and pass the table to
        `confirm_roles`.

        Returns
        -------
        DataFrame
            call_id, channel, role, evidence (a sentence).
        """
        from workbench.workspace import taking_in

        return taking_in.suggest(self)

    def confirm_roles(self, roles: pd.DataFrame) -> None:
        """Set who speaks on which channel; utterances follow.

        Parameters
        ----------
        roles : DataFrame
            call_id, channel, role.
        """
        self.store.set_roles(roles[["call_id", "channel", "role"]])

    def segment(
        self,
        *,
        min_silence_s: float | None = None,
        jobs: int | None = None,
        scheduler: str | Client | None = None,
    ) -> pd.DataFrame:
        """Find the utterances and turns of every call with audio, and what else is heard.

        Calls that were cut with the same settings are left as they are. Music,
        ringing, beeps and silence become rows of the table events.

        Parameters
        ----------
        min_silence_s : float, optional
            Silence that ends an utterance, seconds; by default the setting of
            workbench.toml (1.0).
        jobs, scheduler : optional
            As in `measure`.

        Returns
        -------
        DataFrame
            What failed: call_id, path, reason.

        Raises
        ------
        InputError
            If jobs is not a whole number from 1 on, or came with a scheduler.
        WorkspaceError
            If workers cannot be started, or the scheduler does not answer.
        """
        from workbench.workspace import cutting

        return _report(
            *cutting.segment(self, min_silence_s=min_silence_s, jobs=jobs, scheduler=scheduler)
        )

    def measure(
        self, *, jobs: int | None = None, scheduler: str | Client | None = None
    ) -> pd.DataFrame:
        """Measure the prosody of every utterance in use; goes on where it stopped.

        A call is kept in the cache as soon as it is measured, under a name made
        of the hash of its audio, its utterances and the settings, so measuring
        again costs nothing. A call that fails stops nobody.

        Parameters
        ----------
        jobs : int, optional
            Worker processes on this machine, usually as many as it has cores;
            by default 1, which works in this process.
        scheduler : str or distributed.Client, optional
            A Dask scheduler to measure on, in place of jobs: its address, for
            example "tcp://10.0.0.5:8786", or a client of it. The workers read
            the audio themselves.

        Returns
        -------
        DataFrame
            What failed: call_id, path, reason.

        Raises
        ------
        InputError
            If jobs is not a whole number from 1 on, or came with a scheduler.
        WorkspaceError
            If workers cannot be started, the scheduler does not answer or the
            cache cannot be written to.
        """
        from workbench.workspace import measuring

        return _report(*measuring.measure(self, jobs=jobs, scheduler=scheduler))

    def cues(
        self, *, thresholds: pd.DataFrame | None = None, baseline: str = "call"
    ) -> pd.DataFrame:
        """Judge the cues anew, with thresholds of your own or against another baseline.

        Parameters
        ----------
        thresholds : DataFrame, optional
            As from `wb.cues.default_thresholds()`, edited.
        baseline : {"call", "causal", "speaker_history"}, default "call"
            What decides: the rest of the speaker's call; only what came before in
            the call, for whatever predicts; or the speaker's earlier calls.

        Returns
        -------
        DataFrame
            The table cues; call_sd, causal_sd and speaker_history_sd hold the
            strengths by all three.
        """
        from workbench.workspace import tables

        return tables.cues(self, thresholds=thresholds, baseline=baseline)

    def import_file(
        self,
        path: str | Path,
        *,
        format: str,
        call_id: str | None = None,
        rater: str | None = None,
        role: str | None = None,
        **options: Any,
    ) -> list[str]:
        """Bring in labels, transcripts, speaker turns or outcomes.

        The same file twice counts once.

        Parameters
        ----------
        path : str or Path
            The file.
        format : str
            A name of `wb.formats.FORMATS`.
        call_id : str, optional
            The call, where the file does not say.
        rater : str, optional
            Who rated, where the file does not say.
        role : str, optional
            Whose speech a tier without a role holds.
        **options : object
            Further arguments of the format, for example mapping=.

        Returns
        -------
        list of str
            What was brought in, one sentence each.
        """
        from workbench.workspace import exchange

        return exchange.import_file(
            self, path, format=format, call_id=call_id, rater=rater, role=role, **options
        )

    def export(
        self, out: str | Path, *, format: str = "tables", overwrite: bool = False, **options: Any
    ) -> pd.DataFrame:
        """Write tables or ratings for other tools.

        Parameters
        ----------
        out : str or Path
            Folder or file to write.
        format : str
            A name of `wb.formats.FORMATS`.
        overwrite : bool
            Whether files that are there may be replaced.
        **options : object
            Further arguments of the format.

        Returns
        -------
        DataFrame
            What could not be carried over; empty if nothing was lost.
        """
        from workbench.workspace import exchange

        return exchange.export(self, out, format=format, overwrite=overwrite, **options)


def _report(failed: pd.DataFrame, notices: list[str]) -> pd.DataFrame:
    failed.attrs["notices"] = notices
    return failed
