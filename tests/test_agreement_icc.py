"""ICC: the published example, other programs, missing ratings, order and names, refusals."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from tests.recorded import REAL, needs_real
from workbench.agreement.icc import FORMS, icc, read_numbers
from workbench.agreement.mean_squares import one_way, two_way
from workbench.errors import AbstainedError, InputError

SHROUT_FLEISS_1979 = [
    (9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7),
]  # fmt: skip
"""Their table 2: 6 targets, 4 judges."""


def long_table(matrix, calls=None):
    rows = [
        (f"u{i:03d}", f"r{j}", float(value))
        for i, row in enumerate(matrix)
        for j, value in enumerate(row)
    ]
    table = pd.DataFrame(rows, columns=["utterance_id", "rater_id", "value"])
    if calls is not None:
        table["call_id"] = np.repeat(calls, len(matrix[0]))
    return table


def drawn(n=40, raters=4, seed=0, missing=0.0, per_call=2):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(0, 1, (n, 1)) + rng.normal(0, 0.5, (1, raters))
    matrix = matrix + rng.normal(0, 0.8, (n, raters))
    matrix[rng.random((n, raters)) < missing] = np.nan
    return long_table(matrix, [f"c{i // per_call:02d}" for i in range(n)])


def test_six_forms_as_in_shrout_and_fleiss_1979():
    table = icc(long_table(SHROUT_FLEISS_1979), form="all")
    assert table["level"].tolist() == list(FORMS)
    assert table["value"].round(4).tolist() == [0.1657, 0.2898, 0.7148, 0.4428, 0.6201, 0.9093]
    design, value = read_numbers(long_table(SHROUT_FLEISS_1979))
    one, two = one_way(design, value), two_way(design, value)
    squares = one.items[0], one.error[0], two.raters, two.error[0]
    assert np.round(squares, 3).tolist() == [11.242, 6.264, 32.486, 1.019]
    assert two.items[0] == pytest.approx(one.items[0])
    assert table["note"].str.contains("6 utterances; 8 are needed").all()
    assert table[["ci_low", "ci_high", "se"]].isna().all(axis=None)


@pytest.mark.parametrize("seed", range(3))
def test_complete_designs_as_in_pingouin(seed):
    ratings = drawn(seed=seed)
    theirs = pingouin.intraclass_corr(ratings, "utterance_id", "rater_id", "value")
    assert icc(ratings, form="all")["value"].to_numpy() == pytest.approx(theirs["ICC"], abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_squares_of_missing_ratings_as_in_statsmodels(seed):
    ratings = drawn(n=25, seed=seed, missing=0.35)
    design, value = read_numbers(ratings)
    squares = two_way(design, value)
    frame = pd.DataFrame({"u": design.item, "r": design.rater, "v": value})
    table = anova_lm(ols("v ~ C(u) + C(r)", frame).fit(), typ=2)
    mean = table["sum_sq"] / table["df"]
    assert squares.items[0] == pytest.approx(mean["C(u)"])
    assert squares.raters == pytest.approx(mean["C(r)"])
    assert squares.error[0] == pytest.approx(mean["Residual"])
    one = anova_lm(ols("v ~ C(u)", frame).fit())["mean_sq"]
    ours = one_way(design, value)
    assert [ours.items[0], ours.error[0]] == pytest.approx(one.tolist())


def test_leaving_a_call_out_is_nearly_what_fitting_without_it_gives():
    ratings = drawn(n=60, seed=5, missing=0.3, per_call=5)
    design, value = read_numbers(ratings)
    ours = two_way(design, value)
    for k, call in enumerate(design.clusters):
        rest = two_way(*read_numbers(ratings[ratings["call_id"] != call]))
        assert ours.per_item[1 + k] == pytest.approx(rest.per_item[0])
        assert ours.error[1 + k] == pytest.approx(rest.error[0], rel=0.02)
        assert ours.items[1 + k] == pytest.approx(rest.items[0], rel=0.02)


def test_components_are_found_again_where_most_ratings_are_missing():
    rng = np.random.default_rng(1)
    n, raters = 4000, 12
    matrix = rng.normal(0, 1, (n, 1)) + rng.normal(0, 0.7, (1, raters))
    spread = ((matrix[0] - matrix[0].mean()) ** 2).sum() / (raters - 1)
    matrix = matrix + rng.normal(0, 1, (n, raters))
    order = np.argsort(rng.random((n, raters)), axis=1)
    matrix[order > 2] = np.nan
    table = icc(long_table(matrix), form="all").set_index("level")
    assert table.loc["ICC(2,1)", "value"] == pytest.approx(1 / (2 + spread), abs=0.02)
    assert table.loc["ICC(3,1)", "value"] == pytest.approx(0.5, abs=0.02)
    assert table.loc["ICC(3,k)", "value"] == pytest.approx(0.75, abs=0.02)
    assert table.loc["ICC(3,k)", "note"] == "k = 3."


def test_interval_alpha_and_one_way_squares_say_the_same():
    ratings = drawn(seed=2)
    wide = ratings.pivot(index="rater_id", columns="utterance_id", values="value")
    alpha = krippendorff.alpha(wide.to_numpy(), level_of_measurement="interval")
    squares = one_way(*read_numbers(ratings))
    n, items = 160, 40
    total = squares.items[0] * (items - 1) + squares.error[0] * (n - items)
    assert alpha == pytest.approx(1 - squares.error[0] * (n - 1) / total)
    assert alpha == pytest.approx(icc(ratings, form="ICC(1,1)")["value"].item(), abs=0.01)


@needs_real
def test_emotale_as_in_the_reference():
    wide = pd.read_csv(REAL / "emotale" / "ratings.csv")
    found = {}
    for dimension in "AVD":
        ratings = wide.melt("file", [f"a{i}_{dimension}" for i in (1, 2, 3)])
        ratings.columns = ["utterance_id", "rater_id", "value"]
        found[dimension] = icc(ratings, form="ICC(1,1)")["value"].round(3).item()
    assert found == {"A": 0.709, "V": 0.721, "D": 0.582}


@pytest.mark.parametrize("form", FORMS)
def test_order_and_names_do_not_matter(form):
    ratings = drawn(seed=3, missing=0.2)
    row = icc(ratings, form=form)
    renamed = ratings.assign(
        rater_id=ratings["rater_id"].map({"r0": "z", "r1": "a", "r2": "m", "r3": "b"}),
        utterance_id="x" + ratings["utterance_id"].str[::-1],
        value=ratings["value"] * 3 - 7,
    ).sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(icc(renamed, form=form), row)
    assert row["ci_low"].item() < row["value"].item() < row["ci_high"].item()


def test_utterances_of_one_rater_and_gaps_count_for_nothing():
    ratings = drawn(seed=4)
    alone = pd.DataFrame(
        {"utterance_id": ["zz", "zy"], "rater_id": "r0", "value": [99.0, np.nan], "call_id": "c99"}
    )
    pd.testing.assert_frame_equal(icc(pd.concat([ratings, alone])), icc(ratings))


def test_few_sampled_raters_make_the_interval_wide():
    ratings = drawn(n=200, seed=6, raters=3)
    width = icc(ratings, form="all").set_index("level")[["ci_low", "ci_high"]].diff(axis=1)
    assert width.loc["ICC(2,1)", "ci_high"] > 2 * width.loc["ICC(3,1)", "ci_high"]


def test_draws_of_none_leave_the_interval_out():
    row = icc(drawn(), draws=0).iloc[0]
    assert np.isnan(row["ci_low"])
    assert row["note"] == ""


def test_refusals_are_sentences():
    ratings = drawn()
    with pytest.raises(InputError, match=r'no form "ICC2".*ICC\(1,1\), ICC\(2,1\)'):
        icc(ratings, form="ICC2")
    with pytest.raises(InputError, match="k of 1 or more; 0 came"):
        icc(ratings, k=0)
    with pytest.raises(InputError, match="needs numbers as values; one that came is 'anger'"):
        icc(ratings.assign(value="anger"))
    with pytest.raises(InputError, match="infinite"):
        icc(ratings.assign(value=np.inf))
    with pytest.raises(AbstainedError, match=r"All 160 ratings have the value 0\.5"):
        icc(ratings.assign(value=0.5))
    with pytest.raises(AbstainedError, match="only r0 rated here"):
        icc(ratings[ratings["rater_id"] == "r0"])
    with pytest.raises(InputError, match="more than once"):
        icc(pd.concat([ratings, ratings]))


def test_raters_who_share_nothing_are_told_from_error_by_no_one():
    nested = drawn()
    nested["rater_id"] = nested["utterance_id"] + nested["rater_id"]
    assert 0 < icc(nested, form="ICC(1,1)")["value"].item() < 1
    with pytest.raises(AbstainedError, match=r"share too few .* Take ICC\(1,1\)"):
        icc(nested, form="ICC(2,1)")


def test_raters_who_agree_to_a_constant_have_consistency_one_without_an_interval():
    level = np.arange(10.0)
    ratings = long_table(np.stack([level, level + 1, level - 2], axis=1))
    table = icc(ratings, form="all").set_index("level")
    assert table.loc["ICC(3,1)", "value"] == pytest.approx(1)
    assert table.loc["ICC(2,1)", "value"] < 1
    assert table["ci_low"].notna().tolist() == [form[4] == "1" for form in FORMS]
