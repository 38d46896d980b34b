"""People's work: raters, their ratings and what belongs to them. Appended, never edited."""

from __future__ import annotations

from workbench.schema.tables import define_table

RATERS = define_table(
    "raters",
    "people",
    "rater_id",
    "One row a judge.",
    """
    rater_id str! The rater.
    name str Name to show.
    role str! rater, lead or analyst.
    kind str! human, model, vote or simulated.
    languages str Languages, separated by spaces.
    culture str Culture, as the rater gave it.
    training str What training the rater had.
    active bool! Whether the rater takes part.
    """,
)
SESSIONS = define_table(
    "sessions",
    "people",
    "session_id",
    "One row a sitting of a rater.",
    """
    session_id str! UUIDv7.
    rater_id str! The rater.
    started_at time! UTC.
    order_mode str! in_call or random.
    headphones bool Whether headphones were worn, as the rater says.
    client str Where the widget ran.
    """,
)
WORKLISTS = define_table(
    "worklists",
    "people",
    "worklist",
    "One row a worklist: how it was made, so that it can be made again.",
    """
    worklist str! Its name.
    order_mode str! in_call or random: the order changes labels.
    seed int Seed of everything that was drawn.
    settings json All else that it was made with.
    created_by str Who made it.
    created_at time! UTC.
    """,
)
ASSIGNMENTS = define_table(
    "assignments",
    "people",
    "assignment_id",
    "One row an utterance that a rater is to hear.",
    """
    assignment_id str! UUIDv7.
    rater_id str! The rater.
    utterance_id str! The utterance.
    pass str! text, masked_voice, voice or both.
    worklist str! Name of the worklist.
    position int! Place in the worklist, from 0.
    purpose str! label, gold, repeat or adjudicate.
    state str! open, done or skipped.
    """,
)
RATINGS = define_table(
    "ratings",
    "people",
    "rating_id",
    "One row a judgement of one utterance by one rater in one pass.",
    """
    rating_id str! UUIDv7, made where the act happened.
    utterance_id str! The utterance.
    rater_id str! The rater.
    session_id str The sitting.
    assignment_id str The assignment it answers.
    taxonomy str! Name of the taxonomy.
    version str! Version of the taxonomy.
    pass str! text, masked_voice, voice or both.
    verdict str! tagged, neutral, unclear or unusable.
    certainty float How sure the rater is of the own rating, 0..1.
    cues_named str What decided it, separated by spaces: pitch pace pause volume words.
    n_plays int How often the snippet was played.
    heard_share float Share of the snippet heard, 0..1.
    heard_until_s float Latest second of the call that was heard.
    text_seen bool Whether the transcript was visible.
    suggestion_seen bool Whether a suggestion was visible.
    position int Place in the order of presentation, from 0.
    elapsed_ms int From presentation to saving, without rests and hidden pages, milliseconds.
    created_at time! UTC.
    supersedes str The rating that this one replaces.
    retracted bool! Whether this row takes the earlier one back without a new judgement.
    """,
)
TAGS = define_table(
    "tags",
    "people",
    "rating_id tag",
    "One row a tag of a rating.",
    """
    rating_id str! The rating.
    tag str! A tag of the taxonomy, or other.
    intensity float How strongly it is heard, 0..1.
    share float How much of a mixed feeling it has, 0..1; empty unless set.
    primary bool! Whether the rater named it the main one.
    """,
)
SCORES = define_table(
    "scores",
    "people",
    "rating_id dimension",
    "One row a value on a dimension of a rating.",
    """
    rating_id str! The rating.
    dimension str! valence, arousal or another of the taxonomy.
    value float! valence -1..1, all others 0..1.
    imported_value str The value on the source's own scale.
    """,
)
SHIFTS = define_table(
    "shifts",
    "people",
    "rating_id at_s",
    "One row a moment inside an utterance where the feeling turns.",
    """
    rating_id str! The rating.
    at_s float! When, seconds of the call.
    from_tag str The feeling before.
    to_tag str The feeling after.
    """,
)
NOTES = define_table(
    "notes",
    "people",
    "note_id",
    "Free text of raters; the only place that holds it, and it may be erased.",
    """
    note_id str! UUIDv7.
    rating_id str The rating it belongs to.
    call_id str The call it belongs to.
    utterance_id str The utterance it belongs to.
    rater_id str Who wrote it.
    kind str! note, other_words (the feeling in the rater's own words) or flag (for the lead).
    text str The words; empty once erased.
    created_at time! UTC.
    erased_at time When it was erased, UTC.
    """,
)
TRACES = define_table(
    "traces",
    "people",
    "trace_id",
    "One row a continuous rating of a call.",
    """
    trace_id str! UUIDv7.
    call_id str! The call.
    channel int The channel that was judged.
    rater_id str! The rater.
    session_id str The sitting.
    dimension str! valence, arousal or another of the taxonomy.
    pass str! masked_voice, voice or both.
    lag_s float! Reaction lag that was taken off, seconds.
    created_at time! UTC.
    supersedes str The trace that this one replaces.
    """,
)
TRACE_POINTS = define_table(
    "trace_points",
    "people",
    "trace_id time_s",
    "One row a point of a trace.",
    """
    trace_id str! The trace.
    time_s float! Seconds of the call.
    value float! Value on the dimension.
    """,
)
GOLD = define_table(
    "gold",
    "people",
    "utterance_id taxonomy version pass",
    "One row an answer agreed beforehand.",
    """
    utterance_id str! The utterance.
    taxonomy str! Name of the taxonomy.
    version str! Version of the taxonomy.
    pass str! The pass.
    expected json! Verdict, tags and scores that were agreed.
    tolerance json How far a rating may be away.
    set_by str! Who agreed.
    created_at time! UTC.
    """,
)
CLIPS = define_table(
    "clips",
    "people",
    "clip_id",
    "One row a recording that a rater made with the microphone; it is not a call.",
    """
    clip_id str! UUIDv7.
    rater_id str! Who recorded it.
    root str! The audio root.
    path str! The file, below the root.
    sha256 str! Hash of the file.
    codec str! Container and codec.
    sampling_rate_hz int! Sampling rate, hertz.
    duration_s float! Length, seconds.
    created_at time! UTC.
    call_id str The call that it is a voice note for.
    note str What the rater wrote with it.
    """,
)
EXAMPLES = define_table(
    "examples",
    "people",
    "taxonomy tag example_id",
    "One row a snippet that shows what a tag sounds like.",
    """
    taxonomy str! Name of the taxonomy.
    tag str! The tag.
    example_id str! UUIDv7.
    clip_id str A clip recorded for it.
    call_id str Or a call,
    channel int its channel,
    start_s float from, seconds of the call,
    end_s float until, seconds of the call.
    note str What to listen for.
    """,
)
ADJUDICATIONS = define_table(
    "adjudications",
    "people",
    "adjudication_id",
    "One row a lead's decision on a dispute.",
    """
    adjudication_id str! UUIDv7.
    utterance_id str! The utterance.
    lead_id str! Who decided.
    rating_id str! The decision, which is a rating.
    reason str! Why.
    created_at time! UTC.
    """,
)
TAXONOMIES = define_table(
    "taxonomies",
    "people",
    "taxonomy version",
    "One row a version of a taxonomy; frozen once a rating names it.",
    """
    taxonomy str! Name.
    version str! Version.
    definition json! Tags and dimensions with their notes.
    sha256 str! Hash of the definition.
    parent_version str The version it came from.
    changes str What changed.
    created_at time! UTC.
    """,
)
TABLES = (
    RATERS, SESSIONS, WORKLISTS, ASSIGNMENTS, RATINGS, TAGS, SCORES, SHIFTS, NOTES,
    TRACES, TRACE_POINTS, GOLD, CLIPS, EXAMPLES, ADJUDICATIONS, TAXONOMIES,
)  # fmt: skip
