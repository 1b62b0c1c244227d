"""Reports say what the command line says, in every form; equal questions give equal bytes; what is secret is held back."""

import dataclasses
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
import shapely
from hwp_hwpx_parser import Reader
from pypdf import PdfReader

from gis import study
from gis.errors import InputError, UnknownNameError
from gis.i18n import reading, t
from gis.io import store
from gis.io.document import Chapter, Document, Figure, Table, Words, cell_texts, numbered
from gis.io.pdf import page_pictures, pdf_bytes
from gis.study import active, reports, scenarios, work
from gis.study.reports import PARTS, Asked
from gis.study.sites import SiteRef
from gis.view.report import full_report, one_page
from gis.view.report.files import FORMS, bundle, form_of, workbook
from gis.view.report.html import html_text
from gis.view.tables import label
from tests.command import done, refusal, run
from tests.pencil import sites

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def whole():
    return full_report(Asked())


@pytest.fixture(scope="module", params=["pypdf", "pdftotext"])
def pdf_text(whole, request):
    return (text_of if request.param == "pypdf" else poppler_text)(pdf_bytes(whole))


def poppler_text(content):
    """Return the words of a PDF as `pdftotext` reads them, without spaces."""
    said = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
    return tight(said).replace("\u200b", "")


def text_of(content):
    """Return the words of a PDF without spaces, which break where lines do."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()).replace(
        "\u200b", ""
    )


def tight(text):
    return "".join(str(text).split())


def test_every_part_has_a_chapter_in_the_order_of_the_annex(whole):
    assert [chapter.name for chapter in whole.chapters] == [name for name in PARTS if name != "article"]
    assert all(chapter.blocks for chapter in whole.chapters)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("code", ["ko", "en"])
def test_a_part_alone_is_told_in_either_language(name, code):
    with reading(code):
        made = full_report(Asked(parts=(name,)))
        assert [chapter.title for chapter in made.chapters] == [t(f"document.part.{name}")]
        told = [one.caption for one in made.tables] + [
            one.text for one in made.chapters[0].blocks if isinstance(one, Words)
        ]
    assert told or made.figures
    if code == "en":
        headers = [str(header) for one in made.tables for header in one.rows.columns]
        assert not [header for header in headers if re.search("[가-힣]", header) and header not in places()]


def places():
    return {label("place", one) for one in study.complexes().index}


def test_the_pdf_says_the_areas_of_the_command_line(pdf_text):
    for row in done("area", "--format", "json").json:
        for name in ("area_m2", "planar_area_m2"):
            assert f"{row[name]:,.0f}" in pdf_text


def test_the_workbook_holds_the_numbers_of_the_command_line_as_numbers(whole):
    book = openpyxl.load_workbook(io.BytesIO(workbook(whole)))
    sheet = next(one for one in book.worksheets if one.title.endswith(t("report.area")))
    rows = list(sheet.values)
    at = rows[0].index(t("column.area") + " (㎡)")
    wanted = [row["area_m2"] for row in done("area", "--format", "json").json]
    assert [row[at] for row in rows[1:]] == pytest.approx(wanted)
    assert sheet.freeze_panes == "A2" and book.worksheets[-1].title == t("ui.sources")


def test_the_pdf_says_the_distances_and_the_chain_of_the_command_line(pdf_text):
    for row in done("distance", "--format", "json").json:
        assert f"{row['high_m']:,.0f}" in pdf_text
    chain = done("chain", "--year", 2031, "--format", "json").json
    required = {link["id"] for link in chain["links"] if link["required"]}
    served = {link["id"] for link in chain["links"] if link["required"] and link["served"]}
    assert tight(f"필수 연계 {len(required)}개 중 {len(served)}개") in pdf_text


def test_the_pdf_has_bookmarks_for_chapters_and_embeds_its_type(whole):
    read = PdfReader(io.BytesIO(pdf_bytes(whole)))
    assert [one.title.split(" ", 1)[-1] for one in read.outline if not isinstance(one, list)] == [
        chapter.title for chapter in whole.chapters
    ]
    fonts = [font.get_object() for page in read.pages for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), font["/BaseFont"]
    assert any("NanumGothic" in font["/BaseFont"] for font in fonts)


def test_maps_are_vectors(whole):
    read = PdfReader(io.BytesIO(pdf_bytes(dataclasses.replace(whole, chapters=whole.chapters[:1]))))
    kinds = [
        one.get_object().get("/Subtype")
        for page in read.pages
        for one in page["/Resources"].get("/XObject", {}).values()
    ]
    assert "/Image" not in kinds


def test_equal_questions_give_equal_bytes_of_every_form_in_another_process(tmp_path):
    parts = ("--part", "areas", "--part", "phases")
    first, again = tmp_path / "a.zip", tmp_path / "b.zip"
    for path, seed in ((first, "1"), (again, "2")):
        words = [sys.executable, "-m", "gis", "report", *parts, "-o", str(path)]
        subprocess.run(words, cwd=ROOT, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    assert first.read_bytes() == again.read_bytes()


def test_the_html_asks_for_nothing_and_holds_its_shapes(whole):
    page = html_text(whole)
    assert "default-src 'none'" in page
    assert not re.search(
        r"""<(link|img|iframe)|src\s*=\s*["']|url\((?!#|data:)|@import""",
        page.split("<body")[0] + page.split("<main")[1].split("</main>")[0],
    )
    found = re.search(
        r'<script type="application/geo\+json" data-name="complexes.geojson">(.*?)</script>', page, re.DOTALL
    )
    assert [one["properties"]["id"] for one in json.loads(found[1])["features"]] == list(study.complexes().index)


def test_ids_of_pictures_do_not_meet_in_one_page(whole):
    page = html_text(whole, live=False)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


NASTY = '<script>alert(1)</script> #let $x$ *b* @a \\ "=1+1" {{ 7*7 }} [x] `c` &amp; 가'


def nasty():
    rows = pd.DataFrame({NASTY: [NASTY, "=cmd()"], "수 (㎡)": [1234.5, None]})
    rows.attrs["digits"] = {"수 (㎡)": 1}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="9" height="9"/></svg>'
    blocks = (Words(NASTY), Table("a", NASTY, rows, NASTY), Figure("f", NASTY, svg, 10, 10, NASTY))
    words = {key: key for key in ("table", "figure", "contents", "download", "map", "show_map", "data", "about")}
    return Document(
        NASTY, NASTY, "ko", (Chapter("c", NASTY, blocks),), ((NASTY, NASTY),), footer=NASTY, stamp=NASTY, words=words
    )


def test_names_are_words_in_a_pdf_whatever_they_look_like():
    assert tight(NASTY) in text_of(pdf_bytes(nasty()))


def test_names_are_words_in_a_page_whatever_they_look_like():
    page = html_text(nasty())
    assert "<script>alert" not in page and "49" not in page.split("<main")[1].split("</main>")[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_formulas_are_words_in_a_workbook():
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(nasty()))).worksheets[1]
    assert [cell.data_type for cell in sheet["A"]] == ["s", "s", "s"]


def test_cells_are_printed_with_their_digits_and_unknown_as_a_dash():
    assert cell_texts(nasty().tables[0].rows)[0][1] == "1,234.5"
    assert cell_texts(nasty().tables[0].rows)[1][1] == "–"


def test_tables_and_figures_are_numbered_through():
    made = nasty()
    twice = dataclasses.replace(made, chapters=made.chapters * 2)
    assert [[at for _, at in blocks] for _, _, blocks in numbered(twice)] == [[0, 1, 1], [0, 2, 2]]


@pytest.mark.parametrize("code", ["ko", "en"])
def test_the_summary_is_one_a3_page_that_says_when_and_in_which_scope(code):
    with reading(code):
        made = one_page(Asked())
    read = PdfReader(io.BytesIO(pdf_bytes(made)))
    assert len(read.pages) == 1
    sides = [float(side) * 25.4 / 72 for side in read.pages[0].mediabox[2:]]
    assert sorted(sides) == pytest.approx([297, 420], abs=0.5)
    text = text_of(pdf_bytes(made))
    assert "2031" in text and tight(made.subtitle) in text


def test_an_alternative_is_what_the_report_of_it_speaks_of():
    scenarios.create("북쪽 안", "north")
    with active.under("north"):
        moved = scenarios.reshaped(scenarios.outline_of("futurecar"), north=2_000, area=3_000_000)
        scenarios.set_outline("north", "futurecar", moved)
        made = full_report(Asked(parts=("areas",)))
    assert any("북쪽 안" in value for _, value in made.facts)
    (sheet,) = [one for one in made.tables if one.name == "area"]
    assert sheet.rows[t("column.planar_area") + " (㎡)"].round().tolist()[-1] == 3_000_000


def test_a_confidential_alternative_is_held_back_and_stamped(tmp_path):
    scenarios.create("몰래", "hidden", confidential=True)
    path = tmp_path / "r.pdf"
    assert "몰래" in refusal("report", "--part", "areas", "--scenario", "hidden", "-o", path)
    assert "몰래" in refusal(
        "report", "--part", "alternatives", "--alternative", "-", "--alternative", "hidden", "-o", path
    )
    assert "몰래" in refusal("report", "--summary", "--scenario", "hidden", "-o", path)
    assert not path.exists()
    done("report", "--part", "areas", "--scenario", "hidden", "--confidential", "-o", path)
    assert "대외비" in text_of(path.read_bytes())


def test_one_failing_part_says_why_and_leaves_the_rest():
    made = full_report(Asked(parts=("vertices", "areas"), sites=(reports.SiteRef("nowhere"),)))
    (said,) = made.chapters[0].blocks
    assert said.tone == "warning" and "nowhere" in said.text
    assert len(made.chapters[1].blocks) > 1


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (Asked(parts=("nope",)), UnknownNameError), (Asked(parts=()), InputError), (Asked(scope="x"), UnknownNameError),
        (Asked(basis="x"), UnknownNameError), (Asked(paper="a5"), UnknownNameError), (Asked(alternatives=(None,) * 9), InputError),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_refused(asked, error):
    with pytest.raises(error):
        full_report(asked)


@pytest.mark.parametrize("name", ["r.doc", "report", "r.pdf.exe"])
def test_a_form_that_there_is_not_is_named(name):
    with pytest.raises(InputError, match=re.escape(".pdf")):
        form_of(name)


def test_the_making_of_a_report_can_be_stopped():
    def stop(done, words):
        if done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        full_report(Asked(parts=("areas", "targets")), stop)


def test_the_bundle_holds_every_form_and_shapes_that_other_programs_read():
    made = full_report(Asked(parts=("areas",)))
    with zipfile.ZipFile(io.BytesIO(bundle(made))) as packed:
        names = set(packed.namelist())
    assert names == {
        "report.pdf",
        "report.hwpx",
        "report.html",
        "report.xlsx",
        *(f"complexes{one}" for one in (".geojson", ".gpkg", ".dxf")),
    }


def test_figures_are_whole_svg_with_words_for_those_who_hear_them(whole):
    assert len(whole.figures) >= 7
    for one in whole.figures:
        ElementTree.fromstring(one.svg)
        assert len(one.alt) > 10 and one.width > 0 and one.height > 0


PARAGRAPH = "{http://www.hancom.co.kr/hwpml/2011/paragraph}"


def test_each_page_of_the_pdf_has_its_picture():
    made = full_report(Asked(parts=("areas", "sources")))
    pictures = page_pictures(made, ppi=20)
    assert len(pictures) == len(PdfReader(io.BytesIO(pdf_bytes(made))).pages) > 3
    assert all(one.startswith(b"\x89PNG") for one in pictures)


def hwpx_section(document):
    with zipfile.ZipFile(io.BytesIO(FORMS[".hwpx"](document))) as packed:
        assert packed.namelist()[0] == "mimetype" and packed.read("mimetype") == b"application/hwp+zip"
        return ElementTree.fromstring(packed.read("Contents/section0.xml")), packed.namelist()


def test_the_hwpx_says_the_areas_of_the_command_line_in_a_table_with_a_repeated_header():
    made = full_report(Asked(parts=("areas",)))
    section, _ = hwpx_section(made)
    tables = list(section.iter(f"{PARAGRAPH}tbl"))
    assert len(tables) == len(made.tables) and all(one.get("repeatHeader") == "1" for one in tables)
    cells = {"".join(cell.itertext()) for cell in tables[0].iter(f"{PARAGRAPH}tc")}
    for row in done("area", "--format", "json").json:
        assert f"{row['area_m2']:,.0f}" in cells


def test_another_reader_of_hwpx_finds_every_table_cell_by_cell(tmp_path):
    made = full_report(Asked(parts=("areas", "distances", "location")))
    path = tmp_path / "report.hwpx"
    path.write_bytes(FORMS[".hwpx"](made))
    with Reader(path) as reader:
        tables = [[[tight(cell) for cell in row] for row in table.rows] for table in reader.tables]
        pictures, text = len(reader.get_images()), tight(reader.text)
    assert len(tables) == len(made.tables) and pictures == len(made.figures)
    for found, meant in zip(tables, made.tables, strict=True):
        assert found == [[tight(cell) for cell in row] for row in (meant.rows.columns, *cell_texts(meant.rows))]
    assert all(tight(figure.caption) in text for figure in made.figures)


@pytest.mark.parametrize(("width", "turned"), [(3, ["WIDELY"]), (60, ["WIDELY", "NARROWLY", "WIDELY"])])
def test_a_wide_table_lies_across_in_a_hwpx_and_the_chapter_after_it_does_not(width, turned):
    rows = pd.DataFrame({f"열 {number}": ["가나다라마바사"] for number in range(width)})
    chapters = (
        Chapter("wide", "넓다", (Table("wide", "넓은 표", rows),)),
        Chapter("words", "글", (Words("한 줄"),)),
    )
    made = Document("제목", "", "ko", chapters, words=dict.fromkeys(("table", "figure", "contents"), "표"))
    with zipfile.ZipFile(io.BytesIO(FORMS[".hwpx"](made))) as packed:
        sections = [packed.read(name).decode() for name in packed.namelist() if name.startswith("Contents/section")]
    found = [re.search(r'landscape="(\w+)"', one)[1] for one in sections]
    assert found == turned
    assert "한 줄" in sections[-1]


def test_the_hwpx_holds_its_maps_as_pictures():
    section, names = hwpx_section(full_report(Asked(parts=("location",))))
    assert len(list(section.iter(f"{PARAGRAPH}pic"))) == 5
    assert sum(name.startswith("BinData/") and name.endswith(".png") for name in names) == 5


def test_names_are_words_in_a_hwpx_whatever_they_look_like():
    section, _ = hwpx_section(nasty())
    assert tight(NASTY) in tight("".join(section.itertext()))


def kept_sites(count):
    """Keep a layer of round sites side by side, and return what names each of them on the command line."""
    places = [(172_000.0 + 4_000 * (number % 4), 280_000.0 + 4_000 * (number // 4)) for number in range(count)]
    shapes = [shapely.Point(x, y).buffer(700, quad_segs=10) for x, y in places]
    frame = sites(*shapes).assign(id=[f"s{number}" for number in range(count)]).reset_index(drop=True)
    store.keep(store.StoredLayer(name="many", title="후보 <b>여럿</b>", kind="Polygon", source="pencil"), frame)
    return [f"many:s{number}" for number in range(count)]


def test_a_report_tells_of_sites_and_layers_that_somebody_imported():
    ref = SiteRef("many", kept_sites(1)[0].partition(":")[2])
    document = full_report(Asked(parts=("overview", "vertices", "sources"), sites=(ref,)))
    text = tight(text_of(pdf_bytes(document)))
    assert tight("후보 <b>여럿</b>") in text
    assert not [
        block for chapter in document.chapters for block in chapter.blocks if getattr(block, "tone", "") == "warning"
    ]


@pytest.mark.soak
def test_a_report_of_fifty_pages_and_twenty_maps_stays_under_a_gigabyte(tmp_path):
    asked = [word for one in kept_sites(16) for word in ("--site", one)]
    parts = [
        word for part in ("location", "overview", "vertices", "areas", "chain", "sources") for word in ("--part", part)
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "gis", "report", "-o", tmp_path / "r.pdf", *asked, *parts], cwd=ROOT
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    pages = PdfReader(tmp_path / "r.pdf").pages
    maps = sum("1:25,000" in page.extract_text() or "그림" in page.extract_text() for page in pages)
    assert process.returncode == 0 and len(pages) >= 50 and maps >= 20
    assert usage.ru_maxrss / 1024 < 1_000


@pytest.fixture
def secret_layer():
    """Return the name of a layer marked 대외비 with one site, whose title and name stand nowhere else."""
    frame = (
        sites(shapely.box(186_000, 280_000, 187_000, 281_000)).assign(id="s1", name="숨긴부지").reset_index(drop=True)
    )
    kept = store.StoredLayer(name="hushed", title="숨긴자료", kind="Polygon", source="pencil", confidential=True)
    store.keep(kept, frame)
    return kept.name


def everything(content, ending):
    """Return all that a file holds as one text."""
    if ending == ".pdf":
        return text_of(content)
    if ending == ".html":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(packed.read(name).decode("utf-8", "replace") + name for name in packed.namelist())


@pytest.mark.parametrize("ending", [".pdf", ".html", ".hwpx", ".xlsx"])
@pytest.mark.parametrize("summary", [True, False])
def test_what_is_confidential_is_not_even_named_in_a_report_that_shows_nothing_of_it(secret_layer, summary, ending):
    made = one_page(Asked()) if summary else full_report(Asked(parts=("areas", "sources")))
    assert not re.search("숨긴|" + secret_layer, everything(FORMS[ending](made), ending))


def test_the_map_of_a_confidential_site_is_held_back(secret_layer, tmp_path):
    said = refusal("report", "--part", "location", "--site", f"{secret_layer}:s1", "-o", tmp_path / "r.pdf")
    assert "대외비" in said and not list(tmp_path.glob("r.pdf*"))


def test_the_sources_of_a_table_do_not_name_what_is_confidential(secret_layer, tmp_path):
    done("area", "-o", tmp_path / "open.xlsx")
    assert "숨긴" not in everything((tmp_path / "open.xlsx").read_bytes(), ".xlsx")


def test_an_outline_of_a_confidential_layer_makes_its_scenario_confidential(secret_layer):
    scenarios.create("열린 안", "plain")
    said = done("scenario", "outline", "plain", "--site", "extra", "--from", secret_layer, "--id", "s1").text
    assert "대외비" in said and active.kept("plain").scenario.confidential


def test_the_plan_of_a_confidential_site_is_confidential(secret_layer, tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text("용도,면적(㎡)\n산업시설용지,600000\n공원,100000\n", encoding="utf-8")
    assert run("landuse", secret_layer, "--id", "s1", "--plan", plan, "--keep").code == 0
    assert {one.name: one.confidential for one in store.layers()} == {secret_layer: True, "plan_s1": True}


def test_a_confidential_scenario_that_was_put_away_stays_out_of_the_work():
    scenarios.create("치운 비밀", "gone", confidential=True)
    scenarios.remove("gone")
    scenarios.create("드러낸 안", "shown")
    scenarios.edit("shown", {"confidential": True, "note": "숨긴 말"})
    scenarios.edit("shown", {"confidential": False, "note": "이제 열림"})
    told = everything(work.work_bytes(), ".zip")
    assert "치운 비밀" not in told and "숨긴 말" not in told
    assert "이제 열림" in told and "드러낸 안" in told


@pytest.mark.parametrize("ending", [".pdf", ".xlsx"])
def test_a_full_disk_is_said_in_one_sentence(ending, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/dev/full")
    said = refusal("report", "--part", "areas", "-o", tmp_path / f"r{ending}")
    assert "쓸 수 없습니다" in said and not list(tmp_path.glob("r.*"))


def test_letters_that_the_type_lacks_stand_as_boxes_and_are_named():
    rows = pd.DataFrame({"이름": ["공장 🏭", "\u202e거꾸로"]})
    chapters = (Chapter("one", "하나", (Words("😀 웃음"), Table("names", "이름", rows))),)
    made = dataclasses.replace(full_report(Asked(parts=("areas",))), chapters=chapters)
    text = text_of(pdf_bytes(made))
    assert "공장□" in text and "□웃음" in text and "거꾸로" in text
    assert "U+1F3ED,U+1F600" in text


def test_a_site_that_a_scenario_adds_stands_in_the_overview_without_figures():
    scenarios.create("새 안", "added")
    scenarios.set_outline("added", "extra", scenarios.reshaped(scenarios.outline_of("jingok"), north=3_000), "새 단지")
    with active.under("added"):
        made = full_report(Asked(parts=("overview",)))
    (blocks,) = [one.blocks for one in made.chapters]
    assert any(isinstance(one, Words) and one.text == t("document.no_record", name="새 단지") for one in blocks)
    assert len(made.tables) == 4


def test_themes_that_no_layer_has_stand_once_however_many_sites(whole):
    both = full_report(Asked(parts=("overlay",), sites=(SiteRef("jingok"), SiteRef("futurecar"))))
    assert [one.name for one in both.tables].count("overlay-missing") == 1
    (missing,) = [one for one in both.tables if one.name == "overlay-missing"]
    (alone,) = [one for one in whole.tables if one.name == "overlay-missing"]
    assert missing.rows.equals(alone.rows) and len(missing.rows) > 5
    assert not set(missing.rows.iloc[:, 0]) & set(both.tables[0].rows.iloc[:, 0])


def test_a_year_out_of_range_is_refused(tmp_path):
    assert "99999년" in refusal("report", "--year", 99999, "-o", tmp_path / "r.pdf")


def test_a_folder_as_the_file_is_refused_in_the_readers_language(tmp_path):
    (tmp_path / "r.xlsx").mkdir()
    assert "폴더입니다" in refusal("report", "--part", "areas", "-o", tmp_path / "r.xlsx")


@pytest.mark.parametrize("words", [("--site", "nowhere"), ("--site", "jingok:nobody")])
def test_a_site_that_is_not_there_is_refused(words, tmp_path):
    assert "nowhere" in (said := refusal("report", *words, "-o", tmp_path / "r.xlsx")) or "nobody" in said


def test_a_control_character_in_a_name_leaves_the_workbook_whole():
    rows = pd.DataFrame({"열\x02": [1]})
    made = Document("제목\x03", "", "ko", (Chapter("a", "장", (Table("t", "이름\x00\x01", rows),)),))
    assert "�" in openpyxl.load_workbook(io.BytesIO(workbook(made))).sheetnames[1]


def cells_of(document):
    """Return every number that stands as a number in the workbook of a document, in the digits that a cell holds."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(document)))
    values = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    return {f"{value:.13g}" for value in values if isinstance(value, int | float) and not isinstance(value, bool)}


def test_the_workbook_holds_each_published_number_and_overlay_area_as_a_whole_number():
    found = cells_of(full_report(Asked(parts=("overlay", "claims"))))
    claimed = [row["value"] for row in done("claims", "--format", "json").json["claims"]]
    areas = [row["area_m2"] for row in done("overlay", "futurecar", "--format", "json").json]
    numbers = [value for value in (*claimed, *areas) if isinstance(value, int | float)]
    assert len(numbers) > 150 and {f"{value:.13g}" for value in numbers} <= found


@pytest.mark.parametrize(
    "words", [("area", "hushed"), ("check", "hushed", "--id", "s1"), ("scenario", "history", "deep")]
)
def test_no_table_about_what_is_confidential_leaves_unless_somebody_says_so(secret_layer, words, tmp_path):
    scenarios.create("깊은 안", "deep", confidential=True)
    assert "대외비" in refusal(*words, "-o", tmp_path / "t.csv")
    done("--confidential", *words, "-o", tmp_path / "t.csv")
    assert (tmp_path / "t.csv").exists()


def test_a_layer_leaves_under_a_confidential_scenario_only_where_somebody_says_so(tmp_path):
    scenarios.create("깊은 안", "deep", confidential=True)
    assert "깊은 안" in refusal("--scenario", "deep", "export", "hosts", "-o", tmp_path / "hosts.geojson")
