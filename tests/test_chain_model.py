"""A chain as people edit it: out and in again unchanged, and every fault with its row."""

import io
import json
import tomllib

import openpyxl
import pandas as pd
import pytest

from gis.errors import DataFileError, InputError
from gis.io import catalog, chain_model, decisions
from gis.io.chain_model import TABLES, bundled, from_rows, model_book, model_faults, model_rows, model_toml, read_tables
from gis.io.write import csv_bytes
from gis.model import ChainModel
from gis.study import value_chain
from tests.command import done, refusal, run

PLACES = ("jingok", "bitgreen", "futurecar", "cheomdan3", "hanam", "kia", "pyeongdong", "cheomdan1", "songam", "export")


def model(**changes) -> ChainModel:
    """Return the bundled chain with cells changed: `hosts={3: {"stage": "x"}}`."""
    tables = {name: getattr(bundled(), name).copy() for name in TABLES}
    for name, rows in changes.items():
        for place, cells in rows.items():
            for column, value in cells.items():
                tables[name].at[place, column] = value
    return ChainModel(**tables)


def faults(changed: ChainModel) -> list[tuple]:
    found = model_faults(changed, PLACES, set(catalog.steps()["phase"]))
    return list(found[["table", "row", "column", "fault"]].itertuples(index=False, name=None))


def test_the_bundled_chain_has_no_fault():
    assert faults(bundled()) == []


@pytest.mark.parametrize(("make", "file"), [(model_book, "chain.xlsx"), (model_toml, "chain.toml")])
def test_a_chain_comes_back_as_it_went_out(make, file):
    tables = read_tables(make(bundled()), file)
    assert model_rows(ChainModel(**{name: tables[name] for name in TABLES})) == model_rows(bundled())


def test_a_csv_of_hosts_replaces_the_hosts_alone():
    tables = read_tables(csv_bytes(bundled().hosts.head(3)), "hosts.csv")
    assert list(tables) == ["hosts"] and len(tables["hosts"]) == 3


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"hosts": {4: {"stage": "wheels"}}}, ("hosts", 5, "stage", "unknown")),
        ({"hosts": {4: {"place": "mars"}}}, ("hosts", 5, "place", "unknown")),
        ({"hosts": {4: {"status": "soon"}}}, ("hosts", 5, "status", "unknown")),
        ({"hosts": {4: {"basis": None}}}, ("hosts", 5, "basis", "empty")),
        ({"hosts": {4: {"phase": "nothing"}}}, ("hosts", 5, "phase", "unknown")),
        ({"hosts": {4: {"from": 20230}}}, ("hosts", 5, "from", "year")),
        ({"hosts": {4: {"from": 2030, "until": 2029}}}, ("hosts", 5, "until", "order")),
        ({"hosts": {4: {"id": "jingok.plan.sensing"}}}, ("hosts", 5, "id", "twice")),
        ({"hosts": {4: {"id": "a b|c"}}}, ("hosts", 5, "id", "id")),
        ({"links": {2: {"stage_to": "wheels"}}}, ("links", 3, "stage_to", "unknown")),
        ({"links": {2: {"kind": "love"}}}, ("links", 3, "kind", "unknown")),
        ({"links": {2: {"stage_to": "material"}}}, ("links", 3, "stage_to", "itself")),
        ({"stages": {0: {"ksic": ["2x"]}}}, ("stages", 1, "ksic", "ksic")),
        ({"flows": {0: {"link": "nowhere"}}}, ("flows", 1, "link", "unknown")),
        ({"flows": {0: {"capacity": 5.0}}}, ("flows", 1, "capacity_unit", "empty")),
        ({"flows": {0: {"capacity": -5.0, "capacity_unit": "t"}}}, ("flows", 1, "capacity", "positive")),
    ],
)
def test_a_fault_names_table_row_and_column(changes, fault):
    assert fault in faults(model(**changes))


def test_a_stage_that_nobody_hosts_has_no_host_and_is_asked_of_nobody():
    place = bundled().stages["id"].tolist().index("demonstration")
    changed = model(stages={place: {"hosted": False}})
    assert {(table, column, fault) for table, _, column, fault in faults(changed)} == {("hosts", "stage", "unknown")}
    value_chain.keep_model(
        ChainModel(
            changed.stages, changed.hosts[changed.hosts["stage"] != "demonstration"], changed.links, changed.flows
        )
    )
    assert "demonstration" not in set(value_chain.answer(2026).addition.sites["stage"])


def test_only_material_carries_a_capacity():
    service = bundled().links.set_index("id").query("kind == 'service'").index[0]
    found = faults(model(flows={0: {"link": service, "capacity": 5.0, "capacity_unit": "t"}}))
    assert ("flows", 1, "capacity", "material") in found


def test_a_circle_of_required_links_names_the_link_that_closes_it():
    back = {"stage_from": "demonstration", "stage_to": "material", "required": True}
    found = model_faults(model(links={2: back}), PLACES)
    assert found.loc[found["fault"] == "circle", "table"].tolist() == ["links"]
    assert "material" in found.loc[found["fault"] == "circle", "value"].iloc[0]


def sheet(**tables) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


HEAD = ["id", "stage", "place", "name", "status", "basis", "from"]


def test_the_row_of_a_fault_is_that_of_the_spreadsheet():
    content = sheet(
        memo=[["hello"]], hosts=[["담당 단지"], HEAD, ["a", "vehicle", "mars", "A", "operating", "fact", 2020]]
    )
    hosts = read_tables(content, "my.xlsx")["hosts"]
    found = model_faults(ChainModel(**{**vars(bundled()), "hosts": hosts}), PLACES)
    assert found[["row", "column"]].to_numpy().tolist() == [[3, "place"]]


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([[*HEAD, "wheels"], ["a", "vehicle", "kia", "A", "operating", "fact", 2020, 4]], "chain.columns"),
        ([HEAD, ["a", "vehicle", "kia", "A", "operating", "fact", "soon"]], "chain.cell"),
        ([["name", "place"], ["a", "kia"]], "chain.no_table"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_in_words(rows, key):
    with pytest.raises(InputError) as caught:
        read_tables(sheet(hosts=rows), "my.xlsx")
    assert caught.value.key == key and "my.xlsx" in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"[[host]", b"host = 3", b"[host]\na = 1", b"", b"[[hosts]]\nname = 'a'"]
)
def test_a_broken_toml_is_refused_in_words(content):
    with pytest.raises((InputError, DataFileError)) as caught:
        read_tables(content, "my.toml")
    assert "my.toml" in str(caught.value)


def test_another_kind_of_file_is_refused(tmp_path):
    (tmp_path / "chain.pdf").write_bytes(b"%PDF")
    with pytest.raises(DataFileError):
        read_tables(tmp_path / "chain.pdf", "chain.pdf")


def test_a_kept_chain_changes_every_result_and_undo_brings_it_back():
    before = value_chain.answer(2026)
    hosts = value_chain.model().hosts
    added = [
        {"id": f"mine.{stage}", "stage": stage, "place": "bitgreen", "name": "시험", "status": "operating", "basis": "fact", "from": 2020}
        for stage in before.chain.missing_stages
    ]  # fmt: skip
    wished = pd.concat([hosts, pd.DataFrame(added, columns=hosts.columns, dtype=object)], ignore_index=True)
    value_chain.keep_model(value_chain.changed({"hosts": wished}), "세 자리를 더함")
    after = value_chain.answer(2026)
    assert (after.chain.completeness, after.addition.count, after.chain.missing_stages) == (1.0, 0, ())
    assert after.bottleneck.paths == 1
    value_chain.undo_model()
    assert value_chain.answer(2026).chain.completeness == before.chain.completeness
    value_chain.restore_model(1)
    assert value_chain.answer(2026).addition.count == 0


def test_a_chain_with_a_fault_is_not_kept():
    value_chain.keep_model(value_chain.changed({}), "first")
    with pytest.raises(InputError, match="mars"):
        value_chain.keep_model(model(hosts={4: {"place": "mars"}}))
    assert [one.note for one in decisions.history(value_chain.TOPIC, value_chain.KEY)] == ["first"]


def test_only_tables_that_differ_are_kept():
    value_chain.keep_model(model(hosts={4: {"from": 2025}}))
    assert list(decisions.latest("chain", "model").content) == ["hosts"]


def test_plain_rows_give_the_chain_back():
    changed = model(hosts={4: {"from": 2025}}, links={0: {"required": False}})
    assert model_rows(from_rows(json.loads(json.dumps(model_rows(changed))))) == model_rows(changed)


def test_names_are_texts_whatever_they_hold(tmp_path):
    """A formula or HTML in a name is text: in the workbook, and when it comes back."""
    evil = '=HYPERLINK("http://x")<img src=x onerror=alert(1)>'
    book = model_book(model(hosts={4: {"name": evil}}))
    cell = openpyxl.load_workbook(io.BytesIO(book))["hosts"]["E6"]
    assert (cell.value, cell.data_type) == (evil, "s")
    assert read_tables(book, "a.xlsx")["hosts"].at[4, "name"] == evil


def test_the_command_line_exports_checks_uses_and_undoes(tmp_path):
    done("chain-model", "export", "-o", tmp_path / "chain.toml")
    told = tomllib.loads((tmp_path / "chain.toml").read_text(encoding="utf-8"))
    told["host"][0]["place"] = "mars"
    (tmp_path / "bad.toml").write_bytes(chain_model.tomli_w.dumps(told).encode())
    assert done("chain-model", "check", tmp_path / "bad.toml", "--format", "json").json[0]["value"] == "mars"
    assert "mars" in done("chain-model", "check", tmp_path / "bad.toml").text, "for people too, in words"
    assert "mars" in refusal("chain-model", "use", tmp_path / "bad.toml")
    told["host"] = [row for row in told["host"] if row["stage"] != "vehicle"]
    told["host"][0]["place"] = "jingok"
    (tmp_path / "good.toml").write_bytes(chain_model.tomli_w.dumps(told).encode())
    assert run("chain-model", "use", tmp_path / "good.toml", "--note", "완성차 없이").code == 0
    assert "vehicle" in done("chain", "--year", "2031", "--format", "json").json["missing_stages"]
    assert run("chain-model", "undo").code == 0
    assert done("chain", "--year", "2031", "--format", "json").json["missing_stages"] == []
    assert len(done("chain-model", "history", "--format", "json").json) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("chain-model", "use", "nothing.toml"),
        ("chain-model", "export", "-o", "chain.pdf"),
        ("chain-model", "restore", "7"),
        ("chain-model", "undo"),
        ("chain", "--move", "futurecar"),
        ("chain", "--move", "mars=jingok"),
        ("chain", "--move", "futurecar=nowhere"),
    ],
)
def test_wrong_input_gets_one_line(arguments):
    assert refusal(*arguments).count("\n") <= 1


def test_a_moved_complex_shortens_what_it_surely_shortens():
    told = done("chain", "--year", "2031", "--move", "futurecar=jingok", "--format", "json").json
    assert {"from", "to", "distance_before_m", "distance_m"} <= set(told["moved"][0])
    rows = told["links"]
    near = [row for row in rows if {row["from"], row["to"]} == {"jingok", "futurecar"}]
    assert near and all(row["functional_adjacency"] in ("yes", "possible") for row in near)
    moved = value_chain.moved_links((value_chain.Move("futurecar", value_chain.SiteRef("jingok")),))
    assert set(moved["change"]) <= {"shorter", "longer", "unknown"} and len(moved)
