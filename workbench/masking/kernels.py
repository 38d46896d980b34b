"""The loop over samples of the masked voice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled

SILENT_DB = -100.0
"""Level up to which a frame is silent, dB re full scale."""


KNEE = 0.7
"""Magnitude from which samples are bent so that they stay below 1 without a corner."""


@compiled
def flat_voice(
    f0_hz: npt.NDArray[np.float64],
    level_db: npt.NDArray[np.float64],
    first_frame: int,
    frame_s: float,
    begin: int,
    rate: float,
    band_hz: tuple[float, float],
    turns: npt.NDArray[np.complex128],
    noise: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:
    """Write harmonics of equal strength where there is F0, noise where there is none.

    Parameters
    ----------
    f0_hz, level_db : ndarray of float64, shape (n_frames,)
        F0, hertz, 0 where unvoiced, and level, dB re full scale, at most SILENT_DB
        where there is silence.
    first_frame : int
        Number of the first frame; frame `i` lies around `(i + 0.5) * frame_s`.
    frame_s : float
        Time from one frame to the next, seconds.
    begin : int
        Number of the sample that `out` begins with.
    rate : float
        Sampling rate, hertz.
    band_hz : tuple of float
        Up to where harmonics have full strength, and where they end, hertz.
    turns : ndarray of complex128, shape (n_harmonics,)
        Where each harmonic begins, on the unit circle.
    noise : ndarray of float32, shape (n,)
        Noise of root-mean-square 1 that can be repeated end to end.
    out : ndarray of float32, shape (n_samples,)
        Is filled.

    Notes
    -----
    Phase begins anew with each voiced stretch, wherever `out` begins: the loop
    starts at the last unvoiced moment before it.
    """
    n_frames = f0_hz.size
    per_frame = frame_s * rate
    full_hz, top_hz = band_hz
    at = int(np.floor(begin / per_frame - 0.5)) - first_frame
    while at > 0 and (at + 1 >= n_frames or f0_hz[at] > 0 or f0_hz[at + 1] > 0):
        at -= 1
    start = min(begin, max(0, int(np.ceil((at + first_frame + 0.5) * per_frame))))
    phase = 0.0
    for sample in range(start, begin + out.size):
        position = sample / per_frame - 0.5
        frame = int(np.floor(position))
        part = position - frame
        left = frame - first_frame
        right = min(max(left + 1, 0), n_frames - 1)
        left = min(max(left, 0), n_frames - 1)
        before, after = f0_hz[left], f0_hz[right]
        if before > 0 and after > 0:
            hz = before + part * (after - before)
            voiced = 1.0
        elif before > 0:
            hz, voiced = before, 1.0 - part
        elif after > 0:
            hz, voiced = after, part
        else:
            hz, voiced = 0.0, 0.0
            phase = 0.0
        if hz > 0:
            phase += hz / rate
            phase -= np.floor(phase)
        if sample < begin:
            continue
        if level_db[left] <= SILENT_DB and level_db[right] <= SILENT_DB:
            out[sample - begin] = 0.0
            continue
        value = 0.0
        if hz > 0:
            step = np.exp(2j * np.pi * phase)
            turn = 1.0 + 0.0j
            total, power = 0.0, 0.0
            for k in range(turns.size):
                own_hz = hz * (k + 1)
                if own_hz >= top_hz:
                    break
                turn *= step
                weight = 1.0
                if own_hz > full_hz:
                    weight = (top_hz - own_hz) / (top_hz - full_hz)
                total += weight * (turn.real * turns[k].real - turn.imag * turns[k].imag)
                power += weight * weight
            value = np.sin(0.5 * np.pi * voiced) * total * np.sqrt(2.0 / power)
        if voiced < 1:
            value += np.cos(0.5 * np.pi * voiced) * noise[sample % noise.size]
        decibels = level_db[left] + part * (level_db[right] - level_db[left])
        value *= 10.0 ** (decibels / 20.0)
        beyond = abs(value) - KNEE
        if beyond > 0:
            value = np.sign(value) * (KNEE + (1.0 - KNEE) * np.tanh(beyond / (1.0 - KNEE)))
        out[sample - begin] = value
