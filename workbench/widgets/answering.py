"""The ground of all widgets: the browser asks, Python answers or says why it cannot."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.errors import InputError, StoreBusyError, WorkbenchError

STATIC = Path(__file__).parent / "static"

Answer = tuple[dict[str, Any], list[bytes]]
Answerer = Callable[[dict[str, Any]], Answer]
PATIENCE_S = 0.25
LANGUAGES = ("en", "de")


class AnsweringWidget(anywidget.AnyWidget):
    """A widget whose browser side asks questions by name.

    Every question has an id and gets exactly one answer: what was asked for, or
    a sentence that the browser shows under the widget, with `temporary` where
    the same may succeed later. Questions may arrive in any thread, also while a
    cell is running.

    Parameters
    ----------
    kind : str
        Which of the widgets in the bundle to draw.
    answers : mapping of str to callable
        For each question a function that takes the message and returns content
        and buffers of the answer.
    writing : collection of str
        Questions whose answer may have to wait for a database. After a quarter
        of a second they go on in a thread of their own, and other questions
        (sound) are answered meanwhile.
    language : str, default "en"
        Language of the words on the screen: en or de.
    **traits : object
        Initial values of the widget's own traits.

    Raises
    ------
    InputError
        If there are no words in the language.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    _kind = traitlets.Unicode().tag(sync=True)
    _language = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        kind: str,
        answers: Mapping[str, Answerer],
        *,
        writing: Collection[str] = (),
        language: str = "en",
        **traits: Any,
    ) -> None:
        super().__init__(
            _esm=bundle("workbench.js"),
            _css=bundle("workbench.css"),
            _kind=kind,
            _language=_check_language(language),
            **traits,
        )
        self._answers = dict(answers)
        self._writing = frozenset(writing)
        self.on_msg(self._hear)

    def _hear(self, _widget: object, content: object, _buffers: object) -> None:
        if not isinstance(content, dict) or content.get("ask") not in self._answers:
            return
        if content["ask"] not in self._writing:
            self._answer(content)
            return
        context = contextvars.copy_context()
        writer = threading.Thread(target=context.run, args=(self._answer, content), daemon=True)
        writer.start()
        writer.join(PATIENCE_S)

    def _answer(self, content: dict[str, Any]) -> None:
        try:
            answer, buffers = self._answers[content["ask"]](content)
        except Exception as error:  # whatever a callback raises belongs under the widget
            refusal = {
                "answer": content.get("id"),
                "ok": False,
                "sentence": sentence_of(error),
                "temporary": isinstance(error, StoreBusyError),
            }
            self.send(refusal)
            return
        self.send({**answer, "answer": content.get("id"), "ok": True}, buffers=buffers)


def sentence_of(error: Exception) -> str:
    """Say in a sentence what went wrong.

    Parameters
    ----------
    error : Exception
        What a callback raised.

    Returns
    -------
    str
        The workbench's own sentence; for any other error its type as well.

    Examples
    --------
    >>> sentence_of(KeyError("tag"))
    "KeyError: 'tag'"
    """
    if isinstance(error, WorkbenchError):
        return str(error)
    return f"{type(error).__name__}: {error}"


@cache
def bundle(name: str) -> str:
    """Read a file of the browser side.

    Parameters
    ----------
    name : str
        workbench.js, workbench.css or figure.js.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    WorkbenchError
        If it was not built.

    Examples
    --------
    >>> "_plotly" in bundle("figure.js")
    True
    """
    try:
        return (STATIC / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WorkbenchError(
            f"The browser side of the widgets, {name}, has not been built. In a checkout, "
            "run: pip install --editable . (it brings its own Node)."
        ) from None


def _check_language(name: str) -> str:
    if name not in LANGUAGES:
        raise InputError(
            f'There are no words in the language "{name}"; there are: {", ".join(LANGUAGES)}.'
        )
    return name
