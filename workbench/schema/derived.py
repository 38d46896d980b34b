"""What can be computed again, and what happened to the calls."""

from __future__ import annotations

from workbench.schema.tables import define_table

QUALITY = define_table(
    "quality",
    "derived",
    "call_id channel",
    "One row a channel: can the signal carry measures.",
    """
    call_id str! The call.
    channel int! Channel of the call.
    clipping_share float Share of samples at full scale, 0..1.
    snr_db float Level of speech over level of pauses, dB.
    bandwidth_hz float Highest frequency with speech energy, hertz.
    dc_offset float Mean of the signal, -1..1.
    crosstalk_db float Level of the other channel's speech here, dB re its own.
    music_share float Share of time with music, 0..1; empty until the call is segmented.
    usable bool! Whether measures may be made.
    reason str Why not, in a sentence.
    """,
)
PROSODY = define_table(
    "prosody",
    "derived",
    "utterance_id",
    "One row an utterance: F0, intensity, rate, pauses, voice quality.",
    """
    utterance_id str! The utterance.
    f0_median_hz float Median F0 of voiced frames, hertz.
    f0_range_st float 5th to 95th percentile of F0, semitones.
    f0_sd_st float Standard deviation of F0, semitones.
    f0_slope_st_per_s float Robust slope of F0 over the utterance, semitones per second.
    f0_final_rise_st float F0 of the last 0.6 s voiced, end minus start, semitones.
    voiced_share float Share of speech frames that are voiced, 0..1.
    intensity_db float Mean level of speech frames, dB re full scale.
    intensity_peak_db float 95th percentile of frame level, dB re full scale.
    intensity_sd_db float Standard deviation of frame level in speech, dB.
    speech_rate_syl_per_s float Syllable nuclei per second including pauses.
    articulation_rate_syl_per_s float Syllable nuclei per second excluding pauses.
    word_rate_per_s float Words per second where the transcript has word times.
    n_pauses int Pauses inside.
    pause_total_s float Their summed length, seconds.
    pause_max_s float The longest, seconds.
    pause_before_s float Silence of this speaker before the utterance, seconds.
    response_latency_s float Gap after the other's turn, seconds; negative is overlap.
    overlap_s float Time in which the other speaks too, seconds.
    jitter float Cycle-to-cycle variation of period, relative.
    shimmer float Cycle-to-cycle variation of amplitude, relative.
    hnr_db float Harmonic-to-noise ratio, dB.
    spectral_tilt_db float Level below 1 kHz minus above, dB.
    snr_db float Speech over pauses of the channel, dB.
    bandwidth_hz float Bandwidth of the channel, hertz.
    clipping_share float Share of samples at full scale, 0..1.
    usable bool! Whether the signal carries measures.
    abstained json Measures that abstained, with the reason.
    settings json! Settings that it was measured with.
    """,
)
CUES = define_table(
    "cues",
    "derived",
    "utterance_id cue",
    "One row an utterance and cue: prosody against the speaker's own baseline.",
    """
    utterance_id str! The utterance.
    cue str! high_pitch, rising_pitch, pitch_trend, fast_speech, ... and their opposites.
    value float The measured value.
    unit str! Its unit.
    strength_sd float How far from the chosen baseline towards the cue, in its spread.
    threshold_sd float! From where it counts as fired.
    fired bool! Whether it is beyond the threshold, and far enough for the ear.
    call_sd float The strength against the rest of the speaker's call.
    causal_sd float The strength against what came before in the call.
    speaker_history_sd float The strength against the speaker's earlier calls.
    baseline json Kind, n, centre and spread of what it is held against.
    evidence str A sentence with the figures.
    abstained str Why there is no judgement.
    """,
)
CONSENSUS = define_table(
    "consensus",
    "derived",
    "utterance_id taxonomy version pass method variable",
    "One row an utterance and variable: what the raters say together.",
    """
    utterance_id str! The utterance.
    taxonomy str! Name of the taxonomy.
    version str! Version of the taxonomy.
    pass str! The pass.
    method str! How it came about: mean, ewe, dawid_skene, mace or adjudicated.
    variable str! A tag, a verdict or a dimension.
    kind str! tag, intensity, verdict or dimension.
    estimate float! Share of raters who heard it, posterior of a model, or mean value.
    se float Standard error.
    ci_low float Lower end of the 95 % interval.
    ci_high float Upper end of the 95 % interval.
    n_raters int! Raters behind it.
    note str What to know about it, where it is not as the method says.
    as_of time! Ratings up to this moment count, UTC.
    """,
)
DISPUTES = define_table(
    "disputes",
    "derived",
    "utterance_id taxonomy version pass",
    "One row an utterance: what raters hear mixed, and what they disagree on.",
    """
    utterance_id str! The utterance.
    taxonomy str! Name of the taxonomy.
    version str! Version of the taxonomy.
    pass str! The pass.
    mixture_bits float Mean entropy within a rater's shares, bits; empty without shares.
    dispute_bits float Entropy of the mean shares beyond that, bits; empty below two raters.
    pair_dispute_bits float The same of two raters, mean over the pairs, 0..1 bit: to compare by.
    unclear_share float! Share of the raters who could not tell, 0..1.
    n_raters int! Raters of the utterance.
    n_with_shares int! Of these, who gave one tag, neutral, or shares of several tags.
    """,
)
TRAJECTORIES = define_table(
    "trajectories",
    "derived",
    "call_id role variable time_s",
    "One row a call, role, variable and moment: feeling over a call, as points or smoothed.",
    """
    call_id str! The call.
    role str! customer, agent, other or unknown.
    variable str! A tag or a dimension.
    kind str! tag, intensity, verdict or dimension.
    time_s float! Middle of the utterance, or moment of a curve, seconds of the call.
    estimate float! Share of raters, or mean value.
    ci_low float Lower end of the 95 % interval.
    ci_high float Upper end of the 95 % interval.
    n_raters int! Raters behind it.
    utterance_id str! The utterance behind the point, the nearest one on a curve.
    channel int Its channel.
    start_s float! Its start, seconds of the call.
    end_s float! Its end, seconds of the call.
    reach str causal: rests on nothing after its moment; whole: looks both ways.
    width_s float How far smoothing reaches, seconds; 0 for a point that is not smoothed.
    weight_s float Seconds of rated speech behind it.
    audio_until_s float Last second of the call that it rests on.
    rater_heard_until_s float Furthest second that one of its raters had heard; empty if not known.
    note str Why there is no band.
    """,
)
OUTCOMES = define_table(
    "outcomes",
    "outcomes",
    "call_id",
    "One row a call: what happened, known later.",
    """
    call_id str! The call.
    escalated bool Whether the call was escalated.
    escalated_at_s float When, seconds of the call.
    qa_score float Quality score, 0..100.
    csat float Satisfaction as surveyed, on the source's scale.
    nps int Likelihood to recommend, 0..10.
    survey_invited bool Whether a survey was offered.
    survey_answered bool Whether it was answered.
    resolved bool Whether the matter was settled.
    policy_period str Which policy was in force.
    attributes json Further kept columns.
    """,
)
QA_ITEMS = define_table(
    "qa_items",
    "outcomes",
    "call_id item",
    "One row a call and item of the quality form.",
    """
    call_id str! The call.
    item str! The item.
    score float! Points given.
    maximum float! Points possible.
    """,
)
TABLES = (QUALITY, PROSODY, CUES, CONSENSUS, DISPUTES, TRAJECTORIES, OUTCOMES, QA_ITEMS)
