"""The samples are what their README says: whole, plausible, true, and made by their scripts."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from data_samples.make.__main__ import make_tables
from data_samples.make.dialogues import CUES, read_plays
from data_samples.make.feelings import AGENT_TAGS, CUSTOMER_TAGS, tags_from
from data_samples.make.publish import webvtt

HERE = Path(__file__).parent.parent / "data_samples"
KEY = ["call_id", "channel", "role", "start_s", "end_s"]
RATE_HZ = 8000


@cache
def table(name: str) -> pd.DataFrame:
    path = HERE / name
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


@cache
def channels_of(call_id: str) -> dict[int, tuple[float, np.ndarray]]:
    """Samples of every channel of a call, with the offset of its recording."""
    rows = table("calls.csv").query("call_id == @call_id")
    found: dict[int, tuple[float, np.ndarray]] = {}
    for row in rows.itertuples():
        names = [row.path] if isinstance(row.path, str) else [row.customer_path, row.agent_path]
        for name in names:
            samples, rate = soundfile.read(HERE / "audio" / name, always_2d=True)
            assert rate == RATE_HZ
            offset = 0.0 if np.isnan(row.offset_s) else float(row.offset_s)
            for signal in samples.T:
                found[len(found)] = (offset, signal)
    return found


def cut(call_id: str, channel: int, start_s: float, end_s: float) -> np.ndarray:
    offset, signal = channels_of(call_id)[channel]
    return signal[round((start_s - offset) * RATE_HZ) : round((end_s - offset) * RATE_HZ)]


def frame_levels_db(signal: np.ndarray) -> np.ndarray:
    frames = signal[: len(signal) // 160 * 160].reshape(-1, 160)
    return 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)


def f0_track(signal: np.ndarray, usual_hz: float) -> np.ndarray:
    """F0 of voiced 40 ms frames by plain autocorrelation, within 10 semitones of the usual."""
    starts = np.arange(0, len(signal) - 320, 80)
    frames = signal[starts[:, None] + np.arange(320)] * np.hanning(320)
    spectra = np.fft.rfft(frames, 1024)
    lags = np.arange(int(RATE_HZ / usual_hz / 1.78), int(1.78 * RATE_HZ / usual_hz))
    correlation = np.fft.irfft(np.abs(spectra))  # not squared: strong harmonics count less
    ratio = correlation[:, lags] / (correlation[:, :1] + 1e-9)
    loud = correlation[:, 0] > correlation[:, 0].max() * 10**-1.25
    near_best = ratio >= 0.95 * ratio.max(axis=1, keepdims=True)
    peak = (ratio >= np.roll(ratio, 1, axis=1)) & (ratio >= np.roll(ratio, -1, axis=1)) & near_best
    first = np.argmax(peak, axis=1)
    return RATE_HZ / lags[first[loud & (ratio.max(axis=1) > 0.25) & peak.any(axis=1)]]


@cache
def measured() -> pd.DataFrame:
    """Level, F0 and speed of every utterance, against the same voice without cues."""
    rows = []
    usual_hz = table("truth/utterances.csv").groupby("voice")["f0_median_hz"].median()
    for row in table("truth/utterances.csv").itertuples():
        signal = cut(row.call_id, row.channel, row.start_s, row.end_s)
        levels = frame_levels_db(signal)
        f0 = f0_track(signal, usual_hz[row.voice])
        semitones = 12 * np.log2(f0 / np.median(f0))
        semitones -= 12 * (semitones > 9)  # nasals keep but the second harmonic in this band
        half, last = semitones[: len(f0) // 2], semitones[-max(len(f0) // 6, 3) :]
        rows.append(
            {
                "level": 10 * np.log10(np.mean(10 ** (levels[levels > levels.max() - 25] / 10))),
                "f0_st": 12 * np.log2(np.median(f0)),
                "spread_st": float(np.subtract(*np.percentile(semitones, [80, 20]))),
                "final_st": float(np.median(last) - np.median(half)),
                "letters_per_s": len(row.text) / (row.end_s - row.start_s - row.pause_inside_s),
            }
        )
    data = pd.concat([table("truth/utterances.csv"), pd.DataFrame(rows)], axis=1)
    usual = data[data["cues"].isna()].groupby(["call_id", "voice"])[list(rows[0])].median()
    return data.join(usual.add_suffix("_usual"), on=["call_id", "voice"])


# ---- whole ---------------------------------------------------------------------------------


def files_there() -> set[str]:
    return {
        path.relative_to(HERE).as_posix()
        for path in HERE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_readme_lists_every_file_and_no_other() -> None:
    section = (HERE / "README.md").read_text(encoding="utf-8").split("## Files")[1]
    section = section.split("\n## ")[0]
    listed = set()
    for row in re.findall(r"^\| (`.+?) \|", section, flags=re.M):
        listed |= set(re.findall(r"`([^`]+)`", row))
    there = {
        name
        for name in files_there()
        if not name.startswith(("make/", "audio/", "transcripts/")) and name != "README.md"
    }
    assert there == {name for name in listed if "." in name and "/s" not in name} - {"s14.vtt"}
    calls = [f"s{number:02d}" for number in range(1, 15)]
    assert sorted(path.stem for path in (HERE / "transcripts").iterdir()) == calls
    assert [play.call_id for play in read_plays()] == calls


def test_samples_stay_small() -> None:
    sizes = {name: (HERE / name).stat().st_size for name in files_there()}
    assert sum(sizes.values()) < 12e6
    assert max(sizes.values()) < 2.5e6


def test_audio_has_the_promised_formats() -> None:
    calls = table("calls.csv")
    named = {
        name
        for column in ("path", "customer_path", "agent_path")
        for name in calls[column].dropna()
    }
    recordings = table("truth/recordings.csv")
    assert named == set(recordings["file"]) == {p.name for p in (HERE / "audio").iterdir()}
    kinds = []
    for row in recordings.itertuples():
        info = soundfile.info(HERE / "audio" / row.file)
        kinds.append(f"{info.subtype} {info.channels}")
        assert info.samplerate == RATE_HZ
        assert info.channels == row.n_channels
        assert info.duration == pytest.approx(row.duration_s, abs=0.1)  # GSM comes in blocks
    assert pd.Series(kinds).value_counts().to_dict() == {
        "OPUS 2": 11,
        "ULAW 2": 2,
        "ULAW 1": 1,
        "GSM610 1": 2,
    }


def test_calls_last_as_long_as_told() -> None:
    handle_s = table("calls.csv").drop_duplicates("call_id").set_index("call_id")["handle_s"]
    assert handle_s.between(40, 120).all()
    for call_id, seconds in handle_s.items():
        ends = [offset + len(signal) / RATE_HZ for offset, signal in channels_of(call_id).values()]
        assert max(ends) == pytest.approx(seconds, abs=0.1)


# ---- plausible and true --------------------------------------------------------------------


def test_utterances_lie_in_their_recordings_one_after_the_other() -> None:
    utterances = table("truth/utterances.csv")
    for row in utterances.itertuples():
        offset, signal = channels_of(row.call_id)[row.channel]
        assert offset <= row.start_s < row.end_s <= offset + len(signal) / RATE_HZ
    for _, rows in utterances.groupby(["call_id", "channel", "role"]):
        assert (rows["start_s"].to_numpy()[1:] >= rows["end_s"].to_numpy()[:-1]).all()


def test_levels_are_those_of_a_telephone() -> None:
    usual = measured()[~measured()["cues"].str.contains("volume_spike", na=False)]
    assert usual["level"].between(-29, -17).all()
    assert measured()["level"].max() < -11
    for call_id in table("calls.csv")["call_id"].unique():
        for _, signal in channels_of(call_id).values():
            assert np.abs(signal).max() < 0.99
            quiet = np.percentile(frame_levels_db(signal), 10)
            assert quiet < (-40 if call_id == "s08" else -50)


def test_utterances_hold_the_speech_and_the_rest_does_not() -> None:
    for call_id, rows in table("truth/utterances.csv").groupby("call_id"):
        if call_id in ("s02", "s07", "s08", "s12"):
            continue  # hold music, street noise and crosstalk are sound, too
        for channel, own in rows.groupby("channel"):
            offset, signal = channels_of(str(call_id))[int(channel)]
            levels = frame_levels_db(signal)
            times = offset + np.arange(len(levels)) * 0.02 + 0.01
            inside = np.zeros(len(levels), dtype=bool)
            for row in own.itertuples():
                inside |= (times > row.start_s - 0.06) & (times < row.end_s + 0.06)
            beep = (times > 47.5) & (times < 48.0)
            assert np.mean(levels[~inside & ~beep] > -43) < 0.01
            assert np.mean(levels[inside] > -43) > 0.6


@pytest.mark.parametrize(
    ("cue", "measure", "least"),
    [
        ("high_pitch", "f0_st", 3.5),
        ("volume_spike", "level", 5.0),
        ("rising_pitch", "final_st", 3.0),
    ],
)
def test_planted_cue_stands_out_upwards(cue: str, measure: str, least: float) -> None:
    rows = measured()[measured()["cues"].str.contains(cue, na=False)]
    assert len(rows) >= 5
    assert (rows[measure] - rows[f"{measure}_usual"]).min() > least


def test_planted_flat_tone_has_a_third_of_the_usual_range() -> None:
    rows = measured()[measured()["cues"].str.contains("flat_tone", na=False)]
    assert (rows["spread_st"] / rows["spread_st_usual"]).max() < 0.5
    assert len(rows) >= 6


def test_planted_fast_speech_is_fast() -> None:
    rows = measured()[measured()["cues"].str.contains("fast_speech", na=False)]
    ratio = rows["letters_per_s"] / rows["letters_per_s_usual"]
    assert len(rows) >= 6
    assert ratio.min() > 1.15
    assert ratio.median() > 1.35


def test_planted_pauses_are_silent() -> None:
    rows = measured()[measured()["cues"].str.contains("long_pause", na=False)]
    assert len(rows) >= 8
    for row in rows.itertuples():
        if row.gap_before_s > 1:
            gap = cut(row.call_id, row.channel, row.start_s - row.gap_before_s, row.start_s)
            assert row.gap_before_s >= 2.5
            assert np.percentile(frame_levels_db(gap), 95) < -43
        else:
            words = table("words.csv").query("call_id == @row.call_id and channel == @row.channel")
            words = words[words["start_s"].between(row.start_s - 0.1, row.end_s)]
            gaps = words["start_s"].to_numpy()[1:] - words["end_s"].to_numpy()[:-1]
            at = int(np.argmax(gaps))
            assert gaps[at] == pytest.approx(row.pause_inside_s, abs=0.08)
            silence = cut(
                row.call_id, row.channel, words["end_s"].iloc[at] + 0.1,
                words["start_s"].iloc[at + 1] - 0.1,
            )  # fmt: skip
            assert np.median(frame_levels_db(silence)) < -43


def test_utterances_without_cue_do_not_stand_out() -> None:
    rows = measured()[measured()["cues"].isna()]
    assert (rows["level"] - rows["level_usual"]).abs().quantile(0.98) < 3.0
    assert (rows["f0_st"] - rows["f0_st_usual"]).abs().quantile(0.95) < 3.0


def test_same_words_sound_resigned_in_one_call_and_relieved_in_another() -> None:
    rows = measured()[measured()["text"].str.match("That's fine")]
    resigned, relieved = rows[rows["call_id"] == "s01"], rows[rows["call_id"] == "s14"]
    assert resigned["tags"].str.startswith("resignation").all()
    assert relieved["tags"].str.contains("relief").all()
    assert resigned["f0_st"].max() < relieved["f0_st"].min() - 1
    assert resigned["spread_st"].max() < relieved["spread_st"].min()
    assert resigned["level"].max() < relieved["level"].min()


def test_muted_side_is_digital_silence() -> None:
    mute = table("truth/events.csv").query("kind == 'silence'").iloc[0]
    signal = cut("s13", int(mute["channel"]), mute["start_s"] + 0.1, mute["end_s"] - 0.1)
    assert len(signal) > 10 * RATE_HZ
    assert np.abs(signal).max() < 1e-4


def test_hold_music_sounds_on_the_agent_side_only() -> None:
    for row in table("truth/events.csv").query("kind == 'music'").itertuples():
        music = cut(row.call_id, row.channel, row.start_s + 0.5, row.end_s - 0.5)
        other = cut(row.call_id, 1 - row.channel, row.start_s + 0.5, row.end_s - 0.5)
        assert np.median(frame_levels_db(music)) > np.median(frame_levels_db(other)) + 12


def test_words_make_up_the_utterances() -> None:
    words, utterances = table("words.csv"), table("truth/utterances.csv")
    assert " ".join(words["text"]) == " ".join(utterances["text"])
    assert not words.duplicated(["call_id", "channel", "start_s"]).any()
    owners = np.repeat(np.arange(len(utterances)), utterances["text"].str.split().str.len())
    starts, ends = (utterances[name].to_numpy()[owners] for name in ("start_s", "end_s"))
    assert ((words["start_s"] >= starts) & (words["end_s"] <= ends + 0.011)).all()
    assert (words["end_s"] > words["start_s"]).all()


def test_word_after_a_pause_begins_where_sound_begins() -> None:
    rows = measured()[measured()["pause_inside_s"] >= 0.8]
    errors = []
    for row in rows[rows["call_id"] != "s10"].itertuples():
        words = table("words.csv").query("call_id == @row.call_id and channel == @row.channel")
        words = words[words["start_s"].between(row.start_s - 0.1, row.end_s)]
        gaps = words["start_s"].to_numpy()[1:] - words["end_s"].to_numpy()[:-1]
        at = float(words["start_s"].iloc[int(np.argmax(gaps)) + 1])
        signal = cut(row.call_id, row.channel, at - 0.4, at + 0.4)
        power = np.convolve(signal**2, np.ones(80) / 80, "same")
        onset = int(np.argmax(power > 10**-4.3))
        errors.append(onset / RATE_HZ - 0.4)
    assert len(errors) >= 4
    assert np.median(np.abs(errors)) < 0.03
    assert np.max(np.abs(errors)) < 0.1


def test_transcripts_are_the_utterances() -> None:
    for call_id, rows in table("truth/utterances.csv").groupby("call_id"):
        text = (HERE / "transcripts" / f"{call_id}.vtt").read_text(encoding="utf-8")
        assert text == webvtt(rows)


# ---- ratings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "kind", "truth"),
    [
        ("", "csv", "truth/utterances.csv"),
        ("more_", "parquet", "more_utterances.parquet"),
    ],
)
def test_ratings_belong_together(prefix: str, kind: str, truth: str) -> None:
    ratings, tags, scores = (
        table(f"{prefix}{name}.{kind}") for name in ("ratings", "tags", "scores")
    )
    assert ratings["rating_id"].is_unique
    assert not tags.duplicated(["rating_id", "tag"]).any()
    assert not scores.duplicated(["rating_id", "dimension"]).any()
    assert set(tags["rating_id"]) == set(ratings.query("verdict == 'tagged'")["rating_id"])
    assert len(ratings.merge(table(truth)[KEY], on=KEY)) == len(ratings)
    assert tags["intensity"].isin([1 / 3, 2 / 3, 1.0]).all()
    shares = tags.dropna(subset=["share"]).groupby("rating_id")["share"].sum()
    assert len(shares) > 10
    assert np.allclose(shares, 1.0)
    assert (tags.groupby("rating_id")["primary"].sum() == 1).all()
    spoken = tags.merge(ratings[["rating_id", "role"]], on="rating_id")
    for role, allowed in (("customer", CUSTOMER_TAGS), ("agent", AGENT_TAGS)):
        assert set(spoken.loc[spoken["role"] == role, "tag"]) <= set(allowed)
    low = np.where(scores["dimension"] == "valence", -1.0, 0.0)
    assert ((scores["value"] >= low) & (scores["value"] <= 1)).all()
    current = ratings[~ratings["rating_id"].isin(ratings["supersedes"].dropna())]
    assert not current.duplicated([*KEY, "rater_id", "pass"]).any()


def test_superseding_ratings_name_an_earlier_one_of_the_same_rater() -> None:
    ratings = table("ratings.csv")
    later = ratings.dropna(subset=["supersedes"])
    assert len(later) >= 3
    both = later.merge(ratings, left_on="supersedes", right_on="rating_id", suffixes=("", "_old"))
    assert len(both) == len(later)
    for column in ("rater_id", "call_id", "start_s", "pass"):
        assert (both[column] == both[f"{column}_old"]).all()
    assert (both["created_at"] > both["created_at_old"]).all()


def test_raters_hear_only_their_languages() -> None:
    languages = table("raters.csv").set_index("rater_id")["languages"].str.split()
    for ratings, calls in (
        (table("ratings.csv"), table("calls.csv")),
        (table("more_ratings.parquet"), table("more_calls.csv")),
    ):
        spoken = calls.drop_duplicates("call_id").set_index("call_id")["language"]
        pairs = ratings[["rater_id", "call_id"]].drop_duplicates()
        assert all(spoken[c] in languages[r] for r, c in pairs.itertuples(index=False))


def test_raters_have_the_faults_that_are_written_down() -> None:
    ratings = table("more_ratings.parquet").merge(
        table("truth/more_utterances.parquet"), on=["call_id", "channel", "start_s", "end_s"]
    )
    ratings = ratings[(ratings["role"] == "agent") & (ratings["verdict"] != "unclear")]
    heard = table("more_tags.parquet").groupby("rating_id")["tag"].agg(set)
    scores = table("more_scores.parquet").query("dimension == 'valence'").set_index("rating_id")
    ratings = ratings.assign(
        true=[next(iter(tags_from(text)), None) for text in ratings["tags"]],
        intensity=[next(iter(tags_from(text).values()), 0.0) for text in ratings["tags"]],
        heard=[heard.get(rating, set()) for rating in ratings["rating_id"]],
        error=scores.loc[ratings["rating_id"], "value"].to_numpy() - ratings["valence"].to_numpy(),
    )
    for rater in table("truth/raters_true.csv").itertuples():
        own = ratings[ratings["rater_id"] == rater.rater_id]
        tagged = own.dropna(subset=["true"])
        hits = [true in heard for true, heard in zip(tagged["true"], tagged["heard"], strict=True)]
        expected = rater.sensitivity * (0.7 + 0.3 * tagged["intensity"])
        assert np.mean(hits) == pytest.approx(expected.mean(), abs=0.05)
        slope, start = np.polyfit(own["position"], own["error"], 1)
        assert 100 * slope == pytest.approx(rater.drift_per_100, abs=0.05)
        assert start == pytest.approx(rater.valence_bias, abs=0.04)
        assert (own["error"] - slope * own["position"]).std() == pytest.approx(
            rater.score_sd, abs=0.03
        )


def test_words_and_voice_are_rated_apart_where_they_disagree() -> None:
    scores = table("scores.csv").query("dimension == 'valence'")
    ratings = table("ratings.csv").merge(scores, on="rating_id")
    fine = table("truth/utterances.csv").dropna(subset=["says"])
    means = ratings.merge(fine[KEY], on=KEY).groupby("pass")["value"].mean()
    assert means["text"] - means["voice"] > 0.5
    assert means["both"] < 0


# ---- the 600 calls -------------------------------------------------------------------------


@cache
def centre() -> pd.DataFrame:
    calls = table("more_calls.csv").merge(
        table("truth/more_calls.csv").drop(columns="resolved"), on="call_id"
    )
    return calls.assign(
        frustrated=10 * calls["frustrated_share"],
        resigned=10 * calls["resigned_share"],
        warm=10 * calls["warm_share"],
        callback=(calls["policy_period"] == "callback").astype(int),
        agent=pd.factorize(calls["agent_id"])[0],
        **{name: calls[name].astype(int) for name in ("escalated", "resolved")},
    )


COEFFICIENTS = json.loads((HERE / "truth" / "coefficients.json").read_text(encoding="utf-8"))


def assert_recovered(fitted, **true: float) -> None:
    for name, value in true.items():
        low, high = fitted.conf_int().loc[name]
        assert low <= value <= high, f"{name}: [{low:.3f}, {high:.3f}] misses {value}"


def test_escalation_is_recovered() -> None:
    import statsmodels.formula.api as smf

    true = COEFFICIENTS["escalation"]
    fitted = smf.logit("escalated ~ frustrated + callback + C(queue)", centre()).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": centre()["agent"]}
    )
    queues = {
        f"C(queue)[T.{q}]": true[f"queue_{q}"] for q in ("delivery", "retention", "technical")
    }
    assert_recovered(
        fitted,
        frustrated=true["frustrated_share_per_10pp"],
        callback=true["callback_policy"],
        **queues,
    )


def test_resolution_is_recovered() -> None:
    import statsmodels.formula.api as smf

    true = COEFFICIENTS["resolved"]
    fitted = smf.logit("resolved ~ frustrated + escalated", centre()).fit(disp=0)
    assert_recovered(
        fitted, frustrated=true["frustrated_share_per_10pp"], escalated=true["escalated"]
    )


def test_quality_score_is_recovered() -> None:
    import statsmodels.formula.api as smf

    true = COEFFICIENTS["qa_score"]
    rows = centre().dropna(subset=["qa_score"])
    fitted = smf.mixedlm("qa_score ~ frustrated + warm", rows, groups="agent").fit()
    assert_recovered(
        fitted,
        frustrated=true["frustrated_share_per_10pp"],
        warm=true["warm_or_empathic_share_per_10pp"],
    )
    assert 0.5 < np.sqrt(fitted.cov_re.iloc[0, 0]) / true["agent_sd"] < 2


@pytest.mark.parametrize("survey", ["nps", "csat"])
def test_survey_scores_are_recovered(survey: str) -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    true = COEFFICIENTS[survey]
    fitted = OrderedModel(
        centre()[f"{survey}_of_all"].astype(int),
        centre()[["frustrated", "resolved"]].astype(float),
        distr="logit",
    ).fit(method="bfgs", disp=0)
    assert_recovered(
        fitted, frustrated=true["frustrated_share_per_10pp"], resolved=true["resolved"]
    )


def test_survey_answers_are_recovered() -> None:
    import statsmodels.formula.api as smf

    true = COEFFICIENTS["survey"]
    rows = centre()[centre()["survey_invited"]]
    rows = rows.assign(answered=rows["survey_answered"].astype(int))
    fitted = smf.logit("answered ~ frustrated + resigned", rows).fit(disp=0)
    assert_recovered(
        fitted,
        frustrated=true["frustrated_share_per_10pp"],
        resigned=true["resigned_or_disengaged_share_per_10pp"],
    )


def test_churn_is_recovered() -> None:
    import statsmodels.api as sm

    true = COEFFICIENTS["churn"]
    first = centre().sort_values("started_at").drop_duplicates("customer_id")
    start, left, seen = (
        pd.to_datetime(first[name], utc=True)
        for name in ("started_at", "churned_at", "observed_until")
    )
    first = first.assign(
        days=((left.fillna(seen) - start).dt.total_seconds() / 86400).clip(lower=0.01),
        unresolved=1 - first["resolved"],
    )
    fitted = sm.PHReg.from_formula(
        "days ~ frustrated + unresolved", first, status=left.notna().astype(int), ties="efron"
    ).fit()
    wanted = (true["frustrated_share_of_first_call_per_10pp"], true["unresolved_first_call"])
    for value, (low, high) in zip(wanted, fitted.conf_int(), strict=True):
        assert low <= value <= high


def test_repeat_contact_is_recovered_and_visible_in_the_calls() -> None:
    import statsmodels.formula.api as smf

    rows = centre().assign(
        repeat=centre()["repeat_within_14_days"].astype(int), unresolved=1 - centre()["resolved"]
    )
    fitted = smf.logit("repeat ~ unresolved", rows).fit(disp=0)
    assert_recovered(fitted, unresolved=COEFFICIENTS["repeat_contact"]["unresolved"])
    times = pd.to_datetime(rows["started_at"], utc=True)
    following = times.groupby(rows["customer_id"]).shift(-1)
    seen = (following - times).dt.total_seconds() < 14.5 * 86400
    assert (seen & (rows["repeat"] == 0)).sum() == 0
    assert (seen & (rows["repeat"] == 1)).sum() > 50


def test_repair_is_recovered() -> None:
    import statsmodels.formula.api as smf

    true = COEFFICIENTS["repair"]
    rows = table("truth/more_utterances.parquet").merge(
        table("more_calls.csv")[["call_id", "escalated_at_s"]], on="call_id"
    )
    rows = rows[~(rows["start_s"] > rows["escalated_at_s"])].sort_values(["call_id", "start_s"])
    tags = rows["tags"].fillna("")
    data = pd.DataFrame(
        {
            "stays": tags.str.contains("frustration").astype(int),
            "warm": tags.shift(1).str.contains("warm|empathic").astype(float),
            "curt": tags.shift(1).str.contains("curt|impatient").astype(float),
            "before": tags.shift(2).str.contains("frustration"),
            "same": rows["call_id"].eq(rows["call_id"].shift(2)),
        }
    )[(rows["channel"] == 0).to_numpy()]
    data = data[data["same"] & (data["before"] == True)]  # noqa: E712
    fitted = smf.logit("stays ~ warm + curt", data).fit(disp=0)
    assert_recovered(
        fitted, warm=true["after_warm_or_empathic"], curt=true["after_curt_or_impatient"]
    )


def test_what_was_said_after_an_escalation_leaks() -> None:
    import statsmodels.formula.api as smf

    rows = table("truth/more_utterances.parquet").query("channel == 0")
    seconds = rows["end_s"] - rows["start_s"]
    frustrated = seconds * rows["tags"].fillna("").str.contains("frustration")
    share = frustrated.groupby(rows["call_id"]).sum() / seconds.groupby(rows["call_id"]).sum()
    data = centre().assign(whole=10 * share.loc[centre()["call_id"]].to_numpy())
    leaky = smf.logit("escalated ~ whole + callback + C(queue)", data).fit(disp=0)
    assert leaky.params["whole"] == pytest.approx(0.46, abs=0.01)
    late = table("more_ratings.parquet").merge(
        data.loc[data["escalated"] == 1, ["call_id", "escalated_at_s"]], on="call_id"
    )
    assert (late["start_s"] >= late["escalated_at_s"]).sum() > 200


def test_answers_look_better_than_the_truth() -> None:
    answered = centre().dropna(subset=["nps"])
    assert (answered["nps"] == answered["nps_of_all"]).all()
    silent = centre()[~centre()["survey_answered"] & centre()["survey_invited"]]
    assert silent["resigned"].mean() > 1.5 * answered["resigned"].mean()


def test_manifest_of_the_600_is_consistent() -> None:
    calls = table("more_calls.csv")
    assert len(calls) == 600
    assert calls["call_id"].is_unique
    assert calls["agent_id"].nunique() == 24
    assert calls["team"].nunique() == 4
    assert 300 <= calls["customer_id"].nunique() <= 400
    assert calls["escalated"].eq(calls["escalated_at_s"].notna()).all()
    assert calls.loc[calls["survey_answered"], "survey_invited"].all()
    assert calls["nps"].notna().eq(calls["survey_answered"]).all()
    started = pd.to_datetime(calls["started_at"], utc=True)
    left = pd.to_datetime(calls["churned_at"], utc=True)
    assert not (started.dt.normalize() > left).any()
    policy = started.ge("2026-03-01") & calls["queue"].isin(["technical", "delivery"])
    assert calls["policy_period"].eq(np.where(policy, "callback", "standard")).all()
    assert policy.sum() > 100
    ends = table("more_utterances.parquet").groupby("call_id")["end_s"].max()
    assert (ends.loc[calls["call_id"]].to_numpy() <= calls["handle_s"]).all()


def test_quality_items_sum_to_the_score() -> None:
    sums = table("qa_items.csv").groupby("call_id")["score"].sum()
    items = table("qa_items.csv")
    assert items["score"].between(0, items["maximum"]).all()
    scored = pd.concat(
        [table("calls.csv").drop_duplicates("call_id"), table("more_calls.csv")]
    ).dropna(subset=["qa_score"])
    assert set(sums.index) == set(scored["call_id"])
    assert np.allclose(sums.loc[scored["call_id"]], scored["qa_score"])


# ---- made by their scripts -----------------------------------------------------------------


def test_drawn_tables_come_out_again(tmp_path: Path) -> None:
    make_tables(tmp_path)
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(made) == 15
    for path in made:
        name = path.relative_to(tmp_path).as_posix()
        if path.suffix == ".parquet":
            pd.testing.assert_frame_equal(pd.read_parquet(path), pd.read_parquet(HERE / name))
        else:
            again, kept = (p.read_text(encoding="utf-8") for p in (path, HERE / name))
            assert again == kept, f"{name} differs"


def test_plays_are_what_was_spoken() -> None:
    from data_samples.make.dialogues import Line

    spoken = table("truth/utterances.csv")
    lines = [(p.call_id, x) for p in read_plays() for x in p.lines if isinstance(x, Line)]
    assert [call_id for call_id, _ in lines] == spoken["call_id"].tolist()
    assert [line.text for _, line in lines] == spoken["text"].tolist()
    assert [" ".join(line.cues) for _, line in lines] == spoken["cues"].fillna("").tolist()
    assert {cue for _, line in lines for cue in line.cues} == set(CUES)
    assert [line.tags for _, line in lines] == [tags_from(text) for text in spoken["tags"]]


needs_engines = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("flite") is None,
    reason="speaking the calls again needs espeak-ng and flite",
)


@needs_engines
@pytest.mark.parametrize("voice", ["flite:slt", "espeak:de+m3"])
def test_engines_say_the_same_twice(voice: str) -> None:
    from data_samples.make.engines import speak

    first = speak(voice, ("Guten", "Tag.", "Ja."))
    speak(voice, ("Nein,", "danke."))
    second = speak(voice, ("Guten", "Tag.", "Ja."))
    assert np.array_equal(first.samples, second.samples)
    assert first.words == second.words


@needs_engines
@pytest.mark.parametrize("call_id", ["s05", "s13"])
def test_audio_comes_out_again(call_id: str, tmp_path: Path) -> None:
    pytest.importorskip("pyworld", reason="speaking the calls again needs pyworld")
    from data_samples.make.__main__ import make_audio

    make_audio(tmp_path, call_id)
    made = pd.read_csv(tmp_path / "truth" / "utterances.csv")
    kept = table("truth/utterances.csv").query("call_id == @call_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(
        made[["start_s", "end_s", "pitch_st", "text"]],
        kept[["start_s", "end_s", "pitch_st", "text"]],
        atol=0.02,
    )
    name = table("calls.csv").query("call_id == @call_id")["path"].item()
    new, old = (soundfile.read(folder / "audio" / name)[0] for folder in (tmp_path, HERE))
    correlation = np.corrcoef(new[:, 0], old[:, 0])[0, 1]
    assert correlation > 0.99
