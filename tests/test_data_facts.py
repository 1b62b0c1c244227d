"""Hold the bundled facts: sources, claims, chain, phases, article index, grades."""

import re
import tomllib
from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1] / "data"
PYEONG = 400 / 121  # m² in one 평, exactly

RANKS = {"notice", "statistics", "agency", "press", "derived"}
CONFIDENCE = {"high", "medium", "low"}
EVIDENCE = {"stated", "inferred", "plan"}
STATUS = {"operating", "building", "planned"}
STEP_STATUS = {"done", "planned", "unknown"}
LAYERS = {"complexes", "cluster", "ai_cluster", "hosts", "testbed"}
PLACES = {
    "cheomdan3",
    "bitgreen",
    "jingok",
    "futurecar",
    "hanam",
    "pyeongdong",
    "cheomdan1",
    "kia",
    "songam",
    "energy_valley",
}
STAGES = [
    "material",
    "equipment",
    "part.sensing",
    "part.control",
    "part.communication",
    "part.battery",
    "part.fuel_cell",
    "part.power_semiconductor",
    "part.chassis",
    "module_electronics",
    "part_certification",
    "vehicle",
    "vehicle_test",
    "demonstration",
    "rnd",
    "ai_data",
    "software",
    "virtual_test",
]
SUPPORTING = {"rnd", "ai_data", "software", "virtual_test"}
# Cited by layers and reference points, not by a fact.
LAYER_SOURCES = {"schematic_outline", "public_station_list", "airportsdata", "cadastre_rule_64", "land_owner_codes"}


def load(path: str) -> dict:
    return tomllib.loads((DATA / path).read_text(encoding="utf-8"))


SOURCES = load("sources.toml")["source"]
CLAIM_FILES = {path.stem: load(f"claims/{path.name}")["claim"] for path in sorted((DATA / "claims").glob("*.toml"))}
CLAIMS = list(chain.from_iterable(CLAIM_FILES.values()))
CLAIM = {claim["id"]: claim for claim in CLAIMS}
CHAIN = load("chain/stages.toml")
HOSTS = load("chain/hosts.toml")["host"]
LINKS = load("chain/links.toml")["link"]
FLOWS = load("chain/links.toml")["flow"]
PHASES = load("phases.toml")
ROWS = load("article.toml")["row"]
GRADES = load("grades.toml")["grade"]
STEPS = [step for phase in PHASES["phase"] for step in phase["step"]]


def cited(record: dict) -> list[str]:
    """Return the source ids that one record cites."""
    keys = ("source", "ksic_source", "then_source", "now_source")
    return [record[key] for key in keys if key in record] + list(record.get("also", ()))


RECORDS = [
    *CLAIMS,
    *CHAIN["stage"],
    *HOSTS,
    *LINKS,
    *FLOWS,
    *STEPS,
    *PHASES["history"],
    *GRADES.values(),
    *(row for key in ("rate", "factor", "part") for row in load("unit_values.toml")[key]),
]


def ids(rows: list[dict]) -> list[str]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    "rows",
    [CLAIMS, CHAIN["stage"], HOSTS, LINKS, PHASES["phase"], ROWS],
    ids=["claims", "stages", "hosts", "links", "phases", "article"],
)
def test_ids_are_unique_and_ascii(rows):
    assert [name for name, n in Counter(ids(rows)).items() if n > 1] == []
    assert [name for name in ids(rows) if not re.fullmatch(r"[A-Za-z0-9._-]+", name)] == []


def test_every_source_cited_exists():
    assert {source for record in RECORDS for source in cited(record)} - set(SOURCES) == set()


def test_every_source_is_cited():
    used = {source for record in RECORDS for source in cited(record)}
    assert set(SOURCES) - used == LAYER_SOURCES


@pytest.mark.parametrize("name", SOURCES)
def test_source_says_who_published_it_and_on_what_terms(name):
    source = SOURCES[name]
    assert re.fullmatch(r"[a-z0-9_]+", name)
    assert source["rank"] in RANKS
    for key in ("title", "publisher", "license", "attribution", "retrieved"):
        assert source[key]
    assert "url" in source or "locator" in source or name == "schematic_outline"
    assert source.get("url", "http").startswith("http")


@pytest.mark.parametrize("claim", CLAIMS, ids=ids(CLAIMS))
def test_claim_says_what_is_counted_and_as_stated(claim):
    for key in ("subject", "quantity", "unit", "definition", "definition_en", "stated"):
        assert claim[key]
    assert re.fullmatch(r"[a-z0-9_]+", claim["quantity"])
    assert claim["id"].startswith(claim["subject"] + ".")
    assert claim["confidence"] in CONFIDENCE
    assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?(/\d{4})?", claim.get("as_of", "2023"))
    assert ("note" in claim) == ("note_en" in claim)


def test_claim_has_one_value_or_one_range_or_says_that_it_is_unknown():
    for claim in CLAIMS:
        has_range = "low" in claim and "high" in claim
        if "value" in claim:
            assert not has_range, claim["id"]
        elif has_range:
            assert claim["low"] < claim["high"], claim["id"]
        else:
            assert claim["note"], claim["id"]


def test_value_has_the_type_of_its_unit():
    for claim in CLAIMS:
        text = claim["unit"] in {"text", "date"}
        if "value" in claim:
            assert isinstance(claim["value"], str) == text, claim["id"]


def test_exactly_one_claim_is_in_use_where_several_say_the_same_thing():
    groups = defaultdict(list)
    for claim in CLAIMS:
        groups[claim["subject"], claim["quantity"], claim["definition"]].append(claim)
    wrong = [key for key, rows in groups.items() if len(rows) > 1 and sum(r.get("in_use", False) for r in rows) != 1]
    assert wrong == []


@pytest.mark.parametrize(
    ("subject", "area"),
    [("cheomdan3", 3_628_568), ("bitgreen", 4_071_000), ("jingok", 1_908_000), ("futurecar", 3_384_000)],
)
def test_official_area_in_use_is_the_one_of_the_record(subject, area):
    in_use = [
        claim["value"]
        for claim in CLAIMS
        if (claim["subject"], claim["quantity"]) == (subject, "official_area") and claim.get("in_use")
    ]
    assert in_use == [area]


def test_claims_refer_to_claims_that_exist():
    for claim in CLAIMS:
        targets = [claim[key] for key in ("part_of", "share_of", "portion", "baseline_of") if key in claim]
        targets += claim.get("contradicts", [])
        assert set(targets) <= set(CLAIM), claim["id"]
        assert claim["id"] not in targets


def test_part_has_the_unit_of_its_total():
    for claim in CLAIMS:
        if "part_of" in claim:
            assert claim["unit"] in (CLAIM[claim["part_of"]]["unit"], "pct"), claim["id"]
        if "share_of" in claim:
            assert claim["unit"] == "pct", claim["id"]
        if "portion" in claim:
            assert CLAIM[claim["portion"]]["unit"] == CLAIM[claim["share_of"]]["unit"], claim["id"]


def test_a_baseline_is_of_a_target_and_says_the_same_quantity():
    for claim in CLAIMS:
        if "baseline_of" in claim:
            target = CLAIM[claim["baseline_of"]]
            assert target["target"] is True, claim["id"]
            assert [claim[key] for key in ("subject", "quantity", "unit")] == [
                target[key] for key in ("subject", "quantity", "unit")
            ], claim["id"]


def test_the_phase_of_a_date_is_a_phase_of_its_subject():
    phases = {phase["id"]: phase["subject"] for phase in PHASES["phase"]}
    for claim in CLAIMS:
        if "phase" in claim:
            assert (claim["unit"], claim["subject"]) == ("date", phases[claim["phase"]]), claim["id"]


def parts_sum(total: str) -> float:
    unit = CLAIM[total]["unit"]
    return sum(claim["value"] for claim in CLAIMS if (claim.get("part_of"), claim["unit"]) == (total, unit))


@pytest.mark.parametrize(
    ("total", "slack"),
    [
        ("cluster.official_area.2024-04", 0),
        ("bitgreen.official_area.2020", 0),
        ("bitgreen.area_hampyeong.2020", 1e-6),
        ("bitgreen.official_area.2015", 0),
        ("bitgreen.phase1_area.2015", 5_500),
        ("bitgreen.phase2_area.net.2025", 0),
        ("cheomdan3.official_area.2020", 1_500),
        ("cheomdan3.official_area.2017", 0),
        ("futurecar.env_grade12_area.185", 0),
        ("futurecar.greenbelt_area.2024", 10_000),
        ("kia.production.2025", 0),
        ("cluster.equipment_new.21", 0),
    ],
)
def test_parts_add_up_to_their_total(total, slack):
    assert parts_sum(total) == pytest.approx(CLAIM[total]["value"], abs=slack)


def test_every_total_with_parts_is_checked_and_only_the_ministry_total_fails():
    off = {
        total
        for total in {claim["part_of"] for claim in CLAIMS if "part_of" in claim}
        if abs(parts_sum(total) - CLAIM[total]["value"]) > 10_000
    }
    assert off == {"cluster.official_area.2024-09"}
    assert parts_sum("cluster.official_area.2024-09") == 7_080_000


def test_kia_models_add_up_to_the_output_of_the_plant():
    models = [claim["value"] for claim in CLAIMS if claim["quantity"] == "production_model"]
    assert sum(models) == CLAIM["kia.production.2025"]["value"]


def test_sold_share_follows_from_the_areas_sold_and_offered():
    sold = CLAIM["bitgreen.sold_area.phase2.2025"]["value"]
    share = CLAIM["bitgreen.sold_share.phase2.2025"]
    assert round(100 * sold / CLAIM[share["share_of"]]["value"], 1) == share["value"]


def test_what_words_mean_is_said_in_quantities_of_the_record_and_with_a_reason():
    for wording in load("claim_rules.toml")["wording"]:
        assert {"at_least", "at_most"} & set(wording)
        assert wording["reason"] and wording["reason_en"]
        assert any((claim["quantity"], claim["unit"]) == (wording["quantity"], wording["unit"]) for claim in CLAIMS)
        assert any(claim.get("value") == wording["words"] for claim in CLAIMS)


def test_no_contradiction_is_listed_by_hand():
    assert [claim["id"] for claim in CLAIMS if "contradicts" in claim] == []


def test_an_order_of_dates_has_a_reason_and_names_each_event_once():
    dated = {claim["quantity"] for claim in CLAIMS if claim["unit"] == "date"} | {step["key"] for step in STEPS}
    for order in load("claim_rules.toml")["order"]:
        names = list(chain.from_iterable(order["events"]))
        assert order["reason"] and order["reason_en"]
        assert len(set(names)) == len(names)
        assert set(names) <= dated


def test_figures_in_pyeong_agree_with_square_meters():
    checked = 0
    for claim in CLAIMS:
        found = re.findall(r"([\d.]+)만평", claim["stated"])
        if claim["unit"] != "m2" or not found or "value" not in claim:
            continue
        stated = sum(float(number) for number in found)
        digits = max(len(number.partition(".")[2]) for number in found)
        assert claim["value"] / PYEONG / 1e4 == pytest.approx(stated, abs=0.5 * 10**-digits + 1e-9), claim["id"]
        checked += 1
    assert checked >= 8


def test_stated_ten_thousands_of_square_meters_are_converted_exactly():
    for claim in CLAIMS:
        found = re.match(r"([\d.]+)만㎡", claim["stated"])
        if found and claim["unit"] == "m2" and "만평" not in claim["stated"]:
            assert claim["value"] == round(float(found[1]) * 1e4), claim["id"]


def test_stated_hundreds_of_millions_of_won_are_converted_exactly():
    for claim in CLAIMS:
        found = re.match(r"약? ?([\d,]+)억", claim["stated"])
        if found and claim["unit"] == "krw":
            assert claim["value"] == int(found[1].replace(",", "")) * 10**8, claim["id"]


# The public record contradicts itself: each row is (subject, quantity, values that must stand).
CONTRADICTIONS = [
    ("cluster", "official_area", {7_270_000, 7_140_000, 7_080_000, 2_200_000 * PYEONG}),
    ("cluster", "part_area", {1_850_000, 1_920_000, 3_310_000, 1_847_000, 1_909_000, 3_384_000}),
    ("futurecar", "official_area", {3_384_000, 3_380_000, 3_310_000, 3_305_000, 1e6 * PYEONG}),
    ("futurecar", "greenbelt_area", {3_234_000, 3_210_000}),
    ("futurecar", "greenbelt_share", {95.6, 95}),
    ("futurecar", "jobs", {10_000, 2_000}),
    ("futurecar", "cost", {664_700_000_000}),
    ("futurecar", "env_grade12_area", {1_850_000, 817_000}),
    ("futurecar", "replacement_area", {817_108}),
    ("futurecar", "construction_start", {"2026-12", "2027"}),
    ("bitgreen", "official_area", {4_071_000, 4_081_000, 4_060_000}),
    ("bitgreen", "area_gwangju", {1_847_000, 1_860_000}),
    ("bitgreen", "phase2_area", {1_589_000, 430_000 * PYEONG, 1_025_645}),
    ("bitgreen", "status", {"포화"}),
    ("bitgreen", "sold_share", {55.5, 91}),
    ("bitgreen", "unsold_area", {456_143}),
    ("jingok", "official_area", {1_908_000, 1_909_000, 1_910_000, 1_920_000}),
    ("jingok", "firms", {300, 568, 686}),
    ("cheomdan3", "official_area", {3_628_568, 3_616_853, 3_790_000}),
    ("cheomdan3", "research_industrial_share", {32.9, 32.7}),
    ("cheomdan3", "residential_commercial_share", {17.4, 17.3}),
    ("cheomdan3", "infrastructure_green_share", {49.7, 50.0}),
    ("ai_cluster", "site_area", {47_246, 47_256, 46_200}),
    ("ai_cluster", "cost", {411_900_000_000, 400_000_000_000, 430_000_000_000, 621_600_000_000}),
    ("ggm", "capacity", {100_000, 200_000}),
    ("ggm", "production_planned", {56_800}),
    ("gwangju", "output", {34_000_000_000_000, 101_000_000_000_000}),
    ("gwangju", "jobs", {82_000, 110_000, 250_000}),
]


@pytest.mark.parametrize(("subject", "quantity", "values"), CONTRADICTIONS)
def test_contradiction_of_the_record_is_kept(subject, quantity, values):
    kept = {claim.get("value") for claim in CLAIMS if (claim["subject"], claim["quantity"]) == (subject, quantity)}
    assert values <= kept


def test_ambiguous_targets_name_both_readings():
    growth = CLAIM["gwangju.article.target.parts_self_supply"]
    assert "×2" in growth["definition"] and "×3" in growth["definition"]
    assert "25만" in CLAIM["gwangju.article.vision.jobs"]["definition"]
    assert "11만" in CLAIM["gwangju.article.target.jobs"]["definition"]


def test_stages_are_those_of_the_chain_in_order():
    assert ids(CHAIN["stage"]) == STAGES
    assert {s["id"] for s in CHAIN["stage"] if s.get("supporting")} == SUPPORTING
    assert ids(CHAIN["destination"]) == ["export"]


def test_only_demonstration_feeds_back_and_to_known_stages():
    feedback = {stage["id"]: stage["feedback"] for stage in CHAIN["stage"] if "feedback" in stage}
    assert set(feedback) == {"demonstration"}
    assert set(feedback["demonstration"]) <= set(STAGES)


def test_hosts_stand_at_known_stages_and_places():
    for host in HOSTS:
        assert host["stage"] in STAGES, host["id"]
        assert host["place"] in PLACES, host["id"]
        assert host["status"] in STATUS and host["evidence"] in EVIDENCE
        assert host["basis"] in {"plan", "fact"}
        assert ("part" in host) <= (host["place"] == "bitgreen"), host["id"]


def test_a_fact_is_no_plan_and_a_coming_host_has_its_year_or_says_why_not():
    for host in HOSTS:
        assert not (host["basis"] == "fact" and host["evidence"] == "plan"), host["id"]
        if host["status"] != "operating":
            assert "from" in host or "출처에 없음" in host["note"], host["id"]


def test_the_new_complex_hosts_nothing_before_2031():
    new = [host for host in HOSTS if host["place"] == "futurecar"]
    assert {host["from"] for host in new} == {2031}
    assert {host["status"] for host in new} == {"planned"}
    assert {host["basis"] for host in new} == {"plan"}


def test_kumho_stands_on_the_hampyeong_side():
    assert {h["id"] for h in HOSTS if h.get("part") == "hampyeong"} == {"bitgreen.kumho"}


def test_sensing_control_and_communication_have_hosts_in_fact_outside_jingok():
    for stage in ("part.sensing", "part.control", "part.communication"):
        fact = {h["place"] for h in HOSTS if h["stage"] == stage and h["basis"] == "fact"}
        assert "hanam" in fact and "jingok" not in fact


def test_links_run_between_stages_and_carry_a_reason():
    ends = {*STAGES, "export"}
    for link in LINKS:
        assert link["stage_from"] in STAGES and link["stage_to"] in ends, link["id"]
        assert link["kind"] in {"material", "service", "knowledge"}
        assert isinstance(link["required"], bool)
        assert link["reason"] and link["reason_en"]
        assert link["evidence"] in EVIDENCE


def test_required_links_make_no_circle():
    after = defaultdict(set)
    for link in LINKS:
        if not link.get("feedback"):
            after[link["stage_from"]].add(link["stage_to"])
    done: set[str] = set()
    while len(done) < len(STAGES):
        left = [stage for stage in STAGES if stage not in done]
        ready = {stage for stage in left if not any(stage in after[other] for other in left)}
        assert ready, "a circle of links that are not marked as feedback"
        done |= ready


def test_every_stage_has_a_link():
    linked = {link[end] for link in LINKS for end in ("stage_from", "stage_to")}
    assert linked == {*STAGES, "export"}


def test_flows_follow_stated_links_between_known_places():
    links = {link["id"]: link for link in LINKS}
    for flow in FLOWS:
        assert links[flow["link"]]["evidence"] == flow["evidence"] == "stated"
        assert flow["place_from"] in PLACES
        assert flow["place_to"] in PLACES | {"export"}
        assert flow["stated"]


def test_no_link_or_flow_carries_a_volume():
    allowed = {
        "id",
        "stage_from",
        "stage_to",
        "kind",
        "required",
        "reason",
        "reason_en",
        "evidence",
        "source",
        "as_of",
        "note",
        "note_en",
        "feedback",
        "link",
        "place_from",
        "place_to",
        "stated",
    }
    assert set().union(*LINKS, *FLOWS) <= allowed


def test_steps_have_a_date_and_a_status():
    for step in STEPS:
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", step["date"])
        assert step.get("date_end", "9999") >= step["date"]
        assert step["status"] in STEP_STATUS
        assert ("note" in step) == ("note_en" in step)


def test_history_tells_what_became_of_the_plans_of_the_article():
    topics = {row["topic"] for row in PHASES["history"]}
    assert {"소부장 특화단지", "AI 2단계", "국가AI컴퓨팅센터", "미래차 국가산단"} <= topics
    assert all(row["then"] and row["now"] and row["changed_on"] for row in PHASES["history"])


def test_every_row_of_the_article_points_to_something():
    known = {
        "layer": LAYERS,
        "link": set(ids(LINKS)),
        "phase": set(ids(PHASES["phase"])),
        "indicator": set(CLAIM),
        "claim": set(CLAIM),
        "stage": set(STAGES),
        "host": set(ids(HOSTS)),
    }
    for row in ROWS:
        assert row["text"] and row["text_en"]
        assert row["ref"] in known[row["shown_as"]], row["id"]


def test_every_claim_of_the_article_is_shown_by_a_row():
    shown = {row["ref"] for row in ROWS} | {row["text"] for row in ROWS}
    stray = {c["id"] for c in CLAIM_FILES["article"] if c["id"] not in shown and c["stated"] not in shown}
    assert stray == {"ai_cluster.article.phase1"}  # shown as a phase


def test_actions_that_the_article_leaves_out_stay_empty():
    rest = CLAIM["gwangju.article.action.rest"]
    assert "value" not in rest
    assert next(row for row in ROWS if row["id"] == "action_rest")["note"] == "기사에 없음"


def test_grades_carry_a_sigma_only_with_a_source():
    assert list(GRADES) == ["A", "B", "C", "D"]
    for grade in GRADES.values():
        assert ("vertex_sigma_m" in grade) == ("source" in grade)
    assert GRADES["C"]["vertex_sigma_m"] == 40
    assert "vertex_sigma_m" not in GRADES["D"]


def test_data_names_no_path_of_a_machine():
    for path in DATA.rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\"' ](/(work|home|tmp|Users)/|\.\./)", text), path.name
