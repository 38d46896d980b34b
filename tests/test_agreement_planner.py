"""Planner, disputes and anchors: published tables, constructed sets, witnesses, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from tests.recorded import REAL, needs_real
from workbench.agreement.anchors import anchors, anchors_for, beside_anchors
from workbench.agreement.disputes import dispute_table
from workbench.agreement.icc import icc
from workbench.agreement.planner import (
    cost_hours,
    one_more_rater,
    raters_needed,
    seconds_per_rating,
)
from workbench.agreement.spearman_brown import gain_of_one_more, panel_reliability, raters_for
from workbench.errors import AbstainedError, InputError
from workbench.rated_values import rated_values
from workbench.schema import check_table, empty_table

NOW = pd.Timestamp("2026-11-02", tz="UTC")
CREMAD = {
    "anger": (0.448, 0.765, (3, 3), (5, 5)),
    "happy": (0.331, 0.664, (5, 5), (8, 9)),
    "neutral": (0.304, 0.636, (5, 6), (9, 10)),
    "fear": (0.266, 0.592, (6, 7), (11, 11)),
    "sad": (0.180, 0.467, (11, 11), (18, 19)),
    "disgust": (0.166, 0.442, (12, 12), (20, 21)),
}
"""Raters needed as measured before by single random halves: r, 4 v 4, for .70, for .80."""


def pilot(n=60, raters=5, seed=0, per_call=3):
    rng = np.random.default_rng(seed)
    felt = rng.choice(["anger", "joy", "neutral"], n)
    said = np.where(
        rng.random((n, raters)) < 0.6, felt[:, None],
        rng.choice(["anger", "joy", "neutral"], (n, raters)),
    )  # fmt: skip
    return pd.DataFrame(
        {
            "utterance_id": np.repeat([f"u{i:03d}" for i in range(n)], raters),
            "rater_id": np.tile([f"r{j}" for j in range(raters)], n),
            "call_id": np.repeat([f"c{i // per_call:02d}" for i in range(n)], raters),
            "value": said.ravel(),
        }
    )


def test_spearman_brown_as_in_the_reference():
    assert float(raters_for(0.448, 0.80)) == pytest.approx(4.93, abs=0.005)
    assert float(raters_for(0.166, 0.80)) == pytest.approx(20.1, abs=0.005)
    k = raters_for(0.3, 0.7)
    assert float(panel_reliability(0.3, k)) == pytest.approx(0.7)
    assert float(gain_of_one_more(0.3, 1)) == pytest.approx(0.6 / 1.3 - 0.3)
    assert raters_for([0.0, -0.1, np.nan], 0.7)[:2].tolist() == [np.inf, np.inf]
    assert np.isnan(raters_for(np.nan, 0.7))
    with pytest.raises(InputError, match="between 0 and 1; 1 came"):
        raters_for(0.3, 1.0)
    with pytest.raises(InputError, match="more than 0 raters; 0 came"):
        panel_reliability(0.3, 0)


@needs_real
def test_raters_needed_for_crema_d_as_in_the_reference():
    votes = pd.read_csv(REAL / "cremad_votes" / "votes_voice.csv")
    tags = list(CREMAD)
    votes = votes[votes[tags].sum(axis=1) >= 9]
    assert len(votes) == 5903
    counts = votes[tags].to_numpy()
    ratings = pd.DataFrame(
        {
            "utterance_id": np.repeat(votes["clip"].to_numpy(), counts.sum(axis=1)),
            "value": np.repeat(np.tile(tags, len(votes)), counts.ravel()),
        }
    )
    ratings["rater_id"] = ratings.groupby("utterance_id").cumcount().astype(str)
    ratings["call_id"] = ratings["utterance_id"].str[:4]
    table = raters_needed(ratings, half=4).set_index(["tag", "target"])
    for tag, (single, halves, for_70, for_80) in CREMAD.items():
        row = table.loc[(tag, 0.7)]
        # one random split of 5,903 clips wavers by about .01 in the correlation of the halves
        assert row["split_half"] == pytest.approx(halves, abs=0.015)
        assert row["split_half"] == pytest.approx(row["predicted"], abs=0.005)
        assert row["reliability"] == pytest.approx(single, abs=0.01)
        assert row["n_clusters"] == 91
        assert for_70[0] <= row["raters"] <= for_70[1] + 1
        assert for_80[0] <= table.loc[(tag, 0.8), "raters"] <= for_80[1] + 1
        assert row["raters_low"] <= row["raters"] <= row["raters_high"]


def test_single_reliability_is_icc_and_the_formula_holds_for_halves():
    ratings = pilot()
    table = raters_needed(ratings)
    assert table["tag"].unique().tolist() == ["anger", "joy", "neutral"]
    own = icc(ratings.assign(value=(ratings["value"] == "joy") * 1.0), form="ICC(1,1)").iloc[0]
    joy = table[table["tag"] == "joy"].iloc[0]
    assert joy[["reliability", "ci_low", "ci_high"]].tolist() == pytest.approx(
        own[["value", "ci_low", "ci_high"]].tolist()
    )
    assert joy["half"] == 2
    assert joy["split_half"] == pytest.approx(joy["predicted"], abs=0.08)
    assert joy["gain_per_rater"] == pytest.approx(gain_of_one_more(joy["reliability"], 5))


def test_sets_and_zeros_and_ones_plan_the_same():
    ratings = pilot()
    sets = ratings.assign(value=[frozenset([tag]) for tag in ratings["value"]])
    pd.testing.assert_frame_equal(raters_needed(sets), raters_needed(ratings))
    ones = raters_needed(ratings.assign(value=(ratings["value"] == "joy").astype(int)))
    joy = raters_needed(ratings).query("tag == 'joy'").reset_index(drop=True)
    pd.testing.assert_frame_equal(ones.assign(tag="joy"), joy)


def test_order_and_names_of_raters_and_tags_do_not_matter():
    ratings = pilot()
    ratings = ratings[np.random.default_rng(1).random(len(ratings)) < 0.8]
    renamed = ratings.assign(
        rater_id=ratings["rater_id"].map(dict(zip(["r0", "r1", "r2", "r3", "r4"], "zaymb",
                                                  strict=True))),
        value=ratings["value"].map({"anger": "z", "joy": "b", "neutral": "a"}),
    ).sample(frac=1, random_state=0)  # fmt: skip
    back = raters_needed(renamed).assign(
        tag=lambda t: t["tag"].map({"z": "anger", "b": "joy", "a": "neutral"}).astype("str")
    )
    pd.testing.assert_frame_equal(
        back.sort_values(["tag", "target"], ignore_index=True), raters_needed(ratings)
    )
    pd.testing.assert_frame_equal(one_more_rater(renamed), one_more_rater(ratings))


def test_a_rare_tag_and_a_small_pilot_are_told_what_is_needed():
    ratings = pilot()
    rare = ratings.assign(value=ratings["value"].where(ratings["utterance_id"] != "u007", "relief"))
    row = raters_needed(rare).query("tag == 'relief'").iloc[0]
    assert np.isnan(row["reliability"])
    assert pd.isna(row["raters"])
    assert row["note"] == (
        "relief was heard in 1 of 60 utterances; 10 are needed, so a pilot of about 600 "
        "utterances like these."
    )
    with pytest.raises(AbstainedError, match="too small to plan from.*needs 30 utterances"):
        raters_needed(ratings[ratings["utterance_id"] < "u020"])
    with pytest.raises(AbstainedError, match="only r0 rated here"):
        raters_needed(ratings[ratings["rater_id"] == "r0"])
    with pytest.raises(InputError, match="Halves of 3 raters need utterances with 6 raters"):
        raters_needed(ratings, half=3)
    with pytest.raises(InputError, match="tags, sets of tags or numbers"):
        raters_needed(ratings.assign(value=[{"anger": 1.0}] * len(ratings)))


def test_chance_needs_no_number_of_raters():
    rng = np.random.default_rng(3)
    ratings = pilot().assign(value=rng.choice(["anger", "joy"], 300))
    table = raters_needed(ratings)
    assert table["raters_high"].isna().all()
    assert table["note"].str.contains("reaches 0|by chance").all()


def test_hours_and_seconds():
    assert cost_hours(2000, 3, seconds=12).item() == 20
    needed = raters_needed(pilot())
    hours = cost_hours(1000, needed["raters"], seconds=9)
    assert hours.tolist() == (needed["raters"].astype(float) * 2.5).tolist()
    with pytest.raises(InputError, match="more than 0 seconds"):
        cost_hours(10, 3, seconds=0)
    with pytest.raises(AbstainedError, match="how long it took"):
        seconds_per_rating(pd.DataFrame({"rater_id": ["a"], "elapsed_ms": [np.nan]}))
    with pytest.raises(InputError, match="elapsed_ms"):
        seconds_per_rating(pd.DataFrame({"rater_id": ["a"]}))


def test_one_more_rater_helps_where_they_differ_and_are_few():
    ratings = pd.DataFrame(
        [(u, f"r{i}", v) for u, said in {"two-apart": "ab", "two-alike": "aa", "six-apart":
         "ababab", "six-alike": "aaaaaa"}.items() for i, v in enumerate(said)],
        columns=["utterance_id", "rater_id", "value"],
    )  # fmt: skip
    table = one_more_rater(ratings).set_index("utterance_id")
    assert table.index[0] == "two-apart"
    assert table.index[-1] == "six-alike"
    assert (table["gain"] == table["variance"] / table["n_raters"] / (table["n_raters"] + 1)).all()


def rated(rows, pass_="both"):
    """Make ratings and tags of (utterance, rater, verdict, {tag: share})."""
    ratings, tags = [], []
    for i, (utterance, rater, verdict, shares) in enumerate(rows):
        ratings.append(
            {"rating_id": f"{pass_}{i:05d}", "utterance_id": utterance, "rater_id": rater,
             "taxonomy": "cx", "version": "1", "pass": pass_, "verdict": verdict,
             "created_at": NOW, "retracted": False}
        )  # fmt: skip
        tags += [
            {"rating_id": f"{pass_}{i:05d}", "tag": tag, "share": share, "primary": False}
            for tag, share in shares.items()
        ]
    return pd.DataFrame(ratings), pd.DataFrame(
        tags, columns=["rating_id", "tag", "share", "primary"]
    )


def test_the_same_shares_of_all_with_opposite_verdicts():
    half = {"anger": 0.5, "sadness": 0.5}
    mixed = [("mixed", f"r{i}", "tagged", half) for i in range(4)]
    one = [("disputed", f"r{i}", "tagged", {"anger": None}) for i in range(2)]
    other = [("disputed", f"r{i}", "tagged", {"sadness": None}) for i in range(2, 4)]
    table = dispute_table(*rated(mixed + one + other)).set_index("utterance_id")
    bits = ["mixture_bits", "dispute_bits", "pair_dispute_bits"]
    assert table.loc["mixed", bits].tolist() == pytest.approx([1, 0, 0])
    assert table.loc["disputed", bits].tolist() == pytest.approx([0, 1, 4 / 6])


def test_the_worked_example():
    rows = [("u", "a", "tagged", {"x": 0.8, "y": 0.2}), ("u", "b", "tagged", {"x": 0.3, "y": 0.7})]
    row = dispute_table(*rated(rows)).iloc[0]
    assert row["mixture_bits"] == pytest.approx(0.8016, abs=5e-5)
    assert row["dispute_bits"] == pytest.approx(0.1912, abs=5e-5)
    assert row["pair_dispute_bits"] == pytest.approx(row["dispute_bits"])


def test_who_gave_no_shares_is_counted_but_has_no_entropy():
    rows = [
        ("u", "a", "tagged", {"x": None}),
        ("u", "b", "tagged", {"x": None, "y": None}),
        ("u", "c", "unclear", {}),
        ("u", "d", "neutral", {}),
        ("v", "a", "unclear", {}),
        ("w", "a", "tagged", {"x": None}),
    ]
    table = dispute_table(*rated(rows)).set_index("utterance_id")
    u = table.loc["u"]
    assert (u["n_raters"], u["n_with_shares"], u["unclear_share"]) == (4, 2, 0.25)
    assert u[["mixture_bits", "dispute_bits"]].tolist() == pytest.approx([0, 1])
    assert table.loc["v", ["mixture_bits", "dispute_bits"]].isna().all()
    assert table.loc["w", "mixture_bits"] == 0
    assert np.isnan(table.loc["w", "dispute_bits"])


def test_random_ratings_as_scipy_reckons_them():
    rng = np.random.default_rng(0)
    names = ["neutral", *"xyz"]
    rows = []
    for u in range(30):
        for r in range(rng.integers(1, 6)):
            chosen = rng.choice(list("xyz"), rng.integers(1, 4), replace=False)
            share = rng.dirichlet(np.ones(len(chosen)))
            shares = dict(zip(chosen, share, strict=True))
            if len(chosen) > 1 and rng.random() < 0.3:
                shares = dict.fromkeys(chosen)
            verdict = rng.choice(["tagged", "tagged", "neutral", "unclear"])
            rows.append((f"u{u:02d}", f"r{r}", verdict, shares if verdict == "tagged" else {}))
    ratings, tags = rated(rows)
    table = dispute_table(ratings, tags).set_index("utterance_id")
    mixtures = rated_values(ratings, tags, empty_table("scores"), "mixture")
    for utterance, own in mixtures.groupby("utterance_id"):
        p = np.array([[value.get(name, 0.0) for name in names] for value in own["value"]])
        mixture = entropy(p, axis=1, base=2).mean()
        row = table.loc[utterance]
        assert row["n_with_shares"] == len(p)
        assert row["mixture_bits"] == pytest.approx(mixture)
        if len(p) > 1:
            assert row["dispute_bits"] == pytest.approx(entropy(p.mean(axis=0), base=2) - mixture)
            pairs = [
                jensenshannon(p[i], p[j], base=2) ** 2
                for i in range(len(p)) for j in range(i)
            ]  # fmt: skip
            assert row["pair_dispute_bits"] == pytest.approx(np.mean(pairs), abs=1e-6)
    pd.testing.assert_frame_equal(
        dispute_table(ratings.sample(frac=1, random_state=1), tags[::-1]),
        table.reset_index(),
        check_column_type=False,
    )


def test_passes_have_rows_of_their_own_and_repeats_count_once():
    rows = [("u", "a", "tagged", {"x": None}), ("u", "b", "tagged", {"y": None})]
    both, voice = rated(rows), rated(rows[:1], pass_="voice")
    ratings = pd.concat([both[0], voice[0]], ignore_index=True)
    again = both[0].iloc[[0]].assign(rating_id="zz", created_at=NOW + pd.Timedelta(hours=1))
    tags = pd.concat([both[1], voice[1], both[1].iloc[[1]].assign(rating_id="zz")])
    table = dispute_table(pd.concat([ratings, again]), tags)
    assert table["pass"].tolist() == ["both", "voice"]
    assert table["n_raters"].tolist() == [2, 1]
    assert table["dispute_bits"].tolist()[0] == 1
    assert check_table(table, "disputes").equals(table)
    assert dispute_table(ratings[:0], tags[:0]).equals(empty_table("disputes"))


def test_anchors_are_published_figures_and_no_marks():
    table = anchors()
    assert table["source"].str.len().min() > 0
    assert table["value"].between(0, 1).all()
    near = anchors_for("krippendorff_alpha", "nominal", n_categories=5)
    assert near["task"].iloc[0].startswith("EmoTale")
    assert near["modality"].eq("voice").all()
    assert anchors_for("krippendorff_alpha", "nominal", modality="face")["value"].iloc[0] == 0.458
    assert anchors_for("ccc")["task"].str.contains("rule").all()
    assert anchors_for("cohen_kappa").empty
    told = table.to_csv().lower()
    assert not any(word in told for word in ("substantial", "moderate", "almost perfect", "slight"))
    with pytest.raises(InputError, match='modality "voise". Did you mean "voice"'):
        anchors_for("ccc", modality="voise")


def test_results_stand_beside_anchors():
    own = pd.DataFrame(
        {"coefficient": ["krippendorff_alpha", "icc", "mystery"],
         "level": ["nominal", "ICC(1,1)", ""], "value": [0.3, 0.5, 0.1]},
        index=[4, 2, 9],
    )  # fmt: skip
    beside = beside_anchors(own, n_categories=6)
    assert beside.drop(columns="anchor").equals(own)
    assert beside.loc[4, "anchor"].startswith(".281 (.275 to .288): CREMA-D")
    assert beside.loc[2, "anchor"] == ".709: EmoTale, arousal; voice, 3 raters an item"
    assert beside.loc[9, "anchor"] == ""
    with pytest.raises(InputError, match='the column "level"'):
        beside_anchors(own[["coefficient"]])
