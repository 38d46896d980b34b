"""Suggestions of who is who: right where the signs are clear, none where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.recorded import REAL, needs_real, speech
from workbench.audio import read_audio
from workbench.channel_roles import HeardCall, suggest_roles

FIRST = [(0.5, 3.0), (7.0, 9.0), (13.0, 15.0)]
SECOND = [(3.5, 6.5), (9.5, 12.5), (15.5, 19.0)]


def call(call_id, *, agent=1, agent_first=True, agent_f0_hz=120.0, seed=0, **fields):
    turns = (FIRST, SECOND) if agent_first else (SECOND, FIRST)
    agents = speech(8000, 20.0, turns[0], f0_hz=agent_f0_hz, noise=5e-4, seed=seed)
    customers = speech(8000, 20.0, turns[1], f0_hz=230.0 + 10 * seed, noise=5e-4, seed=seed + 99)
    return HeardCall(call_id, {agent: (agents, 8000), 1 - agent: (customers, 8000)}, **fields)


def agent_of(table, call_id):
    rows = table[(table["call_id"] == call_id) & (table["role"] == "agent")]
    return rows["channel"].tolist()


@pytest.mark.parametrize("agent", [0, 1])
def test_who_speaks_first_is_taken_for_the_agent(agent):
    table = suggest_roles([call("1", agent=agent)])
    assert list(table.columns) == ["call_id", "channel", "role", "evidence"]
    assert table.set_index("channel")["role"].to_dict() == {agent: "agent", 1 - agent: "customer"}
    assert table["evidence"].str.contains(f"1 sign: channel {agent} speaks first, at 0.").all()


def test_on_an_outbound_call_the_customer_speaks_first():
    heard = call("1", agent=1, agent_first=False, direction="outbound")
    table = suggest_roles([heard])
    assert agent_of(table, "1") == [1]
    assert table["evidence"].str.contains("outbound").all()


def test_a_leak_of_the_other_does_not_count_as_speaking_first():
    plain = call("1", agent=1)
    (agents, rate), (customers, _) = plain.channels[1], plain.channels[0]
    heard = HeardCall("1", {0: (customers + 0.05 * agents, rate), 1: (agents, rate)})
    assert agent_of(suggest_roles([heard]), "1") == [1]


def test_both_at_once_is_no_sign():
    own = speech(8000, 20.0, FIRST, seed=1)
    heard = HeardCall("1", {0: (own, 8000), 1: (speech(8000, 20.0, FIRST, seed=2), 8000)})
    table = suggest_roles([heard])
    assert set(table["role"]) == {"unknown"}
    assert table["evidence"].str.contains("begin at the same time").all()


@pytest.mark.parametrize("n_channels", [1, 2, 3])
def test_anything_but_two_speaking_channels_is_left_alone(n_channels):
    silence = np.zeros(8000 * 20, np.float32)
    channels = {c: (silence, 8000) for c in range(n_channels)}
    channels[0] = (speech(8000, 20.0, FIRST), 8000)
    table = suggest_roles([HeardCall("1", channels)])
    assert table["channel"].tolist() == list(range(n_channels))
    assert set(table["role"]) == {"unknown"}
    assert table["evidence"].str.contains(f"1 of {n_channels} channels carry speech").all()


def test_a_layout_that_most_calls_share_outvotes_nothing_but_stops_a_wrong_guess():
    calls = [call(str(i), agent=1, seed=i) for i in range(6)]
    calls.append(call("odd", agent=1, agent_first=False, seed=7))
    table = suggest_roles(calls)
    assert agent_of(table, "0") == [1]
    assert agent_of(table, "odd") == []
    assert "channel 1 is the greeting one in 6 of 7 calls" in table["evidence"].iloc[-1]


def test_the_voice_of_the_agents_other_calls_is_a_sign():
    calls = [call(str(i), agent=i % 2, seed=i, agent_id="ann") for i in range(6)]
    table = suggest_roles(calls)
    assert [agent_of(table, str(i)) for i in range(6)] == [[i % 2] for i in range(6)]
    assert table["evidence"].str.contains("sounds like agent ann in 5 other calls").any()


def test_no_calls():
    assert suggest_roles([]).empty


@needs_real
@pytest.mark.real
def test_real_calls_are_told_right():
    utep, rate = read_audio(REAL / "utep/calls/utep-126.wav")
    agent, phone = read_audio(REAL / "aws_lca/Auto_Repairs_40_UTC_agent.flac")
    caller, _ = read_audio(REAL / "aws_lca/Auto_Repairs_40_UTC_caller.flac")
    table = suggest_roles(
        [
            HeardCall("u", {0: (utep[:, 0], rate), 1: (utep[:, 1], rate)}),
            HeardCall("a", {0: (agent[:, 0], phone), 1: (caller[:, 0], phone)}),
        ]
    )
    assert agent_of(table, "u") == [1]
    assert agent_of(table, "a") == [0]
