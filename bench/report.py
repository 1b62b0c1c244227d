"""The report of the bundled study beside a layout that QGIS exports of the same map.

    .venv/bin/python bench/report.py [--rounds 3] [--no-qgis] [--write]

QGIS (Debian's package, without a window) loads the same layers from GeoPackages, draws them with the same colors, names,
scale bar, north, legend and size on a page of A4 and exports a PDF; the maps are looked at side by side. Three things of ours
are set against it, each as a process of its own as it is for QGIS: one map alone as a PDF, the page for a mayor, and the
full report with all its maps and tables. Peaks of memory are those of each process.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import shapely
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.results import machine, write_down  # noqa: E402
from gis import study  # noqa: E402
from gis.crs import to_work_crs  # noqa: E402
from gis.io.fonts import FAMILY, font_folder  # noqa: E402

HEADING = "## report"
WIDTH, HEIGHT = 174.0, 150.0
"""mm of the map on the page."""
LAYERS = ("emd", "sigungu", "complexes", "reference_points")
ONE_MAP = """
import sys
from pathlib import Path
from gis.io.document import Chapter, Document
from gis.io.pdf import pdf_bytes
from gis.view.report.full import form_words
from gis.view.report.maps import overview_map
chapter = Chapter("map", "map", (overview_map({width}, height={height}),))
Path(sys.argv[1]).write_bytes(pdf_bytes(Document("map", "", "ko", (chapter,), paper="a3", words=form_words(), beside=True)))
"""
QGIS_LAYOUT = r"""
import json, sys
from qgis.core import (QgsApplication, QgsFillSymbol, QgsLayoutExporter, QgsLayoutItemLabel, QgsLayoutItemLegend,
                       QgsLayoutItemMap, QgsLayoutItemPicture, QgsLayoutItemScaleBar, QgsLayoutPoint, QgsLayoutSize,
                       QgsPalLayerSettings, QgsPrintLayout, QgsProject, QgsRectangle, QgsTextBufferSettings,
                       QgsTextFormat, QgsUnitTypes, QgsVectorLayer, QgsVectorLayerSimpleLabeling)
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()
told = json.loads(sys.argv[1])
from qgis.PyQt.QtGui import QFont, QFontDatabase
family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(told["font"]))[0]
app.setFont(QFont(family))
project = QgsProject.instance()
mm = QgsUnitTypes.LayoutMillimeters
layers = []
for one in told["layers"]:
    layer = QgsVectorLayer(one["path"], one["name"], "ogr")
    assert layer.isValid(), one
    if one["fill"]:
        layer.renderer().setSymbol(QgsFillSymbol.createSimple(one["fill"]))
    if one["label"]:
        settings, text, halo = QgsPalLayerSettings(), QgsTextFormat(), QgsTextBufferSettings()
        settings.fieldName = one["label"]
        text.setFont(QFont(family)); text.setSize(8); halo.setEnabled(True); halo.setSize(0.6); text.setBuffer(halo)
        settings.setFormat(text)
        layer.setLabeling(QgsVectorLayerSimpleLabeling(settings)); layer.setLabelsEnabled(True)
    project.addMapLayer(layer)
    layers.append(layer)
layout = QgsPrintLayout(project)
layout.initializeDefaults()
page = layout.pageCollection().page(0)
page.setPageSize("A4", page.Portrait)
drawn = QgsLayoutItemMap(layout)
drawn.attemptMove(QgsLayoutPoint(18, 20, mm)); drawn.attemptResize(QgsLayoutSize(told["width"], told["height"], mm))
drawn.setLayers(layers[::-1]); drawn.setExtent(QgsRectangle(*told["extent"])); drawn.setFrameEnabled(True)
layout.addLayoutItem(drawn)
for item, x, y in ((QgsLayoutItemScaleBar(layout), 20, 160), (QgsLayoutItemLegend(layout), 18, 175)):
    if isinstance(item, QgsLayoutItemScaleBar):
        item.setStyle("Single Box"); item.setLinkedMap(drawn); item.applyDefaultSize()
    else:
        item.setLinkedMap(drawn); item.setAutoUpdateModel(True)
    layout.addLayoutItem(item); item.attemptMove(QgsLayoutPoint(x, y, mm))
title = QgsLayoutItemLabel(layout); title.setFont(QFont(family, 12)); title.setText(told["title"]); layout.addLayoutItem(title)
title.attemptMove(QgsLayoutPoint(18, 10, mm)); title.attemptResize(QgsLayoutSize(174, 8, mm))
settings = QgsLayoutExporter.PdfExportSettings()
settings.forceVectorOutput = True
done = QgsLayoutExporter(layout).exportToPdf(told["out"], settings)
assert done == QgsLayoutExporter.Success, done
sys.stdout.flush()
import os; os._exit(0)
"""
"""Run by the Python that Debian's QGIS belongs to."""


def run(command: list[str], folder: Path, **environment: str) -> tuple[float, float]:
    """Return the seconds of a process, and its peak of memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "GIS_WORKSPACE": str(folder / "workspace"), **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{Path(command[0]).name} failed:\n{said.decode(errors='replace')[-2000:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def qgis_python() -> str | None:
    """Return the Python that has QGIS, where there is one."""
    for program in filter(None, (shutil.which("python3", path="/usr/bin"),)):
        found = subprocess.run(
            [program, "-c", "import qgis.core as q; print(q.Qgis.QGIS_VERSION)"], capture_output=True
        )
        if found.returncode == 0:
            return program
    return None


def qgis_version(program: str) -> str:
    """Return which QGIS that Python has."""
    code = "import qgis.core as q; print(q.Qgis.QGIS_VERSION)"
    return subprocess.run([program, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def layout(folder: Path) -> str:
    """Write the layers of the map for QGIS, and return what it is to do as JSON."""
    looks = {
        "emd": ({"color": "255,255,255,0", "outline_color": "#cbd2d9", "outline_width": "0.1"}, None),
        "sigungu": ({"color": "255,255,255,0", "outline_color": "#9aa5b1", "outline_width": "0.2"}, "name"),
        "complexes": ({"color": "#cce3f1", "style": "b_diagonal", "outline_color": "#1f2933", "outline_style": "dash"}, "name"),
        "reference_points": (None, "name"),
    }  # fmt: skip
    rows = []
    for name in LAYERS:
        frame = to_work_crs(study.source_layer(name).frame)
        path = folder / f"{name}.gpkg"
        gpd.GeoDataFrame({"name": frame["name"].astype(str)}, geometry=frame.geometry, crs=frame.crs).to_file(path)
        rows.append({"path": str(path), "name": name, "fill": looks[name][0], "label": looks[name][1]})
    west, south, east, north = to_work_crs(study.complexes()).total_bounds
    middle, reach = shapely.Point((west + east) / 2, (south + north) / 2), 1.2 * max(east - west, north - south) / 2
    extent = [middle.x - reach, middle.y - reach * HEIGHT / WIDTH, middle.x + reach, middle.y + reach * HEIGHT / WIDTH]
    return json.dumps(
        {
            "font": str(font_folder() / f"{FAMILY}.ttf"),
            "layers": rows,
            "extent": extent,
            "width": WIDTH,
            "height": HEIGHT,
            "title": "위치도",
            "out": str(folder / "qgis.pdf"),
        }
    )


def main() -> None:
    """Measure, print, and write down where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-qgis", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", type=Path, help="A folder for the PDFs, to look at them.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        own = [sys.executable, "-m", "gis", "report", "-o"]
        sides = {
            "Python and our imports alone": [sys.executable, "-c", ONE_MAP.split("chapter =")[0]],
            "one map": [sys.executable, "-c", ONE_MAP.format(width=WIDTH, height=HEIGHT), str(folder / "map.pdf")],
            "page for a mayor (--summary, A3)": [*own, str(folder / "summary.pdf"), "--summary"],
            "full report": [*own, str(folder / "report.pdf")],
        }
        peer = None if chosen.no_qgis else qgis_python()
        if peer is not None:
            sides = {"QGIS, one map": [peer, "-c", QGIS_LAYOUT, layout(folder)], **sides}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for number in range(chosen.rounds + 1):
            for name, command in sides.items():
                seen = run(command, folder, QT_QPA_PLATFORM="offscreen")
                if number:
                    found[name].append(seen)
        pages = {name: page_count(folder, name) for name in sides if "alone" not in name}
        if chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            for made in folder.glob("*.pdf"):
                shutil.copy(made, chosen.keep)
        report(found, pages, peer, chosen)


def page_count(folder: Path, name: str) -> int:
    """Return how many pages a side's PDF has."""
    file = {"QGIS, one map": "qgis", "one map": "map", "full report": "report"}.get(name, "summary")
    return len(PdfReader(folder / f"{file}.pdf").pages)


def report(
    found: dict[str, list[tuple[float, float]]], pages: dict[str, int], peer: str | None, chosen: argparse.Namespace
) -> None:
    """Print the table, and write it down where that is asked for."""
    middle = {name: sorted(seconds for seconds, _ in rows)[len(rows) // 2] for name, rows in found.items()}
    base = middle.get("QGIS, one map")
    lines = [
        HEADING, "", "Each side a process of its own, from its start to the finished PDF of the bundled study; medians of "
        f"{chosen.rounds} rounds in turn.", "", "| side | pages | by the clock (s) | ratio | peak memory (MB) |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, rows in found.items():
        ratio = "–" if base is None else f"{middle[name] / base:.2f}"
        lines.append(
            f"| {name} | {pages.get(name, '–')} | {middle[name]:.2f} | {ratio} | {max(peak for _, peak in rows):.0f} |"
        )
    if peer is None:
        lines += ["", "**QGIS was not run: it is not on this machine, or it was not wanted.**"]
    more = "" if peer is None else f", QGIS {qgis_version(peer)}"
    command = f"`python bench/report.py --rounds {chosen.rounds}{' --no-qgis' if chosen.no_qgis else ''} --write`"
    lines += ["", f"{machine((gpd, shapely), more)} Command: {command}", ""]
    text = "\n".join(lines)
    print(text)
    if chosen.write:
        write_down(text)


if __name__ == "__main__":
    main()
