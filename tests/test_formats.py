"""The registry of formats, label mappings, places on channels, ratings for the store."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchanged_calls import rated, register
from workbench.errors import InputError
from workbench.formats import (
    FORMATS,
    UTEP_LABELS,
    HeardTag,
    Meaning,
    accepted_options,
    check_labels,
    export_files,
    export_textgrid,
    format_named,
    formats_table,
    import_elan_tab,
    import_file,
    import_rttm,
    import_textgrid,
    place_intervals,
    rating_tables,
)
from workbench.formats.labels import map_labels
from workbench.formats.meanings import VERDICTS, join_label, split_label
from workbench.formats.tiers import Tier, read_tier_name, tier_name
from workbench.schema import check_table
from workbench.taxonomies import default_taxonomy
from workbench.utterances import from_tier

# ---- registry ------------------------------------------------------------------------------


def test_every_format_does_something_and_is_listed():
    for name, entry in FORMATS.items():
        assert name == entry.name
        assert entry.export or entry.import_
        assert entry.meaning.endswith(".")
    table = formats_table().set_index("format")
    assert table.loc["elan_tab", ["imports", "exports"]].tolist() == [True, False]
    assert "mapping" in accepted_options("elan_tab")
    assert "taxonomy" in accepted_options("textgrid", "import")
    assert "taxonomy" not in accepted_options("textgrid", "export")


def test_unknown_names_and_options_suggest_the_nearest(tmp_path):
    with pytest.raises(InputError, match='no format "textgird". Did you mean "textgrid"'):
        format_named("textgird")
    with pytest.raises(InputError, match='"elan_tab" cannot be exported. Formats for export: tab'):
        export_files({}, tmp_path, "elan_tab")
    with pytest.raises(InputError, match='"tables" cannot be imported'):
        import_file(tmp_path, "tables")
    with pytest.raises(InputError, match='takes no maping=. Did you mean "mapping"'):
        import_file(tmp_path, "elan_tab", maping={})
    with pytest.raises(InputError, match="takes no rater_id="):
        import_file(tmp_path, "rttm", rater_id="r01")
    with pytest.raises(InputError, match="There is no file .*nowhere"):
        import_file(tmp_path / "nowhere", "elan_tab", rater_id=None)


# ---- labels --------------------------------------------------------------------------------


def test_labels_are_joined_and_split():
    assert split_label("frustration+gratitude") == ("tagged", ("frustration", "gratitude"))
    assert split_label("unusable") == ("unusable", ())
    assert split_label(r"a\+b+c") == ("tagged", ("a+b", "c"))


TAGS = st.lists(st.text(min_size=1), min_size=1, max_size=4)


@given(TAGS)
def test_any_tags_survive_joining(tags):
    assert split_label(join_label("tagged", tags)) == ("tagged", tuple(tags))


@given(st.sampled_from(VERDICTS))
def test_any_verdict_survives_joining(verdict):
    assert split_label(join_label(verdict, [])) == (verdict, ())


@given(st.text(min_size=1), st.text(min_size=1), st.integers(1, 9), st.sampled_from([None, 0, 7]))
def test_any_tier_name_is_read_back(what, rater, layer, channel):
    what = what.replace("@", "")
    tier = Tier(
        "", "agent", what or "tags", rater, channel, "masked_voice", "a/b", "2.1 beta", layer
    )
    read = read_tier_name(tier_name(tier))
    assert (read.what, read.key) == (tier.what, tier.key)


def test_utep_labels_fit_the_default_taxonomy():
    found = map_labels(list(UTEP_LABELS), "utep", default_taxonomy(), source="a file")
    assert found["o"] is None
    assert found["dd"] == Meaning("tagged", (HeardTag("frustration", 1.0),), {"valence": -1.0})
    steps = default_taxonomy().intensity_steps
    for meaning in found.values():
        for tag in meaning.tags if meaning else ():
            assert tag.intensity is None or (tag.intensity * steps) % 1 == pytest.approx(0)


def test_a_mapping_may_be_a_table():
    table = pd.DataFrame(
        {
            "label": ["ang", "ang", "neu", "?", "x"],
            "verdict": [None, None, "neutral", "unclear", "skip"],
            "tag": ["anger", "frustration", None, None, None],
            "intensity": [1.0, None, None, None, None],
            "valence": [-0.5, -0.5, 0.0, None, None],
        }
    )
    found = check_labels(table)
    anger = (HeardTag("anger", 1.0), HeardTag("frustration", None))
    assert found["ang"] == Meaning("tagged", anger, {"valence": -0.5})
    assert found["x"] is None
    assert found["neu"].scores == {"valence": 0.0}


WRONG = [
    ("utpe", 'no label mapping "utpe". Did you mean "utep"'),
    ({"x": "anger"}, "mapped to 'anger'; a Meaning such as"),
    ({"x": Meaning("tagged")}, 'verdict "tagged" with 0 tags; "tagged" needs a tag or a score'),
    ({"x": Meaning("neutral", (HeardTag("anger"),))}, "the others have no tag"),
    ({"x": Meaning("angry")}, 'verdict "angry".* Verdicts are tagged'),
    ({"x": Meaning("tagged", (HeardTag("anger", 4),))}, "intensity 4; 0 to 1 was expected"),
    ({"x": Meaning("tagged", (HeardTag("anger"), HeardTag("anger")))}, "tag 'anger' twice"),
    ({"x": Meaning("tagged", (HeardTag("angr"),))}, 'does not have. Did you mean "anger"'),
    ({"x": Meaning("neutral", (), {"valance": 0})}, 'Did you mean "valence"'),
    ({"x": Meaning("neutral", (), {"arousal": -1})}, "arousal -1; 0 to 1 was expected"),
    ({"x": Meaning("unusable", (), {"arousal": 1})}, "what cannot be judged has none"),
    (pd.DataFrame({"lable": ["x"]}), 'needs a column "label". Is it "lable"'),
    ({"y": None}, r"labels without a meaning: 'x' \(2 times\).*mapping\['x'\] = Meaning"),
]


@pytest.mark.parametrize(("mapping", "message"), WRONG)
def test_wrong_mappings_are_told_in_a_sentence(mapping, message):
    with pytest.raises(InputError, match=message):
        map_labels(["x", "x"], mapping, default_taxonomy(), source="a file")


# ---- places --------------------------------------------------------------------------------


def elan(tmp_path, *rows, name="call_0001.txt"):
    lines = []
    for tier, party, start_s, end_s, label in rows:
        times = [f"00:00:{s:06.3f}\t{s:g}" for s in (start_s, end_s, end_s - start_s)]
        lines.append("\t".join([tier, party, *times, label]))
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_roles_find_their_channels_and_channels_their_roles(tmp_path):
    path = elan(tmp_path, ("x@r1", "customer", 1, 2, "anger"), ("x@r1", "agent", 2, 3, "warm"))
    tables = register({"call_0001": 10.0})
    placed = place_intervals(import_elan_tab(path), tables["channels"], tables["recordings"])
    assert placed.intervals[["channel", "role"]].to_numpy().tolist() == [
        [0, "customer"],
        [1, "agent"],
    ]
    rttm = tmp_path / "x.rttm"
    rttm.write_text("SPEAKER call_0001 2 0.0 1.0 <NA> <NA> S1 <NA> <NA>\n")
    placed = place_intervals(import_rttm(rttm), tables["channels"])
    assert placed.intervals["role"].tolist() == ["agent"]


def test_a_mono_call_keeps_the_roles_of_the_tier(tmp_path):
    path = elan(tmp_path, ("x@r1", "customer", 1, 2, "anger"), ("x@r1", "agent", 2, 3, "warm"))
    channels = register({"call_0001": 10.0})["channels"].iloc[:1].assign(role="unknown")
    placed = place_intervals(import_elan_tab(path), channels)
    assert placed.intervals["channel"].tolist() == [0, 0]
    assert placed.intervals["role"].tolist() == ["customer", "agent"]


def test_after_a_transfer_time_tells_which_channel_is_meant(tmp_path):
    path = elan(tmp_path, ("x@r1", "agent", 1, 2, "warm"), ("x@r1", "agent", 12, 13, "curt"))
    tables = register({"call_0001": 10.0})
    second = tables["recordings"].assign(recording_id="rec_2", offset_s=11.0)
    more = tables["channels"].assign(recording_id="rec_2", channel=[2, 3])
    recordings = pd.concat([tables["recordings"], second], ignore_index=True)
    channels = pd.concat([tables["channels"], more], ignore_index=True)
    placed = place_intervals(import_elan_tab(path), channels, recordings)
    assert placed.intervals["channel"].tolist() == [1, 3]
    with pytest.raises(InputError, match="cannot be known which channel of call_0001 the agent"):
        place_intervals(import_elan_tab(path), channels)


def test_contradictions_are_told(tmp_path):
    tables = register({"call_0001": 10.0})
    path = elan(tmp_path, ("x@r1", "", 1, 2, "anger"))
    with pytest.raises(InputError, match="It cannot be known which channel .* 0=customer, 1=agent"):
        place_intervals(import_elan_tab(path), tables["channels"])
    with pytest.raises(InputError, match=r"speaks of channel 5 .* channels 0, 1 \(counted from 0"):
        place_intervals(import_elan_tab(path, channel=5), tables["channels"])
    with pytest.raises(
        InputError, match="takes channel 0 .* for the agent, the register for the cu"
    ):
        place_intervals(import_elan_tab(path, channel=0, role="agent"), tables["channels"])


def test_a_call_without_audio_keeps_what_the_source_says(tmp_path):
    path = elan(tmp_path, ("x@r1", "customer", 1, 2, "anger"))
    placed = place_intervals(import_elan_tab(path), register({})["channels"])
    assert placed.intervals["channel"].isna().all()


# ---- for the store -------------------------------------------------------------------------


def tier_of(imported, channels):
    tier = from_tier(
        imported.intervals, imported.method, call_id="call_0001", channels=channels,
        settings=imported.settings,
    )  # fmt: skip
    return tier.segmentation, tier.utterances


def test_import_becomes_utterances_and_ratings_twice_the_same(tmp_path):
    path = elan(
        tmp_path,
        ("customer:x@r1", "", 1, 2.5, "d"),
        ("customer:x@r2", "", 1, 2.5, "dd"),
        ("customer:x@r1", "", 3, 4, "o"),
    )
    channels = register({"call_0001": 10.0})["channels"]
    written = []
    for _ in range(2):
        imported = place_intervals(import_elan_tab(path, mapping="utep"), channels)
        segmentation, utterances = tier_of(imported, channels)
        tables = rating_tables(imported, utterances)
        assert len(utterances) == 2
        assert len(tables["ratings"]) == 2
        assert tables["ratings"]["utterance_id"].nunique() == 1
        written.append(
            (segmentation["segmentation_id"].item(), tables["ratings"]["rating_id"].tolist())
        )
    assert written[0] == written[1]
    for name in ("ratings", "tags", "scores"):
        check_table(tables[name], name)
    assert imported.scores["imported_value"].tolist() == ["d", "dd"]
    assert imported.raters["rater_id"].tolist() == ["r1", "r2"]


def test_a_corrected_mapping_supersedes_the_first_import(tmp_path):
    path = elan(tmp_path, ("customer:x@r1", "", 1, 2.5, "d"))
    channels = register({"call_0001": 10.0})["channels"]
    first = place_intervals(import_elan_tab(path, mapping="utep"), channels)
    _, utterances = tier_of(first, channels)
    stored = rating_tables(first, utterances)["ratings"]
    again = rating_tables(first, utterances, stored)["ratings"]
    assert again["supersedes"].isna().all()
    mapping = {"d": Meaning("tagged", (HeardTag("anger"),))}
    second = place_intervals(import_elan_tab(path, mapping=mapping), channels)
    later = rating_tables(second, utterances, stored)["ratings"]
    assert later["supersedes"].tolist() == stored["rating_id"].tolist()
    assert later["rating_id"].tolist() != stored["rating_id"].tolist()


def test_ratings_without_an_utterance_are_told(tmp_path):
    export_textgrid(rated([{"span": (0, 1), "tags": {"anger": None}}]), tmp_path)
    imported = import_textgrid(tmp_path / "call_0001.TextGrid")
    utterances = rated([{"span": (5, 6)}])["utterances"]
    with pytest.raises(InputError, match="1 of 1 ratings of call_0001.TextGrid have no utterance"):
        rating_tables(imported, utterances)
