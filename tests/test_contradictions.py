"""Words against voice: text tools, the index, and moments that only sound fine in words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from workbench import contradictions as words_against_voice
from workbench.errors import AbstainedError, InputError

SAMPLES = Path(__file__).parent.parent / "data_samples"


def said(texts, call_id="c1"):
    """Make utterances with these texts, one after the other."""
    n = len(texts)
    return pd.DataFrame(
        {
            "utterance_id": [f"u{i}" for i in range(n)],
            "call_id": call_id,
            "channel": 0,
            "role": "customer",
            "start_s": np.arange(n) * 4.0,
            "end_s": np.arange(n) * 4.0 + 3.0,
            "text": texts,
        }
    )


@cache
def sample_passes():
    """Read utterances and valence of the sample calls that were rated in passes."""
    key = ["call_id", "channel", "role", "start_s", "end_s"]
    utterances = pd.read_csv(SAMPLES / "truth" / "utterances.csv")
    utterances["utterance_id"] = [f"u{i}" for i in range(len(utterances))]
    ratings = pd.read_csv(SAMPLES / "ratings.csv")
    gone = ratings["supersedes"].dropna()
    scores = pd.read_csv(SAMPLES / "scores.csv")
    rows = ratings[~ratings["rating_id"].isin(gone)].merge(
        utterances[[*key, "utterance_id"]], on=key
    )
    rows = rows.merge(scores[scores["dimension"] == "valence"], on="rating_id")
    values = {p: g[["utterance_id", "rater_id", "value"]] for p, g in rows.groupby("pass")}
    return utterances, values


def test_vader_is_the_packages_own():
    texts = ["That's fine.", "I am really angry!", "Thank you so much.", "Four Mill Lane."]
    found = words_against_voice.text_sentiment(said(texts), pd.Series({"c1": "en-GB"}))
    judge = SentimentIntensityAnalyzer()
    assert found["sentiment"].tolist() == [judge.polarity_scores(t)["compound"] for t in texts]
    assert "knows none of these words" in found["note"].iloc[3]
    assert found["abstained"].isna().all()


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("de", 'the call is in "de"'),
        ("fr-CA", '"fr-CA"'),
        (None, "is not known"),
        ("", "not known"),
    ],
)
def test_vader_abstains_in_any_other_language_and_never_says_0(language, why):
    found = words_against_voice.text_sentiment(
        said(["Passt schon."]), pd.Series({"c1": language}, dtype="str")
    )
    assert found["sentiment"].isna().all()
    assert why in found["abstained"].item()


def test_what_was_not_said_is_not_judged():
    found = words_against_voice.text_sentiment(said([None, " "]), pd.Series({"c1": "en"}))
    assert found["sentiment"].isna().all()
    assert (found["abstained"] == "There is no transcript of this utterance.").all()


def test_the_transcripts_own_sentiment_comes_first_with_its_scale():
    words = pd.DataFrame(
        {
            "call_id": "c1",
            "channel": 0,
            "start_s": [0.0, 4.0, 8.0, 12.0],
            "end_s": [3.0, 7.0, 11.0, 15.0],
            "source": "tool phrases",
            "text": "x",
            "sentiment": [
                "NEGATIVE of NEGATIVE, NEUTRAL, MIXED, POSITIVE",
                "MIXED of NEGATIVE, NEUTRAL, MIXED, POSITIVE",
                "2.5 of -5..5",
                "0.7",
            ],
        }
    )
    utterances = said(["That's fine."] * 5)
    found = words_against_voice.text_sentiment(utterances, pd.Series({"c1": "de"}), words=words)
    np.testing.assert_allclose(found["sentiment"], [-1.0, np.nan, 0.5, np.nan, np.nan])
    assert "mixed" in found["abstained"][1]
    assert "scale" in found["abstained"][3]
    assert "English only" in found["abstained"][4]
    only = words_against_voice.text_sentiment(
        utterances, pd.Series({"c1": "en"}), words=words, tool="transcript"
    )
    assert only["abstained"][4] == "The transcript carries no sentiment."


def test_any_callable_serves_and_may_abstain():
    def tool(text):
        return None if "?" in text else 0.25

    found = words_against_voice.text_sentiment(
        said(["gut", "wie bitte?"]), pd.Series({"c1": "de"}), tool=tool
    )
    np.testing.assert_allclose(found["sentiment"], [0.25, np.nan])
    assert found["abstained"][1] == "tool abstained."
    with pytest.raises(InputError, match="from -1 to 1"):
        words_against_voice.text_sentiment(said(["x"]), pd.Series({"c1": "en"}), tool=lambda t: 7)
    with pytest.raises(InputError, match="from -1 to 1"):
        words_against_voice.text_sentiment(said(["x"]), pd.Series({"c1": "en"}), tool=lambda t: "a")
    with pytest.raises(InputError, match='Did you mean "vader"'):
        words_against_voice.text_sentiment(said(["x"]), pd.Series({"c1": "en"}), tool="vadr")


def test_the_moments_planted_in_the_samples_come_out_and_the_counterexample_does_not():
    utterances, values = sample_passes()
    gaps = words_against_voice.pass_gap(values["voice"], values["text"])
    found = words_against_voice.fine_moments(gaps, utterances)
    held = found[found["holds"]]
    planted = utterances[utterances["says"].notna()]
    assert set(held["utterance_id"]) == set(planted["utterance_id"])
    texts = held.set_index("call_id")["text"]
    assert texts["s01"].str.contains("That's fine").all()
    assert texts["s06"].str.contains("Passt schon").any()
    assert not (held["call_id"] == "s14").any()
    assert held["evidence"].iloc[0].startswith('"No. That\'s fine. Goodbye." Words +0.')
    assert held["z"].is_monotonic_increasing


def test_vader_alone_finds_the_order_and_owns_that_it_is_not_sure():
    utterances, values = sample_passes()
    languages = pd.Series({"s01": "en", "s06": "de", "s13": "de", "s14": "en"})
    text = words_against_voice.text_sentiment(utterances, languages)
    assert text[text["call_id"] == "s06"]["sentiment"].isna().all()
    index = words_against_voice.contradiction_index(
        values["voice"], text, text_ratings=values["text"]
    )
    found = words_against_voice.fine_moments(index, utterances)
    assert found["text"].iloc[0] == "No. That's fine. Goodbye."
    assert set(found["call_id"]) == {"s01", "s14"}
    assert not found["holds"].any()  # VADER misses single texts by .28 here
    assert not found["text"].head(5).str.contains("absolutely fine").any()


def test_the_calibration_is_the_line_of_statsmodels():
    utterances, values = sample_passes()
    text = words_against_voice.text_sentiment(utterances, pd.Series({"s01": "en", "s14": "en"}))
    found = words_against_voice.calibrate_text(text, values["text"])
    means = values["text"].groupby("utterance_id")["value"].mean()
    both = (
        text.dropna(subset="sentiment").assign(y=text["utterance_id"].map(means)).dropna(subset="y")
    )
    fit = sm.OLS(both["y"], sm.add_constant(both["sentiment"])).fit()
    np.testing.assert_allclose([found.intercept, found.slope], fit.params, atol=1e-9)
    np.testing.assert_allclose(found.covariance, fit.cov_params(), atol=1e-9)


def long(values, raters="ab"):
    """Make ratings of u0, u1, ... by raters, from one row of values each."""
    return pd.DataFrame(
        [
            {"utterance_id": f"u{i}", "rater_id": r, "value": v}
            for i, row in enumerate(values)
            for r, v in zip(raters, row, strict=False)
        ]
    )


def test_a_tool_that_cannot_be_calibrated_is_taken_raw_and_says_so():
    text = words_against_voice.text_sentiment(
        said(["good", "bad", "fine"] * 4), pd.Series({"c1": "en"})
    )
    voice = long(np.linspace(-0.5, 0.5, 24).reshape(12, 2))
    found = words_against_voice.contradiction_index(voice, text)
    assert found["p_value"].isna().all()
    assert found["note"].str.contains("nobody rated from text alone").all()
    np.testing.assert_allclose(found["words"], text["sentiment"])
    assert found["se"].notna().all()
    falling = pd.DataFrame({"utterance_id": [f"u{i}" for i in range(30)]})
    falling["sentiment"] = np.linspace(-1, 1, 30)
    rated = long(-np.repeat(np.linspace(-0.5, 0.5, 30), 2).reshape(30, 2))
    line = words_against_voice.calibrate_text(falling, rated)
    assert "are not rated better" in line.note
    ranked = words_against_voice.fine_moments(found, said(["x"] * 12), words_from=0.0)
    assert ranked["index"].is_monotonic_increasing
    assert not ranked["holds"].any()


def test_a_raters_habit_cancels_where_the_same_raters_gave_both_passes():
    rng = np.random.default_rng(0)
    read = rng.normal(0, 0.3, (30, 1)) + np.array([0.3, -0.3]) + rng.normal(0, 0.02, (30, 2))
    heard = read - 0.4 + rng.normal(0, 0.02, (30, 2))
    found = words_against_voice.pass_gap(long(heard), long(read))
    assert found["se"].max() < 0.03
    apart = words_against_voice.pass_gap(long(heard), long(read, raters="cd"))
    assert apart["se"].min() > 0.3
    assert apart["note"].str.contains("do not cancel").all()
    np.testing.assert_allclose(found["index"], apart["index"])
    with pytest.raises(AbstainedError, match="in both passes"):
        words_against_voice.pass_gap(long(heard[:1]), long(read).iloc[10:])


def test_standard_errors_by_hand():
    values = long([[0.0, 0.2], [0.1, 0.5]] * 5)
    found = words_against_voice.rated_means(values)
    pooled = np.sqrt((0.02 + 0.08) / 2)
    np.testing.assert_allclose(found["se"], pooled / np.sqrt(2))
    assert words_against_voice.rated_means(values.head(10))["se"].isna().all()


def test_calls_are_summed_up_to_what_counts_with_where_it_comes_from():
    found = pd.DataFrame(
        {
            "utterance_id": ["u0", "u1", "u2"],
            "voice": [0.2, -0.4, -0.8],
            "words": [0.2, 0.2, 0.0],
            "index": [0.0, -0.6, -0.8],
        }
    )
    whole = words_against_voice.call_contradictions(found, said(["a", "b", "c"])).iloc[0]
    assert whole["kind"] == "whole"
    assert whole["contradiction_mean"] == pytest.approx(-1.4 / 3)
    assert whole["fine_share"] == pytest.approx(2 / 3)
    cut = words_against_voice.call_contradictions(
        found,
        said(["a", "b", "c"]),
        until_s=pd.Series({"c1": 8.0}),
        heard_until_s=pd.Series({"u0": 3.0, "u1": 7.0}),
    ).iloc[0]
    assert (cut["kind"], cut["n_utterances"]) == ("causal", 2)
    assert (cut["audio_until_s"], cut["rater_heard_until_s"]) == (7.0, 7.0)
    assert cut["contradiction_min"] == -0.6
    unknown = words_against_voice.call_contradictions(
        found, said(["a", "b", "c"]), heard_until_s=pd.Series({"u0": 3.0})
    ).iloc[0]
    assert np.isnan(unknown["rater_heard_until_s"])
    with pytest.raises(AbstainedError, match="No utterance of the agent"):
        words_against_voice.call_contradictions(found, said(["a", "b", "c"]), role="agent")


def test_false_findings_are_counted_over_all_that_was_compared():
    rng = np.random.default_rng(1)
    n = 400
    found = pd.DataFrame({"utterance_id": [f"u{i}" for i in range(n)]})
    found["z"] = rng.normal(size=n)
    found["p_value"] = 2 * (1 - sm.stats.stattools.stats.norm.cdf(found["z"].abs()))
    found = found.assign(
        voice=-0.3, words=0.1, index=found["z"] / 10, se=0.1, n_raters=2, against="", note=""
    )
    found["pass"] = "voice"
    ranked = words_against_voice.fine_moments(found, said(["x"] * n))
    assert not ranked["holds"].any()
    with pytest.raises(InputError, match="from -1 to 1"):
        words_against_voice.fine_moments(found, said(["x"] * n), words_from=3)
    with pytest.raises(AbstainedError, match='Did you mean "customer"'):
        words_against_voice.fine_moments(found, said(["x"] * n), role="custmer")


def test_cues_that_fired_are_told_beside_the_words():
    found = pd.DataFrame({"utterance_id": ["u0"], "voice": -0.4, "words": 0.2, "index": -0.6})
    found = found.assign(se=0.1, z=-6.0, p_value=0.001, n_raters=3, against="text pass", note="")
    found["pass"] = "voice"
    cues = pd.DataFrame({"utterance_id": ["u0", "u0"], "cue": ["flat_tone", "long_pause"]})
    told = words_against_voice.fine_moments(
        found, said(["That's fine."]), cues=cues.assign(fired=[True, False])
    )
    assert told["evidence"].item().endswith("Cues fired: flat tone.")
