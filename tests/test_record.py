"""The public record as it is bundled: section 4 of the facts, line by line. Nothing is listed as a conflict by hand."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import study
from gis.analysis.claims import RULES, claim_in_use, conflicts, distinctions
from gis.errors import UnknownNameError
from gis.io import catalog

LEDGER = catalog.claims()
MONEY = "gwangju.article.vision"


def told_conflicts(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the conflicts of a ledger with the steps, orders and meanings of the bundled data."""
    steps, sources = catalog.steps(), catalog.sources().set_index("id")
    told = steps.assign(source_date=steps["source"].map(sources["base_date"]))
    return conflicts(claims, told, catalog.date_orders(), catalog.wordings())


def altered(changes: dict[str, object]) -> pd.DataFrame:
    """Return a copy of the real ledger with other values, each stated with all of its digits."""
    copy = LEDGER.copy(deep=True).set_index("id", drop=False)
    assert set(changes) <= set(copy.index)
    for name, value in changes.items():
        copy.at[name, "value"] = value
        copy.at[name, "stated"] = f"{value:,}" if isinstance(value, int) else str(value)
    return copy.reset_index(drop=True)


def same(names: list[str], value: object) -> dict[str, object]:
    return dict.fromkeys(names, value)


def matching(rows: pd.DataFrame, rule: str, claims: list[str]) -> pd.DataFrame:
    """Return the rows of a rule that name all of `claims`."""
    named = [set(claims) <= set(text.split("|")) for text in rows["claims"]]
    return rows[(rows["rule"] == rule) & pd.Series(named, index=rows.index, dtype=bool)]


PARTS = [f"cluster.part_area.{name}.motie" for name in ("bitgreen", "jingok", "futurecar")]
CLUSTER = [f"cluster.official_area.{name}" for name in ("2024-04", "2024-09", "2025-11", "pyeong")]
NEW = [
    "futurecar.article.area",
    *(f"futurecar.official_area.{name}" for name in ("2023-07", "2023-04", "2024", "2022")),
]
BITGREEN = [f"bitgreen.official_area.{name}" for name in ("2020", "2009", "2015")]
JINGOK = [f"jingok.official_area.{name}" for name in ("1908", "2023", "2013", "2024")]
FIRMS = [f"jingok.firms.{name}" for name in ("300", "2023", "2025")]
CHEOMDAN = [f"cheomdan3.official_area.{name}" for name in ("2024", "2020", "2017")]
USES = ("research_industrial_share", "residential_commercial_share", "infrastructure_green_share")
LAND_USE = {name: [f"cheomdan3.{name}.2020-12", f"cheomdan3.{name}.2020-06"] for name in USES}
SOLD = ["bitgreen.sold_share.phase2.2025", "bitgreen.unsold_area.phase2.2025", "bitgreen.sold_share.phase1.2023"]
GRADE12 = ["futurecar.env_grade12_area.185", "futurecar.env_grade12_area.817"]
WORKS = ["futurecar.construction.molit", "futurecar.construction.city"]

# line, rule, claims that the conflict names, the value in use, a change after which there is none
CONFLICTS = [
    ("특화단지 727 ≠ 185 + 192 + 331", "parts", [CLUSTER[1], *PARTS], CLUSTER[0], {CLUSTER[1]: 7_080_000}),
    ("특화단지 727 · 714 · 708", "values", CLUSTER, CLUSTER[0], same(CLUSTER, 7_140_000)),
    ("220만평 ↔ 714만㎡ = 215.99만평", "pyeong", [CLUSTER[3], CLUSTER[0], CLUSTER[2]], CLUSTER[0], same(CLUSTER[:3], 7_270_000)),
    (
        "진곡 190.9 · 192 (특화단지의 부분)", "values", ["cluster.part_area.jingok.city", PARTS[1]],
        "cluster.part_area.jingok.city", {PARTS[1]: 1_909_000},
    ),
    (
        "미래차 338.4 · 331 (특화단지의 부분)", "values", ["cluster.part_area.futurecar.city", PARTS[2]],
        "cluster.part_area.futurecar.city", {PARTS[2]: 3_384_000},
    ),
    ("미래차 338.4 · 338 · 331 · 330.5 · 100만평", "values", NEW, NEW[1], same(NEW, 3_384_000)),
    ("100만평 = 330.58 ↔ 338.4 = 102만평", "pyeong", NEW[:3], NEW[1], same(NEW[1:3], 3_310_000)),
    (
        "개발제한구역 323.4 · 321", "values", ["futurecar.greenbelt_area.2023", "futurecar.greenbelt_area.2024"],
        "futurecar.greenbelt_area.2023", {"futurecar.greenbelt_area.2024": 3_234_000},
    ),
    (
        "개발제한구역 95.6 % · 95 %", "values", ["futurecar.greenbelt_share.2023", "futurecar.greenbelt_share.2024"],
        "futurecar.greenbelt_share.2023", {"futurecar.greenbelt_share.2024": 95.6},
    ),
    (
        "고용 10,000 · 2,000", "values", ["futurecar.jobs.city.2025", "futurecar.jobs.molit.2024"],
        "futurecar.jobs.city.2025", {"futurecar.jobs.molit.2024": 10_000},
    ),
    ("빛그린 407.1 · 408.1 · 406", "values", BITGREEN, BITGREEN[0], same(BITGREEN, 4_071_000)),
    (
        "빛그린 2단계 158.9 · 142 (총면적)", "values", ["bitgreen.phase2_area.2020", "bitgreen.phase2_area.2015"],
        "bitgreen.phase2_area.2020", {"bitgreen.phase2_area.2015": 1_421_487},
    ),
    ("진곡 190.8 · 190.9 · 191 · 192", "values", JINGOK, JINGOK[0], same([*JINGOK, "jingok.official_area.2008"], 1_908_000)),
    ("진곡 기업 300 · 568 · 686", "values", FIRMS, FIRMS[0], same(FIRMS, 300)),
    ("첨단3 362.9 · 361.7 · 379", "values", CHEOMDAN, CHEOMDAN[0], same(CHEOMDAN, 3_628_568)),
    ("연구·산업 32.9 · 32.7", "values", LAND_USE[USES[0]], LAND_USE[USES[0]][0], same(LAND_USE[USES[0]], 32.7)),
    ("주거·상업 17.4 · 17.3", "values", LAND_USE[USES[1]], LAND_USE[USES[1]][0], same(LAND_USE[USES[1]], 17.3)),
    ("기반·녹지 49.7 · 50.0", "values", LAND_USE[USES[2]], LAND_USE[USES[2]][0], same(LAND_USE[USES[2]], 50.0)),
    (
        "포화 ↔ 분양률 55.5 %, 미분양 456,143㎡", "statement", ["bitgreen.article.saturated", *SOLD], SOLD[0],
        {SOLD[0]: 100, SOLD[1]: 0, SOLD[2]: 100},
    ),
    ("1·2등급 185 · 81.7을 전부로", "values", GRADE12, GRADE12[0], {GRADE12[1]: 1_850_000}),
    ("착공 2026년 말 · 2027", "values", WORKS, WORKS[0], {WORKS[0]: "2027-03"}),
    (
        "2026년 말 착공 ↔ 2027 보상", "dates", ["futurecar.compensation.planned", WORKS[0]],
        f"{WORKS[0]}|futurecar.compensation.planned", {WORKS[0]: "2027-12"},
    ),
    ("GGM 100,000 · 200,000", "values", ["ggm.capacity.design", "ggm.capacity.200k"], "ggm.capacity.design", {"ggm.capacity.200k": 100_000}),
    ("AI 집적단지 47,256 · 47,246 · 46,200", "values", [f"ai_cluster.site_area.{n}" for n in (47256, 47246, 46200)], "ai_cluster.site_area.47256", {f"ai_cluster.site_area.{n}": 47_256 for n in (47246, 46200)}),
]  # fmt: skip
LINES = [row[0] for row in CONFLICTS]


@pytest.mark.parametrize(("line", "rule", "claims", "in_use", "change"), CONFLICTS, ids=LINES)
def test_a_line_of_the_record_s_contradictions_is_found_by_rule(line, rule, claims, in_use, change):
    (row,) = matching(study.claims()[1], rule, claims).to_dict("records")
    assert row["in_use"] == in_use


@pytest.mark.parametrize(("line", "rule", "claims", "in_use", "change"), CONFLICTS, ids=LINES)
def test_a_conflict_is_gone_as_soon_as_the_values_agree(line, rule, claims, in_use, change):
    assert matching(told_conflicts(altered({})), rule, claims).shape[0] == 1
    assert matching(told_conflicts(altered(change)), rule, claims).empty


# What section 4 lists side by side and what is no conflict, with a change that would make it one.
AGREEMENTS = [
    ("714 = 184.7 + 190.9 + 338.4", "parts", ["cluster.official_area.2024-04"], {"cluster.official_area.2024-04": 7_150_000}),
    ("220만평 = 727만㎡", "pyeong", ["cluster.official_area.pyeong", "cluster.official_area.2024-09"], {"cluster.official_area.2024-09": 7_200_000}),
    ("100만평 = 331만㎡, 330.5만㎡", "pyeong", ["futurecar.article.area", "futurecar.official_area.2024"], {"futurecar.official_area.2024": 3_400_000}),
    ("184.7 = 185 = 56만평 (반올림)", "pyeong", ["bitgreen.area_gwangju.2020"], {"bitgreen.area_gwangju.2023": 1_900_000}),
    ("323.4 ÷ 338.4 = 95.6 %", "shares", ["futurecar.greenbelt_share.2023"], {"futurecar.greenbelt_area.2023": 3_210_000}),
    ("321 ÷ 338.4 = 95 %", "shares", ["futurecar.greenbelt_share.2024"], {"futurecar.greenbelt_area.2024": 3_310_000}),
    ("407.1 = 184.7 + 222.4", "parts", ["bitgreen.official_area.2020"], {"bitgreen.area_gwangju.2023": 1_860_000}),
    ("406 = 247.1 + 158.9", "parts", ["bitgreen.official_area.2015"], {"bitgreen.phase2_area.2015": 1_421_000}),
    ("32.7 + 17.3 + 50.0 = 100 %", "shares", [one for one, _ in LAND_USE.values()], {LAND_USE[USES[2]][0]: 51.0}),
    ("32.9 + 17.4 + 49.7 = 100 %", "shares", [one for _, one in LAND_USE.values()], {LAND_USE[USES[0]][1]: 33.9}),
    ("118.2 ÷ 361.7 = 32.7 %", "shares", [LAND_USE[USES[0]][0]], {"cheomdan3.research_industrial_area.2020": 1_282_000}),
    ("269 ÷ 379 = 약 70 %", "shares", ["cheomdan3.share_jangseong"], {"cheomdan3.share_jangseong": 75.5}),
    ("분양 569,502 ÷ 1,025,645 = 55.5 %", "shares", [SOLD[0], "bitgreen.sold_area.phase2.2025"], {SOLD[0]: 65.5}),
    ("100 % − 미분양 456,143 ÷ 1,025,645 = 55.5 %", "shares", SOLD[:2], {SOLD[1]: 356_143}),
    ("185 = 104 + 81", "parts", [GRADE12[0], "futurecar.farmland_area.env"], {"futurecar.farmland_area.env": 940_000}),
    ("321 = 185 + 135", "parts", ["futurecar.greenbelt_area.2024"], {"futurecar.env_grade35_area": 1_450_000}),
    ("진곡 117.8 ÷ 190.8 = 61.8 % (반올림)", "shares", ["jingok.industrial_share"], {"jingok.industrial_share": 62.8}),
    ("지정 2007, 착공 2012-03, 준공 2015", "dates", ["jingok.construction.2012"], {"jingok.construction.2012": "2016"}),
    ("승인 2020-12-31, 준공 2026-12", "dates", ["cheomdan3.completion.planned"], {"cheomdan3.completion.planned": "2019"}),
    ("101조원의 기준값 34조원", "baseline", [f"{MONEY}.output"], {"gwangju.vision.output.2019": None}),
    ("11만명의 기준값 8.2만명", "baseline", [f"{MONEY}.jobs"], {"gwangju.vision.jobs.2019": None}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "rule", "claims", "change"), AGREEMENTS, ids=[row[0] for row in AGREEMENTS])
def test_what_agrees_in_the_record_is_no_conflict_and_would_be_one_with_another_value(line, rule, claims, change):
    assert matching(told_conflicts(altered({})), rule, claims).empty
    assert not matching(told_conflicts(altered(change)), rule, claims).empty


# What looks like a conflict and is another definition: (claim, claim, what differs).
OTHER_DEFINITIONS = [
    ("bitgreen.phase2_area.net.2025", "bitgreen.phase2_area.2020", "industrial lots against gross"),
    ("gwangju.vision.output.2019", "gwangju.article.vision.output", "baseline against target"),
    ("gwangju.vision.jobs.2019", "gwangju.article.vision.jobs", "baseline against target"),
    ("gwangju.article.vision.jobs", "gwangju.article.target.jobs", "two scopes, neither defined"),
    ("bitgreen.sold_share.phase1.2023", "bitgreen.sold_share.phase2.2025", "phase 1 against phase 2"),
    ("bitgreen.equipment.2023", "bitgreen.equipment.2025", "two years"),
]
OTHER_QUANTITIES = [
    ("bitgreen.area_gwangju.2023", "bitgreen.official_area.2020", "Gwangju side against the whole"),
    ("futurecar.replacement_area", "futurecar.env_grade12_area.817", "land given in exchange against land graded"),
    ("futurecar.env_grade35_area", "futurecar.env_grade12_area.185", "other grades"),
    ("ggm.production.2025", "ggm.capacity.design", "plan of one year against design"),
]


@pytest.mark.parametrize(("one", "other", "why"), [*OTHER_DEFINITIONS, *OTHER_QUANTITIES])
def test_what_measures_different_things_is_no_conflict_and_its_definition_says_so(one, other, why):
    assert matching(study.claims()[1], "values", [one, other]).empty, why
    by_id = LEDGER.set_index("id")
    assert by_id.at[one, "definition"] != by_id.at[other, "definition"], why


@pytest.mark.parametrize(("one", "other", "why"), OTHER_DEFINITIONS)
def test_another_definition_is_shown_as_one_and_would_conflict_under_the_same(one, other, why):
    assert len(matching(distinctions(LEDGER), "definition", [one, other])) == 1, why
    alike = LEDGER.copy(deep=True)
    alike.loc[alike["id"] == one, "definition"] = alike.loc[alike["id"] == other, "definition"].iloc[0]
    assert len(matching(told_conflicts(alike), "values", [one, other])) == 1


def test_184_7_is_shown_as_a_part_of_the_whole_and_would_conflict_if_it_were_called_the_whole():
    part, whole = "bitgreen.area_gwangju.2023", "bitgreen.official_area.2020"
    assert len(matching(distinctions(LEDGER), "part", [part, whole])) == 1
    alike = LEDGER.copy(deep=True).set_index("id", drop=False)
    for key in ("quantity", "definition"):
        alike.at[part, key] = alike.at[whole, key]
    alike.at[part, "in_use"] = False
    assert len(matching(told_conflicts(alike.reset_index(drop=True)), "values", [part, whole])) == 1


def test_81_7_is_told_to_be_the_size_of_the_land_given_in_exchange():
    (row,) = matching(study.claims()[1], "values", GRADE12).to_dict("records")
    assert row["same_as"] == "futurecar.replacement_area"
    (row,) = matching(told_conflicts(altered({"futurecar.replacement_area": 917_108})), "values", GRADE12).to_dict(
        "records"
    )
    assert row["same_as"] is None


def test_250_000_jobs_have_no_baseline_until_one_is_stated():
    target = "gwangju.article.target.jobs"
    assert len(matching(study.claims()[1], "baseline", [target])) == 1
    found_one = LEDGER.copy(deep=True)
    found_one.loc[found_one["id"] == "gwangju.vision.jobs.2019", "baseline_of"] = target
    assert matching(told_conflicts(found_one), "baseline", [target]).empty


def test_the_cost_has_one_value_and_a_second_would_conflict():
    assert claim_in_use(LEDGER, "futurecar", "cost")["value"] == 664_700_000_000
    first = LEDGER[LEDGER["id"] == "futurecar.cost.2023"]
    second = first.assign(id="futurecar.cost.second", value=700_000_000_000, stated="7,000억원")
    (row,) = matching(told_conflicts(pd.concat([LEDGER, second])), "values", ["futurecar.cost.second"]).to_dict(
        "records"
    )
    assert row["claims"] == "futurecar.cost.2023|futurecar.cost.second"


def test_every_rule_is_one_of_the_rules_and_names_claims_of_the_record():
    claims, rows = study.claims()
    steps = {row for row in "|".join(rows["claims"]).split("|") if row.startswith("step:")}
    known = {*claims["id"], *steps}
    assert set(rows["rule"]) <= set(RULES)
    for row in rows.to_dict("records"):
        names = row["claims"].split("|")
        assert len(row["values"].split("|")) == len(names)
        assert set(names) <= known
        assert row["in_use"] is None or set(row["in_use"].split("|")) <= set(claims["id"])


def test_only_targets_and_steps_have_no_value_in_use():
    rows = study.claims()[1]
    without = rows[rows["in_use"].isna()]
    assert set(without["rule"]) <= {"baseline", "dates"}
    assert without.loc[without["rule"] == "dates", "claims"].str.startswith("step:").all()


def test_every_value_that_a_conflict_shows_is_a_value_of_a_claim():
    """Nothing is averaged."""
    claims, rows = study.claims()
    numbers = dict(zip(claims["id"], claims["value"], strict=True))
    for row in rows.to_dict("records"):
        for name, text in zip(row["claims"].split("|"), row["values"].split("|"), strict=True):
            if isinstance(numbers.get(name), int | float):
                assert float(text.replace(",", "")) == pytest.approx(numbers[name], rel=1e-6)


def test_an_unknown_subject_is_refused_with_the_known_ones():
    with pytest.raises(UnknownNameError, match="futurecar"):
        study.claims("atlantis")


def unordered(rows: pd.DataFrame) -> set:
    """Return conflicts without the order of their claims."""
    listed = rows[["claims", "in_use", "same_as"]].map(lambda text: frozenset(str(text).split("|")))
    return set(zip(rows["rule"], rows["subject"], rows["quantity"], *(listed[name] for name in listed), strict=True))


@settings(max_examples=8)
@given(st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(shuffler):
    """Whatever the rule: some values are changed so that each of them finds something."""
    claims = altered({LAND_USE[USES[2]][0]: 51.0, SOLD[1]: 356_143, "futurecar.greenbelt_area.2023": 3_100_000})
    claims.loc[claims["id"] == CLUSTER[0], "stated"] = "714만㎡(220만평)"
    order = list(claims.index)
    shuffler.shuffle(order)
    assert set(told_conflicts(claims)["rule"]) == set(RULES)
    assert unordered(told_conflicts(claims.loc[order])) == unordered(told_conflicts(claims))
    assert unordered(distinctions(claims.loc[order])) == unordered(distinctions(claims))


def test_looking_for_conflicts_leaves_the_ledger_alone():
    claims = catalog.claims()
    before = claims.copy(deep=True)
    told_conflicts(claims)
    distinctions(claims)
    pd.testing.assert_frame_equal(claims, before)
