"""Worklists: every property that a plan promises, over drawn settings; refusals with numbers."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings

from workbench.callers import languages_of
from workbench.errors import InputError
from workbench.schema import check_table
from workbench.worklists import WorklistSettings, plan_worklist, worklist_progress
from workbench.worklists.choosing import half_up

PLAIN = ["rater_id", "utterance_id", "pass", "position", "purpose"]


def utterances(*sizes, **columns):
    """Make calls of so many utterances each."""
    rows = [
        (f"c{c:03d}", f"c{c:03d}-{n:03d}", 2.0 * n) for c, k in enumerate(sizes) for n in range(k)
    ]
    return pd.DataFrame(rows, columns=["call_id", "utterance_id", "start_s"]).assign(**columns)


def raters(n, **columns):
    return pd.DataFrame({"rater_id": [f"r{i:02d}" for i in range(n)]}).assign(**columns)


def gold_of(n, pass_="both"):
    return pd.DataFrame(
        {"utterance_id": [f"g{i:03d}" for i in range(n)], "call_id": "gold", "pass": pass_}
    )


def plan(sizes, n_raters, *, seed=1, gold=None, **options):
    return plan_worklist(
        utterances(*sizes), raters(n_raters), WorklistSettings(seed=seed, **options), gold=gold
    )


def places(rows):
    """Give, for each rater, the rows in the order of hearing."""
    return {name: own.sort_values("position") for name, own in rows.groupby("rater_id")}


sizes = st.lists(st.integers(1, 12), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(
    sizes=sizes,
    n_raters=st.integers(1, 6),
    overlap=st.integers(1, 3),
    share=st.floats(0, 1),
    order=st.sampled_from(["in_call", "random"]),
    passes=st.sets(st.sampled_from(["text", "masked_voice", "voice", "both"]), min_size=1),
    seed=st.integers(0, 2**32),
)
def test_every_utterance_is_heard_by_as_many_raters_as_wanted(
    sizes, n_raters, overlap, share, order, passes, seed
):
    assume(n_raters >= overlap)
    try:
        rows = plan(
            sizes, n_raters, overlap=overlap, overlap_share=share, order=order, seed=seed,
            passes=tuple(passes), distance=1,
        )  # fmt: skip
    except InputError as error:
        # passes of the same rater need another utterance between them
        assert "several passes" in str(error)
        assert n_raters < overlap * len(passes)
        return
    n = sum(sizes)
    assert set(rows["purpose"]) == {"label"}
    assert not rows.duplicated(["rater_id", "utterance_id", "pass"]).any()
    n_shared = half_up(share * n) if overlap > 1 else 0
    wanted = Counter({overlap: n_shared}) + Counter({1: n - n_shared})
    for pass_ in passes:
        own = rows[rows["pass"] == pass_]
        counts = Counter(own.groupby("utterance_id")["rater_id"].nunique())
        assert +counts == +wanted
    if n_raters >= overlap * len(passes):
        assert not rows.duplicated(["rater_id", "utterance_id"]).any()
    for own in places(rows).values():
        assert own["position"].tolist() == list(range(len(own)))


@settings(max_examples=20, deadline=None)
@given(
    sizes=sizes,
    n_raters=st.integers(2, 6),
    overlap=st.integers(1, 2),
    order=st.sampled_from(["in_call", "random"]),
    seed=st.integers(0, 2**32),
)
def test_loads_are_even(sizes, n_raters, overlap, order, seed):
    rows = plan(sizes, n_raters, overlap=overlap, order=order, seed=seed)
    loads = rows["rater_id"].value_counts().reindex(raters(n_raters)["rater_id"], fill_value=0)
    most = max(sizes) if order == "in_call" else 1
    assert loads.max() - loads.min() <= most


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(5, 80),
    order=st.sampled_from(["in_call", "random"]),
    gold_rate=st.floats(0, 0.5),
    repeat_rate=st.floats(0, 1),
    distance=st.integers(1, 60),
    passes=st.sampled_from([("both",), ("voice", "both"), ("masked_voice", "voice", "text")]),
    seed=st.integers(0, 2**32),
)
def test_hidden_items_are_there_at_their_rates_and_far_apart(
    n, order, gold_rate, repeat_rate, distance, passes, seed
):
    sizes = [n - n // 3, n // 3] if order == "in_call" else [n]
    gold = pd.concat(gold_of(40, pass_).assign(call_id=pass_) for pass_ in passes)
    gold["utterance_id"] += gold["pass"]
    options = {"order": order, "gold_rate": gold_rate, "repeat_rate": repeat_rate, "passes": passes}
    rows = None
    while rows is None:
        try:
            rows = plan(sizes, 1, seed=seed, distance=distance, gold=gold, **options)
        except InputError as error:
            assert f"with {distance} places between" in str(error)
            # what the sentence offers leads to a plan
            possible = str(error).partition("at most distance=")[2].partition(" ")[0]
            if not possible:
                return
            assert int(possible) < distance
            distance = int(possible)
    for pass_ in passes:
        counts = rows.loc[rows["pass"] == pass_, "purpose"].value_counts()
        assert counts["label"] == n
        assert counts.get("gold", 0) == half_up(gold_rate * n)
        assert counts.get("repeat", 0) == half_up(repeat_rate * n)
    apart = rows.sort_values("position").groupby("utterance_id")["position"].diff().dropna()
    assert (apart >= distance).all()
    repeats = rows[rows["purpose"] == "repeat"]
    assert not repeats.duplicated(["utterance_id", "pass"]).any()
    assert set(repeats["utterance_id"]) <= set(rows.loc[rows["purpose"] == "label", "utterance_id"])
    golden = rows[rows["purpose"] == "gold"]
    assert not golden["utterance_id"].duplicated().any()
    assert (golden["utterance_id"].str[4:] == golden["pass"]).all()
    # a repeat comes after the first time, in the same pass
    first = rows[rows["purpose"] == "label"].set_index(["utterance_id", "pass"])["position"]
    assert all(
        first[row.utterance_id, row.pass_] < row.position
        for row in repeats.rename(columns={"pass": "pass_"}).itertuples()
    )


@settings(max_examples=10, deadline=None)
@given(sizes=sizes, n_raters=st.integers(1, 4), seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_plan_whatever_the_order_of_rows(sizes, n_raters, seed):
    rows, people = utterances(*sizes), raters(n_raters)
    how = WorklistSettings(seed=seed, order="random", repeat_rate=0.3, distance=1)
    try:
        one = plan_worklist(rows, people, how)[PLAIN]
    except InputError:
        assume(False)
    shuffled = rows.sample(frac=1, random_state=seed % 2**31)
    other = plan_worklist(shuffled, people.iloc[::-1], how)[PLAIN]
    pd.testing.assert_frame_equal(one, other)


def test_another_seed_gives_another_order():
    one, other = (plan([30], 1, order="random", seed=s)["utterance_id"].tolist() for s in (1, 2))
    assert sorted(one) == sorted(other)
    assert one != other


def test_a_plan_is_the_table_assignments():
    rows = plan([3, 2], 2)
    pd.testing.assert_frame_equal(check_table(rows, "assignments"), rows)
    assert rows["assignment_id"].is_unique
    assert set(rows["state"]) == {"open"}
    assert set(rows["worklist"]) == {"main"}


def test_calls_come_whole_and_in_their_order_to_one_rater():
    rows = plan([7, 5, 9, 4, 6], 2, order="in_call")
    calls = rows["utterance_id"].str[:4]
    assert (rows.groupby(calls)["rater_id"].nunique() == 1).all()
    for own in places(rows).values():
        runs = own["utterance_id"].str[:4].ne(own["utterance_id"].str[:4].shift()).cumsum()
        assert runs.nunique() == own["utterance_id"].str[:4].nunique()
        assert all(part["utterance_id"].is_monotonic_increasing for _, part in own.groupby(runs))


def test_shared_utterances_of_a_call_are_its_first_ones():
    # half of 8 and 4 utterances are shared: one call whole, or the beginning of the long one
    rows = plan([8, 4], 2, overlap=2, overlap_share=0.5)
    shared = rows["utterance_id"].value_counts() == 2
    shared = sorted(shared[shared].index)
    assert len(shared) == 6
    for call in {name[:4] for name in shared}:
        own = [name for name in shared if name.startswith(call)]
        assert own == [f"{call}-{n:03d}" for n in range(len(own))]


def test_passes_without_words_come_first():
    rows = plan([40], 1, passes=("both", "text", "voice", "masked_voice"), order="random")
    blocks = rows["pass"][rows["pass"] != rows["pass"].shift()]
    assert blocks.tolist() == ["masked_voice", "voice", "text", "both"]
    apart = rows.groupby("utterance_id")["position"].diff().dropna()
    assert apart.min() >= 20


def test_passes_go_to_different_raters_where_there_are_enough():
    rows = plan([10, 10, 10], 4, passes=("voice", "both"), overlap=2)
    assert not rows.duplicated(["rater_id", "utterance_id"]).any()
    assert (rows.groupby(["utterance_id", "pass"])["rater_id"].nunique() == 2).all()


def test_places_of_hidden_items_tell_nothing():
    # over many seeds gold comes at every place about as often
    at = [
        rows.loc[rows["purpose"] == "gold", "position"].tolist()
        for rows in (plan([30], 1, order="random", seed=s, gold=gold_of(9), gold_rate=0.1)
                     for s in range(60))
    ]  # fmt: skip
    counts = np.bincount(np.concatenate(at), minlength=33)
    assert counts.sum() == 180
    assert counts.min() > 0
    assert counts.max() < 180 / 33 * 3


# ---- who may hear what -----------------------------------------------------------------


def callers(languages, cultures=None):
    return pd.DataFrame(
        {
            "call_id": [f"c{i:03d}" for i in range(len(languages))],
            "language": languages,
            "customer_culture": cultures or [None] * len(languages),
        }
    )


def test_languages_are_read_without_their_region():
    assert languages_of("de-AT en") == {"de", "en"}
    assert languages_of("pt_BR") == {"pt"}
    assert languages_of(None) == languages_of(float("nan")) == languages_of("") == frozenset()


def test_only_who_understands_hears_and_what_nobody_understands_is_reported():
    people = raters(3, languages=["en", "de en", "fr"])
    calls = callers(["de-AT", "en", "fr-CA", "it", None])
    rows = plan_worklist(utterances(2, 2, 2, 3, 2), people, WorklistSettings(seed=1), calls=calls)
    heard = rows.groupby(rows["utterance_id"].str[:4])["rater_id"].agg(set)
    assert heard["c000"] == {"r01"}
    assert heard["c001"] <= {"r00", "r01"}
    assert heard["c002"] == {"r02"}
    assert "c003" not in heard.index
    assert rows.attrs["left_out"] == ["c003-000", "c003-001", "c003-002"]
    (told,) = [text for text in rows.attrs["notices"] if "left out" in text]
    assert told.startswith("3 utterances were left out: none of the raters understands it")
    everyone = WorklistSettings(seed=1, match=())
    rows = plan_worklist(utterances(2, 2, 2, 3, 2), people, everyone, calls=calls)
    assert rows.attrs["left_out"] == []


def test_customers_say_what_the_call_does_not():
    calls = callers([None, None]).assign(customer_id=["k1", "k2"])
    customers = pd.DataFrame(
        {"customer_id": ["k1", "k2"], "languages": ["de", "fr"], "culture": [None, "french"]}
    )
    people = raters(2, languages=["de", "fr"], culture=["german", "french"])
    rows = plan_worklist(
        utterances(2, 2), people, WorklistSettings(seed=1), calls=calls, customers=customers
    )
    assert dict(zip(rows["utterance_id"].str[:4], rows["rater_id"], strict=True)) == {
        "c000": "r00",
        "c001": "r01",
    }
    assert any("Of 1 times that an utterance of known culture" in t for t in rows.attrs["notices"])


def test_fewer_raters_than_wanted_understand_it():
    people = raters(3, languages=["en", "en", "fr"])
    rows = plan_worklist(
        utterances(4, 3), people, WorklistSettings(seed=1, overlap=2), calls=callers(["en", "fr"])
    )
    counts = rows.groupby(rows["utterance_id"].str[:4])["rater_id"].nunique()
    assert counts.to_dict() == {"c000": 2, "c001": 1}
    assert any(
        t.startswith("3 utterances are heard by fewer than 2 raters") for t in rows.attrs["notices"]
    )


def test_one_of_those_who_hear_it_is_of_the_callers_culture():
    people = raters(4, culture=["british", "german", "german", None])
    calls = callers(["en"] * 12, ["British", "german", "french"] * 4)
    how = WorklistSettings(seed=3, overlap=2)
    rows = plan_worklist(utterances(*[3] * 12), people, how, calls=calls)
    heard = rows.groupby(rows["utterance_id"].str[:4])["rater_id"].agg(set)
    assert all("r00" in heard[f"c{i:03d}"] for i in range(0, 12, 3))
    assert all(heard[f"c{i:03d}"] & {"r01", "r02"} for i in range(1, 12, 3))
    assert (rows.groupby("utterance_id")["rater_id"].nunique() == 2).all()


def n_insiders(rows, people, calls):
    """Count, for each utterance and pass, the raters of the customer's culture."""
    own = people.set_index("rater_id")["culture"].str.lower()
    calling = calls.set_index("call_id")["customer_culture"].str.lower()
    same = rows["rater_id"].map(own) == rows["utterance_id"].str[:4].map(calling)
    return same.groupby([rows["pass"], rows["utterance_id"]]).sum()


@pytest.mark.parametrize("order", ["in_call", "random"])
def test_as_many_of_the_callers_culture_as_asked_for_hear_it(order):
    people = raters(6, culture=["swiss", "Swiss", "swiss", "german", "german", None])
    calls = callers(["de"] * 12, ["swiss", "german", "SWISS"] * 4)
    how = WorklistSettings(seed=3, overlap=3, insiders=2, order=order)
    rows = plan_worklist(utterances(*[3] * 12), people, how, calls=calls)
    assert n_insiders(rows, people, calls).min() >= 2
    assert (rows.groupby("utterance_id")["rater_id"].nunique() == 3).all()
    assert not any("other cultures only" in text for text in rows.attrs["notices"])
    # two passes go to different raters: three of a culture serve one pass with two, one with one
    how = WorklistSettings(seed=3, overlap=3, insiders=2, order=order, passes=("voice", "both"))
    rows = plan_worklist(utterances(*[3] * 12), people, how, calls=calls)
    assert n_insiders(rows, people, calls)["voice"].min() >= 2
    assert any(
        "of 24 utterances of swiss customers are heard by fewer than 2 raters" in text
        for text in rows.attrs["notices"]
    )


@pytest.mark.parametrize("match", [("language", "culture"), ()])
def test_who_would_be_heard_by_outsiders_only_is_told(match):
    people = raters(3, culture=["german", "german", None])
    calls = callers(["de"] * 3, ["swiss", "german", None])
    how = WorklistSettings(seed=1, overlap=2, match=match)
    notices = plan_worklist(utterances(3, 2, 4), people, how, calls=calls).attrs["notices"]
    told = [text for text in notices if "other cultures only" in text]
    assert told == [
        "All 3 utterances of swiss customers will be judged by raters of other cultures only: no "
        "rater here gave that culture; one more rater would change it."
    ]
    people = raters(3, languages=["de", "de", "fr"], culture=["german", "german", "swiss"])
    how = WorklistSettings(seed=1, overlap=2)
    notices = plan_worklist(utterances(3, 2, 4), people, how, calls=calls).attrs["notices"]
    assert any("All 3 utterances of swiss" in t and "may not hear all" in t for t in notices)


def test_fewer_insiders_than_asked_for_are_told():
    people = raters(4, culture=["swiss", "german", "german", "german"])
    calls = callers(["de"] * 2, ["swiss", "german"])
    how = WorklistSettings(seed=1, overlap=2, insiders=2)
    notices = plan_worklist(utterances(3, 2), people, how, calls=calls).attrs["notices"]
    assert [t for t in notices if "fewer than 2 raters of that culture" in t] == [
        "3 of 3 utterances of swiss customers are heard by fewer than 2 raters of that culture."
    ]


def test_raters_without_languages_are_named():
    rows = plan_worklist(utterances(2), raters(1), WorklistSettings(seed=1), calls=callers(["en"]))
    assert any('store.change_rater("r00"' in text for text in rows.attrs["notices"])


def test_calls_without_a_transcript_have_no_pass_with_text():
    rows = plan_worklist(
        utterances(3, 2).assign(has_text=[True] * 3 + [False] * 2),
        raters(2),
        WorklistSettings(seed=1, passes=("voice", "both")),
    )
    assert rows.groupby("pass")["utterance_id"].nunique().to_dict() == {"voice": 5, "both": 3}
    assert any("2 utterances are of calls without a transcript" in t for t in rows.attrs["notices"])


# ---- choosing --------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    part=st.floats(0.01, 1),
    strata=st.sampled_from(["proportional", "equal"]),
    seed=st.integers(0, 99),
)
def test_so_many_of_each_stratum(sizes, part, strata, seed):
    rows = utterances(*sizes)
    rows["queue"] = rows["call_id"]
    wanted = max(1, int(part * len(rows)))
    how = WorklistSettings(seed=seed, n_items=wanted, stratify=("queue",), strata=strata)
    chosen = plan_worklist(rows, raters(1), how)
    counts = chosen["utterance_id"].str[:4].value_counts().reindex(rows["call_id"].unique())
    counts = counts.fillna(0).to_numpy()
    assert counts.sum() == wanted
    if strata == "proportional":
        assert (np.abs(counts - wanted * np.array(sizes) / sum(sizes)) < 1).all()
    else:
        not_full = counts < np.array(sizes)
        if not_full.any():
            assert counts[not_full].max() - counts[not_full].min() <= 1
            assert counts.max() <= counts[not_full].max() + 1


def test_strata_of_several_columns_and_of_gaps():
    rows = utterances(4, 4, 4, 4)
    rows["queue"] = rows["call_id"].map({"c000": "a", "c001": "a", "c002": "b", "c003": None})
    rows["escalated"] = rows["call_id"].isin(["c001", "c002"])
    how = WorklistSettings(seed=1, n_items=8, stratify=("queue", "escalated"), strata="equal")
    chosen = plan_worklist(rows, raters(1), how)
    assert chosen["utterance_id"].str[:4].value_counts().to_dict() == dict.fromkeys(
        ["c000", "c001", "c002", "c003"], 2
    )


def test_a_small_stratum_is_told():
    rows = utterances(2, 30)
    rows["queue"] = rows["call_id"]
    how = WorklistSettings(seed=1, n_items=20, stratify="queue", strata="equal")
    chosen = plan_worklist(rows, raters(1), how)
    assert any("1 strata had too few" in t and "queue c000" in t for t in chosen.attrs["notices"])


# ---- refusals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "n_raters", "options", "sentence"),
    [
        ([3], 2, {"overlap": 3}, r"overlap of 3 needs 3 raters; 2 came \(r00, r01\)"),
        ([3], 0, {}, r"overlap of 1 needs 1 raters; 0 came \(none\)"),
        ([], 1, {}, "no utterance to plan"),
        ([12], 1, {"repeat_rate": 0.2}, "hear 2 of 12 utterances again .* 20 places .*distance=12"),
        ([9], 1, {"passes": ("voice", "both")}, "9 of them in the pass both, .*most distance=9"),
        ([40], 1, {"gold_rate": 0.2}, "asks for 8 gold items for r00 in the pass both; .* are 5"),
        ([5], 1, {"n_items": 9}, "n_items asks for 9 utterances; there are 5"),
        ([5], 1, {"n_items": 2, "stratify": "queu"}, 'no column "queu"'),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_numbers(sizes, n_raters, options, sentence):
    with pytest.raises(InputError, match=sentence):
        plan(sizes, n_raters, gold=gold_of(5), **options)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"order": "by_call"}, 'no order "by_call"'),
        ({"passes": ("vioce",)}, 'no pass "vioce". Did you mean "voice"'),
        ({"passes": ()}, "No pass came"),
        ({"overlap": 2, "insiders": 3}, "insiders asks for 3 .* only 2 hear it; give overlap=3"),
        ({"insiders": 0}, "insiders is 0; expected 1 or more"),
        ({"overlap": 0}, "overlap is 0; expected 1 or more"),
        ({"overlap": 1.5}, "overlap is 1.5; expected a whole number"),
        ({"gold_rate": 1.5}, "gold_rate is 1.5; expected a share from 0 to 1"),
        ({"repeat_rate": float("nan")}, "repeat_rate is nan"),
        ({"stratify": "queue"}, "give n_items, or leave stratify out"),
        ({"strata": "even"}, 'no way to share out strata "even"'),
        ({"match": "age"}, 'no thing to match "age"'),
        ({"seed": -1}, "seed is -1; expected 0 or more"),
    ],
)
def test_settings_that_make_no_sense(options, sentence):
    with pytest.raises(InputError, match=sentence):
        WorklistSettings(**{"seed": 1} | options)


def test_doubles_are_refused():
    with pytest.raises(InputError, match='rater "r00" is named more than once'):
        plan_worklist(utterances(2), pd.concat([raters(1)] * 2), WorklistSettings(seed=1))
    with pytest.raises(InputError, match='"c000-000" is in the table more than once'):
        plan_worklist(pd.concat([utterances(2)] * 2), raters(1), WorklistSettings(seed=1))
    with pytest.raises(InputError, match='need the column "start_s"'):
        plan_worklist(utterances(2).drop(columns="start_s"), raters(1), WorklistSettings(seed=1))


def test_gold_is_not_labelled_otherwise():
    gold = pd.DataFrame({"utterance_id": ["c000-001"], "call_id": ["c000"], "pass": ["both"]})
    rows = plan([10], 1, gold=gold, gold_rate=0.1)
    assert rows["purpose"].value_counts().to_dict() == {"label": 9, "gold": 1}
    assert rows.loc[rows["purpose"] == "gold", "utterance_id"].tolist() == ["c000-001"]
    assert any("1 utterances are gold" in text for text in rows.attrs["notices"])
    assert len(plan([10], 1, gold=gold)) == 10


def test_progress_counts_purposes_and_states():
    rows = plan(
        [40], 2, order="random", gold=gold_of(5), gold_rate=0.1, repeat_rate=0.1, distance=5
    )
    rows.loc[rows["position"] < 4, "state"] = "done"
    rows.loc[rows["position"] == 4, "state"] = "skipped"
    progress = worklist_progress(rows)
    assert progress["n_label"].tolist() == [20, 20]
    assert progress["n_gold"].tolist() == progress["n_repeat"].tolist() == [2, 2]
    assert progress["n_assigned"].tolist() == [24, 24]
    assert progress["n_done"].tolist() == [4, 4]
    assert progress["n_skipped"].tolist() == [1, 1]
    assert progress["n_open"].tolist() == [19, 19]
    assert progress["done_share"].tolist() == pytest.approx([4 / 24] * 2)
    assert worklist_progress(rows.head(0)).empty
