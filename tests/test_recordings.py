"""Calls are taken in whole or not at all, and each failure names its call and reason."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
import soundfile

from tests.recorded import REAL, needs_real, speech, wav
from workbench.config import Policy
from workbench.errors import InputError, WorkspaceError
from workbench.identifiers import customer_pseudonym
from workbench.manifests import read_manifest, scan_folder
from workbench.recordings import FailedCall, KnownCall, TakenCall, take_in
from workbench.schema import TABLES, check_table

TURNS = [(0.3, 1.2), (2.5, 3.2)]
ANSWERS = [(1.4, 2.3), (3.4, 3.9)]
NONE_KNOWN = pd.DataFrame({"sha256": [], "call_id": []})


def write(path, *, n_channels=2, seed=0, rate=8000, subtype="PCM_16"):
    path.parent.mkdir(parents=True, exist_ok=True)
    own = speech(rate, 4.0, TURNS, seed=seed, f0_hz=200)
    other = speech(rate, 4.0, ANSWERS, seed=seed + 1000, f0_hz=120)
    samples = np.stack([own, other, own + other][:n_channels], axis=1)
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


@pytest.fixture
def policy(tmp_path):
    return Policy(customer_key_file=str(tmp_path / "secret" / "customer.key"))


@pytest.fixture
def intake(tmp_path, policy):
    root = tmp_path / "audio"
    root.mkdir()

    def take(manifest, **options):
        table = manifest
        if not isinstance(manifest, pd.DataFrame):
            table = pd.DataFrame(manifest)
        table = table if "problem" in table else read_manifest(table)
        given = {"root_name": "audio", "root": str(root), "policy": policy, **options}
        return {call.call_id: call for call in take_in(table, **given)}

    take.root = root
    return take


def rows(call, table, *columns):
    return call.tables[table][list(columns)].to_numpy().tolist()


# ---- what is taken in ------------------------------------------------------------------


def test_a_stereo_call_is_taken_whole(intake, policy):
    write(intake.root / "deep" / "a.wav")
    manifest = [{
        "call_id": "17", "path": "deep/a.wav", "agent_id": "ann", "team": "north",
        "customer_id": "C9", "started_at": "2025-02-19T06:01:22+01:00", "qa_score": 80,
        "escalated": "yes", "churned_at": "2025-06-01", "customer_culture": "danish",
    }]  # fmt: skip
    call = intake(manifest, roles={0: "customer", 1: "agent"})["17"]
    assert isinstance(call, TakenCall)
    customer = customer_pseudonym("C9", policy.customer_key())
    assert rows(call, "calls", "call_id", "agent_id", "customer_id", "utc_offset_min") == [
        ["17", "ann", customer, 60]
    ]
    assert call.tables["calls"]["started_at"].item() == pd.Timestamp("2025-02-19T05:01:22Z")
    columns = ("root", "path", "codec", "sampling_rate_hz", "n_channels", "duration_s", "offset_s")
    assert rows(call, "recordings", *columns) == [
        ["audio", "deep/a.wav", "wav/pcm_16", 8000, 2, 4.0, 0.0]
    ]
    assert rows(call, "channels", "channel", "recording_channel", "role", "speaker_id") == [
        [0, 0, "customer", customer],
        [1, 1, "agent", "ann"],
    ]
    assert rows(call, "customers", "customer_id", "culture") == [[customer, "danish"]]
    assert call.tables["customers"]["churned_at"].item() == pd.Timestamp("2025-06-01", tz="UTC")
    assert rows(call, "agents", "agent_id", "team") == [["ann", "north"]]
    assert rows(call, "outcomes", "call_id", "escalated", "qa_score") == [["17", True, 80.0]]
    assert rows(call, "quality", "channel", "usable") == [[0, True], [1, True]]
    assert call.tables["events"].empty


def test_every_table_is_as_documented(intake):
    write(intake.root / "a.wav")
    calls = intake(
        [{"call_id": "1", "path": "a.wav", "customer_id": "c"}, {"call_id": "2", "nps": 9}]
    )
    for call in calls.values():
        assert set(call.tables) == {
            "calls", "recordings", "channels", "customers", "agents", "events", "outcomes",
            "quality",
        }  # fmt: skip
        for name, table in call.tables.items():
            pd.testing.assert_frame_equal(check_table(table, name), table)
            assert list(table.columns) == list(TABLES[name].columns)


def test_a_call_without_audio_has_outcomes_only(intake):
    call = intake([{"call_id": "1", "path": "", "qa_score": 70}])["1"]
    assert rows(call, "outcomes", "qa_score") == [[70.0]]
    for name in ("recordings", "channels", "quality", "events", "customers", "agents"):
        assert call.tables[name].empty


def test_one_file_a_side_gives_two_channels_the_customer_first(intake):
    write(intake.root / "agent.wav", n_channels=1, seed=1)
    write(intake.root / "caller.wav", n_channels=1, seed=2, rate=16000)
    manifest = [
        {"call_id": "1", "path": "agent.wav", "side": "agent", "agent_id": "ann"},
        {"call_id": "1", "path": "caller.wav", "side": "caller", "agent_id": "ann"},
    ]
    call = intake(manifest)["1"]
    assert rows(call, "recordings", "path", "offset_s") == [["caller.wav", 0.0], ["agent.wav", 0.0]]
    assert rows(call, "channels", "channel", "recording_channel", "role", "speaker_id") == [
        [0, 0, "customer", "1/0"],
        [1, 0, "agent", "ann"],
    ]
    assert call.tables["events"].empty


def test_sides_by_channel_number_take_the_roles_given(intake):
    for i in range(2):
        write(intake.root / f"{i}.wav", n_channels=1, seed=i)
    manifest = [{"call_id": "1", "path": f"{i}.wav", "channel": 1 - i} for i in range(2)]
    call = intake(manifest, roles={0: "customer", 1: "agent"})["1"]
    assert rows(call, "channels", "channel", "role") == [[0, "customer"], [1, "agent"]]
    assert call.tables["recordings"]["path"].tolist() == ["1.wav", "0.wav"]


@pytest.mark.parametrize(
    ("columns", "offset_s"),
    [
        ({"offset_s": [0.0, 10.0]}, 10.0),
        ({"part": [1, 2]}, 4.0),
        ({"part": [1, 2], "started_at": ["2025-02-19 06:01", "2025-02-19 06:03"]}, 120.0),
        ({"part": [1, 2], "offset_s": [None, 7.5]}, 7.5),
    ],
)
def test_after_a_transfer_the_next_recording_gets_further_channels(intake, columns, offset_s):
    for i in range(2):
        write(intake.root / f"{i}.wav", seed=i)
    table = {"call_id": ["1", "1"], "path": ["0.wav", "1.wav"], "agent_id": ["ann", "bob"]}
    manifest = pd.DataFrame({**table, **columns})[::-1]
    call = intake(manifest, roles={0: "customer", 1: "agent"})["1"]
    assert rows(call, "recordings", "path", "offset_s") == [["0.wav", 0.0], ["1.wav", offset_s]]
    assert rows(call, "channels", "channel", "recording_channel", "role", "speaker_id") == [
        [0, 0, "customer", "1/0"],
        [1, 1, "agent", "ann"],
        [2, 0, "customer", "1/2"],
        [3, 1, "agent", "bob"],
    ]
    assert rows(call, "calls", "agent_id") == [["ann"]]
    assert rows(call, "events", "channel", "start_s", "kind", "source") == [
        [-1, offset_s, "transfer", "manifest"]
    ]


@pytest.mark.parametrize(
    ("n_channels", "columns", "given", "expected"),
    [
        (2, {}, None, ["unknown", "unknown"]),
        (2, {}, {0: "agent", 1: "caller"}, ["agent", "customer"]),
        (2, {"role_0": "agent", "role_1": "customer"}, {0: "customer"}, ["agent", "customer"]),
        (2, {"role_1": "agent"}, {0: "customer"}, ["customer", "agent"]),
        (2, {"customer_channel": 1, "agent_channel": 0}, None, ["agent", "customer"]),
        (2, {"role": "agent"}, None, ["agent", "agent"]),
        (3, {}, {0: "customer", 1: "agent", 2: "other"}, ["customer", "agent", "other"]),
        (1, {}, {0: "customer", 1: "agent"}, ["unknown"]),
        (1, {"role_0": "customer", "role_1": "agent"}, None, ["unknown"]),
        (1, {"role": "agent"}, None, ["agent"]),
        (1, {"role_0": "agent"}, None, ["agent"]),
    ],
)
def test_roles_come_from_the_manifest_then_the_argument(
    intake, n_channels, columns, given, expected
):
    write(intake.root / "a.wav", n_channels=n_channels)
    call = intake([{"call_id": "1", "path": "a.wav", **columns}], roles=given)["1"]
    assert call.tables["channels"]["role"].tolist() == expected


def test_two_channels_with_the_same_signal_have_no_roles(intake):
    own = speech(8000, 4.0, TURNS)
    soundfile.write(intake.root / "a.wav", np.stack([own, own], axis=1), 8000)
    call = intake([{"call_id": "1", "path": "a.wav"}], roles={0: "customer", 1: "agent"})["1"]
    assert call.tables["channels"]["role"].tolist() == ["unknown", "unknown"]
    assert call.tables["quality"]["reason"].str.contains("dual mono").all()


def test_what_was_odd_about_a_file_stands_in_its_quality(intake):
    from tests.recorded import encode

    samples = np.stack([speech(16000, 4.0, TURNS), speech(16000, 4.0, ANSWERS)], axis=1)
    path = encode(
        intake.root / "a.opus", samples, 16000, "libopus",
        container="ogg", options={"page_duration": "500000"},
    )  # fmt: skip
    content = path.read_bytes()
    path.write_bytes(content[: content.rfind(b"OggS")])
    call = intake([{"call_id": "1", "path": "a.opus"}])["1"]
    assert call.tables["quality"]["usable"].all()
    assert call.tables["quality"]["reason"].str.contains("no end mark").all()


def test_further_columns_are_kept_only_if_the_policy_names_them(intake, policy):
    from dataclasses import replace

    table = pd.DataFrame([{"call_id": "1", "phone": "0171", "branch": "Kiel", "floor": 3}])
    call = intake(table, policy=replace(policy, keep_columns=("branch", "floor", "call_id")))["1"]
    assert call.tables["calls"]["attributes"].item() == {"branch": "Kiel", "floor": 3}
    assert "0171" not in str([table.to_dict() for table in call.tables.values()])
    assert intake(table)["1"].tables["calls"]["attributes"].isna().all()


# ---- customers -------------------------------------------------------------------------


def test_customer_ids_are_hidden_and_the_same_in_every_call(intake, policy):
    calls = intake([{"call_id": str(i), "customer_id": c} for i, c in enumerate(["x", "x", "y"])])
    ids = [call.tables["calls"]["customer_id"].item() for call in calls.values()]
    assert ids[0] == ids[1] == customer_pseudonym("x", policy.customer_key())
    assert ids[2] == customer_pseudonym("y", policy.customer_key())


def test_a_pseudonym_is_not_hidden_again(intake):
    name = "cust_0123456789abcdef"
    call = intake([{"call_id": "1", "customer_id": name}])["1"]
    assert call.tables["calls"]["customer_id"].item() == name


def test_the_key_is_made_only_if_there_are_customers(intake, tmp_path):
    intake([{"call_id": "1", "agent_id": "ann"}])
    assert not (tmp_path / "secret").exists()
    intake([{"call_id": "1", "customer_id": "x"}])
    assert (tmp_path / "secret" / "customer.key").exists()


def test_a_key_that_cannot_be_used_stops_everything(intake, tmp_path):
    (tmp_path / "short").write_bytes(b"1234")
    with pytest.raises(WorkspaceError, match="holds 4 bytes; at least 16"):
        intake(
            [{"call_id": "1", "customer_id": "x"}],
            policy=Policy(customer_key_file=str(tmp_path / "short")),
        )


# ---- again, and twice ------------------------------------------------------------------


def registered(*calls):
    recordings = pd.concat([call.tables["recordings"] for call in calls])
    return {"known": recordings, "known_calls": {call.call_id for call in calls}}


def test_the_same_manifest_again_changes_nothing(intake):
    write(intake.root / "a.wav")
    manifest = [{"call_id": "1", "path": "a.wav"}, {"call_id": "2", "qa_score": 50}]
    first = intake(manifest)
    again = intake(manifest, **registered(*first.values()))
    assert [type(call) for call in again.values()] == [KnownCall, KnownCall]
    assert rows(again["2"], "outcomes", "qa_score") == [[50.0]]


def test_outcomes_that_come_later_are_handed_on_without_audio(intake):
    write(intake.root / "a.wav")
    first = intake([{"call_id": "1", "path": "a.wav"}])
    later = intake([{"call_id": "1", "nps": 3}], **registered(*first.values()))["1"]
    assert isinstance(later, KnownCall)
    assert rows(later, "outcomes", "call_id", "nps") == [["1", 3]]


def test_a_folder_taken_in_again_is_known_by_content(intake):
    write(intake.root / "a.wav")
    first = intake(scan_folder(intake.root))
    (call,) = first.values()
    assert call.call_id.startswith("call_")
    assert call.tables["calls"]["call_id"].item() == call.call_id
    (intake.root / "a.wav").rename(intake.root / "moved.wav")
    (again,) = intake(scan_folder(intake.root), **registered(call)).values()
    assert isinstance(again, KnownCall)
    assert again.call_id == call.call_id


def test_a_call_with_other_audio_is_never_replaced(intake):
    write(intake.root / "a.wav", seed=1)
    first = intake([{"call_id": "1", "path": "a.wav"}])
    write(intake.root / "a.wav", seed=2)
    again = intake([{"call_id": "1", "path": "a.wav"}], **registered(*first.values()))["1"]
    assert isinstance(again, FailedCall)
    assert "registered already, with other audio" in again.reason


def test_audio_cannot_be_added_to_a_call_without(intake):
    first = intake([{"call_id": "1", "qa_score": 5}])
    write(intake.root / "a.wav")
    again = intake([{"call_id": "1", "path": "a.wav"}], **registered(*first.values()))["1"]
    assert isinstance(again, FailedCall)
    assert "registered without audio" in again.reason


def test_the_same_audio_under_two_names_fails_and_names_the_other_call(intake):
    write(intake.root / "a.wav")
    (intake.root / "b.wav").write_bytes((intake.root / "a.wav").read_bytes())
    manifest = [{"call_id": "1", "path": "a.wav"}, {"call_id": "2", "path": "b.wav"}]
    calls = intake(manifest)
    assert isinstance(calls["1"], TakenCall)
    assert calls["2"].path == "b.wav"
    assert "came already as call 1" in calls["2"].reason
    calls = intake(manifest[1:], **registered(calls["1"]))
    assert "is registered already as call 1" in calls["2"].reason
    both = intake(
        [{"call_id": "3", "path": p, "side": s} for p, s in [("a.wav", "agent"), ("b.wav", "rep")]]
    )
    assert isinstance(both["3"], FailedCall)


def test_both_sides_with_the_same_audio_fail(intake):
    write(intake.root / "a.wav", n_channels=1)
    (intake.root / "b.wav").write_bytes((intake.root / "a.wav").read_bytes())
    call = intake([{"call_id": "1", "agent_path": "a.wav", "customer_path": "b.wav"}])["1"]
    assert "names the same audio twice" in call.reason


# ---- what fails ------------------------------------------------------------------------


def test_the_good_go_in_and_each_bad_one_is_named(intake):
    write(intake.root / "good.wav", seed=5)
    write(intake.root / "side.wav", n_channels=1, seed=6)
    (intake.root / "empty.wav").touch()
    (intake.root / "text.wav").write_text("Dear all, the call was lost.")
    wav(intake.root / "cut.wav", bytes(16_000), claimed=960_000)
    wav(intake.root / "big.wav", bytes(16_000), claimed=0xFFFFFFFF)
    broken = np.zeros((8000, 1), np.float32)
    broken[400] = np.nan
    soundfile.write(intake.root / "nan.wav", broken, 8000, subtype="FLOAT")
    manifest = [{"call_id": name, "path": f"{name}.wav"}
                for name in ("empty", "text", "cut", "big", "nan", "gone", "good")]  # fmt: skip
    manifest += [
        {"call_id": "half", "agent_path": "side.wav", "customer_path": "lost.wav"},
        {"call_id": "twice", "path": "x.wav"},
        {"call_id": "twice", "path": "y.wav"},
        {"call_id": "value", "qa_score": "good"},
        {"call_id": None, "path": "good.wav"},
    ]
    calls = intake(manifest)
    failed = {name: call for name, call in calls.items() if isinstance(call, FailedCall)}
    assert set(calls) - set(failed) == {"good"}
    expected = {
        "empty": ("empty.wav", "is empty (0 bytes)"),
        "text": ("text.wav", "a text file that begins “Dear all"),
        "cut": ("cut.wav", "promises 60.0 s of sound (960.0 kB), 1.0 s are there"),
        "big": ("big.wav", "promises 74 h 34 min of sound (4.3 GB), 1.0 s are there"),
        "nan": ("nan.wav", "samples that are not numbers"),
        "gone": ("gone.wav", "There is no file"),
        "half": ("lost.wav", "There is no file"),
        "twice": ("x.wav", "stands in 2 rows with recordings (x.wav, y.wav)"),
        "value": ("", 'qa_score is "good"; expected is a number'),
        "": ("good.wav", "The row has no call_id"),
    }
    assert {name: call.path for name, call in failed.items()} == {
        name: path for name, (path, _) in expected.items()
    }
    for name, (_, reason) in expected.items():
        assert reason in failed[name].reason


@pytest.mark.parametrize("path", ["../secret.wav", "/etc/secret.wav", "s3://other/secret.wav"])
def test_nothing_outside_the_root_is_read(intake, path):
    call = intake([{"call_id": "1", "path": path}])["1"]
    assert "lies outside the audio root" in call.reason


def test_absolute_paths_and_backslashes_below_the_root_are_understood(intake):
    write(intake.root / "deep" / "a.wav", seed=1)
    write(intake.root / "deep" / "b.wav", seed=2)
    manifest = [
        {"call_id": "1", "path": str(intake.root / "deep" / "a.wav")},
        {"call_id": "2", "path": "deep\\b.wav"},
    ]
    calls = intake(manifest)
    assert rows(calls["1"], "recordings", "path") == [["deep/a.wav"]]
    assert rows(calls["2"], "recordings", "path") == [["deep/b.wav"]]


def test_a_root_in_the_cloud(intake):
    import fsspec

    path = write(intake.root / "a.wav")
    fsspec.filesystem("memory").pipe("/bank/calls/a.wav", path.read_bytes())
    manifest = [
        {"call_id": "1", "path": "calls/a.wav"},
        {"call_id": "2", "path": "calls/none.wav"},
        {"call_id": "3", "path": "../a.wav"},
    ]
    calls = intake(manifest, root="memory://bank")
    assert rows(calls["1"], "recordings", "path", "duration_s") == [["calls/a.wav", 4.0]]
    assert "no file memory://bank/calls/none.wav" in calls["2"].reason
    assert "outside the audio root" in calls["3"].reason


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(intake):
    write(intake.root / "a.wav").chmod(0)
    call = intake([{"call_id": "1", "path": "a.wav"}])["1"]
    assert "cannot be read: Permission denied" in call.reason


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"role_4": "agent"}, "gives a role to channel 4 of a.wav, which has 2 channels"),
        ({"role_0": "agent", "customer_channel": 0}, "both to the customer"),
    ],
)
def test_roles_that_cannot_be(intake, columns, reason):
    write(intake.root / "a.wav")
    assert reason in intake([{"call_id": "1", "path": "a.wav", **columns}])["1"].reason


def test_two_recordings_with_the_same_channel(intake):
    for i in range(2):
        write(intake.root / f"{i}.wav", seed=i)
    manifest = [{"call_id": "1", "path": f"{i}.wav", "channel": i} for i in range(2)]
    assert "begin with channel 1, which another recording" in intake(manifest)["1"].reason


@pytest.mark.parametrize("roles", [{0: "boss"}, {"left": "agent"}, {-1: "agent"}])
def test_a_role_argument_that_cannot_be_is_refused_at_once(intake, roles):
    with pytest.raises(InputError, match=r'for example roles=\{0: "customer", 1: "agent"\}'):
        take_in(
            read_manifest(pd.DataFrame({"call_id": ["1"]})),
            root_name="audio", root=str(intake.root), policy=Policy(), roles=roles,
        )  # fmt: skip


def test_calls_are_read_one_at_a_time(intake, policy):
    write(intake.root / "a.wav")
    manifest = read_manifest(pd.DataFrame({"call_id": ["1", "2"], "path": ["a.wav", "b.wav"]}))
    calls = take_in(manifest, root_name="audio", root=str(intake.root), policy=policy)
    assert isinstance(next(calls), TakenCall)
    write(intake.root / "b.wav", seed=7)
    assert isinstance(next(calls), TakenCall)


def test_many_calls_without_audio_are_quick(intake):
    import time

    n = 1000
    manifest = read_manifest(pd.DataFrame({"call_id": range(n), "qa_score": 50.0}))
    begin = time.process_time()
    assert len(intake(manifest)) == n
    assert time.process_time() - begin < 10


@needs_real
@pytest.mark.real
def test_real_calls(policy):
    manifest = read_manifest(
        pd.DataFrame(
            [
                ("u", "utep/calls/utep-126.wav", None),
                ("a", "aws_lca/Auto_Repairs_40_UTC_agent.flac", "agent"),
                ("a", "aws_lca/Auto_Repairs_40_UTC_caller.flac", "caller"),
                ("m", "mfa_tests/common_voice_ja_24511055.mp3", None),
                ("o", "mfa_tests/13697_11991_000000.opus", None),
                ("p", "asterisk_prompts/en/vm-youhave.flac", None),
            ],
            columns=["call_id", "path", "side"],
        )
    )
    calls = {
        call.call_id: call
        for call in take_in(
            manifest, root_name="audio", root=str(REAL), policy=policy,
            roles={0: "customer", 1: "agent"},
        )
    }  # fmt: skip
    assert all(isinstance(call, TakenCall) for call in calls.values())
    assert calls["u"].tables["channels"]["role"].tolist() == ["customer", "agent"]
    assert calls["a"].tables["channels"]["role"].tolist() == ["customer", "agent"]
    assert calls["a"].tables["recordings"]["path"].str.contains("caller").tolist() == [True, False]
    for name in ("m", "o", "p"):
        assert calls[name].tables["channels"]["role"].tolist() == ["unknown"]
