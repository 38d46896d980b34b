"""Decoding by FFmpeg (PyAV): MP3, M4A/AAC, AMR, WebM, GSM 6.10 and the rest."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.audio.description import Samples, length_in_words
from workbench.audio.sources import open_bytes
from workbench.errors import RecordingError

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.error import FFmpegError

CONTAINERS = (
    "3gp,aac,ac3,aiff,amr,ape,asf,au,avi,caf,flac,flv,matroska,webm,mov,mp4,m4a,mp3,"
    "mpeg,mpegts,nistsphere,ogg,voc,w64,wav,wv"
)
"""Containers that may be opened: none that names further files to fetch."""

DELAYS = {"mp3float": 1105, "mp3": 1105, "aac": 1024, "amrnb": 40, "amrwb": 110}
"""Delay of encoder and decoder in samples, where a file does not tell it.

MP3: 576 of the LAME encoder and 529 of any decoder. AAC: the one frame that every
encoder adds. AMR: 5 ms of look-ahead (3GPP TS 26.090); for the wide band also two
filters of 0.94 ms (3GPP TS 26.190).
"""

_OWN_DECODER = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}
_SEEKABLE = ("mp3", "mov", "matroska", "ogg", "wav")
_PROMISING = ("mov", "matroska")
_AMR_SIZES = {
    b"#!AMR\n": (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1),
    b"#!AMR-WB\n": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1),
}
"""Bytes of a frame of 20 ms by its type, which its first byte tells (RFC 4867, section 5)."""

_AMR_FRAME_S = 0.02
_PREROLL_S = 1.2
_WORTH_SEEKING_S = 2.0
_SILENCE_FRAMES = 1 << 16
_GAP_S = 0.05
_LONGEST_GAP_S = 7200.0
_DAMAGED_SHARE = 0.01


class FFmpegDecoder:
    """A recording opened by FFmpeg.

    Parameters
    ----------
    place : str or Path
        Name for messages.
    source : str or file object
        The file.

    Attributes
    ----------
    codec : str
        Container and codec.
    sampling_rate_hz, n_channels : int
        As decoded.
    promised_frames : int or None
        Number of frames by the header; None if it does not say.
    quick_to_check : bool
        Always False: only decoding tells whether all frames are there.
    notes : list of str
        What was odd.

    Raises
    ------
    RecordingError
        If there is no sound in the file, or more than one sound track.
    """

    def __init__(self, place: str | Path, source: str | IO[bytes]) -> None:
        import av

        self._place = place
        self._source = source
        self._error: type[FFmpegError] = av.FFmpegError
        self.quick_to_check = False
        self.notes: list[str] = []
        with self._open() as (container, track, decoder):
            self._kind = container.format.name.split(",")[0]
            self._coding = str(track.codec_context.codec.name)
            self.codec = f"{_container(container.format.name, self._coding)}/{_codec(self._coding)}"
            first, skipped = self._first_frame(container, track, decoder)
            self.sampling_rate_hz = int(first.sample_rate)
            self.n_channels = len(first.layout.channels)
            self._origin_s = _time_s(first) or 0.0
            self._delay = DELAYS.get(self._coding, 0)
            if skipped is not None:
                self._delay = max(0, self._delay - skipped) if self._is_amr else 0
            self.promised_frames = self._promise(container, track, skipped is not None)

    @property
    def _is_amr(self) -> bool:
        return self._coding in _OWN_DECODER

    @contextmanager
    def _open(self, source: IO[bytes] | None = None) -> Iterator[tuple[Any, Any, Any]]:
        """Open the file anew, since FFmpeg leaves out the delay only before the first seek."""
        import av

        opened = self._source if source is None else source
        if not isinstance(opened, str):
            opened.seek(0)
        options = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
        with av.open(opened, "r", options=options, metadata_errors="ignore") as container:
            track = self._only_track(container)
            coding = str(track.codec_context.codec.name)
            own = _own_decoder(coding, track) if coding in _OWN_DECODER else None
            yield container, track, own or track.codec_context

    def _only_track(self, container: Any) -> Any:
        tracks = container.streams.audio
        if not tracks:
            raise RecordingError(f"{self._place} holds no sound, only pictures or data.")
        if len(tracks) > 1:
            name = Path(str(self._place)).name
            raise RecordingError(
                f"{self._place} holds {len(tracks)} sound tracks; a recording has one. Write each "
                f'to a file of its own (ffmpeg -i "{name}" -map 0:a:0 first.wav -map 0:a:1 '
                "second.wav) and give them as the sides of one call."
            )
        if tracks[0].codec_context is None:
            raise ValueError("its coding is unknown to FFmpeg")
        return tracks[0]

    def _first_frame(
        self, container: Any, track: Any, decoder: Any
    ) -> tuple[AudioFrame, int | None]:
        """Decode one frame, and tell how many samples the file says to skip before it."""
        skipped = None
        for packet in container.demux(track):
            if skipped is None and packet.has_sidedata("skip_samples"):
                skipped = int.from_bytes(bytes(packet.get_sidedata("skip_samples"))[:4], "little")
            try:
                for frame in decoder.decode(packet if packet.size else None):
                    return frame, skipped
            except self._error:
                continue
        raise RecordingError(
            f"{self._place} holds no sound: it has a header, and nothing after it can be decoded."
        )

    def _promise(self, container: Any, track: Any, told: bool) -> int | None:
        if self._kind not in _PROMISING and not (self._kind == "mp3" and told):
            return None
        if track.duration:
            length_s = float(track.duration * track.time_base)
        elif container.duration:
            length_s = container.duration / 1_000_000
        else:
            return None
        return round(length_s * self.sampling_rate_hz) - self._delay

    def pieces(self, first: int = 0) -> Iterator[Samples]:
        """Decode from a frame to the end.

        Where the file's own times leave a gap (a browser that sends nothing while
        it is silent), there is silence.

        Parameters
        ----------
        first : int, default 0
            The frame to begin with.

        Yields
        ------
        ndarray of float32, shape (n_frames, n_channels)
            One piece after the other.

        Raises
        ------
        RecordingError
            If more than 1 % of the file cannot be decoded, or its times are
            impossible.
        """
        limit = self._last_frame()
        from_s = first / self.sampling_rate_hz - _PREROLL_S
        rest, skipped_s = None, 0.0
        if from_s > _WORTH_SEEKING_S and self._kind == "amr":
            rest, skipped_s = self._amr_from(from_s)
        with self._open(rest) as (container, track, decoder):
            position: int | None = round(skipped_s * self.sampling_rate_hz) - self._delay
            if from_s > _WORTH_SEEKING_S and self._kind in _SEEKABLE:
                container.seek(round((from_s + self._origin_s) / track.time_base), stream=track)
                position = None
            for frame in self._frames(container, track, decoder):
                at = self._index(frame)
                if position is None:
                    position = at
                if at - position > _GAP_S * self.sampling_rate_hz and self._kind in _PROMISING:
                    yield from self._silence(max(position, first), at)
                    position = at
                piece = self._samples(frame)
                keep = piece[max(0, first - position) : max(0, limit - position)]
                position += len(piece)
                if len(keep):
                    yield keep

    def _amr_from(self, from_s: float) -> tuple[IO[bytes] | None, float]:
        """Cut an AMR file before a moment, and say where: FFmpeg cannot seek in one."""
        with (
            open_bytes(self._source)
            if isinstance(self._source, str)
            else nullcontext(self._source) as stream
        ):
            stream.seek(0)
            content = stream.read()
        for magic, sizes in _AMR_SIZES.items():
            if content.startswith(magic):
                at, n_frames = len(magic), int(from_s / _AMR_FRAME_S)
                for _ in range(n_frames):
                    if at >= len(content):
                        break
                    at += sizes[content[at] >> 3 & 15]
                else:
                    return io.BytesIO(magic + content[at:]), n_frames * _AMR_FRAME_S
        return None, 0.0

    def _silence(self, start: int, end: int) -> Iterator[Samples]:
        if end - start > _LONGEST_GAP_S * self.sampling_rate_hz:
            length = length_in_words((end - start) / self.sampling_rate_hz)
            raise RecordingError(
                f"{self._place} is damaged: its times jump by {length}. Fetch it again."
            )
        for at in range(start, end, _SILENCE_FRAMES):
            yield np.zeros((min(_SILENCE_FRAMES, end - at), self.n_channels), np.float32)

    def _frames(self, container: Any, track: Any, decoder: Any) -> Iterator[AudioFrame]:
        n_packets, damaged = 0, []
        packets = container.demux(track)
        while True:
            try:
                packet = next(packets, None)
            except self._error as error:
                raise RecordingError(
                    f"{self._place} is damaged after {n_packets} packets ({error.strerror}). "
                    "Fetch it again."
                ) from error
            if packet is None:
                break
            n_packets += 1
            try:
                yield from decoder.decode(packet if packet.size else None)
            except self._error:
                damaged.append(n_packets)
        inside = [n for n in damaged if n < n_packets - 2]
        if len(inside) > _DAMAGED_SHARE * n_packets:
            raise RecordingError(
                f"{self._place} is damaged: {len(inside)} of its {n_packets} packets cannot be "
                "decoded. Fetch it again."
            )
        if inside:
            self.notes.append(f"{len(inside)} of {n_packets} packets could not be decoded.")

    def _last_frame(self) -> int:
        """Find where the padding at the end begins, where the file tells."""
        if self._kind != "mov" or self.promised_frames is None:
            return 1 << 62
        return self.promised_frames

    def _index(self, frame: AudioFrame) -> int:
        time_s = _time_s(frame)
        if time_s is None:
            return -self._delay
        return round((time_s - self._origin_s) * self.sampling_rate_hz) - self._delay

    def _samples(self, frame: AudioFrame) -> Samples:
        data: npt.NDArray[Any] = frame.to_ndarray()
        rate, n_channels = int(frame.sample_rate), len(frame.layout.channels)
        if rate != self.sampling_rate_hz or n_channels != self.n_channels:
            raise RecordingError(
                f"{self._place} changes from {self.sampling_rate_hz} Hz and {self.n_channels} "
                f"channels to {rate} Hz and {n_channels} inside the file. Convert it to WAV first."
            )
        data = data.T if frame.format.is_planar else data.reshape(-1, n_channels)
        samples = np.ascontiguousarray(data, np.float32)
        if data.dtype == np.uint8:
            return (samples - np.float32(128)) / np.float32(128)
        if data.dtype.kind == "i":
            samples *= np.float32(2.0 ** (1 - 8 * data.dtype.itemsize))
        return samples

    def close(self) -> None:
        """Do nothing: the file is open only while it is decoded."""


def _time_s(frame: AudioFrame) -> float | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return float(frame.pts * frame.time_base)


def _own_decoder(coding: str, track: Any) -> Any:
    """Take the decoder that also reads calls without their pauses (DTX), where it is built in."""
    import av

    try:
        decoder: Any = av.CodecContext.create(_OWN_DECODER[coding], "r")
    except (ValueError, av.FFmpegError):
        return None
    decoder.sample_rate = track.codec_context.sample_rate or (16000 if coding == "amrwb" else 8000)
    decoder.layout = "mono"
    return decoder


def _container(names: str, coding: str) -> str:
    if names.startswith("mov"):
        return "mp4"
    if names.startswith("matroska"):
        return "webm" if coding in ("opus", "vorbis") else "matroska"
    return names.split(",")[0]


def _codec(name: str) -> str:
    known = {"mp3float": "mp3", "gsm_ms": "gsm610", "amrnb": "amr_nb", "amrwb": "amr_wb"}
    return known.get(name, name)
