"""Bad recordings among good ones: each is named with its reason, the others go on."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import workbench as wb
from tests import speech
from tests.recorded import wav

RATE_HZ = speech.RATE_HZ
NEVER = {
    "empty.wav": "empty",
    "header_only.wav": "not one sample",
    "truncated.wav": "cut short",
    "text.wav": "text|not audio",
    "claims_4_gb.wav": "cut short",
    "not_numbers.wav": "not numbers",
}
"""What is refused, and a word of the reason."""

UNUSABLE = {
    "zeros.wav": "silent throughout",
    "one_sample.wav": "no speech|silent",
    "square.wav": "stands 12 dB out|clipped",
}
"""What is taken in and called unusable, and a word of the reason."""

USABLE = ("good.wav", "dc.wav", "rate_4k.wav", "twelve.wav", "good_too.wav")


def made(folder: Path) -> Path:
    """Write good and bad recordings and their manifest."""
    folder.mkdir()
    good = speech.call()[0]
    soundfile.write(folder / "good.wav", good, RATE_HZ, "ULAW")
    soundfile.write(folder / "good_too.wav", speech.call(seed=3)[0], RATE_HZ, "PCM_16")
    soundfile.write(folder / "dc.wav", np.clip(good + 0.3, -1, 1), RATE_HZ, "PCM_16")
    soundfile.write(folder / "rate_4k.wav", good[::2], 4000, "PCM_16")
    many = np.random.default_rng(2).normal(0, 1e-3, (len(good), 12))
    many[:, 3], many[:, 8] = many[:, 3] + good[:, 0], many[:, 8] + good[:, 1]
    soundfile.write(folder / "twelve.wav", many, RATE_HZ, "PCM_16")
    soundfile.write(folder / "zeros.wav", np.zeros((8 * RATE_HZ, 2)), RATE_HZ, "PCM_16")
    soundfile.write(folder / "one_sample.wav", np.full((1, 1), 0.1), RATE_HZ, "PCM_16")
    square = np.sign(np.sin(2 * np.pi * 100 * np.arange(8 * RATE_HZ) / RATE_HZ) + 1e-9)
    soundfile.write(folder / "square.wav", np.stack([square, -square], 1), RATE_HZ, "PCM_16")
    (folder / "empty.wav").write_bytes(b"")
    wav(folder / "header_only.wav", b"")
    whole = (folder / "good_too.wav").read_bytes()
    (folder / "truncated.wav").write_bytes(whole[: len(whole) // 3])
    (folder / "text.wav").write_text("call_id,path\nc1,good.wav\n" * 50, encoding="utf-8")
    wav(folder / "claims_4_gb.wav", b"\1\0" * 4000, claimed=0xFFFFFF00)
    broken = good.astype("<f4")
    broken[1000:1010] = np.nan
    wav(folder / "not_numbers.wav", broken.tobytes(), tag=3, bits=32, n_channels=2)
    names = [*USABLE, *UNUSABLE, *NEVER]
    rows = "".join(f"{name[:-4]},{name}\n" for name in sorted(names))
    (folder / "calls.csv").write_text("call_id,path\n" + rows, encoding="utf-8")
    return folder / "calls.csv"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    manifest = made(folder / "audio")
    ws = wb.create(folder / "ws")
    failed = ws.ingest(manifest, roles={0: "customer", 1: "agent"})
    later = [ws.segment(), ws.measure()]
    return ws, failed, later


def test_each_bad_file_is_named_with_its_reason(told):
    _, failed, _ = told
    assert set(failed["path"]) == set(NEVER)
    for row in failed.itertuples():
        assert row.path in row.reason, row.reason
        assert re.search(NEVER[row.path], row.reason), row.reason


def test_the_others_go_on(told):
    ws, _, later = told
    for failed in later:
        assert failed.empty, failed.to_string()
    assert set(ws.table("calls")["call_id"]) == {n[:-4] for n in (*USABLE, *UNUSABLE)}
    measured = ws.table("prosody").merge(ws.table("utterances"), on="utterance_id")
    for name in USABLE:
        assert (measured["call_id"] == name[:-4]).sum() >= 4, name
    assert not set(measured["call_id"]) & {name[:-4] for name in UNUSABLE}


def test_what_cannot_carry_measures_says_why(told):
    ws, _, _ = told
    quality = ws.table("quality")
    for name, reason in UNUSABLE.items():
        own = quality[quality["call_id"] == name[:-4]]
        assert not own["usable"].any(), name
        assert own["reason"].str.contains(reason).any(), own["reason"].tolist()
    shifted = quality[quality["call_id"] == "dc"]
    assert shifted["usable"].all()
    assert shifted["reason"].str.contains("shifted by").all()
    twelve = quality[quality["call_id"] == "twelve"]
    assert twelve.loc[twelve["usable"], "channel"].tolist() == [3, 8]


def test_an_offset_and_a_low_rate_change_little(told):
    ws, _, _ = told
    counts = ws.utterances().groupby("call_id").size()
    assert counts["dc"] == counts["good"] == counts["rate_4k"] == 6


def test_nothing_half_written_stays(told):
    ws, _, _ = told
    calls = set(ws.table("calls")["call_id"])
    for name in ("recordings", "channels", "segmentations", "utterances", "events"):
        assert set(ws.table(name)["call_id"]) <= calls, name
    names = [path.name for path in (ws.folder / "cache").rglob("*") if path.is_file()]
    assert not [name for name in names if ".new" in name]
    kept = len(list((ws.folder / "cache" / "quality").iterdir()))
    assert kept == len(calls)


def test_doing_it_again_adds_nothing(told):
    ws, failed, _ = told
    before = {name: ws.table(name) for name in ("calls", "utterances", "events", "quality")}
    again = ws.ingest(ws.config.roots["audio"] + "/calls.csv")
    assert again["reason"].tolist() == failed["reason"].tolist()
    ws.segment()
    for name, rows in before.items():
        assert ws.table(name).equals(rows), name


def test_a_file_that_is_lost_or_spoilt_later_stops_nobody(tmp_path):
    manifest = speech.write_calls(tmp_path / "audio", n=3)
    ws = wb.create(tmp_path / "ws")
    assert ws.ingest(manifest).empty
    (tmp_path / "audio" / "0.wav").unlink()
    whole = (tmp_path / "audio" / "1.wav").read_bytes()
    (tmp_path / "audio" / "1.wav").write_bytes(whole[: len(whole) // 2])
    failed = ws.segment()
    assert failed["call_id"].tolist() == ["c0", "c1"]
    assert failed["reason"].str.contains("not at .*0.wav|1.wav is not the recording").all()
    assert set(ws.table("segmentations")["call_id"]) == {"c2"}
    assert set(ws.table("events")["call_id"]) <= {"c2"}
    assert ws.measure().empty
    assert ws.table("prosody")["utterance_id"].nunique() == len(ws.utterances())


LISTEN = """
import sys
import resource
from workbench.activity import listen_to_recording, remove_crosstalk
def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
listen_to_recording(sys.argv[1])
idle = peak_mb()
heard = listen_to_recording(sys.argv[2])
clean = remove_crosstalk(
    {c: h.speech for c, h in heard.items()}, {c: h.levels_db for c, h in heard.items()}
)
print(len(clean[0]), clean[0].mean(), clean[1].mean(), peak_mb() - idle)
"""


def test_an_hour_needs_little_more_memory_than_a_minute(tmp_path):
    """Stereo mu-law at 8 kHz by repetition; witness: the operating system's peak.

    What grows are decisions and levels, about 4 MB an hour and channel, so that
    six hours need some 100 MB (measured: see docs/quality.md).
    """
    minute = speech.call()[0]
    data = np.frombuffer(_mu_law(tmp_path, np.resize(minute, (60 * RATE_HZ, 2))), np.uint8)
    short, long = tmp_path / "short.wav", tmp_path / "long.wav"
    for path, times in ((short, 1), (long, 60)):
        _write_mu_law(path, data, times)
    run = subprocess.run(
        [sys.executable, "-c", LISTEN, str(short), str(long)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    n_frames, first, second, more_mb = (float(word) for word in run.stdout.split())
    assert n_frames == 3600 * 100
    assert 0.2 < first < 0.6 and 0.2 < second < 0.6
    assert more_mb < 80


def _mu_law(folder: Path, samples: np.ndarray) -> bytes:
    soundfile.write(folder / "one.wav", samples, RATE_HZ, "ULAW")
    content = (folder / "one.wav").read_bytes()
    return content[content.index(b"data") + 8 :][: samples.size]


def _write_mu_law(path: Path, data: np.ndarray, times: int) -> None:
    size = data.size * times
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 7, 2, RATE_HZ, 2 * RATE_HZ, 2, 8)
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form)
        file.write(struct.pack("<4sI", b"data", size))
        for _ in range(times):
            file.write(data.tobytes())
