"""The guides say what the program does: their commands run, their figures are its figures, both languages say the same."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from typer.main import get_command

from docs import commands
from gis.cli import app
from gis.i18n import LANGUAGES, table
from gis.io.write import LAYER_FORMATS
from gis.units import AREA_SYMBOLS
from layers import Layer
from tests import guide_files
from tests.command import run

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = ("tutorial", "imports", "tables", "measures", "commands", "extend")
WRITTEN = tuple(name for name in GUIDES if name != "commands")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^python -m gis (.*)$", re.MULTILINE)
MOST_BYTES, MOST_PICTURES = 250_000, 8

both = pytest.mark.parametrize("language", LANGUAGES)
every_guide = pytest.mark.parametrize("guide", GUIDES)


def text(language: str, guide: str) -> str:
    return (DOCS / language / f"{guide}.md").read_text(encoding="utf-8")


def prose(language: str, guide: str) -> str:
    return BLOCK.sub("", text(language, guide))


def headings(language: str, guide: str) -> list[str]:
    return re.findall(r"^(#+) ", prose(language, guide), re.MULTILINE)


def anchors(language: str, guide: str) -> set[str]:
    told = re.findall(r"^#+ (.*)$", prose(language, guide), re.MULTILINE)
    return {re.sub(r"[^\w-]", "", one.lower().replace(" ", "-")) for one in told}


def links(language: str, guide: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", prose(language, guide))


def pictures(language: str) -> list[str]:
    return re.findall(r"!\[[^\]]+\]\(pictures/(\w+)\.png\)", text(language, "tutorial"))


def shell(language: str, guide: str) -> list[str]:
    """Return every command of a guide, those that a test runs and those that it does not."""
    blocks = BLOCK.findall(text(language, guide))
    return [one for kind, block in blocks if kind in ("sh", "") for one in COMMAND.findall(block)]


def plain(told: str) -> str:
    """Return output without the lines of its tables, and every blank as one."""
    return " ".join(re.sub(r"[│┃]", " ", told).split())


@every_guide
def test_both_languages_have_the_same_headings_blocks_and_pictures(guide):
    korean, english = (
        (
            headings(language, guide),
            [kind for kind, _ in BLOCK.findall(text(language, guide))],
            [one for one in links(language, guide) if one.endswith(".png")],
        )
        for language in LANGUAGES
    )
    assert korean == english


@pytest.mark.parametrize("guide", WRITTEN)
def test_both_languages_give_the_same_commands(guide):
    def words(language):
        told = [shlex.split(one.removeprefix("--lang en ")) for one in shell(language, guide)]
        return [[word for word in one if " " not in word] for one in told]  # titles are in the reader's language

    assert words("ko") == words("en")


@both
@every_guide
def test_every_link_and_picture_leads_somewhere(guide, language):
    for link in links(language, guide):
        path, _, anchor = link.partition("#")
        target = DOCS / language / path
        assert target.is_file(), link
        assert not anchor or anchor in anchors(language, target.stem), link


@both
@pytest.mark.parametrize("guide", WRITTEN)
def test_what_is_pressed_is_called_so_on_screen(guide, language):
    names = re.findall(r"「([^」]+)」" if language == "ko" else r"\*\*([^*]+)\*\*", prose(language, guide))
    known = {*table(language).values(), *AREA_SYMBOLS.values()}
    assert [name for name in names if name not in known] == []


@both
@every_guide
def test_no_stroke_through_figures(guide, language):
    assert "~" not in re.sub(r"`[^`]*`", "", prose(language, guide))


@both
def test_pictures_are_few_and_small(language):
    files = sorted((DOCS / language / "pictures").iterdir())
    assert [one.stem for one in files] == sorted(pictures(language))
    assert len(files) <= MOST_PICTURES
    assert [one.name for one in files if one.stat().st_size > MOST_BYTES] == []


@both
def test_no_picture_is_stale(language):
    """What a picture says must still be what the tutorial says, and what it lets press a label; else `make screenshots`."""
    notes = tomllib.loads((DOCS / language / "pictures.toml").read_text(encoding="utf-8"))
    assert sorted(notes) == sorted(pictures(language))
    tutorial = text(language, "tutorial")
    labels = {*table(language).values(), *(ending[1:].upper() for ending in LAYER_FORMATS)}
    for name, note in notes.items():
        assert [line for line in note["says"] if line not in tutorial] == [], name
        assert [one for one in note["controls"] if one not in labels] == [], name
    assert sum(len(note["says"]) for note in notes.values()) >= 5


@both
def test_the_reference_of_commands_is_that_of_the_code(language):
    assert text(language, "commands") == commands.page(language), "run `make commands`"


def test_every_help_is_said_in_korean():
    assert sorted(commands.helps() ^ set(commands.korean())) == [], "mend docs/commands_ko.toml"


@pytest.mark.parametrize("guide", WRITTEN)
def test_every_option_named_exists(guide):
    known = dict(commands.leaves(get_command(app)))
    for line in shell("ko", guide):
        words = shlex.split(line)
        name = next(joined for joined in (" ".join(words[:count]) for count in (2, 1)) if joined in known)
        given = {word for word in words if word.startswith("-") and len(word) > 1}
        options = {opt for one in known[name].params for opt in (*one.opts, *one.secondary_opts)}
        assert given <= options, line


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("guides")
    guide_files.make(made)
    return made


@pytest.fixture
def there(folder, monkeypatch) -> Path:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIS_WORKSPACE", str(folder / "workspace"))
    return folder


@both
def test_the_figures_of_the_tutorial_are_those_of_the_commands(language, there, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(there / f"workspace_{language}"))
    for section in text(language, "tutorial").split("\n## ")[1:]:
        said = ""
        for kind, block in BLOCK.findall(section):
            if kind == "sh":
                answers = [run(*shlex.split(command)) for command in COMMAND.findall(block)]
                assert [one.err for one in answers if one.code] == [], block
                answer = plain(" ".join(one.text for one in answers))
                said += answer + block
            if kind == "text":
                lost = [line for line in block.splitlines() if line != "…" and plain(line) not in answer]
                assert lost == [], block
        words = re.sub(r"첨단3|Cheomdan 3|“[^”]*”|\"[^\"]*\"|\]\([^)]*\)", "", BLOCK.sub("", section))
        known = set(re.findall(r"\d[\d,]*(?:\.\d+)?", said))
        numbers = [one.rstrip(",") for one in re.findall(r"\d[\d,]*(?:\.\d+)?", words)] if said else []
        assert [one for one in numbers if one not in known] == [], section[:40]


@pytest.mark.parametrize("guide", ["imports", "tables", "extend"])
def test_the_commands_of_a_how_to_work_as_written(guide, there, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(there / f"workspace_{guide}"))
    if guide == "tables":
        for file in ("parcels.gpkg", "lands.csv", "dem.tif", "zoning.gpkg"):
            assert run("import", file, "--as", file.partition(".")[0]).code == 0
    for kind, block in BLOCK.findall(text("ko", guide)):
        if kind == "toml" and block.startswith("[law"):
            (there / "my_rules.toml").write_text(
                (ROOT / "data" / "rules.toml").read_text("utf-8") + "\n" + block, "utf-8"
            )
        if kind == "toml" and block.startswith("[[stage]]"):
            with (there / "chain.toml").open("a", encoding="utf-8") as chain:
                chain.write("\n" + block)
        for command in COMMAND.findall(block) if kind == "sh" else ():
            answer = run(*shlex.split(command))
            assert answer.code == 0, (command, answer.err)


def test_the_rule_that_is_added_is_asked_of_the_plan(there):
    block = next(one for kind, one in BLOCK.findall(text("ko", "extend")) if kind == "toml" and one.startswith("[law"))
    (there / "my_rules.toml").write_text((ROOT / "data" / "rules.toml").read_text("utf-8") + "\n" + block, "utf-8")
    rows = run("check", "jingok", "--type", "general", "--rules", "my_rules.toml", "--format", "json").json
    assert tomllib.loads(block)["rule"][0]["article"] in str(rows)


def test_the_layer_that_is_added_can_be_declared():
    blocks = [one for kind, one in BLOCK.findall(text("ko", "extend")) if kind == "python"]
    names: dict[str, object] = {}
    exec(compile(blocks[1], "rail_stops.py", "exec"), names)
    assert [one.name for one in names.values() if isinstance(one, Layer)] == ["rail_stops"]


@pytest.mark.parametrize(("language", "guide"), [("ko", "tutorial"), ("en", "imports")])
def test_the_page_shows_a_guide_with_its_pictures(language, guide, there, monkeypatch):
    monkeypatch.chdir(ROOT)
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.query_params.update(lang=language, guide=guide)
    page.run()
    page.switch_page("gis/app/pages/guides.py").run()
    assert not page.exception and not page.error
    shown = "".join(one.value for one in page.markdown)
    assert text(language, guide).splitlines()[0] in shown
    assert page.markdown[0].value == table(language)["guides.intro"]
    assert {one.anchor for one in page.header} <= anchors(language, guide) and page.header
    assert "](pictures/" not in shown and ".md)" not in shown
