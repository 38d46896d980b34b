"""Music, ringing, beeps and silence: made sounds, real hold calls, real speech without any."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

import workbench as wb
from tests import speech
from tests.made_sounds import KEYS, RATE_HZ, STYLES, TONES, line, made_music, made_tone
from tests.voices import real_speech, speech_of_many
from workbench.activity import ChannelListener, HeardChannel, listen_to_recording
from workbench.errors import InputError
from workbench.quality import event_table, music_shares


def heard(samples: np.ndarray, rate: int = RATE_HZ, *, piece: int | None = None) -> HeardChannel:
    listener = ChannelListener(rate)
    for first in range(0, len(samples), piece or len(samples)):
        listener.add(samples[first : first + (piece or len(samples))])
    return listener.finish()


def marked(sounds, kind: str, seconds: float) -> np.ndarray:
    marks = np.zeros(round(seconds * 100), bool)
    for sound in sounds:
        if sound.kind == kind:
            marks[round(sound.start_s * 100) : round(sound.end_s * 100)] = True
    return marks


# ---- music -----------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["mu-law", "GSM"])
@pytest.mark.parametrize("style", STYLES)
def test_music_is_found_and_is_no_speech(style, codec):
    """Truth by making; 20 s of music within 40 s, four tunes a style, -20 dB SNR noise."""
    for seed in range(4):
        samples = np.zeros(40 * RATE_HZ)
        samples[10 * RATE_HZ : 30 * RATE_HZ] = made_music(style, 20, seed=seed)
        found = heard(line(samples, codec, noise_db=-40, seed=seed))
        music = marked(found.sounds, "music", 40)
        assert music[1000:3000].mean() > 0.93, seed
        assert music[:900].sum() + music[3100:].sum() == 0, seed
        assert found.speech[1000:3000].mean() < 0.05, seed


def test_speech_before_and_after_music_stays():
    samples = np.zeros(40 * RATE_HZ)
    talk = speech.call()[0][:, 0]
    talk = talk[: 10 * RATE_HZ]
    samples[: talk.size] = talk
    samples[12 * RATE_HZ : 27 * RATE_HZ] = 0.5 * made_music("chords", 15)
    samples[29 * RATE_HZ : 29 * RATE_HZ + talk.size] = talk
    alone = heard(line(talk, "mu-law")).speech
    found = heard(line(samples, "mu-law"))
    for first in (0, 2900):
        lost = alone & ~found.speech[first : first + alone.size]
        assert lost.sum() < 0.02 * alone.sum()
    assert found.speech[1200:2700].sum() == 0


@pytest.mark.real
@pytest.mark.parametrize("telephone", [False, True])
def test_real_speech_has_no_music_and_no_tones(telephone):
    """Speech of seven sets, and three sides of real calls: not one false span."""
    pieces = [(samples, rate) for _, samples, rate in speech_of_many(8)]
    call, rate = real_speech("utep/calls/utep-126.wav")
    pieces += [(call[:, 0], rate), (call[:, 1], rate)]
    side, rate = real_speech("aws_lca/Auto_Repairs_40_UTC_caller.flac")
    pieces.append((side[:, 0], rate))
    import soxr

    for samples, rate in pieces:
        if telephone:
            samples, rate = line(soxr.resample(samples, rate, RATE_HZ), "mu-law"), RATE_HZ
        assert heard(samples, rate).sounds == ()


# ---- tones -----------------------------------------------------------------------------


@pytest.mark.parametrize("noise_db", [-60, -40])
@pytest.mark.parametrize("name", TONES)
def test_ringing_is_one_span_and_no_speech(name, noise_db):
    """Cadences of the national networks (ITU-T E.180): bursts at known times, SNR 20 dB."""
    on, off = {
        "European": (1, 4), "American": (2, 4), "British": (0.4, 0.2), "dial": (4, 1),
        "busy": (0.5, 0.5),
    }[name]  # fmt: skip
    samples, at, last = np.zeros(20 * RATE_HZ), 2.0, 0.0
    while at + on < 15:
        first = round(at * RATE_HZ)
        burst = made_tone(TONES[name], on)
        samples[first : first + burst.size] += burst
        at, last = at + on + off, at + on
    found = heard(line(samples, "mu-law", noise_db=noise_db))
    assert [sound.kind for sound in found.sounds] == ["ring"]
    assert found.sounds[0].start_s == pytest.approx(2, abs=0.05)
    assert found.sounds[0].end_s == pytest.approx(last, abs=0.05)
    assert not found.speech.any()


@pytest.mark.parametrize("hertz", [440, 600, 1000, 1400, 2000, 2600])
@pytest.mark.parametrize("seconds", [0.2, 0.3, 0.5, 1.0])
def test_a_beep_is_found_to_the_frame(hertz, seconds):
    samples = np.zeros(8 * RATE_HZ)
    tone = made_tone((hertz,), seconds)
    samples[3 * RATE_HZ : 3 * RATE_HZ + tone.size] += tone
    for noise_db in (-60, -40):
        found = heard(line(samples, "mu-law", noise_db=noise_db))
        assert [sound.kind for sound in found.sounds] == ["beep"]
        assert found.sounds[0].start_s == pytest.approx(3, abs=0.03)
        assert found.sounds[0].end_s == pytest.approx(3 + seconds, abs=0.03)
        assert not found.speech.any()


@pytest.mark.parametrize("seconds", [0.1, 0.2])
def test_each_key_is_a_beep(seconds):
    samples = np.zeros(6 * RATE_HZ)
    for k, hertz in enumerate(KEYS.values()):
        tone = made_tone(hertz, seconds)
        first = round((2 + 0.5 * k) * RATE_HZ)
        samples[first : first + tone.size] += tone
    found = heard(line(samples, "mu-law", noise_db=-40))
    assert [sound.kind for sound in found.sounds] == ["beep"] * 4
    np.testing.assert_allclose([s.start_s for s in found.sounds], [2, 2.5, 3, 3.5], atol=0.03)


# ---- pieces and files ------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 11025, 16000])
@pytest.mark.parametrize("piece", [997, 80_000])
def test_pieces_of_any_length_are_heard_alike(rate, piece):
    import soxr

    samples = np.concatenate([speech.call(seed=k)[0][:, 0] for k in range(4)])
    samples[: 12 * RATE_HZ] += made_music("arpeggio", 12)
    samples = soxr.resample(samples, RATE_HZ, rate)
    whole, parts = heard(samples, rate), heard(samples, rate, piece=piece)
    assert (whole.speech == parts.speech).all()
    assert whole.sounds == parts.sounds and whole.sounds
    np.testing.assert_allclose(whole.levels_db, parts.levels_db, atol=1e-4)


def test_a_file_is_heard_like_its_samples(tmp_path):
    samples = speech.call()[0]
    soundfile.write(tmp_path / "a.wav", samples, RATE_HZ, "FLOAT")
    found = listen_to_recording(tmp_path / "a.wav", channels={5: 1})
    assert list(found) == [5]
    assert (found[5].speech == heard(samples[:, 1]).speech).all()
    with pytest.raises(InputError, match=r"Channel 2 of .*a.wav is asked for; it has 2 channels"):
        listen_to_recording(tmp_path / "a.wav", channels={0: 2})


# ---- events ----------------------------------------------------------------------------


def _quiet_call(speech_at: list[tuple[int, float, float]], seconds: float):
    frames = {c: np.zeros(round(seconds * 100), bool) for c in (0, 1)}
    for channel, start_s, end_s in speech_at:
        frames[channel][round(start_s * 100) : round(end_s * 100)] = True
    levels = np.full(round(seconds * 100), -60, np.float32)
    return {c: HeardChannel(0.01, f, levels, ()) for c, f in frames.items()}, frames


def test_silence_is_ten_seconds_without_anybody():
    found, frames = _quiet_call([(0, 2, 5), (1, 14.9, 20), (0, 30, 31), (1, 35, 35.1)], 50)
    events = event_table("c1", found, frames, {0: 0.0, 1: 0.0})
    told = events[["channel", "kind", "start_s", "end_s"]].values.tolist()
    assert told == [[-1, "silence", 20.0, 30.0], [-1, "silence", 31.0, 50.0]]


def test_what_was_not_recorded_is_no_silence():
    found, frames = _quiet_call([(0, 0, 20)], 20)
    apart = event_table("c1", found, frames, {0: 0.0, 1: 60.0})
    told = apart[["start_s", "end_s"]].values.tolist()
    assert told == [[60.0, 80.0]]


def test_events_and_music_share_are_kept_once(tmp_path):
    """A hold with music, a beep, ringing and dead air, through the front door."""
    samples = np.zeros((90 * RATE_HZ, 2))
    talk = speech.call()[0]
    samples[: len(talk)] = talk
    at_s = len(talk) / RATE_HZ
    music_s, dead_s = (at_s + 2, at_s + 14), (at_s + 14, at_s + 30)
    samples[round(music_s[0] * RATE_HZ) :, 1][: 12 * RATE_HZ] += made_music("chords", 12)
    beep = made_tone((1400,), 0.3)
    for channel in (0, 1):
        samples[round((dead_s[0] + 5) * RATE_HZ) :, channel][: beep.size] += beep
    again = round(dead_s[1] * RATE_HZ)
    samples[again : again + len(talk)] += talk[: len(samples) - again]
    sent = np.stack([line(samples[:, c], "mu-law", seed=c) for c in (0, 1)], axis=1)
    (tmp_path / "audio").mkdir()
    soundfile.write(tmp_path / "audio" / "c1.wav", sent, RATE_HZ, "PCM_16")
    ws = wb.create(tmp_path / "ws")
    assert ws.ingest(tmp_path / "audio", roles={0: "customer", 1: "agent"}).empty
    assert ws.table("quality")["music_share"].isna().all()
    assert ws.segment().empty
    events, quality = ws.table("events"), ws.table("quality")
    music = events[events["kind"] == "music"]
    assert music["channel"].tolist() == [1] and set(events["source"]) == {"signal"}
    assert music["start_s"].item() == pytest.approx(music_s[0], abs=0.5)
    assert music["end_s"].item() == pytest.approx(music_s[1], abs=1.0)
    assert sorted(events.loc[events["kind"] == "beep", "channel"]) == [0, 1]
    silence = events[(events["kind"] == "silence") & (events["start_s"] < dead_s[1])]
    assert silence["channel"].tolist() == [-1]
    assert silence["end_s"].item() == pytest.approx(dead_s[1], abs=1.0)
    assert quality["music_share"].tolist() == pytest.approx([0, 12 / 90], abs=0.02)
    in_hold = ws.utterances()["start_s"].between(music_s[0] - 0.5, dead_s[1] - 1)
    assert not in_hold.any()
    assert ws.segment(min_silence_s=0.7).empty
    assert ws.table("events").equals(events)
    assert music_shares({}) == {}


def test_the_samples_hold_music_and_a_beep_where_their_truth_says():
    """Witness: data_samples/truth/events.csv."""
    import pandas as pd

    folder = speech.SAMPLES
    truth = pd.read_csv(folder / "truth" / "events.csv", dtype={"call_id": "str"})
    for call_id, own in truth[truth["kind"].isin(["music", "beep"])].groupby("call_id"):
        found = listen_to_recording(folder / "audio" / f"{call_id}.opus")
        for row in own.itertuples():
            for channel in (0, 1) if row.channel < 0 else (row.channel,):
                told = [s for s in found[channel].sounds if s.kind == row.kind]
                assert len(told) == 1, (call_id, told)
                assert told[0].start_s == pytest.approx(row.start_s, abs=0.5)
                assert told[0].end_s == pytest.approx(row.end_s, abs=0.5)
