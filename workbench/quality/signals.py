"""One pass over a recording: levels, spectra, clipping, and channels that are the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt

from workbench.activity import frame_levels_db
from workbench.audio import AudioReader

HOP_S = 0.01
BLOCK_S = 30.0
LEVEL_STEP_DB = 3.0
N_LEVELS = 31

_SAME_CORRELATION = 0.9995
_WINDOW_S = 0.032
_WINDOWS_A_BLOCK = 400
_FULL_SCALE = {"ulaw": 0.98, "alaw": 0.984, "pcm_u8": 0.992, "pcm_s8": 0.992}
_USUAL_FULL_SCALE = 0.999

_Track = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ChannelSignal:
    """What one pass over a recording keeps of a channel.

    Parameters
    ----------
    levels_db : ndarray of float32, shape (n_frames,)
        Level of each 10 ms without the offset, dB re full scale.
    sampling_rate_hz : int
        Hertz.
    clipping_share : float
        Share of samples at full scale, 0..1.
    peak : float
        Largest absolute sample; 1.0 is full scale.
    dc_offset : float
        Mean of the samples.
    spectra : ndarray of float64, shape (n_levels, n_bins)
        Mean power spectrum of windows of like level, 3 dB a row from -93 dB up;
        NaN in a row without windows.
    same_as : int or None
        Number of an earlier channel with the same signal.
    offset_s : float, default 0.0
        Where the recording begins in the call, seconds.
    """

    levels_db: _Track
    sampling_rate_hz: int
    clipping_share: float
    peak: float
    dc_offset: float
    spectra: npt.NDArray[np.float64]
    same_as: int | None
    offset_s: float = 0.0


def measure_signal(reader: AudioReader, *, offset_s: float = 0.0) -> list[ChannelSignal]:
    """Go once over a recording, block by block, in nearly constant memory.

    Parameters
    ----------
    reader : AudioReader
        An open recording; `workbench.audio.open_audio` makes one.
    offset_s : float, default 0.0
        Where the recording begins in the call, seconds.

    Returns
    -------
    list of ChannelSignal
        One a channel.

    Raises
    ------
    RecordingError
        If the file is damaged or cut short, or holds samples that are not numbers.
    """
    rate, n_channels = reader.sampling_rate_hz, reader.n_channels
    full_scale = _FULL_SCALE.get(reader.codec.rpartition("/")[2], _USUAL_FULL_SCALE)
    levels: list[list[_Track]] = [[] for _ in range(n_channels)]
    spectra = [_Spectra(rate) for _ in range(n_channels)]
    clipped, peak = np.zeros(n_channels), np.zeros(n_channels)
    total, gram, n_frames = np.zeros(n_channels), np.zeros((n_channels, n_channels)), 0
    for _, block in reader.blocks(BLOCK_S):
        signals = np.ascontiguousarray(block.T)
        gram += _gram(signals)
        n_frames += len(block)
        for channel, signal in enumerate(signals):
            size = np.abs(signal)
            clipped[channel] += np.count_nonzero(size >= full_scale)
            peak[channel] = max(peak[channel], size.max())
            total[channel] += signal.sum(dtype=np.float64)
            sound = signal - signal.mean(dtype=np.float64).astype(np.float32)
            levels[channel].append(frame_levels_db(sound, rate, hop_s=HOP_S))
            spectra[channel].add(sound)
    same = _same_signals(gram - np.outer(total, total) / n_frames)
    return [
        ChannelSignal(
            levels_db=np.concatenate(levels[channel]),
            sampling_rate_hz=rate,
            clipping_share=float(clipped[channel] / n_frames),
            peak=float(peak[channel]),
            dc_offset=float(total[channel] / n_frames),
            spectra=spectra[channel].means(),
            same_as=same[channel],
            offset_s=offset_s,
        )
        for channel in range(n_channels)
    ]


class _Spectra:
    """Power spectra summed by the level of their window, so that speech is told apart later."""

    def __init__(self, rate: int) -> None:
        self.width = 1 << round(np.log2(_WINDOW_S * rate))
        self.window = np.hanning(self.width).astype(np.float32)
        self.total = np.zeros((N_LEVELS, self.width // 2 + 1))
        self.count = np.zeros(N_LEVELS)

    def add(self, signal: _Track) -> None:
        if len(signal) < self.width:
            return
        n_windows = min(_WINDOWS_A_BLOCK, len(signal) // self.width)
        starts = np.linspace(0, len(signal) - self.width, n_windows).astype(np.int64)
        windows = np.lib.stride_tricks.sliding_window_view(signal, self.width)[starts]
        power = np.square(np.abs(np.fft.rfft(windows * self.window, axis=1)))
        row = level_row(10 * np.log10(np.square(windows).mean(axis=1) + 1e-12))
        order = np.argsort(row, kind="stable")
        rows, firsts, counts = np.unique(row[order], return_index=True, return_counts=True)
        self.total[rows] += np.add.reduceat(power[order], firsts, axis=0)
        self.count[rows] += counts

    def means(self) -> npt.NDArray[np.float64]:
        with np.errstate(invalid="ignore"):
            return np.asarray(self.total / self.count[:, np.newaxis])


def level_row(level_db: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Find the row of `ChannelSignal.spectra` for a level.

    Parameters
    ----------
    level_db : ndarray of float
        Levels, dB re full scale.

    Returns
    -------
    ndarray of int
        The rows.
    """
    row = np.floor(level_db / LEVEL_STEP_DB).astype(np.int64) + N_LEVELS
    return np.asarray(np.clip(row, 0, N_LEVELS - 1))


def _gram(signals: _Track) -> npt.NDArray[np.float64]:
    """Sum the products of all pairs of channels (not by BLAS, whose threads wait on each other)."""
    gram = np.zeros((len(signals), len(signals)))
    for a, b in combinations_with_replacement(range(len(signals)), 2):
        gram[a, b] = gram[b, a] = np.einsum("i,i->", signals[a], signals[b], dtype=np.float64)
    return gram


def _same_signals(covariance: npt.NDArray[np.float64]) -> list[int | None]:
    """Find for each channel an earlier one with the same signal, up to its level."""
    power = np.diag(covariance)
    same: list[int | None] = []
    for channel in range(len(power)):
        same.append(None)
        for earlier in range(channel):
            both = power[channel] * power[earlier]
            if both > 0 and covariance[channel, earlier] > _SAME_CORRELATION * np.sqrt(both):
                same[channel] = earlier
                break
    return same
