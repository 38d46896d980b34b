"""Taxonomies: the default one, the YAML format, the frozen hash, the sentences."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from workbench.errors import InputError
from workbench.taxonomies import (
    COMMANDS,
    VERDICT_WORDS,
    default_taxonomy,
    default_taxonomy_text,
    read_taxonomy,
    taxonomy_from_definition,
)

CUSTOMER = (
    "frustration anger anxiety confusion hesitation resignation disengagement relief gratitude "
    "satisfaction urgency"
).split()
AGENT = "warm empathic curt scripted impatient".split()
SMALL = """\
taxonomy: mood
version: "1"
tags:
  - tag: cheerful
    roles: [customer]
    definition: In good spirits.
  - tag: patient
    definition: Gives time.
dimensions:
  - dimension: valence
    low: -1
    high: 1
    low_words: bad
    high_words: good
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "mood.yaml"
        path.write_text(text, encoding="utf-8")
        return read_taxonomy(path)

    return read_text


def refused(read, old, new):
    """Give the sentence with which a changed taxonomy is refused."""
    assert old in SMALL
    with pytest.raises(InputError) as caught:
        read(SMALL.replace(old, new))
    return str(caught.value)


# ---- the default taxonomy --------------------------------------------------------------


def test_default_has_the_tags_of_customers_and_agents_apart():
    cx = default_taxonomy()
    assert [tag.tag for tag in cx.tags_for("customer")] == CUSTOMER
    assert [tag.tag for tag in cx.tags_for("agent")] == AGENT
    assert cx.intensity_steps == 3


def test_default_dimensions_have_words_at_both_ends():
    table = default_taxonomy().dimensions_table().set_index("dimension")
    assert list(table.index) == ["valence", "arousal", "stress", "confidence"]
    assert table["low"].tolist() == [-1.0, 0.0, 0.0, 0.0]
    assert table["high"].tolist() == [1.0] * 4
    assert (table[["low_words", "high_words", "definition"]].map(len) > 5).all(axis=None)


def test_default_notes_are_written_for_every_tag():
    table = default_taxonomy().tags_table()
    notes = table[["definition", "sounds_like", "not_to_be_confused_with"]]
    assert (notes.map(len) >= 50).all(axis=None)
    assert table["tag"].is_unique
    assert not notes.stack().duplicated().any()


def test_default_contrasts_name_other_tags_of_the_taxonomy():
    words = {"curt", *CUSTOMER, *AGENT}
    for tag in default_taxonomy().tags:
        named = set(re.findall(r"\w+", tag.not_to_be_confused_with.lower())) & words - {tag.tag}
        assert named, tag.tag


def test_verdicts_stand_beside_the_tags():
    assert list(default_taxonomy().verdicts) == ["neutral", "unclear", "unusable", "other"]
    assert not set(default_taxonomy().verdicts) & {tag.tag for tag in default_taxonomy().tags}


@pytest.mark.parametrize("role", ["other", "unknown"])
def test_a_speaker_who_is_not_known_may_be_given_every_tag(role):
    assert len(default_taxonomy().tags_for(role)) == len(CUSTOMER) + len(AGENT)


def test_unknown_role_is_answered_with_the_nearest():
    with pytest.raises(InputError, match='no role "costumer". Did you mean "customer"'):
        default_taxonomy().tags_for("costumer")


def test_tables_have_text_columns_also_without_rows(read):
    tags_only = taxonomy_from_definition(
        {"taxonomy": "t", "version": "1", "tags": [{"tag": "a", "definition": "b"}]}
    )
    assert tags_only.dimensions_table().dtypes.equals(default_taxonomy().dimensions_table().dtypes)
    assert tags_only.tags_table().dtypes.equals(default_taxonomy().tags_table().dtypes)
    assert set(default_taxonomy().tags_table().dtypes) == {pd.StringDtype(na_value=float("nan"))}


def test_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        default_taxonomy().version = "2"


# ---- the format ------------------------------------------------------------------------


def test_default_text_reads_as_the_default(read):
    assert read(default_taxonomy_text()) == default_taxonomy()


def test_roles_left_out_mean_both_and_verdicts_have_words(read):
    mood = read(SMALL)
    assert mood.tags[1].roles == ("customer", "agent")
    assert mood.verdicts == VERDICT_WORDS
    assert read(SMALL + 'verdicts: {neutral: "Nichts."}\n').verdicts["neutral"] == "Nichts."


def test_whole_numbers_are_versions_too(read):
    assert read(SMALL.replace('"1"', "12")).version == "12"


def test_round_trip_through_the_definition():
    cx = default_taxonomy()
    again = taxonomy_from_definition(json.loads(json.dumps(cx.definition)))
    assert again == cx
    assert again.definition == cx.definition


# ---- the frozen hash -------------------------------------------------------------------


def test_hash_ignores_comments_order_of_fields_and_line_breaks(read):
    wrapped = SMALL.replace("In good spirits.", ">\n      In  good\n      spirits.")
    swapped = SMALL.replace('taxonomy: mood\nversion: "1"', 'version: "1"\ntaxonomy: mood')
    hashes = {read(text).sha256 for text in (SMALL, "# note\n" + SMALL, wrapped, swapped)}
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("In good spirits.", "In good spirits!"),
        ("cheerful", "merry"),
        ("[customer]", "[agent]"),
        ('"1"', '"2"'),
        ("low_words: bad", "low_words: awful"),
        ("tags:", "intensity_steps: 5\ntags:"),
    ],
)
def test_hash_tells_every_change_of_meaning(read, old, new):
    assert read(SMALL).sha256 != read(SMALL.replace(old, new)).sha256


def test_hash_is_the_same_however_a_letter_is_composed(read):
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    one = read(SMALL.replace("In good spirits.", composed))
    assert one.sha256 == read(SMALL.replace("In good spirits.", decomposed)).sha256


def test_hash_stays_what_it_was():
    assert (
        taxonomy_from_definition(
            {"taxonomy": "t", "version": "1", "tags": [{"tag": "a", "definition": "b"}]}
        ).sha256
        == "8b61dc3c7351640fdc2f0501806df1af92ceff4a9d2b12a3049ab350f107a316"
    )


@given(
    st.lists(
        st.tuples(st.from_regex(r"[a-z]{1,8}_tag", fullmatch=True), st.text(min_size=1)),
        min_size=1,
        unique_by=lambda pair: pair[0],
    )
)
def test_what_is_accepted_is_canonical(pairs):
    raw = {"taxonomy": "t", "version": "1", "tags": [{"tag": n, "definition": d} for n, d in pairs]}
    try:
        once = taxonomy_from_definition(raw)
    except InputError as error:
        assert "has no definition" in str(error)
        return
    assert taxonomy_from_definition(once.definition).sha256 == once.sha256


# ---- sentences -------------------------------------------------------------------------


def test_a_missing_definition_names_line_and_tag(read):
    text = refused(read, "    definition: In good spirits.\n", "")
    assert text == 'mood.yaml, line 4: The tag "cheerful" has no definition. Add a line: ' + (
        "definition: ..."
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("tag: patient", "tag: cheerful", 'line 7: the tag "cheerful" is defined twice'),
        ("tag: patient", "tag: valence", 'the dimension "valence" is defined but it is a tag too'),
        (
            "tag: patient",
            "tag: neutral",
            'line 7: the tag "neutral" is defined but it is a verdict',
        ),
        ("[customer]", "[custmer]", r'line 4: The tag "cheerful" is for the role "custmer". Did'),
        ("[customer]", "7", "line 4: .* has roles 7; write roles"),
        ("tag: patient", "tag: very patient", 'line 7: "very patient" cannot be .* "very_patient"'),
        ("tag: patient", "tag: no", "line 7: A tag has tag: False, which YAML does not read as"),
        ("definition: Gives", "defintion: Gives", 'line 7: A tag has no field "defintion". Did'),
        ('version: "1"', "version: 1.10", r"line 1: the version 1.1 came as a number.*in quotes"),
        ('version: "1"\n', "", "line 1: The taxonomy has no version"),
        ("low: -1", "low: -3", "line 10: .*valence.* runs from -3 to 1; .* Write low: -1"),
        ("dimension: valence", "dimension: calm", "calm.* every other dimension from 0 to 1"),
        ("    low_words: bad\n", "", 'The dimension "valence" has no low_words'),
        ("tags:", "intensity_steps: 0\ntags:", "intensity_steps is 0; it must be .* 1 to 10"),
        ("tags:", "intensity_steps: yes\ntags:", "intensity_steps is True"),
        ("roles: [customer]", "key: ctrl", 'asks for the key "ctrl"; a key is one character'),
        ("roles: [customer]", "key: ü", 'the key "ü". Name the position by what a US keyboard'),
        ("tags:", "keys: b\ntags:", "keys should be lines of `tag: key`"),
        ("tags:", "keys:\n  not: M\ntags:", 'line 4: "not" is neither .* Did you mean "note"'),
        ("tags:", "keys:\n  note: ctrl\ntags:", "\"note\" asks for the key 'ctrl', which is none"),
        ("    low: -1", "    steps: 2\n    low: -1", '"valence" has 2 steps; .* from 3 to 9'),
        ("  - tag: patient\n    definition: Gives time.", "  - patient", "A tag should be a list"),
        ("taxonomy: mood", "taxonomy: mood\ntaxonomy: m", 'line 2: "taxonomy" stands twice'),
        ("tags:", "tags: [", "line 4: expected the node"),
        ("    definition: In", "   definition: In", "line 6: "),
        ("tags:", "tags: &x !!python/object:os.system\nother:", "line 3: could not determine a"),
    ],
)
def test_mistakes_are_told_with_their_line(read, old, new, sentence):
    assert re.search(sentence, refused(read, old, new))


def test_keys_and_steps_are_kept_where_they_are_given(read):
    given = SMALL.replace("tags:", "keys:\n  cheerful: Shift+c\n  note: 7\ntags:")
    given = given.replace("    low: -1", "    steps: 9\n    low: -1")
    mood = read(given)
    assert mood.definition["keys"] == {"cheerful": "Shift+KeyC", "note": "Digit7"}
    assert mood.dimensions[0].steps == 9
    assert taxonomy_from_definition(mood.definition) == mood
    plain = read(SMALL)
    assert plain.dimensions[0].steps == 5
    assert not {"keys", "steps"} & {*plain.definition, *plain.definition["dimensions"][0]}


def test_other_keys_are_no_other_version(read):
    keyed = read(SMALL.replace("tags:", "keys: {note: M}\ntags:"))
    assert keyed.sha256 == read(SMALL).sha256


def test_the_commands_are_those_of_the_front_end():
    keys = Path(__file__).parents[1] / "frontend" / "src" / "keys.ts"
    rows = re.findall(r'^    (bind|score|cue)\(\s*"(\w+)"', keys.read_text(), flags=re.MULTILINE)
    assert sorted("cue_" * (kind == "cue") + name for kind, name in rows) == sorted(COMMANDS)


def test_two_tags_of_one_role_need_two_keys(read):
    keyed = SMALL.replace("[customer]", "[customer]\n    key: C").replace(
        "Gives time.", "Gives time.\n    key: c"
    )
    with pytest.raises(InputError, match='line 8: the tags "cheerful" and "patient" both ask'):
        read(keyed)
    assert read(keyed.replace("Gives time.", "Gives time.\n    roles: agent")).tags[1].key == "c"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "mood.yaml is empty; it should begin with a line `taxonomy: name`"),
        ("# only a comment", "is empty"),
        (
            "- a\n- b",
            "A taxonomy should be .* `name: value` lines .* came is .'a', 'b'",
        ),
        ("taxonomy: t\nversion: '1'", "needs at least one tag or one dimension"),
        ("taxonomy: t\nversion: '1'\ntags: frustration", "tags should be a list, each entry"),
        ("? [a]\n: b", "line 1: a name is needed before the colon"),
    ],
)
def test_files_that_are_something_else(read, text, sentence):
    with pytest.raises(InputError, match=sentence):
        read(text)


def test_a_file_that_is_not_there_names_a_text_to_start_from(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read .*default_taxonomy_text\(\)"):
        read_taxonomy(tmp_path / "none.yaml")


def test_a_file_that_is_not_utf8(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes(SMALL.replace("good", "g\u00f6\u00f6d").encode("latin-1"))
    with pytest.raises(InputError, match="is not UTF-8 .*Save it as UTF-8"):
        read_taxonomy(path)
