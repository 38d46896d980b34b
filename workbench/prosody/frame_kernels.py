"""The loops over frames: levels, windows, powers; imported like `kernels`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.compiling import compiled

Floats = npt.NDArray[np.float32]


@compiled
def scan_frames(
    samples: Floats, edges: npt.NDArray[np.int64], full_scale: float
) -> tuple[Floats, npt.NDArray[np.uint16]]:
    """Measure the power of consecutive frames and count their samples at full scale.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal.
    edges : ndarray of int64, shape (n_frames + 1,)
        Where each frame begins; the last one ends at the last edge.
    full_scale : float
        Magnitude from which a sample counts as clipped.

    Returns
    -------
    power : ndarray of float32, shape (n_frames,)
        Mean square of each frame, full scale being 1.
    clipped : ndarray of uint16, shape (n_frames,)
        Samples at full scale.
    """
    n_frames = edges.size - 1
    power = np.zeros(n_frames, np.float32)
    clipped = np.zeros(n_frames, np.uint16)
    limit = np.float32(full_scale)
    for i in range(n_frames):
        frame = samples[edges[i] : min(edges[i + 1], samples.size)]
        total = np.float32(0.0)
        highest = np.float32(0.0)
        for k in range(frame.size):
            total += frame[k] * frame[k]
            highest = max(highest, abs(frame[k]))
        power[i] = total / max(1, frame.size)
        if highest >= limit:
            clipped[i] = (np.abs(frame) >= limit).sum()
    return power, clipped


@compiled
def cut_frames(
    samples: Floats, starts: npt.NDArray[np.int64], window: Floats, frames: Floats
) -> None:
    """Cut windowed frames without their mean out of a signal.

    Parameters
    ----------
    samples : ndarray of float32, shape (n_samples,)
        The signal; taken as 0 beyond its ends.
    starts : ndarray of int64, shape (n_frames,)
        First sample of each frame.
    window : ndarray of float32, shape (width,)
        Window.
    frames : ndarray of float32, shape (>= n_frames, >= width)
        Filled here; what lies behind the width of a frame is left alone.
    """
    width = window.size
    for i in range(starts.size):
        first = starts[i]
        out = frames[i]
        if first >= 0 and first + width <= samples.size:
            source = samples[first : first + width]
            total = np.float32(0.0)
            for k in range(width):
                total += source[k]
            mean = total / np.float32(width)
            for k in range(width):
                out[k] = (source[k] - mean) * window[k]
        else:
            total = np.float32(0.0)
            for k in range(width):
                out[k] = samples[first + k] if 0 <= first + k < samples.size else 0.0
                total += out[k]
            mean = total / np.float32(width)
            for k in range(width):
                out[k] = (out[k] - mean) * window[k]


@compiled
def bin_powers(
    spectrum: Floats, power: Floats, edges: npt.NDArray[np.int64], bands: Floats
) -> None:
    """Turn spectra into the powers of their bins, and sum these over bands.

    Parameters
    ----------
    spectrum : ndarray of float32, shape (n_frames, 2 * n_bins)
        Real and imaginary parts in turn.
    power : ndarray of float32, shape (>= n_frames, n_bins)
        Filled here.
    edges : ndarray of int64, shape (n_bands + 1,)
        First bin of each band; the last one ends before the last edge.
    bands : ndarray of float32, shape (>= n_frames, n_bands)
        Filled here with the summed powers.
    """
    n_frames, n_bins = spectrum.shape[0], power.shape[1]
    for i in range(n_frames):
        for b in range(n_bins):
            power[i, b] = spectrum[i, 2 * b] ** 2 + spectrum[i, 2 * b + 1] ** 2
        for band in range(edges.size - 1):
            total = np.float32(0.0)
            for b in range(edges[band], edges[band + 1]):
                total += power[i, b]
            bands[i, band] = total
