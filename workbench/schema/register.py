"""The register: what was recorded, who spoke where, how a call was cut."""

from __future__ import annotations

from workbench.schema.tables import define_table

CALLS = define_table(
    "calls",
    "register",
    "call_id",
    "One row a contact, with or without audio.",
    """
    call_id str! Id of the contact.
    started_at time When the call began, UTC.
    utc_offset_min int Minutes to add for the local time of the call.
    agent_id str Who answered (the first agent after a transfer).
    team str The agent's team at the time.
    customer_id str Pseudonym of the customer (keyed hash).
    queue str The line the call came in on.
    reason str Why the customer called, as registered.
    direction str inbound or outbound.
    language str Language spoken, BCP 47 (en, de-AT).
    customer_culture str Culture of the customer where it is known.
    handle_s float Handling time, seconds.
    hold_s float Time on hold, seconds.
    n_transfers int Number of transfers.
    consent str What the customer agreed to, as registered.
    attributes json Further manifest columns that the policy keeps.
    """,
)
RECORDINGS = define_table(
    "recordings",
    "register",
    "recording_id",
    "One row an audio file.",
    """
    recording_id str! From the SHA-256 of the content.
    call_id str! The call.
    root str! Name of the audio root.
    path str! Path below the root.
    sha256 str! SHA-256 of the content.
    codec str! Container and codec, for example wav/ulaw.
    sampling_rate_hz int! Sampling rate of the file, hertz.
    n_channels int! Number of channels in the file.
    duration_s float! Decoded length, seconds.
    offset_s float! Where the recording begins in the call, seconds.
    """,
)
CHANNELS = define_table(
    "channels",
    "register",
    "call_id channel",
    "One row a signal of a call: which file and who speaks.",
    """
    call_id str! The call.
    channel int! Number of the signal in the call, from 0.
    recording_id str! The file that holds it.
    recording_channel int! Its number in the file, from 0.
    role str! customer, agent, other or unknown.
    speaker_id str Who speaks: the customer, the agent, or call and channel.
    """,
)
CUSTOMERS = define_table(
    "customers",
    "register",
    "customer_id",
    "One row a customer.",
    """
    customer_id str! Pseudonym (keyed hash).
    culture str Culture where it is known.
    languages str Languages, separated by spaces.
    churned_at time When the customer left, UTC; empty if still there.
    observed_until time Until when staying or leaving is known, UTC.
    """,
)
AGENTS = define_table(
    "agents",
    "register",
    "agent_id",
    "One row an agent.",
    """
    agent_id str! The agent.
    team str Team.
    languages str Languages, separated by spaces.
    culture str Culture where the agent gave it.
    """,
)
SEGMENTATIONS = define_table(
    "segmentations",
    "register",
    "segmentation_id",
    "One row a way of cutting a call; exactly one in use a call and unit.",
    """
    segmentation_id str! From call, unit, method and settings.
    call_id str! The call.
    unit str! utterance, turn or call.
    method str! voice_activity, turns, whole_call, or the format of an imported tier.
    settings json! Settings that the method ran with.
    created_by str! A rater, or workbench.
    created_at time! UTC.
    in_use bool! Whether the stages use this one.
    """,
)
UTTERANCES = define_table(
    "utterances",
    "register",
    "utterance_id",
    "One row a unit that can be rated: one speaker, from start to end.",
    """
    utterance_id str! From recording, channel, bounds and segmentation.
    segmentation_id str! The segmentation it belongs to.
    unit str! utterance, turn or call.
    call_id str! The call.
    channel int Channel of the call; empty for a unit over all channels.
    role str! customer, agent, other or unknown.
    speaker_id str Who speaks.
    agent_id str The agent on the line then.
    start_s float! Start, seconds of the call.
    end_s float! End, seconds of the call; not included.
    turn int Number of the turn in the call, from 0.
    created_at time! UTC.
    retired_at time When it was replaced by a corrected one, UTC.
    """,
)
UTTERANCE_LINKS = define_table(
    "utterance_links",
    "register",
    "parent_id child_id",
    "Which corrected utterance came from which.",
    """
    parent_id str! The utterance before.
    child_id str! The utterance after.
    kind str! split, merge or moved.
    """,
)
WORDS = define_table(
    "words",
    "register",
    "call_id channel start_s source",
    "One row a word or phrase of a transcript.",
    """
    call_id str! The call.
    channel int! Channel of the call.
    start_s float! Start, seconds of the call.
    source str! Which transcript, for example webvtt or transcribe_call_analytics.
    end_s float! End, seconds of the call.
    text str! What was said.
    kind str! word or phrase.
    sentiment str The tool's own sentiment of the phrase, with its scale.
    """,
)
EVENTS = define_table(
    "events",
    "register",
    "call_id channel start_s kind",
    "One row a thing that happened in a call.",
    """
    call_id str! The call.
    channel int! Channel of the call; -1 for the call as a whole.
    start_s float! Start, seconds of the call.
    kind str! hold, transfer, offer, music, ring, beep, silence or personal_data.
    end_s float End, seconds of the call.
    source str! Who says so: manifest, signal, transcript or a rater.
    """,
)
TABLES = (
    CALLS, RECORDINGS, CHANNELS, CUSTOMERS, AGENTS, SEGMENTATIONS, UTTERANCES,
    UTTERANCE_LINKS, WORDS, EVENTS,
)  # fmt: skip
