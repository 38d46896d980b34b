"""The whole path on real speech from ../shared/data, which is never part of the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from workbench.formats import UTEP_LABELS

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (DATA / "utep").is_dir(),
        reason="the real speech of ../shared/data is not here; it is not part of the project",
    ),
]


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(folder / "home"))
        ws = wb.create(folder / "ws")
        manifest = pd.DataFrame(
            [
                ("utep-126", "utep/calls/utep-126.wav", None, "customer", "agent"),
                ("aws", "aws_lca/Auto_Repairs_40_UTC_caller.flac", "customer", None, None),
                ("aws", "aws_lca/Auto_Repairs_40_UTC_agent.flac", "agent", None, None),
                ("prompt", "asterisk_prompts/en/vm-options.flac", None, None, None),
                ("mp3", "mfa_tests/common_voice_en_22058264.mp3", None, None, None),
                ("opus", "mfa_tests/13697_11991_000000.opus", None, None, None),
            ],
            columns=["call_id", "path", "role", "role_0", "role_1"],
        )
        failed = ws.ingest(manifest, root=DATA)
        assert failed.empty, failed.to_string()
        assert ws.segment().empty
        assert ws.measure().empty
        yield ws


def test_what_was_recorded(ws):
    recordings = ws.table("recordings").set_index("path")
    assert recordings.loc["utep/calls/utep-126.wav", "sampling_rate_hz"] == 16000
    assert recordings.loc["asterisk_prompts/en/vm-options.flac", "sampling_rate_hz"] == 8000
    roles = ws.table("channels").groupby("call_id")["role"].agg(sorted)
    assert roles["aws"] == ["agent", "customer"]
    assert roles["prompt"] == ["unknown"]


def test_speech_was_found_and_measured(ws):
    both = ws.table("prosody").merge(ws.utterances(), on="utterance_id")
    for call_id in ("utep-126", "aws", "prompt", "mp3", "opus"):
        rows = both[both["call_id"] == call_id]
        assert len(rows) > 0, call_id
        assert rows["f0_median_hz"].dropna().between(60, 450).all()
        assert rows["intensity_db"].dropna().between(-70, 0).all()


def test_what_needs_roles_abstains_without_them(ws):
    cues = ws.table("cues").merge(ws.utterances()[["utterance_id", "call_id"]], on="utterance_id")
    mono = cues[cues["call_id"] == "prompt"]
    assert not mono["fired"].any()
    assert mono["abstained"].notna().all()


def test_human_labels_become_ratings_and_a_trajectory(ws):
    # Voice activity stays beside the imported tier; the tier is in use because it carries ratings.
    lines = ws.import_file(
        DATA / "utep/annotations/utep-126.txt",
        format="elan_tab",
        call_id="utep-126",
        rater="utep",
        role="customer",
        mapping=UTEP_LABELS,
    )
    assert any("rating" in line for line in lines)
    rated = ws.table("ratings", rater_id="utep")
    labels = pd.read_csv(
        DATA / "utep/annotations/utep-126.txt", sep="\t", header=None, keep_default_na=False
    )
    assert len(rated) == labels[8].isin(["d", "dd", "n", "nn", "?"]).sum()
    methods = ws.table("segmentations", call_id="utep-126", unit="utterance")
    assert len(methods) == 2
    assert methods["in_use"].sum() == 1
    trajectory = ws.table("trajectories", call_id="utep-126").query("variable == 'valence'")
    assert len(trajectory) > 0
    assert trajectory["estimate"].between(-1, 1).all()
    assert ws.measure().empty


def test_dissatisfied_time_goes_with_the_script_that_was_set_to_fail(tmp_path, monkeypatch):
    # Witness: ../shared/reference/outcomes.md, section 4: .668 [.586, .740], .803 [.712, .883].
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    ws = wb.create(tmp_path / "ws")
    calls = pd.read_csv(DATA / "utep/calls.csv")
    ws.ingest(calls[["call_id", "agent_id", "customer_id"]])
    for path in sorted((DATA / "utep/annotations").glob("*.txt")):
        ws.import_file(
            path,
            format="elan_tab",
            call_id=path.stem,
            rater="utep",
            role="customer",
            mapping=UTEP_LABELS,
        )
    shares = wb.trajectories.share_of_time(ws.table("consensus"), ws.utterances())
    shares = shares[shares["tag"] == "frustration"]
    judged = calls.drop(columns="customer_id").merge(ws.table("calls")[["call_id", "customer_id"]])
    judged = judged.merge(shares, on="call_id")
    for event, auc, low, high in [
        ("set_to_fail", 0.668, 0.586, 0.740),
        ("annoyed", 0.803, 0.712, 0.883),
    ]:
        happened = judged[event] == "y"
        found = wb.outcomes.auc_table(judged["share"], happened, judged["customer_id"]).iloc[0]
        assert (found["n_calls"], found["n_clusters"]) == (109, 37)
        assert found["auc"] == pytest.approx(auc, abs=0.0005)
        assert found["ci_low"] == pytest.approx(low, abs=0.01)
        assert found["ci_high"] == pytest.approx(high, abs=0.01)
    by_agent = wb.outcomes.auc_table(
        judged["share"], judged["annoyed"] == "y", judged["agent_id"], cluster_name="agent"
    ).iloc[0]
    assert np.isnan(by_agent["ci_low"])
    assert "6 agents" in by_agent["note"]
