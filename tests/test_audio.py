"""Every telephone format comes in right: what, how long, and when things happen in it."""

from __future__ import annotations

import tracemalloc

import fsspec
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from tests.recorded import REAL, bursts, encode, late_ms, needs_real, speech, wav
from workbench.audio import (
    file_sha256,
    open_audio,
    peaks,
    probe_audio,
    read_audio,
    read_blocks,
    wav_bytes,
    wav_layout,
)
from workbench.audio.ffmpeg import DELAYS
from workbench.errors import InputError, RecordingError

NO_XING = {"write_xing": "0", "id3v2_version": "0"}
CODED = {
    # name: (codec, rate, container, bit_rate, muxer options, expected codec, expected rate)
    "lame-44.mp3": ("libmp3lame", 44100, None, None, {}, "mp3/mp3", 44100),
    "lame-8.mp3": ("libmp3lame", 8000, None, None, {}, "mp3/mp3", 8000),
    "bare-8.mp3": ("libmp3lame", 8000, None, None, NO_XING, "mp3/mp3", 8000),
    "bare-44.mp3": ("libmp3lame", 44100, None, None, NO_XING, "mp3/mp3", 44100),
    "itunes.m4a": ("aac", 44100, "ipod", None, {}, "mp4/aac", 44100),
    "phone.m4a": ("aac", 8000, "ipod", None, {}, "mp4/aac", 8000),
    "no-edit-list.m4a": ("aac", 16000, "ipod", None, {"use_editlist": "0"}, "mp4/aac", 16000),
    "fragments.mp4": (
        "aac", 16000, "mp4", None, {"movflags": "frag_keyframe+empty_moov"}, "mp4/aac", 16000,
    ),
    "raw.aac": ("aac", 16000, "adts", None, {}, "aac/aac", 16000),
    "tape.mka": ("aac", 16000, "matroska", None, {}, "matroska/aac", 16000),
    "studio.opus": ("libopus", 48000, "ogg", None, {}, "ogg/opus", 48000),
    "phone.opus": ("libopus", 8000, "ogg", None, {}, "ogg/opus", 8000),
    "browser.webm": ("libopus", 48000, "webm", None, {}, "webm/opus", 48000),
    "lossless.m4a": ("alac", 8000, "ipod", None, {}, "mp4/alac", 8000),
    "phone.amr": ("libopencore_amrnb", 8000, "amr", 12200, {}, "amr/amr_nb", 8000),
    "phone.3gp": ("libopencore_amrnb", 8000, "3gp", 12200, {}, "mp4/amr_nb", 8000),
}  # fmt: skip
STORED = [
    ("pcm8.wav", "WAV", "PCM_U8", 2**-7), ("pcm16.wav", "WAV", "PCM_16", 2**-15),
    ("pcm24.wav", "WAV", "PCM_24", 2**-23), ("pcm32.wav", "WAV", "PCM_32", 1e-7),
    ("float.wav", "WAV", "FLOAT", 0), ("double.wav", "WAV", "DOUBLE", 1e-7),
    ("ulaw.wav", "WAV", "ULAW", 0.02), ("alaw.wav", "WAV", "ALAW", 0.02),
    ("gsm.wav", "WAV", "GSM610", 0.5), ("adpcm.wav", "WAV", "MS_ADPCM", 0.5),
    ("flac.flac", "FLAC", "PCM_16", 2**-15), ("flac24.flac", "FLAC", "PCM_24", 2**-23),
    ("vorbis.ogg", "OGG", "VORBIS", 0.5), ("au.au", "AU", "ULAW", 0.02),
    ("rf64.wav", "RF64", "PCM_16", 2**-15), ("aiff.aiff", "AIFF", "PCM_16", 2**-15),
]  # fmt: skip


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coded")

    def one(name):
        codec, rate, container, bit_rate, options, *_ = CODED[name]
        path = folder / name
        if not path.exists():
            encode(
                path, bursts(rate), rate, codec,
                container=container, bit_rate=bit_rate, options=options,
            )  # fmt: skip
        return path

    return one


def tone(rate=8000, seconds=30.0, n_channels=1, seed=0):
    """Noise of which no two stretches are alike, so that a wrong position shows."""
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal((round(rate * seconds), n_channels))).astype(np.float32)


# ---- what a file is, and when things happen in it --------------------------------------


@pytest.mark.parametrize("name", CODED)
def test_time_zero_lies_after_the_encoders_delay(coded, name):
    expected_codec, expected_rate = CODED[name][-2:]
    info = probe_audio(coded(name))
    samples, rate = read_audio(coded(name))
    assert (info.codec, info.sampling_rate_hz, rate) == (expected_codec, expected_rate) + (rate,)
    assert info.n_channels == samples.shape[1] == 1
    assert info.duration_s == pytest.approx(len(samples) / rate, abs=1e-9)
    assert 3.99 <= info.duration_s <= 4.1
    assert np.abs(late_ms(samples[:, 0], rate)).max() < (4.0 if "amr" in info.codec else 0.5)


@pytest.mark.parametrize("name", ["lame-44.mp3", "itunes.m4a", "browser.webm", "phone.opus"])
def test_padding_at_the_end_is_left_out_where_the_file_tells_it(coded, name):
    assert probe_audio(coded(name)).duration_s == pytest.approx(4.0, abs=1e-3)


def test_an_mp3_without_header_is_taken_as_made_by_lame(coded):
    """Without the correction everything would be 1105 samples late: 138 ms at 8 kHz."""
    assert DELAYS["mp3float"] / 8000 == pytest.approx(0.138, abs=1e-3)
    samples, rate = read_audio(coded("bare-8.mp3"))
    raw, _ = soundfile.read(coded("bare-8.mp3"), dtype="float32")
    assert np.array(late_ms(raw, rate)) == pytest.approx(138.1, abs=0.2)
    np.testing.assert_allclose(samples[:8000, 0], raw[1105:9105], atol=1e-4)


@pytest.mark.parametrize("f0_hz", [100, 230])
@pytest.mark.parametrize(("name", "dtx"), [("a.amr", "0"), ("dtx.amr", "1"), ("a.3gp", "0")])
def test_speech_in_amr_is_not_late(tmp_path, name, dtx, f0_hz):
    """By correlation: the codec smears bursts. DTX stops FFmpeg's own decoder."""
    said = speech(8000, 12.0, [(1, 3), (6, 8)], noise=1e-4, f0_hz=f0_hz)
    path = encode(
        tmp_path / name, said[:, np.newaxis], 8000, "libopencore_amrnb",
        bit_rate=12200, codec_options={"dtx": dtx},
    )  # fmt: skip
    assert (path.stat().st_size < 0.5 * 12 * 50 * 32) == (dtx == "1")
    samples, rate = read_audio(path)
    assert len(samples) / rate == pytest.approx(12.0, abs=0.05)
    both = correlate(samples[: len(said), 0], said[: len(samples)], method="fft")
    late = np.argmax(both) - (min(len(said), len(samples)) - 1)
    assert abs(late) / rate < 0.0015


@pytest.mark.parametrize(("name", "container", "subtype", "tolerance"), STORED)
def test_stored_formats_keep_rate_channels_and_samples(
    tmp_path, name, container, subtype, tolerance
):
    n_channels = 1 if subtype == "GSM610" else 2
    samples = tone(seconds=2.0, n_channels=n_channels)
    soundfile.write(tmp_path / name, samples, 8000, format=container, subtype=subtype)
    info = probe_audio(tmp_path / name)
    assert info.sampling_rate_hz == 8000
    assert info.n_channels == n_channels
    assert info.codec.endswith(subtype.lower())
    assert info.duration_s == pytest.approx(2.0, abs=0.04)
    back, _ = read_audio(tmp_path / name)
    assert back.dtype == np.float32
    assert np.abs(back[: len(samples)] - samples).max() <= tolerance + 1e-9


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_the_sampling_rate_is_the_files_own(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", tone(rate, 0.5), rate)
    assert read_audio(tmp_path / "a.wav")[1] == rate


def test_g711_codes_have_the_values_of_the_standard(tmp_path):
    """ITU-T G.711, tables 1 and 2: largest and smallest values of both laws, 16-bit scale."""
    ulaw = wav(tmp_path / "u.wav", bytes([0x80, 0x00, 0xFF, 0x7F, 0xFE]), tag=7, bits=8)
    expected = np.array([32124, -32124, 0, 0, 8]) / 32768
    np.testing.assert_allclose(read_audio(ulaw)[0][:, 0], expected, atol=1e-7)
    alaw = wav(tmp_path / "a.wav", bytes([0xAA, 0x2A, 0xD5, 0x55]), tag=6, bits=8)
    expected = np.array([32256, -32256, 8, -8]) / 32768
    np.testing.assert_allclose(read_audio(alaw)[0][:, 0], expected, atol=1e-7)


@pytest.mark.parametrize("n_channels", [1, 2, 3, 6])
def test_all_channels_are_there_in_their_order(tmp_path, n_channels):
    samples = np.tile(np.arange(n_channels, dtype=np.float32) / 10, (800, 1))
    soundfile.write(tmp_path / "a.wav", samples, 8000, subtype="FLOAT")
    np.testing.assert_array_equal(read_audio(tmp_path / "a.wav")[0], samples)


@pytest.mark.parametrize("lie", ["call.mp3", "call.raw", "call.gsm", "call", "call.vox"])
def test_the_content_decides_and_not_the_name(tmp_path, lie):
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 8000)
    (tmp_path / lie).write_bytes((tmp_path / "a.wav").read_bytes())
    assert probe_audio(tmp_path / lie).codec == "wav/pcm_16"


def test_an_mp3_named_wav_is_read(tmp_path, coded):
    (tmp_path / "call.wav").write_bytes(coded("lame-8.mp3").read_bytes())
    assert probe_audio(tmp_path / "call.wav").codec == "mp3/mp3"


def test_what_a_browser_leaves_out_is_silence(tmp_path):
    path = encode(
        tmp_path / "gap.webm",
        tone(48000, 3.0),
        48000,
        "libopus",
        container="webm",
        gap_s=(1.0, 2.0),
    )
    samples, rate = read_audio(path)
    assert len(samples) / rate == pytest.approx(5.0, abs=0.03)
    assert not samples[round(1.2 * rate) : round(2.8 * rate)].any()
    assert samples[round(3.2 * rate) :].std() > 0.05


# ---- windows and blocks ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [("a.mp3", "libmp3lame", "mp3"), ("a.m4a", "aac", "ipod"), ("a.opus", "libopus", "ogg")],
)
def test_a_window_of_a_coded_file_is_a_piece_of_the_whole(tmp_path, name, codec, container):
    path = encode(tmp_path / name, tone(8000, 20.0), 8000, codec, container=container)
    whole, rate = read_audio(path)
    for start_s, end_s in [(0, 0.5), (1.2345, 2.0), (7.0, 7.2), (14.4567, 16.0), (19.9, 20.0)]:
        window, _ = read_audio(path, start_s, end_s)
        first = round(start_s * rate)
        assert len(window) == round(end_s * rate) - first
        np.testing.assert_allclose(window, whole[first : first + len(window)], atol=2e-4)


@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW", "GSM610", "FLAC", "VORBIS", "OPUS"])
def test_a_window_of_a_stored_file_is_a_piece_of_the_whole(tmp_path, subtype):
    form = {"FLAC": ("FLAC", "PCM_16"), "VORBIS": ("OGG", "VORBIS"), "OPUS": ("OGG", "OPUS")}.get(
        subtype, ("WAV", subtype)
    )
    soundfile.write(tmp_path / "a", tone(), 8000, format=form[0], subtype=form[1])
    whole, rate = read_audio(tmp_path / "a")
    for start_s, end_s in [(0, 0.5), (12.3456, 13.0), (29.5, 30.0), (29.99, 30.0)]:
        window, _ = read_audio(tmp_path / "a", start_s, end_s)
        first = round(start_s * rate)
        np.testing.assert_allclose(window, whole[first : round(end_s * rate)], atol=1e-6)


def test_windows_of_webm_lie_within_a_millisecond(tmp_path):
    path = encode(tmp_path / "a.webm", bursts(48000), 48000, "libopus", container="webm")
    window, rate = read_audio(path, 3.0, 3.5)
    assert abs(np.argmax(np.abs(window[:, 0])) / rate - 0.202) < 0.0015


@settings(deadline=None, max_examples=30)
@given(first=st.integers(0, 15_998), length=st.integers(1, 16_000))
def test_windows_hold_the_samples_from_start_up_to_but_without_end(tmp_path_factory, first, length):
    path = tmp_path_factory.getbasetemp() / "count.wav"
    counted = np.arange(16_000, dtype=np.float32)[:, np.newaxis] / 16_000
    if not path.exists():
        soundfile.write(path, counted, 8000, subtype="FLOAT")
    window, _ = read_audio(path, first / 8000, (first + length) / 8000)
    np.testing.assert_array_equal(window, counted[first : first + length])


@pytest.mark.parametrize("name", ["lame-8.mp3", "phone.m4a", "phone.amr", "phone.opus"])
def test_blocks_joined_are_the_whole(coded, name):
    whole, rate = read_audio(coded(name))
    blocks = list(read_blocks(coded(name), block_s=0.7))
    assert [round(start_s, 9) for start_s, _, _ in blocks] == [
        round(0.7 * i, 9) for i in range(len(blocks))
    ]
    assert {r for _, _, r in blocks} == {rate}
    assert all(len(samples) == round(0.7 * rate) for _, samples, _ in blocks[:-1])
    np.testing.assert_array_equal(np.concatenate([samples for _, samples, _ in blocks]), whole)


def test_blocks_need_no_more_memory_for_a_longer_file(tmp_path):
    for minutes in (1, 10):
        soundfile.write(tmp_path / f"{minutes}.wav", tone(8000, 60.0 * minutes), 8000)

    def most(path):
        tracemalloc.start()
        for _ in read_blocks(path, block_s=10.0):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(tmp_path / "10.wav") < 1.2 * most(tmp_path / "1.wav") < 5e6


def test_a_window_beyond_the_end_stops_there(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 8000)
    assert len(read_audio(tmp_path / "a.wav", 0.5, 99.0)[0]) == 4000


@pytest.mark.parametrize(
    ("start_s", "end_s", "message"),
    [
        (-1.0, 2.0, "begins at 0 s or later"),
        (2.0, 2.0, "ends after it begins"),
        (5.0, 6.0, r"begins at 5.0 s, but .*a.wav ends after 1.0 s"),
    ],
)
def test_a_window_that_cannot_be_is_refused(tmp_path, start_s, end_s, message):
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 8000)
    with pytest.raises(InputError, match=message):
        read_audio(tmp_path / "a.wav", start_s, end_s)


def test_a_window_after_the_end_of_a_coded_file_is_refused(coded):
    with pytest.raises(InputError, match=r"begins at 9.0 s, but .*phone.m4a ends after 4.0 s"):
        read_audio(coded("phone.m4a"), 9.0, 10.0)


def test_blocks_of_nothing_are_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 8000)
    with pytest.raises(InputError, match="shorter than a sample"):
        list(read_blocks(tmp_path / "a.wav", block_s=0.0))


def test_a_url_is_read_like_a_file(tmp_path, coded):
    files = fsspec.filesystem("memory")
    for name in ("phone.m4a", "phone.opus"):
        files.pipe(f"/calls/{name}", coded(name).read_bytes())
        url = f"memory://calls/{name}"
        assert probe_audio(url) == probe_audio(coded(name))
        np.testing.assert_array_equal(read_audio(url, 1, 2)[0], read_audio(coded(name), 1, 2)[0])
        assert file_sha256(url) == file_sha256(coded(name))
    with pytest.raises(RecordingError, match=r"There is no file memory://calls/none\.wav"):
        probe_audio("memory://calls/none.wav")
    with pytest.raises(RecordingError, match="nosuch://x/a.wav cannot be read"):
        probe_audio("nosuch://x/a.wav")


def test_a_file_url_is_a_path(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 8000)
    assert probe_audio(f"file://{tmp_path}/a.wav").duration_s == 1.0


# ---- files that are not what they claim ------------------------------------------------


def test_a_missing_file_is_named_with_the_nearest(tmp_path):
    soundfile.write(tmp_path / "Call-0017.WAV", tone(seconds=0.1), 8000, format="WAV")
    with pytest.raises(RecordingError, match=r'no file .*call-0017.wav.*"Call-0017.WAV"'):
        probe_audio(tmp_path / "call-0017.wav")
    with pytest.raises(RecordingError, match="no folder .*away"):
        probe_audio(tmp_path / "away" / "a.wav")
    with pytest.raises(RecordingError, match="is a folder"):
        probe_audio(tmp_path)


def test_an_empty_file(tmp_path):
    (tmp_path / "a.wav").touch()
    with pytest.raises(RecordingError, match=r"a\.wav is empty \(0 bytes\)"):
        probe_audio(tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Dear all,\nplease find attached", "a text file that begins “Dear all, please find"),
        ("Grüße aus Köln, " * 60, "a text file that begins “Grüße aus Köln"),
        ("Notes on the call".encode("utf-16"), "a text file that begins “Notes on"),
        (b"<!DOCTYPE html><title>Log in</title>", "a web page .*log-in page"),
        (b'<?xml version="1.0"?><Error>AccessDenied', "XML or JSON .*error message"),
        (b"#EXTM3U\nhttp://127.0.0.1:9/x.ts\n", "text file"),
        (b"%PDF-1.7\x00\x01", "a PDF document"),
        (b"PK\x03\x04\x00\x00", "ZIP archive or an Office document"),
        (bytes(4000), "begins with 512 zero bytes"),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(range(256)), "table of contents that an MP4"),
        (np.random.default_rng(1).bytes(4000), r"\(4000 bytes\) is not audio that libsndfile or"),
    ],
)
def test_a_file_that_is_not_audio_is_named_by_what_it_is(tmp_path, content, message):
    path = tmp_path / "call.wav"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(RecordingError, match=message):
        probe_audio(path)


def test_a_file_without_header_says_how_to_wrap_it(tmp_path):
    (tmp_path / "a.sln").write_bytes((tone(seconds=1.0) * 32767).astype("<i2").tobytes())
    with pytest.raises(RecordingError, match=r"no header.*sox -t s16 -r 8000 -c 1 a.sln a.wav"):
        probe_audio(tmp_path / "a.sln")


def test_a_header_that_claims_four_gigabytes(tmp_path):
    path = wav(tmp_path / "big.wav", bytes(16_000), claimed=0xFFFFFFFF)
    with pytest.raises(
        RecordingError, match=r"promises 74 h 34 min of sound \(4.3 GB\), 1.0 s are there"
    ):
        probe_audio(path)
    with pytest.raises(RecordingError, match="-c copy"):
        read_audio(path)


@pytest.mark.parametrize(("tag", "bits"), [(1, 16), (7, 8), (3, 32)])
def test_a_wav_cut_short_says_how_much_is_there(tmp_path, tag, bits):
    one_s = bytes(8000 * bits // 8)
    path = wav(tmp_path / "cut.wav", one_s, claimed=60 * len(one_s), tag=tag, bits=bits)
    with pytest.raises(RecordingError, match=r"cut.wav is cut short.*promises 60.0 s.*1.0 s are"):
        probe_audio(path)


def test_a_wav_that_was_never_finished(tmp_path):
    path = wav(tmp_path / "open.wav", bytes(range(1, 251)) * 64, claimed=0)
    with pytest.raises(RecordingError, match="never finished: its header says 0 s.*1.0 s follow"):
        probe_audio(path)


def test_a_few_bytes_too_many_in_the_header_are_borne(tmp_path):
    path = wav(tmp_path / "a.wav", bytes(16_000), claimed=16_044)
    assert probe_audio(path).duration_s == 1.0


def test_a_wav_without_samples(tmp_path):
    with pytest.raises(RecordingError, match="a header and not one sample"):
        probe_audio(wav(tmp_path / "a.wav", b""))
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:30])
    with pytest.raises(RecordingError, match="30 bytes end before any sound"):
        probe_audio(tmp_path / "b.wav")


@pytest.mark.parametrize("fields", [{"rate": 0}, {"n_channels": 0}, {"tag": 0x1234}, {"rate": 3}])
def test_a_wav_with_an_impossible_header(tmp_path, fields):
    with pytest.raises(RecordingError, match=r"a\.wav"):
        probe_audio(wav(tmp_path / "a.wav", bytes(16_000), **fields))


def test_a_flac_cut_short(tmp_path):
    soundfile.write(tmp_path / "a.flac", tone(seconds=60.0), 8000)
    content = (tmp_path / "a.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    with pytest.raises(RecordingError, match=r"promises 60.0 s, about (2\d|3\d)\.\d s can be"):
        probe_audio(tmp_path / "cut.flac")
    assert len(read_audio(tmp_path / "cut.flac", 5.0, 6.0)[0]) == 8000


@pytest.mark.parametrize(
    ("name", "codec", "container", "options", "message"),
    [
        ("a.mp3", "libmp3lame", "mp3", {}, r"promises 4.0 s, 2\.\d s are there"),
        (
            "a.m4a",
            "aac",
            "ipod",
            {"movflags": "faststart"},
            r"promises 4.0 s, [12]\.\d s are there",
        ),
        ("b.m4a", "aac", "ipod", {}, "table of contents"),
        ("a.webm", "libopus", "webm", {}, r"promises 4.0 s, [12]\.\d s are there"),
        ("a.opus", "libopus", "ogg", {"page_duration": "500000"}, "in the middle of a page of Ogg"),
    ],
)
def test_coded_files_cut_short(tmp_path, name, codec, container, options, message):
    samples = bursts(16000) + tone(16000, 4.0)
    path = encode(tmp_path / name, samples, 16000, codec, container=container, options=options)
    content = path.read_bytes()
    path.write_bytes(content[: round(0.55 * len(content))])
    with pytest.raises(RecordingError, match=message):
        probe_audio(path)
    with pytest.raises(RecordingError, match=message):
        list(read_blocks(path))


def test_an_ogg_without_end_mark_is_read_with_a_note(tmp_path):
    path = encode(
        tmp_path / "a.opus", tone(16000, 4.0), 16000, "libopus",
        container="ogg", options={"page_duration": "500000"},
    )  # fmt: skip
    content = path.read_bytes()
    path.write_bytes(content[: content.rfind(b"OggS")])
    info = probe_audio(path)
    assert "no end mark" in info.note
    assert 2.5 < info.duration_s < 4.0


def test_samples_that_are_not_numbers_are_refused_where_they_are(tmp_path):
    samples = tone(seconds=60.0)
    samples[8000 * 45 : 8000 * 45 + 3] = [[np.nan], [np.inf], [-np.inf]]
    soundfile.write(tmp_path / "a.wav", samples, 8000, subtype="FLOAT")
    with pytest.raises(RecordingError, match=r"3 or more samples that are not numbers.* at 45.0 s"):
        read_audio(tmp_path / "a.wav", 44.0, 46.0)
    with pytest.raises(RecordingError, match="at 45.0 s"):
        list(read_blocks(tmp_path / "a.wav"))
    assert len(read_audio(tmp_path / "a.wav", 1.0, 2.0)[0]) == 8000


def test_two_sound_tracks_and_none(tmp_path):
    import av

    frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
    frame.sample_rate = 8000
    with av.open(str(tmp_path / "two.mka"), "w", format="matroska") as out:
        streams = [out.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(2)]
        for stream in streams:
            for packet in stream.encode(frame):
                out.mux(packet)
    with pytest.raises(RecordingError, match="2 sound tracks.*-map 0:a:0 first.wav"):
        probe_audio(tmp_path / "two.mka")
    with av.open(str(tmp_path / "none.mp4"), "w") as out:
        video = out.add_stream("mpeg4", rate=5)
        video.width = video.height = 32
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        for packet in [*video.encode(picture), *video.encode(None)]:
            out.mux(packet)
    with pytest.raises(RecordingError, match="no sound, only pictures"):
        probe_audio(tmp_path / "none.mp4")


def test_a_playlist_never_leads_to_another_file(tmp_path, coded):
    (tmp_path / "a.mp3").write_bytes(coded("lame-8.mp3").read_bytes())
    (tmp_path / "call.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\na.mp3\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(RecordingError, match="text file"):
        probe_audio(tmp_path / "call.m3u8")


def test_a_reader_reads_again_after_its_info(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 8000, subtype="FLOAT")
    with open_audio(tmp_path / "a.wav") as reader:
        assert reader.info().duration_s == 1.0
        np.testing.assert_array_equal(reader.read(0.0, 0.5), reader.read()[:4000])


# ---- for the eye and the ear -----------------------------------------------------------


@settings(deadline=None)
@given(
    samples=st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=200),
    n=st.integers(1, 300),
)
def test_peaks_hold_every_sample_between_them(samples, n):
    found = peaks(samples, n)
    assert found.shape == (n, 2)
    assert found.dtype == np.float32
    assert (found[:, 0] <= found[:, 1]).all()
    assert found[:, 0].min() == np.float32(min(samples))
    assert found[:, 1].max() == np.float32(max(samples))


def test_peaks_of_nothing():
    assert peaks([], 3).tolist() == [[0.0, 0.0]] * 3
    assert peaks([0.5], 0).shape == (0, 2)
    with pytest.raises(InputError, match="one channel"):
        peaks(np.zeros((4, 2)), 2)
    with pytest.raises(InputError, match="-1 peaks"):
        peaks([0.5], -1)


@pytest.mark.parametrize(("came", "written"), [(1, 1), (2, 2), (3, 1)])
def test_wav_bytes_keep_two_channels_and_mix_more(tmp_path, came, written):
    samples = tone(seconds=0.1, n_channels=came)
    (tmp_path / "a.wav").write_bytes(wav_bytes(samples, 8000))
    back, rate = read_audio(tmp_path / "a.wav")
    assert (back.shape, rate) == ((800, written), 8000)
    expected = samples if came <= 2 else samples.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(back, expected, atol=1e-4)


def test_wav_bytes_clip_and_refuse(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav_bytes(np.array([2.0, -2.0, np.nan]), 8000))
    np.testing.assert_allclose(read_audio(tmp_path / "a.wav")[0][:, 0], [1, -1, 0], atol=1e-4)
    with pytest.raises(InputError, match=r"shape \(2, 2, 2\)"):
        wav_bytes(np.zeros((2, 2, 2)), 8000)
    with pytest.raises(InputError, match="positive sampling rate"):
        wav_bytes([0.0], 0)


def test_a_window_of_an_amr_file_is_that_of_the_whole(tmp_path):
    sound = speech(8000, 20.0, [(0.5, 19.0)])[:, np.newaxis]
    path = encode(tmp_path / "a.amr", sound, 8000, "libopencore_amrnb", container="amr")
    whole, _ = read_audio(path)
    for start_s in (4.0, 9.013, 17.5):
        window, _ = read_audio(path, start_s, start_s + 2)
        first = round(start_s * 8000)
        np.testing.assert_allclose(window, whole[first : first + 16000], atol=5e-3)


# ---- where samples lie ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subtype", "encoding"),
    [("PCM_16", "s16"), ("PCM_U8", "u8"), ("ULAW", "mulaw"), ("ALAW", "alaw")],
)
@pytest.mark.parametrize("form", ["WAV", "WAVEX", "RF64"])
def test_the_bytes_of_a_wav_file_are_its_samples(tmp_path, subtype, encoding, form):
    samples = np.random.default_rng(1).uniform(-1, 1, (1000, 2))
    soundfile.write(tmp_path / "a.wav", samples, 8000, subtype, format=form)
    found = wav_layout(tmp_path / "a.wav")
    content = (tmp_path / "a.wav").read_bytes()
    assert (found.encoding, found.sampling_rate_hz, found.n_channels) == (encoding, 8000, 2)
    assert (found.n_frames, found.n_bytes) == (1000, len(content))
    middle = content[found.data_start + 500 * found.bytes_per_frame :][: found.bytes_per_frame]
    soundfile.write(tmp_path / "b.wav", samples[500:501], 8000, subtype, format="WAV")
    one = wav_layout(tmp_path / "b.wav")
    assert middle == (tmp_path / "b.wav").read_bytes()[one.data_start :][: one.bytes_per_frame]


@pytest.mark.parametrize("subtype", ["PCM_24", "FLOAT", "GSM610", "IMA_ADPCM"])
def test_other_wav_files_have_to_be_decoded(tmp_path, subtype):
    soundfile.write(tmp_path / "a.wav", np.zeros(1000), 8000, subtype, format="WAV")
    assert wav_layout(tmp_path / "a.wav") is None


def test_files_without_a_layout(tmp_path):
    soundfile.write(tmp_path / "a.flac", np.zeros(1000), 8000)
    assert wav_layout(tmp_path / "a.flac") is None
    assert wav_layout(wav(tmp_path / "short.wav", b"\0" * 100, claimed=200)) is None
    assert wav_layout("memory://a.wav") is None
    with pytest.raises(RecordingError, match="no file"):
        wav_layout(tmp_path / "none.wav")


# ---- real files ------------------------------------------------------------------------


@needs_real
@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "codec", "rate", "n_channels", "duration_s"),
    [
        ("utep/calls/utep-126.wav", "wav/pcm_16", 16000, 2, 64.305),
        ("aws_lca/Auto_Repairs_40_UTC_agent.flac", "flac/pcm_16", 8000, 1, 245.38),
        ("mfa_tests/cold_corpus_24bit.wav", "wavex/pcm_24", 16000, 1, 25.718),
        ("mfa_tests/13697_11991_000000.opus", "ogg/opus", 16000, 1, 14.85),
        ("mfa_tests/common_voice_ja_24511055.mp3", "mp3/mp3", 32000, 1, 6.48),
        ("egg_michaud/M11_disyll_stereo.wav", "wav/pcm_24", 44100, 2, 1.1376),
    ],
)
def test_real_recordings(name, codec, rate, n_channels, duration_s):
    info = probe_audio(REAL / name)
    assert (info.codec, info.sampling_rate_hz, info.n_channels) == (codec, rate, n_channels)
    assert info.duration_s == pytest.approx(duration_s, abs=0.01)
    assert info.note == ""
