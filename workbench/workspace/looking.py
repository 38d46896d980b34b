"""The methods of a workspace that are heard: listening, labelling, tracing, recording."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.drawing import Drawing

if TYPE_CHECKING:
    from workbench.taxonomies import Taxonomy
    from workbench.widgets import Adjudicator, CallList, Labeler, Player, Recorder, Tracer


class Looking(Drawing):
    """Listen, label, trace and record."""

    def labeler(
        self,
        rater: str,
        *,
        call_id: str | None = None,
        unit: str = "utterance",
        role: str | None = "customer",
        name: str | None = None,
        text: bool = True,
        language: str = "en",
        worklist: str | None = None,
        session_check: bool = True,
        keys: Mapping[str, str] | None = None,
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
        language : str, default "en"
            Language of the words on the screen: en or de.
        worklist : str, optional
            A worklist (see `worklist`): the rater hears what it holds, in its
            order and passes; unit, role and text do not count then.
        session_check : bool
            Whether the first sitting of a day begins with a card that asks for
            headphones and checks the level.
        keys : mapping of str to str, optional
            Keys of your own by command or tag, as for `wb.widgets.Labeler`:
            {"note": "M", "relief": "Shift+KeyB"}.

        Returns
        -------
        Labeler
            A widget; leave it as the last line of a cell.
        """
        from workbench.workspace import labelling

        return labelling.labeler(
            self,
            rater,
            call_id=call_id,
            unit=unit,
            role=role,
            name=name,
            text=text,
            language=language,
            worklist=worklist,
            session_check=session_check,
            keys=keys,
        )

    def adjudicator(
        self,
        lead: str,
        *,
        call_id: str | None = None,
        pass_: str | None = None,
        min_raters: int = 2,
        hide_names: bool = True,
        language: str = "en",
        limit: int = 200,
        decided: bool = False,
    ) -> Adjudicator:
        """Open the Adjudicator: hear what raters disagree on, the worst first, and decide.

        Utterances of calls without audio come after all others.
        A decision is a rating of the lead's, kept apart from the raters' own: it
        enters neither agreement nor consensus. Opened again, it goes on at the
        first dispute that the lead has not decided.

        Parameters
        ----------
        lead : str
            Who decides; a rater of role "lead".
        call_id : str, optional
            Only this call.
        pass_ : str, optional
            Only this pass: text, masked_voice, voice or both.
        min_raters : int, default 2
            How many raters must have heard an utterance.
        hide_names : bool, default True
            Whether the raters' names are hidden until a key shows them.
        language : str, default "en"
            Language of the words on the screen: en or de.
        limit : int, default 200
            How many at most.
        decided : bool, default False
            Whether what another lead has decided is listed too.

        Returns
        -------
        Adjudicator
            A widget; leave it as the last line of a cell.

        Raises
        ------
        InputError
            If there is no such lead, or nothing to decide; the message says why.
        """
        from workbench.workspace import adjudicating

        return adjudicating.adjudicator(
            self,
            lead,
            call_id=call_id,
            pass_=pass_,
            min_raters=min_raters,
            hide_names=hide_names,
            language=language,
            limit=limit,
            decided=decided,
        )

    def decision_notes(self) -> pd.DataFrame:
        """List what leads decided for and against, with their reasons.

        Returns
        -------
        DataFrame
            One row a decision and pair: tag, against_tag, n (raters who heard
            the latter), reason, where it is heard, created_at; `listen` plays a row.
            `workbench.taxonomies.with_decisions` makes the next version of a
            taxonomy from it.
        """
        from workbench.workspace import adjudicating

        return adjudicating.notes_of_decisions(self)

    def save_taxonomy(self, taxonomy: Taxonomy, changes: str | None = None) -> Path:
        """Write a version of a taxonomy into the folder taxonomies, and into the database.

        It becomes the current one when workbench.toml names its file.

        Parameters
        ----------
        taxonomy : Taxonomy
            The version, for example from `workbench.taxonomies.with_decisions`.
        changes : str, optional
            What changed against the version before.

        Returns
        -------
        Path
            The file, named after taxonomy and version.

        Raises
        ------
        InputError
            If the file is there already.
        StoreError
            If the version is frozen with another definition.
        """
        from workbench.workspace import adjudicating

        return adjudicating.save_taxonomy(self, taxonomy, changes)

    def tracer(
        self,
        rater: str,
        *,
        call_id: str,
        dimension: str | list[str] = "valence",
        pass_: str = "voice",
        channel: int | None = None,
        name: str | None = None,
        language: str = "en",
    ) -> Tracer:
        """Open the Tracer: follow a dimension with the hand while the call plays.

        A trace is in the database when the widget says "saved". Opened again, it
        shows the rater's own trace, of which any stretch can be done again.

        Parameters
        ----------
        rater : str
            Who traces.
        call_id : str
            The call.
        dimension : str or list of str
            What is traced, from the taxonomy; of several the first is open.
        pass_ : str
            "voice", or "both" with the words beside it.
        channel : int, optional
            Channel whose feeling is judged; by default the call as a whole.
        name : str, optional
            The rater's name, when new.
        language : str, default "en"
            Language of the words on the screen: en or de.

        Returns
        -------
        Tracer
            A widget; leave it as the last line of a cell.
        """
        from workbench.workspace import tracing

        return tracing.tracer(
            self,
            rater,
            call_id=call_id,
            dimension=dimension,
            pass_=pass_,
            channel=channel,
            name=name,
            language=language,
        )

    def listen(self, row: Mapping[str, Any] | pd.Series | pd.DataFrame | str) -> Player:
        """Play what is behind a row of any table, or behind several, one after the other.

        Parameters
        ----------
        row : mapping, Series, DataFrame or str
            Anything with call_id and, where it has them, channel, start_s and
            end_s; or with the id of an utterance, rating, trace, example or
            clip; or such an id alone.

        Returns
        -------
        Player
            A widget. Where there is no audio it says why, and where it looked.

        Raises
        ------
        InputError
            If there is nothing to hear behind the row.
        """
        from workbench.workspace import listening

        return listening.listen(self, row)

    def recorder(
        self,
        rater: str,
        *,
        tag: str | None = None,
        call_id: str | None = None,
        language: str = "en",
    ) -> Recorder:
        """Open the Recorder: say how a tag sounds, or leave a voice note with a call.

        A recording stays in the folder `recordings` of the workspace and is
        never taken for a call.

        Parameters
        ----------
        rater : str
            Who speaks.
        tag : str, optional
            The tag that the recording is an example of; without it and without
            a call, it is chosen in the widget.
        call_id : str, optional
            The call that a voice note is for.
        language : str, default "en"
            Language of the words on the screen: en or de.

        Returns
        -------
        Recorder
            A widget; leave it as the last line of a cell.

        Raises
        ------
        InputError
            If there is no such tag or call, or both came.
        """
        from workbench.workspace import examples

        return examples.recorder(self, rater, tag=tag, call_id=call_id, language=language)

    def examples(self, tag: str | None = None) -> pd.DataFrame:
        """List what tags sound like: clips and seconds of calls; `listen` plays a row.

        Parameters
        ----------
        tag : str, optional
            Only the examples of this tag.

        Returns
        -------
        DataFrame
            The table examples with duration_s, and rater_id of clips.

        Raises
        ------
        InputError
            If there is no such tag.
        """
        from workbench.workspace import examples

        return examples.examples(self, tag)

    def add_example(
        self,
        tag: str,
        row: Mapping[str, Any] | pd.Series | pd.DataFrame | str,
        *,
        note: str | None = None,
    ) -> str:
        """Name some seconds of a call as an example of a tag.

        Parameters
        ----------
        tag : str
            A tag of the taxonomy.
        row : mapping, Series, one-row DataFrame or str
            A row that stands for some seconds, as for `listen`.
        note : str, optional
            What to listen for.

        Returns
        -------
        str
            The example_id.

        Raises
        ------
        InputError
            If there is no such tag, or the row does not say from when to when.
        """
        from workbench.workspace import examples

        return examples.add_example(self, tag, row, note=note)

    def reroot(self, root: str, folder: str | Path) -> None:
        """Say where audio that moved is now; the settings are changed if it is there.

        Parameters
        ----------
        root : str
            Name of the audio root in workbench.toml.
        folder : str or Path
            Folder or URL that holds it now.

        Raises
        ------
        InputError
            If there is no such root, or its files are not there.
        """
        from workbench.workspace import rerooting

        rerooting.reroot(self, root, folder)

    def calls_view(self) -> CallList:
        """List the calls: filter, sort, play.

        Returns
        -------
        CallList
            A widget; `.selected` is the chosen calls as a table.
        """
        from workbench.workspace import labelling

        return labelling.calls_view(self)
