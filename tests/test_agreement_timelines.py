"""Own segments: by hand, frames of 10 ms as witness, boundaries, chance, refusals."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from workbench.agreement.timelines import boundary_agreement, timeline_agreement
from workbench.errors import AbstainedError, InputError

FRAME_S = 0.01


def segments_of(rows):
    columns = ["rater_id", "call_id", "start_s", "end_s", "value"]
    return pd.DataFrame(rows, columns=columns)


def drawn(calls=9, raters=3, seed=0):
    """Draw calls of 20 s with tags between boundaries that raters hear up to .3 s off."""
    rng = np.random.default_rng(seed)
    rows = []
    for c in range(calls):
        cuts = np.sort(rng.choice(np.arange(2, 38), 6, replace=False)) / 2
        tags = rng.choice(["anger", "joy"], 3)
        for r in range(raters):
            own = np.round(cuts + rng.uniform(-0.2, 0.2, 6), 2)
            said = np.where(rng.random(3) < 0.7, tags, rng.choice(["anger", "joy"], 3))
            rows += [
                (f"r{r}", f"c{c}", own[2 * i], own[2 * i + 1], said[i])
                for i in range(3)
                if rng.random() < 0.9
            ] or [(f"r{r}", f"c{c}", np.nan, np.nan, None)]
    return segments_of(rows), {f"c{c}": 20.0 for c in range(calls)}


def frames(segments, durations):
    """Write what each rater says in every frame of 10 ms: raters x frames."""
    raters = sorted(segments["rater_id"].unique())
    codes = {"anger": 1.0, "joy": 2.0}
    columns = []
    for call, length in durations.items():
        n = round(length / FRAME_S)
        part = np.full((len(raters), n), np.nan)
        for i, rater in enumerate(raters):
            own = segments[(segments["rater_id"] == rater) & (segments["call_id"] == call)]
            if len(own):
                part[i] = 0.0
            for row in own.dropna().itertuples():
                part[i, round(row.start_s / FRAME_S) : round(row.end_s / FRAME_S)] = codes[
                    row.value
                ]
        columns.append(part)
    return np.concatenate(columns, axis=1)


BY_HAND = segments_of([("a", "c1", 2.0, 6.0, "anger"), ("b", "c1", 3.0, 6.0, "anger")])


def test_by_hand():
    row = timeline_agreement(BY_HAND, durations={"c1": 10.0}).iloc[0]
    # they differ in 1 of 10 s; 7 of the 20 s of ratings are anger, 13 nothing
    assert row["value"] == pytest.approx(1 - 0.1 / (1 - 0.35**2 - 0.65**2))
    assert row["prevalence"] == pytest.approx(0.65)
    assert row[["n_items", "n_raters", "n_ratings", "n_pairs"]].tolist() == [1, 2, 2, 1]
    assert "8 are needed" in row["note"]
    until_6 = timeline_agreement(BY_HAND)["value"].item()
    assert until_6 == pytest.approx(1 - (1 / 6) / (1 - (7 / 12) ** 2 - (5 / 12) ** 2))


@pytest.mark.parametrize("seed", range(3))
def test_alpha_is_that_of_short_frames(seed):
    segments, durations = drawn(seed=seed)
    laid = frames(segments, durations)
    theirs = krippendorff.alpha(laid, level_of_measurement="nominal")
    n = np.isfinite(laid[:, np.isfinite(laid).sum(axis=0) > 1]).sum()
    ours = timeline_agreement(segments, durations=durations).iloc[0]
    # frames are many but not without number: n - 1 of n
    assert 1 - ours["value"] == pytest.approx((1 - theirs) * n / (n - 1), abs=1e-9)
    assert ours["ci_low"] < ours["value"] < ours["ci_high"]
    anger = timeline_agreement(segments, durations=durations, tag="anger").iloc[0]
    theirs = krippendorff.alpha(np.where(laid == 2, 0, laid), level_of_measurement="nominal")
    assert 1 - anger["value"] == pytest.approx((1 - theirs) * n / (n - 1), abs=1e-9)
    assert anger["note"] == "anger against all else."


def test_boundaries_by_hand():
    row = boundary_agreement(BY_HAND, durations={"c1": 10.0}, tolerance_s=0.5).iloc[0]
    assert row["value"] == 0.5
    assert boundary_agreement(BY_HAND, durations={"c1": 10.0}, tolerance_s=1)["value"].item() == 1
    assert row["level"] == "within 0.5 s"
    # the call ends at 6 if nothing else is known, and its end is no boundary
    assert boundary_agreement(BY_HAND, tolerance_s=0.5)["value"].item() == 0


def test_the_most_boundaries_are_matched():
    rng = np.random.default_rng(0)
    for _ in range(20):
        rows, cost = [], []
        for rater in "ab":
            cuts = np.sort(rng.choice(np.arange(1, 400), 20, replace=False)) / 20
            rows += [(rater, "c", s, e, "x") for s, e in zip(cuts[::2], cuts[1::2], strict=True)]
            cost.append(cuts)
        apart = np.abs(cost[0][:, None] - cost[1][None, :]) <= 0.5 + 1e-6
        best = linear_sum_assignment(-apart.astype(float))
        row = boundary_agreement(segments_of(rows), durations={"c": 20.0}, draws=0).iloc[0]
        assert row["value"] == pytest.approx(apart[best].sum() / 20)


def test_boundaries_that_raters_share_are_above_chance():
    segments, durations = drawn()
    row = boundary_agreement(segments, durations=durations).iloc[0]
    assert row["value"] > 0.8
    assert 0.05 < row["chance"] < 0.4
    assert row["ci_low"] < row["value"] < row["ci_high"]


def test_a_rater_who_marked_nothing_says_nothing():
    alone = segments_of([("a", "c1", 2.0, 6.0, "anger")])
    with pytest.raises(AbstainedError, match="that two raters marked; there is none"):
        timeline_agreement(alone)
    silent = pd.concat([alone, segments_of([("b", "c1", np.nan, np.nan, None)])])
    row = timeline_agreement(silent, durations={"c1": 10.0}).iloc[0]
    assert row["value"] == pytest.approx(1 - 0.4 / (1 - 0.2**2 - 0.8**2))


def test_channels_are_told_apart():
    both = pd.concat([BY_HAND.assign(channel=0), BY_HAND.assign(channel=1, value="joy")])
    row = timeline_agreement(both, durations={"c1": 10.0}).iloc[0]
    assert (row["n_items"], row["n_clusters"]) == (2, 1)


def test_order_and_names_do_not_matter():
    segments, durations = drawn(seed=4)
    renamed = segments.assign(
        rater_id=segments["rater_id"].map({"r0": "z", "r1": "a", "r2": "m"}),
        value=segments["value"].map({"anger": "z", "joy": "b"}),
    ).sample(frac=1, random_state=0)
    for coefficient in (timeline_agreement, boundary_agreement):
        pd.testing.assert_frame_equal(
            coefficient(renamed, durations=pd.Series(durations)),
            coefficient(segments, durations=durations),
        )


def test_refusals_are_sentences():
    with pytest.raises(InputError, match='"value" is missing'):
        timeline_agreement(BY_HAND.drop(columns="value"))
    with pytest.raises(InputError, match="only some of start_s, end_s and value"):
        timeline_agreement(BY_HAND.assign(end_s=np.nan))
    with pytest.raises(InputError, match="goes from 2 to 1 s"):
        timeline_agreement(BY_HAND.assign(end_s=1.0))
    with pytest.raises(InputError, match="Segments of a in the call c1 overlap at 6 s"):
        timeline_agreement(BY_HAND.assign(rater_id="a"))
    with pytest.raises(InputError, match="no rater_id"):
        timeline_agreement(BY_HAND.assign(rater_id=None))
    with pytest.raises(InputError, match="durations has no call c1"):
        timeline_agreement(BY_HAND, durations={})
    with pytest.raises(InputError, match="lasts 5 s, but a segment ends at 6"):
        timeline_agreement(BY_HAND, durations={"c1": 5.0})
    with pytest.raises(InputError, match='Nobody marked "angr". Did you mean "anger"'):
        timeline_agreement(BY_HAND, tag="angr")
    with pytest.raises(AbstainedError, match='All the time is marked "anger"'):
        timeline_agreement(BY_HAND.assign(start_s=0.0))
    with pytest.raises(AbstainedError, match="Nobody set a boundary"):
        boundary_agreement(BY_HAND.assign(start_s=0.0))
    with pytest.raises(InputError, match="0 or more seconds; -1 came"):
        boundary_agreement(BY_HAND, tolerance_s=-1)
