"""F0 against made signals, Praat, the laryngograph and re-synthesised real speech."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pytest
from scipy.ndimage import binary_opening, gaussian_filter1d, maximum_filter1d
from scipy.signal import butter, chirp, find_peaks, sosfiltfilt

from tests.voices import praat_f0, real_speech, speech_of_many, telephone, vowel
from workbench.errors import InputError
from workbench.prosody import ProsodySettings, f0_contour, frame_tracks

real = pytest.mark.real


def f0_of(samples, rate, **settings):
    tracks = frame_tracks(samples, rate, settings=ProsodySettings(**settings))
    return tracks["f0_hz"].fillna(0).to_numpy(), tracks["time_s"].to_numpy()


def tone(hz, rate, seconds=1.0, level=0.2):
    return level * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)


def compare(found, truth):
    """Median difference in semitones, gross error (over 20 %) and voicing error."""
    both = (found > 0) & (truth > 0)
    away = 12 * np.log2(found[both] / truth[both])
    return {
        "median_st": float(np.median(np.abs(away))),
        "gross": float(np.mean(np.abs(found[both] / truth[both] - 1) > 0.2)),
        "voicing": float(np.mean((found > 0) != (truth > 0))),
    }


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("hz", [80, 130, 220, 350, 500])
def test_a_pure_tone_has_its_frequency_at_every_sampling_rate(rate, hz):
    f0, _ = f0_of(tone(hz, rate), rate)
    assert np.abs(12 * np.log2(f0[5:-5] / hz)).max() < 0.03


def test_a_rate_of_4_khz_is_still_enough():
    f0, _ = f0_of(tone(150, 4000), 4000)
    assert np.median(f0) == pytest.approx(150, rel=0.002)


@pytest.mark.parametrize(("start", "end"), [(100, 200), (300, 150), (90, 350)])
def test_a_sweep_is_followed(start, end):
    rate, seconds = 8000, 2.0
    t = np.arange(int(rate * seconds)) / rate
    sweep = sum(
        chirp(t, k * start, seconds, k * end, method="logarithmic") / k for k in range(1, 6)
    )
    f0, times = f0_of(0.1 * sweep, rate)
    truth = start * (end / start) ** (times / seconds)
    assert np.abs(12 * np.log2(f0[5:-5] / truth[5:-5])).max() < 0.2


@pytest.mark.parametrize("hz", [95, 120, 210, 290])
def test_a_missing_fundamental_is_heard_from_its_harmonics(hz):
    t = np.arange(8000) / 8000
    band = [k for k in range(1, 40) if 300 < k * hz < 3400]
    f0, _ = f0_of(0.05 * sum(np.sin(2 * np.pi * k * hz * t + k) for k in band), 8000)
    assert np.median(f0) == pytest.approx(hz, rel=0.003)
    assert np.mean(np.abs(f0 / hz - 1) < 0.03) > 0.95


@pytest.mark.parametrize("hz", [90, 150, 240])
def test_a_vowel_over_the_telephone_keeps_its_f0(hz):
    line, rate = telephone(vowel(16000, hz, jitter=0.005, noise=0.02), 16000)
    f0, _ = f0_of(line, rate)
    assert np.median(f0[f0 > 0]) == pytest.approx(hz, rel=0.01)
    assert np.mean(np.abs(f0[10:-10] / hz - 1) < 0.05) > 0.95


def test_a_creaky_voice_keeps_its_low_f0():
    f0, _ = f0_of(vowel(16000, 66, jitter=0.03, noise=0.02), 16000)
    assert np.median(f0[f0 > 0]) == pytest.approx(66, rel=0.03)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_noise_has_no_f0(rate):
    noise = 0.1 * np.random.default_rng(1).standard_normal(rate * 3)
    assert (f0_of(noise, rate)[0] > 0).mean() < 0.01


@pytest.mark.parametrize(
    "samples",
    [np.zeros(16000), np.full(16000, 0.3), np.zeros(1), np.zeros(0), np.full(8000, np.nan)],
    ids=["silence", "direct current", "one sample", "nothing", "not numbers"],
)
def test_what_is_no_sound_has_no_f0(samples):
    f0, _ = f0_of(samples, 8000)
    assert not (f0 > 0).any()


def test_hum_under_speech_is_not_taken_for_a_voice():
    samples = np.concatenate([vowel(8000, 180), np.zeros(16000)])
    samples += tone(100, 8000, samples.size / 8000, level=0.002)
    f0, times = f0_of(samples, 8000)
    assert not (f0[times > 2.1] > 0).any()


def test_blocks_leave_no_seam():
    """35 s are analysed in blocks of 10 s; a tone goes through without a break."""
    f0, _ = f0_of(tone(170, 11025, 35.0), 11025)
    assert np.abs(f0[5:-5] - 170).max() < 0.3


def test_settings_narrow_the_search():
    f0, _ = f0_of(tone(300, 8000), 8000, f0_floor_hz=60, f0_ceiling_hz=200)
    assert np.median(f0) == pytest.approx(150, rel=0.01)
    with pytest.raises(InputError, match="floor is at least 50 Hz"):
        ProsodySettings(f0_floor_hz=300, f0_ceiling_hz=200)


def test_contour_of_a_known_line():
    falling = np.float32(200 * 2 ** (-np.linspace(0, 0.5, 151)))
    contour = f0_contour(falling, 0.01)
    assert contour.slope_st_per_s == pytest.approx(-4.0, abs=0.01)
    assert contour.median_hz == pytest.approx(200 * 2**-0.25, rel=0.001)
    assert contour.range_st == pytest.approx(5.4, abs=0.05)
    assert contour.sd_st == pytest.approx(6 / np.sqrt(12), abs=0.02)
    assert contour.final_rise_st == pytest.approx(-4 * 0.45, abs=0.1)


def test_a_slope_is_not_moved_by_octave_errors():
    f0 = np.float32(150 * 2 ** np.linspace(0, 0.25, 100))
    f0[40:55] /= 2
    assert f0_contour(f0, 0.01).slope_st_per_s == pytest.approx(3.0, abs=0.4)


def test_a_contour_without_enough_voice_is_not_a_number():
    short = np.zeros(100, np.float32)
    short[10:18] = 120
    contour = f0_contour(short, 0.01)
    assert contour.median_hz == 120
    assert np.isnan([contour.range_st, contour.slope_st_per_s, contour.final_rise_st]).all()
    assert np.isnan(f0_contour(np.zeros(50, np.float32), 0.01).median_hz)


@real
def test_f0_of_real_speech_agrees_with_praat():
    """Witness: Praat's autocorrelation method with the same floor, ceiling and silence."""
    silence = ProsodySettings().silence_threshold
    found, truth = [], []
    for _, samples, rate in speech_of_many():
        f0, times = f0_of(samples, rate)
        found.append(f0)
        truth.append(praat_f0(samples, rate, times, 60, 600, silence_threshold=silence))
    result = compare(np.concatenate(found), np.concatenate(truth))
    assert result["median_st"] < 0.05
    assert result["gross"] < 0.03
    assert result["voicing"] < 0.07


def egg_f0(egg, rate, times):
    """F0 from the closing peaks of a laryngograph, 0 where they are not regular."""
    band = butter(2, [40, 2000], "bandpass", fs=rate, output="sos")
    slope = np.gradient(sosfiltfilt(band, egg))
    slope = slope if np.mean(slope**3) > 0 else -slope
    peaks, _ = find_peaks(slope, distance=int(rate / 500))
    near = maximum_filter1d(slope, int(0.03 * rate))
    peaks = peaks[(slope[peaks] > 0.5 * near[peaks]) & (slope[peaks] > 0.1 * slope.max())] / rate
    out = np.zeros(times.size)
    periods = np.diff(peaks)
    for i, at in enumerate(times):
        k = int(np.searchsorted(peaks, at)) - 1
        three = periods[max(k - 1, 0) : k + 2]
        regular = three.size == 3 and three.max() < 1 / 60 and three.max() / three.min() < 1.15
        out[i] = 1 / three.mean() if regular else 0
    return out


def laryngograph():
    """Voice, rate and reference of two speakers, 6 s in all; (samples, rate, f0 at times)."""
    names = ["dâlem_iso_1_mis", "dhâlem_iso_1_mis", "talam_iso_1_mis", "talam_sen_1_mis"]
    files = [(f"egg_praatdet/{n}.wav", 1, 0) for n in names]
    files.append(("egg_michaud/M11_disyll_stereo.wav", 0, 1))
    for name, voice, egg in files:
        samples, rate = real_speech(name)
        yield samples[:, voice], rate, partial(egg_f0, samples[:, egg].astype(float), rate)


def resynthesised(samples, rate):
    """Real speech spoken again by WORLD with an F0 that is known at every moment."""
    pyworld = pytest.importorskip("pyworld")
    import soxr

    speech = soxr.resample(np.asarray(samples, float), rate, 16000)
    f0, times = pyworld.harvest(speech, 16000, f0_floor=60, f0_ceil=600, frame_period=5)
    witness = praat_f0(speech, 16000, times, 60, 600)
    agreed = (f0 > 0) & (witness > 0) & (np.abs(f0 / np.maximum(witness, 1) - 1) < 0.1)
    voiced = binary_opening(agreed, np.ones(8))
    if voiced.sum() < 10:
        return None
    smooth = gaussian_filter1d(np.interp(times, times[voiced], np.log(f0[voiced])), 4)
    known = np.where(voiced, np.exp(smooth), 0)
    envelope = pyworld.cheaptrick(speech, np.where(voiced, f0, 0.0), times, 16000)
    noise = pyworld.d4c(speech, np.where(voiced, f0, 0.0), times, 16000)
    return pyworld.synthesize(known, envelope, noise, 16000, 5), known


@cache
def all_resynthesised():
    again = (resynthesised(samples, rate) for _, samples, rate in speech_of_many(3, 5))
    return [made for made in again if made is not None]


def known_f0(known, times):
    """F0 that was put in, NaN within 5 ms of a change of voicing."""
    at = np.clip(np.rint(times / 0.005).astype(int), 1, known.size - 2)
    on, before, after = (known[at + k] > 0 for k in (0, -1, 1))
    return np.where((on == before) & (on == after), known[at], np.nan)


@cache
def against_praat(kind):
    """Errors a file, ours and Praat's on the same frames: counts of frames and distances."""
    rows = []
    if kind == "laryngograph":
        cases = [
            (s, r, lambda t, f=f: np.where(f(t) > 0, f(t), np.nan)) for s, r, f in laryngograph()
        ]
    else:
        cases = [(s, 16000, partial(known_f0, known)) for s, known in all_resynthesised()]
        if kind == "telephone":
            cases = [(*telephone(s, rate), truth) for s, rate, truth in cases]
    for samples, rate, truth_at in cases:
        ours, times = f0_of(samples, rate)
        truth = truth_at(times)
        judged = np.isfinite(truth)
        row = {"n": judged.sum()}
        for name, found in (("ours", ours), ("praat", praat_f0(samples, rate, times, 60, 600))):
            both = judged & (found > 0) & (truth > 0)
            away = 12 * np.log2(found[both] / truth[both])
            row[name] = (
                int((np.abs(found[both] / truth[both] - 1) > 0.2).sum()),
                int(((found > 0) != (truth > 0))[judged].sum()),
                np.abs(away),
            )
        rows.append(row)
    return rows


def pooled(rows, error):
    """Ours minus Praat's share of frames in error, with the 95 % interval over files."""
    counts = np.array([[r["ours"][error], r["praat"][error], r["n"]] for r in rows], float)
    rng = np.random.default_rng(0)
    draws = counts[rng.integers(0, len(counts), (2000, len(counts)))].sum(axis=1)
    low, high = np.percentile((draws[:, 0] - draws[:, 1]) / draws[:, 2], [2.5, 97.5])
    ours, praat, n = counts.sum(axis=0)
    return ours / n, praat / n, low, high


KINDS = ("laryngograph", "wide band", "telephone")


@real
@pytest.mark.parametrize("error", [0, 1], ids=["gross error", "voicing error"])
def test_f0_is_no_worse_than_praat_on_the_same_frames(error, record_property):
    """Witnesses: a laryngograph, and the F0 given to WORLD for real speech of seven sets.

    Pooled over both, wide band and telephone; Praat's autocorrelation method with the
    same floor and ceiling is the rival. The interval of the difference is kept.
    """
    for kinds in (KINDS, *((k,) for k in KINDS)):
        rows = [row for kind in kinds for row in against_praat(kind)]
        ours, praat, low, high = pooled(rows, error)
        told = f"{ours:.4f} against {praat:.4f}, difference [{low:.4f}, {high:.4f}]"
        record_property(" and ".join(kinds), told)
        assert low <= 0, f"{kinds}: {told}"
        assert ours <= praat or kinds != KINDS, told


@real
@pytest.mark.parametrize("kind", KINDS)
def test_f0_lies_within_a_tenth_of_a_semitone(kind):
    away = np.concatenate([row["ours"][2] for row in against_praat(kind)])
    assert away.size > 250
    assert np.median(away) < 0.1
