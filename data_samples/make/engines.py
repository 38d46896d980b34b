"""Two open speech engines through their C libraries: samples and the time of every word.

Needs Debian's `libespeak-ng1` and `libflite1` (packages espeak-ng and flite). Both engines
draw on chance and remember what they said before; here each utterance starts afresh, so
that the same words in the same voice always give the same samples.
"""

from __future__ import annotations

import _ctypes
import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

FLITE_VOICES = ("slt", "rms", "awb", "kal16")
_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8 = 2, 1, 1
_LIST_TERMINATED, _WORD, _PHONEME = 0, 1, 7


@dataclass(frozen=True)
class Speech:
    """What an engine said.

    Parameters
    ----------
    samples : ndarray of float64
        The signal, -1..1.
    sampling_rate_hz : int
        Its sampling rate.
    words : list of (str, float, float)
        Word, start and end in seconds.
    """

    samples: npt.NDArray[np.float64]
    sampling_rate_hz: int
    words: list[tuple[str, float, float]]


def speak(voice: str, words: tuple[str, ...]) -> Speech:
    """Say words in a voice.

    Parameters
    ----------
    voice : str
        `flite:NAME` or `espeak:NAME`, for example `espeak:de+f3`.
    words : tuple of str
        The words, with punctuation.

    Returns
    -------
    Speech
        The signal and one time span a word.
    """
    engine, name = voice.split(":", 1)
    ctypes.CDLL(None).srand(1)
    said = _flite(name, words) if engine == "flite" else _espeak(name, words)
    if len(said.words) != len(words):
        raise ValueError(f"{voice} gave {len(said.words)} word times for {len(words)}: {words}")
    return said


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


@cache
def _flite_library() -> Any:
    library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
    for part in ("usenglish", "cmulex"):
        ctypes.CDLL(f"libflite_{part}.so.1", mode=ctypes.RTLD_GLOBAL)
    handle, text = ctypes.c_void_p, ctypes.c_char_p
    signatures = {
        "flite_synth_text": (handle, [text, handle]),
        "utt_wave": (ctypes.POINTER(_Wave), [handle]),
        "utt_relation": (handle, [handle, text]),
        "relation_head": (handle, [handle]),
        "item_next": (handle, [handle]),
        "ffeature_string": (text, [handle, text]),
        "ffeature_float": (ctypes.c_float, [handle, text]),
        "delete_utterance": (None, [handle]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.flite_init()
    return library


@cache
def _flite_voice(name: str) -> Any:
    if name not in FLITE_VOICES:
        raise ValueError(f'flite has no voice "{name}" here; it has {", ".join(FLITE_VOICES)}.')
    library = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1", mode=ctypes.RTLD_GLOBAL)
    register = getattr(library, f"register_cmu_us_{name}")
    register.restype, register.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    return register(None)


def _flite(name: str, words: tuple[str, ...]) -> Speech:
    voice = _flite_voice(name)
    library = _flite_library()
    utterance = library.flite_synth_text(" ".join(words).encode(), voice)
    wave = library.utt_wave(utterance).contents
    samples = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)) / 32768.0
    spans: list[tuple[str, float, float]] = []
    item = library.relation_head(library.utt_relation(utterance, b"Token"))
    while item:
        first = "daughter.R:SylStructure.daughter.daughter.R:Segment.p.end"
        last = "daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end"
        start = library.ffeature_float(item, first.encode())
        end = library.ffeature_float(item, last.encode())
        spans.append((words[min(len(spans), len(words) - 1)], float(start), float(end)))
        item = library.item_next(item)
    rate = int(wave.sample_rate)
    library.delete_utterance(utterance)
    return Speech(samples.astype(np.float64), rate, spans)


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _EspeakSession:
    """The engine's one callback and what it has collected."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS)
        self.pieces: list[npt.NDArray[np.int16]] = []
        self.events: list[tuple[int, int, int, str]] = []
        self._callback = _CALLBACK(self._collect)
        self.library.espeak_SetSynthCallback(self._callback)

    def close(self) -> None:
        """Unload the library, because only that makes it forget where its oscillators stood."""
        self.library.espeak_Terminate()
        _ctypes.dlclose(self.library._handle)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if count > 0:
            self.pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        position = 0
        while events[position].type != _LIST_TERMINATED:
            event = events[position]
            phoneme = event.id.decode(errors="replace") if event.type == _PHONEME else ""
            self.events.append((event.type, event.text_position, event.sample, phoneme))
            position += 1
        return 0


def _espeak(name: str, words: tuple[str, ...]) -> Speech:
    session = _EspeakSession()
    if session.library.espeak_SetVoiceByName(name.encode()) != 0:
        raise ValueError(f'espeak-ng has no voice "{name}".')
    text = " ".join(words)
    data = text.encode()
    session.library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
    session.library.espeak_Synchronize()
    session.close()
    samples = np.concatenate(session.pieces) / 32768.0
    return Speech(samples, session.rate, _espeak_spans(words, session.events, session.rate))


def _espeak_spans(
    words: tuple[str, ...], events: list[tuple[int, int, int, str]], rate: int
) -> list[tuple[str, float, float]]:
    """Turn word and phoneme events into one span a word; a word without event shares one."""
    firsts = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
    sounds: dict[int, list[float]] = {}
    current = 0
    sounding: tuple[int, float] | None = None
    for kind, position, sample, phoneme in events:
        if sounding is not None and kind == _PHONEME:
            sounds.setdefault(sounding[0], []).extend((sounding[1], sample / rate))
            sounding = None
        if kind == _WORD:
            current = int(np.searchsorted(firsts, position - 1, side="right") - 1)
        elif kind == _PHONEME and not phoneme.startswith("_"):
            sounding = (current, sample / rate)
    spans = []
    known = [*sorted(sounds), len(words)]
    for number, following in zip(known, known[1:], strict=False):
        start, end = min(sounds[number]), max(sounds[number])
        shares = np.cumsum([0, *(len(word) for word in words[number:following])])
        edges = start + (end - start) * shares / shares[-1]
        spans.extend(
            (words[number + i], float(edges[i]), float(edges[i + 1])) for i in range(len(edges) - 1)
        )
    return spans
