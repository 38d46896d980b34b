"""The front door: one object whose methods are the path an analyst walks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.config import Config
from workbench.schema import table_named
from workbench.store import Store
from workbench.workspace.cache import Cache

if TYPE_CHECKING:
    from workbench.taxonomies import Taxonomy
    from workbench.widgets import CallList, Labeler, Player


class Workspace:
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

    def __init__(self, folder: Path, config: Config, store: Store) -> None:
        self.folder = folder
        self.config = config
        self.store = store
        self.cache = Cache(folder / "cache")

    def __repr__(self) -> str:
        """Say what is inside, in a line."""
        recordings = self.store.read("recordings")
        return (
            f"Workspace {self.folder}: {len(self.store.read('calls'))} calls, "
            f"{recordings['duration_s'].sum() / 3600:.1f} hours of audio, "
            f"{len(self.store.current_ratings()[0])} ratings"
        )

    # ---- taking calls in -------------------------------------------------------------

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

        failed, notices = taking_in.ingest(
            self, source, root=root, roles=roles, pattern=pattern
        )
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

    # ---- stages ----------------------------------------------------------------------

    def segment(self, *, min_silence_s: float | None = None) -> pd.DataFrame:
        """Find the utterances and turns of every call with audio.

        Calls that were cut with the same settings are left as they are.

        Parameters
        ----------
        min_silence_s : float, optional
            Silence that ends an utterance, seconds; by default the setting of
            workbench.toml (1.0).

        Returns
        -------
        DataFrame
            What failed: call_id, path, reason.
        """
        from workbench.workspace import cutting

        return _report(*cutting.segment(self, min_silence_s=min_silence_s))

    def measure(self) -> pd.DataFrame:
        """Measure the prosody of every utterance in use; goes on where it stopped.

        Returns
        -------
        DataFrame
            What failed: call_id, path, reason.
        """
        from workbench.workspace import measuring

        return _report(*measuring.measure(self))

    # ---- tables ----------------------------------------------------------------------

    def table(self, name: str, *, as_of: datetime | None = None, **where: Any) -> pd.DataFrame:
        """Give any table of the workbench as a DataFrame.

        Parameters
        ----------
        name : str
            Its name; `wb.schema.data_dictionary()` explains every column.
        as_of : datetime, optional
            For people's work: as it was then.
        **where : object
            Column values to choose rows by, for example call_id="0007"; the
            column pass is written pass_.

        Returns
        -------
        DataFrame
            With the documented columns, dtypes and units.

        Raises
        ------
        InputError
            If there is no such table or column.
        """
        from workbench.workspace import tables

        where = {column.rstrip("_"): value for column, value in where.items()}
        if table_named(name).part == "derived":
            return tables.derived(self, name, as_of=as_of, **where)
        return self.store.read(name, as_of=as_of, **where)

    def utterances(self, *, unit: str = "utterance", call_id: str | None = None) -> pd.DataFrame:
        """List the utterances in use, with the words that were said in them.

        Parameters
        ----------
        unit : str
            "utterance", "turn" or "call".
        call_id : str, optional
            Only this call.

        Returns
        -------
        DataFrame
            The columns of `utterances` and `text` (missing without transcript).
        """
        from workbench.workspace import tables

        return tables.utterances_in_use(self, unit=unit, call_id=call_id)

    def taxonomy(self) -> Taxonomy:
        """Give the taxonomy that ratings are made in now.

        Returns
        -------
        Taxonomy
            From taxonomies/*.yaml; a version that a rating names is frozen.
        """
        from workbench.workspace import labelling

        return labelling.current_taxonomy(self)

    # ---- listening and labelling -----------------------------------------------------

    def labeler(
        self,
        rater: str,
        *,
        call_id: str | None = None,
        unit: str = "utterance",
        role: str | None = "customer",
        name: str | None = None,
        text: bool = True,
    ) -> Labeler:
        """Open the Labeler: hear each utterance, tag how it sounds.

        Each rating is in the database when the widget says "saved". Opened
        again, it goes on at the first utterance that this rater has not rated.

        Parameters
        ----------
        rater : str
            Who rates.
        call_id : str, optional
            Only this call; by default every call with audio.
        unit : str
            What is rated: "utterance", "turn" or "call".
        role : str, optional
            Whose speech is rated; None for everybody's.
        name : str, optional
            The rater's name, when new.
        text : bool
            Whether the transcript is shown, where there is one. Ratings with
            text are of the pass "both", without of the pass "voice"; the two
            are never mixed.

        Returns
        -------
        Labeler
            A widget; leave it as the last line of a cell.
        """
        from workbench.workspace import labelling

        return labelling.labeler(
            self, rater, call_id=call_id, unit=unit, role=role, name=name, text=text
        )

    def listen(self, row: Mapping[str, Any] | pd.Series | pd.DataFrame | str) -> Player:
        """Play what is behind a row.

        Parameters
        ----------
        row : mapping, Series, one-row DataFrame or str
            Anything with call_id and, where it has them, channel, start_s and
            end_s; or an utterance_id; or the id of a call.

        Returns
        -------
        Player
            A widget. A call without audio says so.
        """
        from workbench.workspace import labelling

        return labelling.listen(self, row)

    def calls_view(self) -> CallList:
        """List the calls: filter, sort, play.

        Returns
        -------
        CallList
            A widget; `.selected` is the chosen calls as a table.
        """
        from workbench.workspace import labelling

        return labelling.calls_view(self)

    # ---- pictures --------------------------------------------------------------------

    def trajectory(self, call_id: str) -> Any:
        """Draw how a call felt over time; a click plays the seconds behind a point.

        Parameters
        ----------
        call_id : str
            The call.

        Returns
        -------
        widget
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.trajectory(self, call_id)

    def heatmap(self, *, variable: str = "valence", role: str = "customer") -> Any:
        """Draw many calls, one row each, over time; a click plays.

        Parameters
        ----------
        variable : str
            A tag or a dimension.
        role : str
            Whose feeling.

        Returns
        -------
        widget
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.heatmap(self, variable=variable, role=role)

    def signals(self, call_id: str, *, start_s: float, end_s: float) -> Any:
        """Draw waveform, F0 and intensity of some seconds; a click plays.

        Parameters
        ----------
        call_id : str
            The call.
        start_s, end_s : float
            Seconds of the call.

        Returns
        -------
        widget
            The figure with a player below.
        """
        from workbench.workspace import pictures

        return pictures.signals(self, call_id, start_s=start_s, end_s=end_s)

    # ---- outcomes --------------------------------------------------------------------

    def features(self, *, role: str = "customer") -> pd.DataFrame:
        """Sum up each call's tagged sentiment; nothing after an escalation counts.

        Parameters
        ----------
        role : str
            Whose sentiment.

        Returns
        -------
        DataFrame
            One row a call.
        """
        from workbench.workspace import pictures

        return pictures.features(self, role=role)

    def effects(self, **options: Any) -> pd.DataFrame:
        """Relate tagged sentiment to escalation, churn and QA score.

        Parameters
        ----------
        **options : object
            As in `wb.outcomes.effect_table`.

        Returns
        -------
        DataFrame
            One row a predictor and outcome, with interval and a sentence.
        """
        from workbench.workspace import pictures

        return pictures.effects(self, **options)

    # ---- exchange --------------------------------------------------------------------

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
