"""A target computes nothing before it is defined; then its growth leads exactly from baseline to target."""

import io
import itertools
import json
import math
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gis.analysis import targets as rules
from gis.analysis.targets import Definition, Figure, Target
from gis.errors import DataFileError, InputError, UnknownNameError
from gis.i18n import reading as reading_in
from gis.i18n import table as labels
from gis.io import catalog, decisions
from gis.io import targets as record
from gis.model import READINGS
from gis.study import targets as study
from gis.study.targets import Wish
from gis.view import targets as view
from gis.view.tables import shown
from tests.command import done, refusal

ROOT = Path(__file__).parents[1]
IDS = [
    "vision.output", "vision.jobs", "vision.value_added", "target.parts_self_supply", "target.car_sales",
    "target.autonomy", "target.converted_firms", "target.jobs", "target.economic_effect",
]  # fmt: skip
OUTPUT_2019, JOBS_2019 = "gwangju.vision.output.2019", "gwangju.vision.jobs.2019"
SUPPLY = Target("supply", 200.0, 200.0, ("multiple", "growth"), "pct")
JOBS = Target("jobs", 110_000.0, 110_000.0, ("value",), "persons")
LEVEL_4 = Target("level", 4.0, 4.0, ("level",), "level")


def defined(reading=None, baseline=10.0, start=2019, end=2030, unit="pct", **more):
    return Definition(reading, Figure(baseline, start, "통계"), end, unit, **more)


def only(target, definition):
    (found,) = rules.outcomes(target, definition)
    return found


# By hand: ln(101/34) = 1.088763..., over 11 years 0.0989785, so e^0.0989785 − 1 = 10.4043 %.
def test_output_of_34_to_101_trillion_in_11_years():
    output = Target("output", 101e12, 101e12, ("value",), "krw")
    found = only(output, defined("value", 34e12, unit="krw"))
    assert found.years == 11
    assert found.growth == pytest.approx((101 / 34) ** (1 / 11) - 1, rel=1e-12)
    assert found.growth == pytest.approx(0.104043, abs=2e-6)
    assert found.amount == pytest.approx(67e12 / 11)


# By hand: ln(11/8.2) = 0.293761, over 11 years 0.0267056, so 2.7065 %; 28,000 / 11 = 2,545.4545.
def test_jobs_of_82_000_to_110_000_in_11_years():
    found = only(JOBS, defined("value", 82_000.0, unit="persons"))
    assert found.growth == pytest.approx(0.027065, abs=2e-6)
    assert found.amount == pytest.approx(2545.4545, abs=1e-4)


@pytest.mark.parametrize(
    ("reading", "stated", "baseline", "value"),
    [
        ("value", 101.0, 34.0, 101.0),
        ("multiple", 200.0, 10.0, 20.0),
        ("growth", 200.0, 10.0, 30.0),
        ("growth", 20.0, 15.0, 18.0),
        ("points", 5.0, 10.0, 15.0),
        ("level", 4.0, 0.0, 4.0),
    ],
)
def test_the_value_of_each_reading_by_hand(reading, stated, baseline, value):
    assert rules.target_value(reading, stated, baseline) == value


def test_every_reading_of_the_vocabulary_has_a_value():
    assert all(rules.target_value(reading, 1.0, 1.0) > 0 for reading in READINGS)


def test_200_percent_is_two_values_side_by_side_until_somebody_decides():
    both = rules.outcomes(SUPPLY, defined())
    assert [(one.reading, one.value) for one in both] == [("multiple", 20.0), ("growth", 30.0)]
    assert only(SUPPLY, defined("growth")).value == 30.0


PARTS_LEFT_OUT = {
    "reading": defined(),
    "baseline": Definition("growth", None, 2030, "pct"),
    "baseline_date": Definition("growth", Figure(10.0, None), 2030, "pct"),
    "target_date": Definition("growth", Figure(10.0, 2019), None, "pct"),
    "unit": Definition("growth", Figure(10.0, 2019), 2030, None),
}


@pytest.mark.parametrize("part", rules.PARTS)
def test_a_missing_part_is_named_and_all_but_the_reading_stop_the_computing(part):
    missing = rules.missing_parts(SUPPLY, PARTS_LEFT_OUT[part])
    assert missing == (("baseline", "baseline_date") if part == "baseline" else (part,))
    assert bool(rules.outcomes(SUPPLY, PARTS_LEFT_OUT[part])) == (part == "reading")


def test_without_any_decision_every_part_is_missing():
    assert rules.missing_parts(SUPPLY, Definition()) == rules.PARTS
    assert rules.missing_parts(LEVEL_4, Definition()) == ("reading", "target_date", "unit")


@pytest.mark.parametrize(("now", "reached", "remaining"), [(3.0, False, 1.0), (4.0, True, 0.0), (5.0, True, -1.0)])
def test_a_level_is_reached_or_not_and_has_no_growth(now, reached, remaining):
    found = only(LEVEL_4, Definition("level", None, 2030, "level", current=Figure(now, 2026, "시")))
    assert (found.reached, found.remaining) == (reached, remaining)
    assert all(math.isnan(number) for number in (found.growth, found.growth_high, found.amount))
    assert found.years is None


def test_a_level_nobody_knows_the_state_of_is_undecided():
    assert only(LEVEL_4, Definition("level", None, 2030, "level")).reached is None


def test_a_range_stays_a_range():
    odd = Target("odd", 250_000.0, 260_000.0, ("value",), "persons")
    found = only(odd, defined("value", 125_000.0, 2020, 2021, "persons"))
    assert (found.value, found.high) == (250_000.0, 260_000.0)
    assert (found.growth, found.growth_high) == pytest.approx((1.0, 1.08))
    assert (found.amount, found.amount_high) == (125_000.0, 135_000.0)


def test_a_lower_bound_has_no_upper_end_anywhere():
    bound = Target("bound", 10e12, math.inf, ("value",), "krw")
    found = only(bound, defined("value", 5e12, unit="krw"))
    assert (found.high, found.growth_high, found.amount_high) == (math.inf, math.inf, math.inf)
    assert math.isfinite(found.growth)


def test_from_0_there_is_no_growth_rate_but_an_amount_a_year():
    found = only(JOBS, defined("value", 0.0, unit="persons"))
    assert math.isnan(found.growth)
    assert found.amount == pytest.approx(10_000.0)
    assert list(rules.yearly_path(defined("value", 0.0, unit="persons"), found)["value"])[:2] == [0.0, 10_000.0]


def test_what_remains_is_counted_from_the_current_value():
    found = only(JOBS, defined("value", 82_000.0, unit="persons", current=Figure(90_000.0, 2025, "통계")))
    assert (found.remaining, found.reached) == (20_000.0, False)
    assert math.isnan(only(JOBS, defined("value", 82_000.0, unit="persons")).remaining)


amounts = st.floats(1e-3, 1e15)
ratios = st.floats(1e-3, 1e3)
years = st.integers(1, 60)


@given(amounts, ratios, years)
def test_compounding_the_growth_gives_the_target(baseline, ratio, count):
    growth = rules.growth_a_year(baseline, baseline * ratio, count)
    assert baseline * (1 + growth) ** count == pytest.approx(baseline * ratio, rel=1e-9)
    assert (growth > 0) == (ratio > 1) or ratio == pytest.approx(1)


@given(amounts, st.floats(1, 1000), years, st.permutations(["multiple", "growth", "points"]))
def test_the_order_of_readings_does_not_matter(baseline, stated, count, order):
    definition = defined(None, baseline, 2000, 2000 + count)
    there = rules.outcomes(Target("a", stated, stated, tuple(order), "pct"), definition)
    back = rules.outcomes(Target("a", stated, stated, tuple(reversed(order)), "pct"), definition)
    assert sorted(map(repr, there)) == sorted(map(repr, back))
    alone = [
        only(Target("a", stated, stated, (one,), "pct"), defined(one, baseline, 2000, 2000 + count)) for one in order
    ]
    assert [repr(one) for one in there] == [repr(one) for one in alone]


@given(amounts, amounts, years)
def test_the_yearly_way_begins_at_the_baseline_and_ends_at_the_target(baseline, value, count):
    definition = defined("value", baseline, 2000, 2000 + count)
    found = only(Target("a", value, value, ("value",), "pct"), definition)
    way = rules.yearly_path(definition, found)
    assert list(way["year"]) == list(range(2000, 2001 + count))
    assert (way["value"].iloc[0], way["value"].iloc[-1]) == (baseline, value)
    assert (
        way["value"].is_monotonic_increasing or way["value"].is_monotonic_decreasing or value == pytest.approx(baseline)
    )


@given(amounts, amounts, st.floats(1e-3, 1e3))
def test_growth_does_not_depend_on_the_unit_of_money(baseline, value, scale):
    here, there = (rules.growth_a_year(baseline * by, value * by, 7) for by in (1.0, scale))
    assert there == pytest.approx(here, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("34조", 34e12), ("34조원", 34e12), ("1조 2,000억원", 1.2e12), ("5천억", 5e11), ("8.2만", 82_000.0),
        ("8.2만명", 82_000.0), ("25만", 250_000.0), ("8만 2000", 82_000.0), ("12.5%", 12.5), ("0", 0.0), ("1,234.5", 1234.5),
        ("３４조", 34e12), ("34 trillion", 34e12), ("1 trillion 5 billion won", 1.005e12), ("100개사", 100.0),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_write_it(text, amount):
    assert rules.typed_amount(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "원",
        "-1",
        "1e5",
        "nan",
        "inf",
        "많음",
        "1,2",
        "12,34",
        "1.2.3",
        "2000억 1조",
        "1만 1만",
        "9" * 30,
        "1" * 100,
    ],
)
def test_what_is_no_amount_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="34조"):
        rules.typed_amount(text)


@given(st.integers(0, 10**17))
def test_a_shown_amount_can_be_typed_again_with_all_its_digits(amount):
    assert rules.typed_amount(view.typed_text(float(amount))) == float(amount)
    with reading_in("en"):
        assert rules.typed_amount(view.typed_text(float(amount))) == float(amount)


@pytest.mark.parametrize(
    ("text", "year"), [("2030", 2030), (" 2030년 ", 2030), ("2030-12-31", 2030), ("2030-12", 2030)]
)
def test_a_year_is_read(text, year):
    assert rules.typed_year(text) == year


@pytest.mark.parametrize("text", ["", "30", "20300", "1899", "2201", "내년", "2030.5", "-2030"])
def test_what_is_no_year_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="2030"):
        rules.typed_year(text)


def test_rivals_state_another_figure_for_the_same_thing():
    rows = [("a", "gwangju", "jobs", "persons"), ("b", "gwangju", "jobs", "persons"), ("c", "gwangju", "jobs", "pct")]
    for order in itertools.permutations(rows):
        assert rules.rivals(order) == {"a": ("b",), "b": ("a",), "c": ()}


# the bundled targets


def test_every_target_of_the_article_is_a_card_and_refers_to_its_claim():
    assert [card.target.id for card in study.cards()] == IDS
    claims = catalog.claims()
    stated = set(claims["id"][claims["id"].str.match(r"gwangju\.article\.(vision|target)\.")])
    assert {card.claim["id"] for card in study.cards()} == stated


def test_the_data_repeats_no_figure_of_the_ledger():
    text = (ROOT / "data" / "targets.toml").read_text(encoding="utf-8")
    rows = "\n".join(line for line in text.splitlines() if not line.startswith(("#", "reason")))
    assert set(re.findall(r"= (-?\d[\d_.]*)", rows)) == {"2030"}


def test_the_words_of_a_bound_stand_in_the_article():
    cards = {card.target.id: card for card in study.cards()}
    for row in record.targets().to_dict("records"):
        stated = cards[row["id"]].claim["stated"]
        assert (row["bound"] == "odd") == ("여명" in stated)
        assert (row["bound"] == "at_least") == ("이상" in stated)


def test_only_the_vision_has_a_date_in_the_article():
    assert {card.target.id for card in study.cards() if card.stated_year} == {
        one for one in IDS if one.startswith("vision")
    }
    assert {card.stated_year for card in study.cards()} == {2030, None}


def test_at_first_nothing_is_defined_computed_or_picked():
    for card in study.cards():
        assert card.missing
        assert card.outcomes == ()
        assert card.definition.baseline is None
    table = study.table()
    assert table[["baseline", "growth_pct_per_year", "amount_per_year", "remaining"]].isna().all(axis=None)
    assert set(study.card("target.parts_self_supply").missing) == {
        "reading",
        "baseline",
        "baseline_date",
        "target_date",
    }


def test_baselines_are_offered_by_rule_and_never_a_target():
    offered = {card.target.id: list(card.offered["id"]) for card in study.cards()}
    assert {name: found for name, found in offered.items() if found} == {
        "vision.output": [OUTPUT_2019],
        "vision.jobs": [JOBS_2019],
    }
    assert list(study.card("target.jobs").left_out["claim"]) == [JOBS_2019]


def test_figures_of_jobs_stand_side_by_side_until_a_scope_tells_them_apart():
    assert study.card("vision.jobs").rivals == ("target.jobs",)
    assert study.card("target.jobs").rivals == ("vision.jobs",)
    assert "scope_open" in study.card("vision.jobs").doubts
    study.define("vision.jobs", Wish(scope="9대 대표산업"))
    assert "scope_open" not in study.card("vision.jobs").doubts
    assert "scope_open" in study.card("target.jobs").doubts
    assert sum(bool(card.rivals) for card in study.cards()) == 2


def test_250_000_odd_is_less_than_the_next_digit_and_10_trillion_has_no_end():
    assert study.card("target.jobs").target.stated_high == 260_000
    assert study.card("target.economic_effect").target.stated_high == math.inf


def test_every_target_is_driven_by_stages_of_the_chain_as_our_inference():
    stages = set(catalog.stages()["id"])
    for card in study.cards():
        assert len(card.drivers)
        assert set(card.drivers["stage"]) <= stages
        assert set(card.drivers["evidence"]) == {"inferred"}
        assert card.drivers[["hosts", "reason", "reason_en"]].notna().all(axis=None)
    plants = study.card("target.car_sales").drivers
    assert (list(plants["stage"]), plants["places"].iloc[0]) == (["vehicle"], "bitgreen|kia")


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("prepare", "__pycache__"))
    monkeypatch.setenv("GIS_DATA", str(folder))
    return folder / "targets.toml"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('claim = "gwangju.article.vision.jobs"', 'claim = "nothing"', "nothing"),
        ('claim = "gwangju.article.vision.jobs"', 'claim = "gwangju.article.image.leading"', "첨단기술"),
        ('readings = ["level"]', 'readings = ["hope"]', "hope"),
        ('readings = ["level"]', "readings = []", "readings"),
        ('readings = ["level"]', 'readings = "level"', "level"),
        ("date = 2030", 'date = "2030"', "2030"),
        ('bound = "odd"', 'bound = "about"', "about"),
        ('group = "vision"', 'group = "dream"', "dream"),
        ('stages = ["demonstration"]', 'stages = ["dream"]', "dream"),
        ('hosts = ["bitgreen.ggm"', 'hosts = ["bitgreen.none"', "bitgreen.none"),
        ("reason_en = ", "reason_fr = ", "reason_fr"),
        ('reason = "일자리는', 'reason = ""\n# "', "reason"),
        ("[[target.driver]]", "[[target.motor]]", "motor"),
        ('claim = "gwangju.vision.jobs.2019"', 'claim = "gone"', "gone"),
        ('id = "vision.jobs"', 'id = "vision.output"', "vision.output"),
    ],
)
def test_a_fault_of_the_data_is_one_sentence(copied_data, before, after, named):
    text = copied_data.read_text(encoding="utf-8")
    assert before in text
    copied_data.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=re.escape(named)):
        study.cards()


def test_a_target_without_a_unit_demands_one(copied_data):
    text = copied_data.read_text(encoding="utf-8").replace('unit = "pct"\n', "")
    copied_data.write_text(text, encoding="utf-8")
    study.define("target.parts_self_supply", Wish("growth", None, "10", "2020", "통계", "2030"))
    assert study.card("target.parts_self_supply").missing == ("unit",)
    assert study.card("target.parts_self_supply").outcomes == ()


# deciding


def test_a_claim_in_use_gives_value_year_and_source_and_its_doubts_stay():
    study.define("vision.output", Wish(baseline_claim=OUTPUT_2019), "미래산업과")
    card = study.card("vision.output")
    assert card.definition.baseline == Figure(34e12, 2019, None, OUTPUT_2019)
    assert (card.missing, card.definition.target_year, card.definition.note) == ((), 2030, "미래산업과")
    assert set(card.doubts) == {"unsourced_baseline", "doubtful_baseline"}
    assert card.outcomes[0].growth == pytest.approx((101 / 34) ** (1 / 11) - 1, rel=1e-12)


def test_a_definition_can_be_decided_part_by_part():
    name = "target.parts_self_supply"
    study.define(name, Wish(baseline="30%", baseline_date="2023", baseline_source="부품 조사"))
    assert study.card(name).missing == ("reading", "target_date")
    study.define(name, Wish(date="2030"))
    assert [one.value for one in study.card(name).outcomes] == [60.0, 90.0]
    study.define(name, Wish(reading="growth"))
    assert [one.value for one in study.card(name).outcomes] == [90.0]
    assert len(study.history(name)) == 3


def test_a_typed_baseline_takes_the_place_of_a_claim_and_the_other_way_round():
    study.define("vision.jobs", Wish(baseline_claim=JOBS_2019))
    study.define("vision.jobs", Wish(baseline="9만", baseline_date="2022", baseline_source="통계청"))
    assert study.card("vision.jobs").definition.baseline == Figure(90_000.0, 2022, "통계청")
    study.define("vision.jobs", Wish(baseline_claim=JOBS_2019))
    assert study.card("vision.jobs").definition.baseline.claim == JOBS_2019


def test_a_whole_definition_takes_back_what_it_does_not_say():
    study.define("vision.jobs", Wish(baseline_claim=JOBS_2019, scope="제조업"))
    study.define("vision.jobs", Wish(scope="제조업"), whole=True)
    assert study.card("vision.jobs").definition.baseline is None
    assert study.card("vision.jobs").definition.scope == "제조업"


def test_undo_and_restore_bring_earlier_definitions_back():
    first = study.define("vision.jobs", Wish(baseline_claim=JOBS_2019))
    study.define("vision.jobs", Wish(date="2035"))
    study.undo("vision.jobs")
    assert study.card("vision.jobs").definition.target_year == 2030
    study.undo("vision.jobs")
    assert study.card("vision.jobs").definition.baseline is None
    study.restore("vision.jobs", first)
    assert study.card("vision.jobs").missing == ()
    assert study.card("vision.output").revision == 0


def test_another_date_than_the_article_s_is_said():
    study.define("vision.jobs", Wish(date="2035"))
    assert "other_date" in study.card("vision.jobs").doubts


def test_a_decided_reading_that_the_data_no_longer_allows_is_open_again():
    decisions.append(study.TOPIC, "target.parts_self_supply", {"reading": "points", "baseline_claim": "gone"})
    assert {"reading", "baseline"} <= set(study.card("target.parts_self_supply").missing)


WRONG = [
    ("nowhere", Wish(date="2030"), "vision.output"),
    ("vision.jobs", Wish(), "--reading"),
    ("vision.jobs", Wish(scope="  "), "--reading"),
    ("vision.jobs", Wish(reading="growth"), "value"),
    ("vision.jobs", Wish(baseline_claim=OUTPUT_2019), JOBS_2019),
    ("target.jobs", Wish(baseline_claim=JOBS_2019), "--baseline"),
    ("vision.jobs", Wish(baseline="8만"), "--baseline-date"),
    ("vision.jobs", Wish(baseline="8만", baseline_date="2019"), "--baseline-source"),
    ("vision.jobs", Wish(baseline_claim=JOBS_2019, baseline="8만", baseline_date="2019", baseline_source="a"), "--baseline-claim"),
    ("vision.jobs", Wish(baseline="많이", baseline_date="2019", baseline_source="a"), "34조"),
    ("vision.jobs", Wish(date="언젠가"), "2030"),
    ("vision.jobs", Wish(baseline_claim=JOBS_2019, date="2019"), "2019"),
    ("vision.jobs", Wish(current="9만"), "--current-source"),
    ("vision.jobs", Wish(scope="가" * 501), "500"),
    ("target.autonomy", Wish(baseline="3", baseline_date="2020", baseline_source="a"), "--current"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "wish", "named"), WRONG, ids=range(len(WRONG)))
def test_a_definition_that_cannot_be_meant_is_refused_and_nothing_kept(name, wish, named, workspace):
    with pytest.raises((InputError, UnknownNameError)) as told:
        study.define(name, wish)
    assert named in str(told.value)
    assert not workspace.exists() or decisions.keys(study.TOPIC) == []


def test_a_target_earlier_than_a_baseline_that_was_decided_before_is_refused():
    study.define("vision.jobs", Wish(baseline_claim=JOBS_2019))
    with pytest.raises(InputError, match="2019"):
        study.define("vision.jobs", Wish(date="2015"))
    assert len(study.history("vision.jobs")) == 1


# the frame of the article


def test_the_frame_is_that_of_the_article_and_the_rest_is_not_in_it():
    frame = study.article_frame()
    assert frame.groupby("frame")["in_article"].sum().to_dict() == {"industry": 9, "strategy": 3, "action": 6}
    assert study.frame_counts() == {"industry": 9, "strategy": None, "action": 10}
    rest = frame[~frame["in_article"].astype(bool)]
    assert list(rest["stated"]) == ["기사에 없음"]
    assert frame["source"].notna().all()
    assert not frame["stated"].str.contains("글로벌").any()
    actions = view.frame_lines()["10대 실행과제: 기사에 10개, 이름이 나온 것 6개"]
    assert actions[-1] == "10대 과제: 나머지 넷: 기사에 없음"


# words


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_card_says_itself_in_both_languages(language):
    study.define("vision.output", Wish(baseline_claim=OUTPUT_2019))
    study.define("target.parts_self_supply", Wish(None, None, "60", "2023", "조사", "2030"))
    study.define("target.economic_effect", Wish(None, None, "0", "2023", "조사", "2030", current="1조", current_date="2025", current_source="a"))  # fmt: skip
    study.define("target.jobs", Wish(None, None, "8만", "2023", "조사", "2030"))
    study.define("target.autonomy", Wish(date="2027"))
    with reading_in(language):
        cards = study.cards()
        names = {card.target.id: view.target_name(card) for card in cards}
        assert len(set(names.values())) == len(IDS)
        for card in cards:
            sentences = [view.stated_sentence(card), *view.caution_sentences(card, names)]
            sentences += view.offered_sentences(card, catalog.claims())
            for reading in card.readings:
                sentences += [view.reading_text(card, reading), *view.outcome_sentences(card, reading)]
            assert all(sentences)
            assert not re.search(r"\b(nan|inf|NaN|NaT)\b|None(?! in the ledger)|[{}]", " ".join(sentences))


def test_the_sentences_carry_both_readings_units_and_sources():
    study.define("target.parts_self_supply", Wish(None, None, "60", "2023", "부품 조사", "2030"))
    card = study.card("target.parts_self_supply")
    twice, thrice = (" ".join(view.outcome_sentences(card, reading)) for reading in card.readings)
    assert "60 % (2023, 부품 조사)" in twice and "120 %" in twice and "8.571 %p" in twice
    assert "180 %" in thrice and "100 %를 넘습니다" in thrice
    assert view.missing_sentence(card) == "정할 것: 읽기"


def test_a_range_is_said_as_one():
    study.define("target.jobs", Wish(None, None, "125,000", "2029", "조사", "2030"))
    said = " ".join(view.outcome_sentences(study.card("target.jobs"), "value"))
    assert "100.00~108.00 %" in said and "250,000명 이상 260,000명 미만" in said
    study.define("target.economic_effect", Wish(None, None, "5조", "2029", "조사", "2030"))
    assert "100.00 % 이상" in " ".join(view.outcome_sentences(study.card("target.economic_effect"), "value"))


def test_an_unsourced_baseline_says_so():
    study.define("vision.output", Wish(baseline_claim=OUTPUT_2019))
    assert "출처 미확인" in " ".join(view.outcome_sentences(study.card("vision.output"), "value"))


def test_the_history_is_in_words_and_local_time():
    study.define("vision.output", Wish(baseline_claim=OUTPUT_2019), "미래산업과")
    study.define("target.jobs", Wish(None, None, "8만", "2023", "조사", "2030"))
    for name, said in (("vision.output", "34조 원 (2019)"), ("target.jobs", "80,000명 (2023년, 조사)")):
        people = shown(view.history_table(study.history(name), study.card(name)))
        text = " ".join(map(str, people.iloc[0]))
        assert said in text
        assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", text)
        assert "+00:00" not in text


def test_a_chart_is_drawn_where_something_is_computed_and_readings_differ_without_color():
    assert all(view.chart(card) is None for card in study.cards())
    study.define("target.parts_self_supply", Wish(None, None, "10", "2023", "조사", "2030"))
    drawn = view.chart(study.card("target.parts_self_supply")).to_dict()
    rows = [row for rows in drawn["datasets"].values() for row in rows]
    assert {row["text"] for row in rows if "text" in row} == {"10 %", "20 %", "30 %"}
    scales = [layer["encoding"] for layer in drawn["layer"]]
    dashes = next(one["strokeDash"]["scale"]["range"] for one in scales if "strokeDash" in one)
    shapes = next(one["shape"]["scale"]["range"] for one in scales if "shape" in one)
    assert len({tuple(one) for one in dashes}) == len(set(shapes)) == 2
    study.define("target.autonomy", Wish(date="2027"))
    assert view.chart(study.card("target.autonomy")) is None


def test_every_part_doubt_and_reading_has_words():
    known = labels("ko")
    families = {"targets.part": rules.PARTS, "targets.reading": READINGS, "targets.formula": READINGS,
                "targets.group": record.GROUPS, "targets.frames": study.FRAME}  # fmt: skip
    assert [
        f"{family}.{name}" for family, names in families.items() for name in names if f"{family}.{name}" not in known
    ] == []
    assert [name for name in study.TABLE_COLUMNS if f"column.{name}" not in known] == []


# the command line


def answer(*words):
    return done("targets", *words, "--format", "json").json


def test_the_table_is_a_bare_array_of_flat_objects_with_a_row_a_reading():
    rows = answer()
    assert [row["id"] for row in rows] == [*IDS[:4], *IDS[3:]]
    assert {tuple(row) for row in rows} == {study.TABLE_COLUMNS}
    assert all(not isinstance(value, dict | list) for row in rows for value in row.values())
    by_id = {row["id"]: row for row in rows}
    assert by_id["vision.output"]["target_value"] == 101e12
    assert by_id["vision.output"]["target_date"] == 2030
    assert by_id["vision.output"]["offered_claims"] == OUTPUT_2019
    assert by_id["target.car_sales"]["missing"] == "baseline|baseline_date|target_date"
    assert by_id["target.economic_effect"]["target_high"] is None
    assert all(row["growth_pct_per_year"] is None and row["source"] == "thefact_20230629" for row in rows)


def test_csv_and_xlsx_hold_the_same(tmp_path):
    header = done("targets", "--format", "csv").text.splitlines()[0]
    assert tuple(header.split(",")) == study.TABLE_COLUMNS
    done("targets", "-o", tmp_path / "targets.xlsx")
    book = openpyxl.load_workbook(tmp_path / "targets.xlsx")
    assert book.sheetnames == ["targets", "frame", "sources"]
    assert len(list(book["frame"])) == 20


def test_define_prints_the_row_and_undo_takes_it_back():
    (row,) = answer("define", "vision.output", "--reading", "value", "--baseline-claim", OUTPUT_2019, "--date", "2030")
    assert row["growth_pct_per_year"] == pytest.approx(100 * ((101 / 34) ** (1 / 11) - 1), rel=1e-12)
    assert (row["baseline"], row["baseline_date"], row["missing"]) == (34e12, 2019, None)
    assert answer()[0] == row
    assert [one["baseline_claim"] for one in answer("history", "vision.output")] == [OUTPUT_2019]
    (row,) = answer("undo", "vision.output")
    assert row["missing"] == "baseline|baseline_date"
    assert len(answer("history", "vision.output")) == 2


@pytest.mark.parametrize("language", ["ko", "en"])
def test_people_read_a_table(language):
    words = ("--lang", language, "targets")
    done(*words, "define", "target.jobs", "--baseline", "8만", "--baseline-date", "2023", "--baseline-source", "조사")
    for more in ([], ["history", "target.jobs"], ["history", "vision.jobs"], ["undo", "target.jobs"]):
        assert not re.search(r"\b(nan|None|NaT)\b", done(*words, *more).text)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["define", "nowhere", "--date", "2030"], "vision.output"),
        (["define", "vision.jobs"], "--baseline-claim"),
        (["define", "vision.jobs", "--reading", "hope"], "value"),
        (["define", "vision.jobs", "--baseline-claim", "x\ny"], JOBS_2019),
        (["define", "vision.jobs", "--baseline", "1"], "--baseline-source"),
        (["define", "vision.jobs", "--date", "soon"], "2030"),
        (["define", "vision.jobs", "--date", "9" * 5000], "500"),
        (["define", "vision.jobs", "--baseline", "a", "--baseline-date", "2019", "--baseline-source", "b"], "82000|8.2만"),
        (["define", "vision.jobs", "--date", "2030", "--format", "xlsx"], "-o"),
        (["undo", "vision.jobs"], "되돌릴|undo"),
        (["undo", "nowhere"], "vision.output"),
        (["history", "nowhere"], "vision.output"),
        (["-o", "targets.pdf"], ".csv"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line_that_says_what_would_work(words, named, language):
    assert any(one in refusal("--lang", language, "targets", *words) for one in named.split("|"))


# the page

PAGE = """
from gis.app.frame import header
from gis.app.targets_view import show_targets
show_targets(header(""))
"""


@pytest.fixture
def page():
    def opened(**query):
        app = AppTest.from_string(PAGE, default_timeout=60)
        app.query_params.update(query)
        return sound(app.run())

    return opened


def sound(app):
    assert not app.exception, app.exception
    assert not app.error, [one.value for one in app.error]
    return app


def text_of(app):
    return " ".join(one.value for one in [*app.markdown, *app.info, *app.caption]).replace("\\", "")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_every_target_and_the_frame(page, language):
    text = text_of(page(lang=language))
    with reading_in(language):
        assert all(view.target_name(card) in text for card in study.cards())
        assert all(headline in text for headline in view.frame_lines())
    assert ("기사에 없음" if language == "ko" else "not in the article") in text


def keep(app, target):
    number = study.card(target).revision
    name = f"{target.replace('.', '-')}-{number}"
    return sound(next(one for one in app.button if one.form_id == f"{name}-form").click().run())


def typed(app, target, **values):
    name = f"{target.replace('.', '-')}-{study.card(target).revision}"
    for part, value in values.items():
        kind = app.selectbox if part in ("reading", "claim") else app.text_input
        kind(key=f"{name}-{part.replace('_', '-')}").set_value(value)
    return keep(app, target)


def test_three_decisions_on_a_card_all_arrive_and_undo_goes_back(page):
    app = page()
    app = typed(
        app, "target.parts_self_supply", baseline="30", baseline_date="2023", baseline_source="조사", date="2030"
    )
    assert "90 %" in text_of(app) and "60 %" in text_of(app)
    app = typed(app, "target.parts_self_supply", reading="growth", note="시 담당자")
    assert study.card("target.parts_self_supply").definition.reading == "growth"
    app = typed(app, "target.parts_self_supply", date="2031", current="45", current_date="2025", current_source="조사")
    card = study.card("target.parts_self_supply")
    assert (card.definition.reading, card.definition.target_year, card.definition.baseline.value) == (
        "growth",
        2031,
        30.0,
    )
    assert card.outcomes[0].remaining == 45.0
    name = f"target-parts_self_supply-{card.revision}"
    app = sound(app.button(key=f"{name}-undo").click().run())
    assert study.card("target.parts_self_supply").definition.target_year == 2030
    app.selectbox(key=f"target-parts_self_supply-{study.card('target.parts_self_supply').revision}-revision").set_value(
        0
    )
    restore = f"target-parts_self_supply-{study.card('target.parts_self_supply').revision}-restore"
    sound(app.button(key=restore).click().run())
    assert study.card("target.parts_self_supply").outcomes == ()


def test_a_claim_is_chosen_on_the_card_and_its_growth_is_shown(page):
    app = typed(page(), "vision.output", claim=OUTPUT_2019)
    assert "10.40 %" in text_of(app)
    assert [json.loads(one.proto.spec)["layer"] for one in app.get("vega_lite_chart")]
    assert "10.40 %" in text_of(page())


def test_a_fault_on_the_form_is_one_sentence_and_keeps_nothing(page):
    app = page()
    app.text_input(key="vision-jobs-0-date").set_value("언젠가")
    app = next(one for one in app.button if one.form_id == "vision-jobs-0-form").click().run()
    assert not app.exception
    assert len(app.error) == 1
    assert study.card("vision.jobs").revision == 0


def test_what_a_person_typed_is_shown_letter_by_letter(page):
    study.define("vision.jobs", Wish(scope="**<b>x</b>** $a$ ![](http://a.b)"), "<script>")
    app = page()
    shown = next(one.value for one in app.markdown if "http" in one.value)
    assert r"\*\*\<b\>x\</b\>\*\*" in shown
    assert r"\!\[\]\(http" in shown


def test_the_downloads_hold_the_whole_table():
    from gis.app.targets_view import workbook

    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    assert book.sheetnames == ["targets", "frame", "sources"]
    assert tuple(cell.value for cell in book["targets"][1]) == study.TABLE_COLUMNS


@pytest.mark.parametrize(("text", "unit"), [("34명", "krw"), ("34%", "krw"), ("1조원", "persons"), ("100개사", "pct")])
def test_an_amount_in_another_unit_is_refused(text, unit):
    with pytest.raises(InputError, match="단위"):
        rules.typed_amount(text, unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("34조", "krw"), ("34조원", "krw"), ("40%", "pct"), ("40", "pct"), ("8만명", "persons"), ("8만명", None)],
)
def test_an_amount_in_its_own_unit_or_without_one_is_taken(text, unit):
    assert rules.typed_amount(text, unit) > 0


def test_a_definition_that_leads_to_a_decline_or_beyond_all_says_so():
    study.define(
        "vision.jobs", study.Wish(baseline="900만", baseline_date="2020", baseline_source="시험", reading="value")
    )
    assert "falls" in study.card("vision.jobs").doubts
    study.define("vision.jobs", study.Wish(baseline="0", baseline_date="2020", baseline_source="시험"))
    assert "zero_baseline" in study.card("vision.jobs").doubts
