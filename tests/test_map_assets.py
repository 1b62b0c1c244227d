import errno
import io
import re

import folium.features
import folium.plugins
import pytest
from fontTools.ttLib import TTFont

from gis.errors import DataFileError
from gis.view.assets import (
    FONTS,
    MAP_CSS,
    asset_texts,
    clean_css,
    folder_name,
    font_faces,
    local_name,
    web_font,
    write_assets,
)
from gis.view.map import MapCall

OUTSIDE_URL = re.compile(r"""url\((?!\s*['"]?\s*(data:|#|%23|NanumGothic))|@import""")


def _classes(parent: type) -> set[type]:
    return {parent}.union(*(_classes(child) for child in parent.__subclasses__()))


FOLIUM_URLS = sorted(
    {url for kind in _classes(folium.elements.JSCSSMixin) for _, url in [*kind.default_js, *kind.default_css]}
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assets") / folder_name()
    return folder, write_assets(folder)


@pytest.mark.parametrize("url", FOLIUM_URLS)
def test_every_file_a_folium_class_asks_for_has_a_copy_here(url):
    assert len(asset_texts()[url]) > 100


def test_every_asset_is_written_under_a_name_of_its_own(written):
    folder, names = written
    assert len(set(names.values())) == len(names) == len(asset_texts())
    fonts = len(FONTS)
    assert {path.name for path in folder.iterdir()} >= set(names.values())
    assert len(list(folder.iterdir())) == len(names) + fonts


def test_the_styles_fetch_nothing_from_outside(written):
    folder, _ = written
    for style in folder.glob("*.css"):
        assert not OUTSIDE_URL.search(style.read_text(encoding="utf-8")), style.name


def test_no_style_is_named_so_that_leaflet_takes_it_for_its_own(written):
    _, names = written
    assert not [name for name in names.values() if name.endswith("leaflet.css")]


def test_pictures_inside_a_style_stay():
    css = """@import url("https://x/y.css"); a {background: url("data:image/svg+xml,a(b)")}
    b {background: url( '../up.png' )} c {fill: url(#d)} e {src: url(//host/f.woff)}"""
    assert clean_css(css) == (
        """ a {background: url("data:image/svg+xml,a(b)")}
    b {background: url(data:,)} c {fill: url(#d)} e {src: url(data:,)}"""
    )


def test_writing_again_changes_nothing(written):
    folder, names = written
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert write_assets(folder) == names
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_no_half_written_folder_is_left_behind(tmp_path, monkeypatch):
    def broken_disk(name: str) -> bytes:
        raise OSError(errno.ENOSPC, "디스크에 빈자리가 없습니다 on device", name)

    monkeypatch.setattr("gis.view.assets.web_font", broken_disk)
    with pytest.raises(DataFileError, match="디스크에 빈자리가 없습니다"):
        write_assets(tmp_path / "map")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FONTS.values())
def test_the_type_is_korean_and_free_of_the_tables_browsers_refuse(name):
    font = TTFont(io.BytesIO(web_font(name)))
    tables = list(font.keys())
    assert not [table for table in tables if table.startswith("TSI") or table == "DSIG"]
    assert set(map(ord, "광주 산업단지 ㎡ 평 만")) <= set(font.getBestCmap())


def test_the_font_rules_name_files_that_are_there(written):
    folder, _ = written
    for path in re.findall(r"url\('(.+?)'\)", font_faces("files/")):
        assert (folder / path.removeprefix("files/")).exists()
    assert asset_texts()[MAP_CSS].startswith("@font-face")


def test_an_unknown_file_is_one_clear_error():
    with pytest.raises(DataFileError, match=r"https://cdn\.example/new\.js"):
        local_name("https://cdn.example/new.js", {})


def test_our_own_files_are_assets_too():
    for _, url in [*MapCall.default_js, *MapCall.default_css]:
        assert url in asset_texts()
