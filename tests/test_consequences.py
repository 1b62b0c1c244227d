"""What an alternative asks for and costs: ranges by hand, what is unknown stays so, nobody's figure is made up."""

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from gis.analysis.consequences import (
    ENOUGH,
    OPEN,
    SHORT,
    UNKNOWN,
    compensation,
    demands,
    finding,
    unit_cost,
    within_reach,
)
from gis.errors import InputError, UnknownNameError
from gis.io.unit_values import unit_values
from gis.model import Range
from gis.study import consequences as study
from gis.study import rates, scenarios
from gis.study import said as said_study
from gis.study.sites import SiteRef
from gis.view import consequences as view
from tests.browser.conftest import ROOT
from tests.command import done, refusal, run
from tests.pencil import sites, square

NAN = math.nan
UNSUPPLIED = pd.DataFrame(columns=["supply", "partial", "source", "definition", "definition_en"])


def rate(utility="industrial_water", per="industrial_area", low=0.004, high=0.007, unit="m3_per_day"):
    return {
        "utility": utility, "per": per, "low": low, "high": high, "rate_unit": f"{unit}_per_m2", "unit": unit,
        "source": "s", "confidence": "low", "note": None, "note_en": None,
    }  # fmt: skip


def supplied(amount, partial=False, utility="industrial_water"):
    return pd.DataFrame([[amount, partial, "s", "d", "d"]], index=[utility], columns=UNSUPPLIED.columns)


def test_a_demand_is_the_amount_times_the_rate_at_both_ends():
    row = demands(pd.DataFrame([rate()]), {"industrial_area": Range(1_000, 2_000)}, supplied(10)).iloc[0]
    assert (row["demand_low"], row["demand_high"]) == pytest.approx((4, 14))
    assert (row["lack_low"], row["lack_high"]) == pytest.approx((-6, 4))
    assert row["finding"] == OPEN
    assert row["missing"] is None


def test_without_the_amount_the_rate_or_the_supply_nothing_is_known_and_it_is_named():
    rows = demands(pd.DataFrame([rate(), rate("gas", low=NAN, high=NAN)]), {}, UNSUPPLIED)
    assert rows[["demand_low", "demand_high", "supply"]].isna().all().all()
    assert rows["missing"].tolist() == ["industrial_area|supply", "industrial_area|rate|supply"]
    assert set(rows["finding"]) == {UNKNOWN}


def test_a_rate_may_rest_on_another_demand():
    rows = demands(
        pd.DataFrame([rate(), rate("wastewater", "industrial_water", 0.5, 0.8)]), {"industrial_area": Range(1_000, 1_000)}, UNSUPPLIED,
    )  # fmt: skip
    assert rows.loc[1, ["demand_low", "demand_high"]].tolist() == pytest.approx([2, 5.6])


@pytest.mark.parametrize(
    ("supply", "partial", "said"),
    [(14, False, ENOUGH), (13.9, False, OPEN), (4, False, OPEN), (3.9, False, SHORT), (3.9, True, UNKNOWN), (NAN, False, UNKNOWN)],
)  # fmt: skip
def test_a_supply_is_enough_short_or_between(supply, partial, said):
    assert finding(Range(4, 14), supply, partial) == said


def parcels(*rows):
    return pd.DataFrame(rows, columns=["land_category", "incorporated_area", "land_price"])


def test_compensation_is_area_times_price_times_factor_by_land_category():
    table = compensation(
        parcels(["답", 100.0, 50_000], ["답", 200.0, 60_000], ["임야", 1_000.0, 7_000]),
        {"답": Range(1.2, 1.5), "*": Range(1.0, 1.1)},
    )
    by = table.set_index("land_category")
    assert by.loc["답", ["public_price", "cost_low", "cost_high"]].tolist() == pytest.approx([17e6, 20.4e6, 25.5e6])
    assert table.iloc[-1][["cost_low", "cost_high"]].tolist() == pytest.approx([27.4e6, 33.2e6])
    assert table.iloc[-1]["count"] == 3


def test_a_parcel_without_a_price_leaves_the_upper_end_unknown():
    total = compensation(
        parcels(["답", 100.0, 50_000], ["전", 100.0, NAN], [None, NAN, 1_000]), {"*": Range(1, 2)}
    ).iloc[-1]
    assert total["cost_low"] == pytest.approx(5e6)
    assert math.isnan(total["cost_high"])
    assert (total["unpriced_count"], total["missing"]) == (2, "land_price")


def test_without_a_factor_nothing_of_the_compensation_is_known():
    total = compensation(parcels(["답", 100.0, 50_000]), {}).iloc[-1]
    assert math.isnan(total["cost_low"]) and math.isnan(total["cost_high"])
    assert total["public_price"] == 5e6


def test_the_unit_cost_is_that_of_the_law():
    cost = unit_cost({"land": Range(1e9, 2e9), "works": Range(3e9, 3e9)}, Range(10_000, 20_000))
    assert (cost.low, cost.high) == (200_000, 500_000)


def test_a_part_that_is_unknown_leaves_the_unit_cost_open_above():
    cost = unit_cost({"land": Range(1e9, 2e9), "works": Range()}, Range(10_000, 10_000))
    assert cost.low == 100_000
    assert math.isnan(cost.high)
    assert not unit_cost({"land": Range()}, Range(1, 1)).known
    assert not unit_cost({"land": Range(1, 1)}, Range()).known


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=6),
    st.floats(1, 1e6), st.floats(0, 1e6), st.randoms(use_true_random=False),
)  # fmt: skip
def test_any_true_cost_lies_in_the_range_and_the_order_of_parts_does_not_matter(pairs, paid, more, random):
    parts = {str(number): Range(low, low + wide) for number, (low, wide) in enumerate(pairs)}
    area = Range(paid, paid + more)
    cost = unit_cost(parts, area)
    true = sum(random.uniform(part.low, part.high) for part in parts.values()) / random.uniform(area.low, area.high)
    assert cost.low - 1e-6 * max(1, true) <= true <= cost.high + 1e-6 * max(1, true)
    mixed = list(parts.items())
    random.shuffle(mixed)
    assert unit_cost(dict(mixed), area) == cost


def people(*rows):
    return gpd.GeoDataFrame(
        {"population": [row[0] for row in rows]}, geometry=[row[1] for row in rows], crs="EPSG:5186"
    )


def test_districts_inside_are_the_low_end_and_those_touched_the_high_one():
    units = people((100, square(0, 0, 50)), (1_000, square(150, 0, 100)), (7, square(5_000, 0, 10)))
    row = within_reach(sites(square(0, 0, 100)), units, ["population"], 100).iloc[0]
    assert (row["count_low"], row["count_high"]) == (100, 1_100)
    assert row["count_estimate"] == pytest.approx(600, abs=1)
    assert row["units"] == 2


def test_a_district_without_a_figure_leaves_the_upper_end_unknown():
    units = people((100, square(0, 0, 50)), (NAN, square(50, 0, 50)))
    row = within_reach(sites(square(0, 0, 100)), units, ["population"], 10).iloc[0]
    assert row["count_low"] == 100
    assert math.isnan(row["count_high"]) and math.isnan(row["count_estimate"])
    assert row["unknown_units"] == 1


@given(st.floats(1, 3_000), st.integers(0, 10_000))
def test_the_estimate_lies_between_the_ends_and_grows_with_the_distance(distance, seed):
    numbers = np.random.default_rng(seed)
    cells = [square(x, y, 500) for x in range(-2_000, 2_000, 500) for y in range(-2_000, 2_000, 500)]
    units = people(*[(float(numbers.integers(0, 900)), cell) for cell in cells])
    near, far = (
        within_reach(sites(square(0, 0, 300)), units, ["population"], reach).iloc[0]
        for reach in (distance, distance + 200)
    )
    assert near["count_low"] <= near["count_estimate"] + 1e-6 <= near["count_high"] + 2e-6
    assert near["count_estimate"] <= far["count_estimate"] + 1e-6


# data


def test_every_rate_has_a_source_or_says_that_none_was_found():
    values = unit_values()
    for table in (values.rates, values.factors):
        for row in table.to_dict("records"):
            assert math.isnan(row["low"]) == (row["source"] is None), row["id"]
            assert row["note"] and row["note_en"]


# the whole


def test_what_a_person_states_is_reckoned_with_and_kept_and_taken_back():
    ref = SiteRef("futurecar")
    said = said_study.Said(
        (("industrial_area", Range(1_000_000, 1_200_000)), ("supply.industrial_water", Range(9_000, 9_000)))
    )
    row = study.consequences(ref, said).demand.set_index("utility").loc["industrial_water"]
    assert (row["demand_low"], row["demand_high"]) == pytest.approx((4_070, 8_532))
    assert row["finding"] == ENOUGH
    said_study.keep(ref, said)
    assert said_study.kept(ref) == said
    assert said_study.kept(SiteRef("jingok")) == said_study.Said()
    said_study.undo(ref)
    assert said_study.kept(ref) == said_study.Said()


def test_the_industrial_land_of_the_record_gives_the_demand_of_jingok():
    found = study.consequences(SiteRef("jingok"))
    amounts = found.amounts.set_index("amount")
    assert amounts.loc["industrial_area", ["amount_low", "way", "source"]].tolist() == [
        1_178_000, "record", "grandculture_gc60002482",
    ]  # fmt: skip
    assert amounts.loc["paid_area", "way"] == "unknown"


def test_the_demand_of_firms_is_the_stated_ratio_of_the_industrial_land():
    said = said_study.Said((("industrial_area", Range(1e6, 1e6)),))
    assert study.consequences(SiteRef("futurecar"), said).firm_demand == Range(1.81e6, 1.81e6)
    assert not study.consequences(SiteRef("futurecar")).firm_demand.known


def test_the_wastewater_plant_of_a_first_phase_is_never_called_short():
    said = said_study.Said((("industrial_area", Range(2e6, 2e6)),))
    row = study.consequences(SiteRef("bitgreen"), said).demand.set_index("utility").loc["wastewater"]
    assert (row["supply"], row["finding"]) == (2_000, UNKNOWN)
    assert "1단계" in row["supply_definition"]


def test_a_changed_rate_holds_until_it_is_taken_back():
    rates.change_rate("power", "0.02..0.03", "한국전력 협의")
    row = rates.used_values().rates.set_index("id").loc["power"]
    assert (row["low"], row["high"], row["confidence"], row["note"]) == (0.02, 0.03, "stated", "한국전력 협의")
    rates.undo_rate("power")
    assert (
        rates.used_values().rates.set_index("id").loc["power", "low"]
        == unit_values().rates.set_index("id").loc["power", "low"]
    )


@pytest.mark.parametrize("text", ["9..5", "..", "viel", "5..x", ""])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(InputError):
        rates.change_rate("power", text)
    with pytest.raises(UnknownNameError, match="industrial_water"):
        rates.change_rate("steam", "1..2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("industrial_area=80만㎡..90만㎡", ("industrial_area", Range(800_000, 900_000))),
        ("cost.works=1200억..1조 2000억", ("cost.works", Range(1.2e11, 1.2e12))),
        ("workers=4500", ("workers", Range(4_500, 4_500))),
    ],
)
def test_values_are_stated_in_their_unit(text, said):
    assert said_study.stated_range(text) == said


def test_a_scenario_has_inputs_of_its_own():
    made = scenarios.create("새 안")
    outline = shapely.geometry.mapping(shapely.box(126.70, 35.13, 126.72, 35.15))
    scenarios.set_outline(made.id, "futurecar", json.loads(json.dumps(outline)))
    done(
        "--scenario",
        made.id,
        "consequences",
        "futurecar",
        "--set",
        "industrial_area=1000000",
        "--keep",
        "--format",
        "json",
    )
    assert said_study.kept(SiteRef("futurecar")) == said_study.Said()
    row = done("--scenario", made.id, "consequences", "futurecar", "--table", "amounts", "--format", "json").json
    assert {one["amount"]: one["amount_low"] for one in row}["industrial_area"] == 1_000_000


def test_people_within_reach_are_counted_from_a_kept_table(tmp_path):
    table = tmp_path / "people.csv"
    table.write_text(
        "행정기관코드,행정기관,총인구수\n2920000000,광주광역시 광산구,400000\n2917000000,광주광역시 북구,420000\n",
        encoding="utf-8",
    )
    rows = done(
        "consequences", "jingok", "--people", table, "--within", "5km", "--table", "reach", "--format", "json"
    ).json
    assert rows[0]["measure"] == "population"
    assert rows[0]["distance_m"] == 5_000
    assert rows[0]["count_low"] == 0, "no whole 구 lies within 5 km"


def test_the_workbook_holds_every_table_and_the_sources(tmp_path):
    done("consequences", "jingok", "-o", tmp_path / "out.xlsx")
    sheets = list(pd.read_excel(tmp_path / "out.xlsx", sheet_name=None))
    assert sheets == ["demand", "parts", "prices", "sales", "years", "overlay", "check", "amounts", "sources"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("consequences", "jingok", "--set", "steam=1"), "industrial_area=…"),
        (("consequences", "jingok", "--set", "industrial_area=9..1"), "9..1"),
        (("consequences", "nowhere"), "nowhere"),
        (("rates", "set", "steam", "1..2"), "steam"),
        (("rates", "undo", "power"), "되돌릴"),
    ],
)
def test_wrong_input_is_one_line(words, said):
    assert said in refusal(*words)


def test_every_sentence_says_what_is_missing_in_both_languages():
    found = study.consequences(SiteRef("futurecar"))
    said = view.sentences(found, "man-m2")
    assert "알 수 없는 수요와 빠진 값: 공업용수 (산업시설용지 면적 · 공급량)" in said[1]
    assert "모식도" in said[0]
    assert "연속지적도를 가져오지 않았습니다" in said[2]
    english = run("--lang", "en", "consequences", "futurecar").text
    assert not any(
        "가" <= letter <= "힣"
        for line in english.splitlines()
        if line.startswith(("Unknown", "The "))
        for letter in line
    )


def test_the_page_states_a_value_and_shows_what_follows(monkeypatch):
    monkeypatch.chdir(ROOT)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["scenario_start"] = "consequences"
    app.run()
    app.switch_page("gis/app/pages/scenarios.py").run()
    assert not app.exception and not app.error
    assert any("알 수 없는 수요와 빠진 값" in one.value for one in app.markdown)
    said_study.keep(SiteRef("futurecar"), said_study.Said((("industrial_area", Range(1e6, 1e6)),)))
    app.run()
    assert not app.exception and not app.error
    assert any("공업용수 4,070 ㎥/일 ~ 7,110 ㎥/일" in one.value.replace("\\", "") for one in app.markdown)
