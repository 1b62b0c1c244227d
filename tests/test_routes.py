"""Tiles go to pages of this run alone, and say nothing to anybody else."""

import io
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette

from gis.app import base_maps, routes
from gis.app.routes import TOKEN, tile_routes, token_query
from gis.errors import GisError
from gis.io import database, picture, store
from gis.io.read import Reading
from gis.study import scenarios
from gis.study.imports import Keeping
from gis.study.kinds import RASTER, keep_uploaded
from gis.study.rasters import keep_raster
from gis.view.map import OWN_TILES
from tests.asgi import OWN_PAGE, Answer, awaited, get
from tests.test_mbtiles import X, Y, Z, made, png
from tests.test_raster import written
from tests.vworld_server import PNG, local_vworld

ROOT = Path(__file__).parents[1]
APP = Starlette(routes=tile_routes(""))
KEY = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GIS_WORKSPACE", str(tmp_path / "workspace"))
    for name in ("VWORLD_KEY", "VWORLD_DOMAIN", "VWORLD_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "workspace"


@pytest.fixture
def aerial(tmp_path):
    """Keep an MBTiles file of one red tile."""
    return keep_raster(made(tmp_path / "aerial.mbtiles", {(Z, X, Y): png((200, 0, 0))}, attribution="<b>NGII</b>"),
                       Keeping(name="aerial"))  # fmt: skip


@pytest.fixture
def heights(tmp_path):
    """Keep an elevation model of 10 m around 35.18 N 126.78 E."""
    plane = np.add.outer(np.arange(400), np.arange(400))[None].astype("float32")
    return keep_raster(written(tmp_path / "heights.tif", plane), Keeping(name="heights", confidential=True))


def ours(path: str, **headers: str) -> Answer:
    return get(APP, path + token_query(), {**OWN_PAGE, **headers})


def test_an_imported_tile_goes_to_a_page_of_this_run(aerial):
    answer = ours(f"/tiles/imported/aerial/{Z}/{X}/{Y}")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == png((200, 0, 0))
    assert answer.headers["cache-control"] == "private, max-age=3600"


def test_a_raster_is_cut_into_tiles(heights):
    west, south, _, _ = heights.story["bounds"]
    x, y = _tile_at(west + 0.01, south + 0.01, 14)
    answer = ours(f"/tiles/imported/heights/14/{x}/{y}")
    assert answer.status == 200
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert shown.size == (256, 256)
        assert shown.getextrema()[3][1] == 255


def _tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    return int((lon + 180) / 360 * 2**zoom), int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom)


def test_a_confidential_tile_is_kept_by_no_browser(heights):
    assert ours("/tiles/imported/heights/0/0/0").headers["cache-control"] == "no-store"


GUESSES = {
    "none": "",
    "empty": "?t=",
    "guess": "?t=guess",
    "short": f"?t={TOKEN[:-1]}",
    "long": f"?t={TOKEN}x",
    "capital": f"?T={TOKEN}",
    "zero": "?t=%00",
    "accent": "?t=é",
}


@pytest.mark.parametrize("query", GUESSES.values(), ids=GUESSES)
def test_without_the_token_of_this_run_nothing_is_there(aerial, query):
    answer = get(APP, f"/tiles/imported/aerial/{Z}/{X}/{Y}{query}", OWN_PAGE)
    assert (answer.status, answer.content) == (404, b"")


def test_what_is_not_there_looks_like_what_may_not_be_seen(aerial):
    hidden = get(APP, f"/tiles/imported/aerial/{Z}/{X}/{Y}")
    assert ours("/tiles/imported/nothing/1/1/1") == hidden


def test_beside_the_tiles_there_is_an_empty_one(aerial):
    """A 404 there would count as a failure, and the map would take the base away."""
    answer = ours(f"/tiles/imported/aerial/{Z}/{X + 1}/{Y}")
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert shown.convert("RGBA").getextrema()[3] == (0, 0)


@pytest.mark.parametrize(
    "place", ["a/1/1", "1/-1/1", "1/1/1.5", "1/1/%31e3", "999999999/1/1", "1/1/٣", "1//1", f"{'9' * 5_000}/1/1"]
)
def test_numbers_that_are_none_are_refused(aerial, place):
    answer = ours(f"/tiles/imported/aerial/{place}")
    assert answer.status in (404, 422)
    assert b"aerial" not in answer.content


@pytest.mark.parametrize("place", ["25/0/0", "3/8/0", "3/0/8", "99999999/0/0"])
def test_places_that_no_tile_has_are_not_there(aerial, place):
    assert ours(f"/tiles/imported/aerial/{place}").status == 404


@pytest.mark.parametrize("name", ["..", "../x", "Aerial", "a'b", "a%2Fb", "%2e%2e", "a.tif", "x" * 50, "_a", "1a"])
def test_a_name_that_is_no_name_is_refused(aerial, name):
    assert ours(f"/tiles/imported/{name}/1/1/1").status in (404, 422)


def test_a_title_is_no_name_on_a_route(tmp_path):
    keep_raster(made(tmp_path / "a.mbtiles", {(Z, X, Y): png()}), Keeping(name="one", title="two"))
    assert ours(f"/tiles/imported/two/{Z}/{X}/{Y}").status == 404


def test_a_layer_of_shapes_has_no_tiles(workspace, tmp_path):
    from tests.pencil import sites, square

    frame = sites(square(0, 0)).reset_index(drop=True)
    store.keep(store.StoredLayer(name="shapes", title="shapes", kind="Polygon", source="pencil"), frame)
    assert ours("/tiles/imported/shapes/1/1/1").status == 404


def test_a_broken_file_says_nothing(aerial):
    store.file_path(aerial).write_bytes(b"SQLite format 3\0" + b"\xff" * 900)
    answer = ours(f"/tiles/imported/aerial/{Z}/{X}/{Y}")
    assert (answer.status, answer.content) == (404, b"")


def test_only_reading_is_possible(aerial):
    for method in ("POST", "PUT", "DELETE"):
        address = f"/tiles/imported/aerial/{Z}/{X}/{Y}{token_query()}"
        assert get(APP, address, OWN_PAGE, method).status == 405


def test_no_other_site_may_read_and_nothing_in_a_tile_runs(aerial):
    headers = ours(f"/tiles/imported/aerial/{Z}/{X}/{Y}").headers
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'"
    assert "access-control-allow-origin" not in headers


@pytest.fixture
def vworld(monkeypatch):
    """Answer for VWorld and note what was asked."""
    asked = []

    def tile(service, layer, z, x, y):
        asked.append((service.key, layer, z, x, y))
        if layer == "midnight":
            raise GisError("vworld.key_form")
        return png((0, 0, 200)), "image/png"

    monkeypatch.setenv("VWORLD_KEY", KEY)
    monkeypatch.setattr("gis.app.routes.vworld.tile", tile)
    return asked


def test_a_vworld_tile_is_asked_with_the_key_and_comes_without_it(vworld):
    answer = ours("/tiles/vworld/Base/7/109/50")
    assert vworld == [(KEY, "Base", 7, 109, 50)]
    assert (answer.status, answer.content) == (200, png((0, 0, 200)))
    assert KEY not in repr(answer)


def test_a_tile_comes_from_vworld_itself_through_the_route(monkeypatch):
    with local_vworld() as world:
        for name, value in (("KEY", world.key), ("DOMAIN", world.domain), ("URL", world.url)):
            monkeypatch.setenv(f"VWORLD_{name}", value)
        answer = ours("/tiles/vworld/Base/10/872/405")
        refused = ours("/tiles/vworld/gray/10/872/405")
    assert (answer.status, answer.headers["content-type"], answer.content) == (200, "image/png", PNG)
    assert [asked.path for asked in world.asked] == [f"/req/wmts/1.0.0/{world.key}/Base/10/405/872.png"]
    assert (refused.status, refused.content) == (502, b"")
    assert world.key not in repr(answer) + repr(refused)


def test_without_a_key_there_are_no_vworld_tiles(monkeypatch):
    assert ours("/tiles/vworld/Base/7/109/50").status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"}, {},
        {"origin": "http://elsewhere.example"}, {"referer": "http://elsewhere.example/localhost:8501"},
        {"referer": "http://localhost:8501.elsewhere.example/"}, {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost:8501"},
    ],
)  # fmt: skip
def test_no_other_origin_spends_the_key(vworld, headers):
    answer = get(APP, f"/tiles/vworld/Base/7/109/50{token_query()}", headers)
    assert (answer.status, answer.content, vworld) == (404, b"", [])


@pytest.mark.parametrize(
    "headers", [{"referer": "http://localhost:8501/component/x/index.html"}, {"origin": "http://localhost:8501"}]
)
def test_a_browser_that_sends_no_sec_fetch_site_is_known_by_its_page(vworld, headers):
    """On an office network without https, browsers leave it out."""
    assert get(APP, f"/tiles/vworld/Base/7/109/50{token_query()}", headers).status == 200


def test_the_token_alone_is_not_enough_and_the_page_alone_neither(vworld):
    assert get(APP, "/tiles/vworld/Base/7/109/50", OWN_PAGE).status == 404
    assert get(APP, f"/tiles/vworld/Base/7/109/50{token_query()}").status == 404


def test_a_fault_of_vworld_is_a_bad_gateway_without_words(vworld):
    answer = ours("/tiles/vworld/midnight/7/109/50")
    assert (answer.status, answer.content) == (502, b"")


def test_a_picture_being_placed_is_served_by_its_hash(workspace):
    content = png((10, 20, 30), side=700)
    sheet = picture.read_sheet(content, "plan.png")
    picture.make_pyramid(content, sheet)
    answer = ours(f"/tiles/picture/{sheet.sha256}/0/0/0")
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert shown.getpixel((100, 100))[:3] == pytest.approx((10, 20, 30), abs=3)
        assert shown.getpixel((250, 250))[3] == 0
    assert answer.headers["cache-control"] == "no-store"
    assert ours(f"/tiles/picture/{'0' * 64}/0/0/0").status == 404


def test_the_routes_lie_below_the_base_path():
    assert {route.path.rsplit("/{layer}")[0] for route in tile_routes("/gwangju/")} == {
        f"/gwangju/tiles/{kind}" for kind in ("imported", "picture", "vworld")
    }
    assert tile_routes("")[0].path.startswith("/tiles/imported/")


def test_the_bases_of_the_map_lead_to_the_routes(aerial, heights, vworld):
    known = base_maps.base_choices()
    assert list(known) == ["none", "osm", "vworld_base", "vworld_satellite", "vworld_hybrid", "my_aerial", "my_heights"]
    for name in ("my_aerial", "vworld_base"):
        (tiles,) = known[name].tiles
        address = tiles.url.replace("{z}", str(Z)).replace("{x}", str(X)).replace("{y}", str(Y))
        assert get(APP, address.replace(OWN_TILES, "/tiles"), OWN_PAGE).status == 200
    assert known["my_aerial"].tiles[0].attribution == "NGII"
    assert known["my_aerial"].tiles[0].max_zoom == Z
    assert known["my_heights"].tiles[0].max_zoom == 14  # 10 m, seen at 35° N
    assert known["my_heights"].heights
    assert KEY not in repr(known)


def test_vworld_is_offered_only_with_a_key():
    assert list(base_maps.base_choices()) == ["none", "osm"]


def test_each_run_has_another_token():
    command = [sys.executable, "-c", "from gis.app.routes import TOKEN; print(TOKEN)"]
    other = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    assert len(other) >= 43
    assert other != TOKEN


@pytest.mark.parametrize(("headless", "opened"), [(False, ["http://localhost:8501"]), (True, [])])
def test_the_browser_opens_as_it_did_without_routes(monkeypatch, headless, opened):
    found = []
    monkeypatch.setattr(routes.cli_util, "open_browser", found.append)
    monkeypatch.setattr(routes.server_util, "get_url", lambda address: f"http://{address}:8501")
    options = {"server.headless": headless, "server.address": "localhost", "browser.serverAddress": ""}
    monkeypatch.setattr(routes.st, "get_option", options.__getitem__)

    async def start() -> None:
        async with routes.open_browser(None):
            pass

    awaited(start())
    assert found == opened


def test_a_tile_map_is_called_as_it_calls_itself(tmp_path):
    kept = keep_raster(made(tmp_path / "a.mbtiles", {(Z, X, Y): png()}, name="2025 항공사진"))
    assert kept.title == "2025 항공사진"


def test_an_upload_is_kept_as_a_file_is(tmp_path):
    path = made(tmp_path / "a.mbtiles", {(Z, X, Y): png()})
    kept = keep_uploaded({"../../up.mbtiles": path.read_bytes()}, RASTER, Reading(), Keeping(name="up"))
    assert (kept.kind, kept.story["file"]) == ("Tiles", "up.mbtiles")
    assert list((database.workspace() / "cache").iterdir()) == []


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start the product as a person does, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("served")
    made(home / "aerial.mbtiles", {(Z, X, Y): png()})
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless", "true",
             "--server.port", str(port), "--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]  # fmt: skip
    environment = {**os.environ, "GIS_WORKSPACE": str(home / "workspace"), "PYTHONPATH": str(ROOT)}
    with (home / "log.txt").open("wb") as log:
        running = subprocess.Popen(words, cwd=home, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        if _status(f"{address}/_stcore/health") == 200:
            break
        time.sleep(0.2)
    yield address, home / "log.txt"
    running.terminate()
    running.wait(timeout=20)


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError):
        return 0


def test_streamlit_run_serves_pages_and_routes_on_one_port(server):
    address, log = server
    assert _status(f"{address}/") == 200, log.read_text()
    assert _status(f"{address}/measure") == 200
    assert _status(f"{address}/tiles/imported/aerial/x/0/0?t=wrong") == 404
    assert _status(f"{address}/tiles/vworld/Base/7/109/50") == 404
    assert "Traceback" not in log.read_text()


def test_the_app_is_found_by_streamlit():
    from streamlit.web.server.app_discovery import discover_asgi_app

    assert discover_asgi_app(ROOT / "app.py").import_string == "app:app"


def test_a_fault_on_a_route_needs_no_session(aerial, monkeypatch):
    monkeypatch.setattr(routes, "raster_tile", lambda *_: (_ for _ in ()).throw(GisError("raster.format", file="x")))
    monkeypatch.setattr(routes, "tile", routes.raster_tile)
    assert ours(f"/tiles/imported/aerial/{Z}/{X}/{Y}").status == 404


@pytest.mark.parametrize("route", tile_routes(""), ids=lambda route: route.path)
def test_no_route_serves_a_scenario(route):
    scenarios.create("몰래", "hidden", confidential=True)
    path = re.sub(r"\{[^}]*\}", "1", re.sub(r"\{layer[^}]*\}", "hidden", route.path))
    answer = ours(path)
    assert answer.status in (404, 422) and answer.content == b""
