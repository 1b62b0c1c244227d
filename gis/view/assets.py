"""The files a map needs in the browser, all from this machine: scripts, styles, Korean type."""

import functools
import hashlib
import io
import re
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from fontTools.ttLib import TTFont
from offlinefolium import elements as bundled

from gis.errors import DataFileError, DiskFault
from gis.io.fonts import font_folder

MAP_JS = "gis/view/map.js"
MAP_CSS = "gis/view/map.css"
FONT_FAMILY = "GIS Gothic"  # the files are changed, so their name is too
FONTS: dict[int, str] = {400: "NanumGothic.ttf", 700: "NanumGothicBold.ttf"}

_REFUSED_TABLES = re.compile(r"TSI.|DSIG")  # Chromium rejects a font that carries them
_IMPORT = re.compile(r"@import[^;]+;")
_URL = re.compile(r"""url\(\s*(?:'[^']*'|"[^"]*"|[^)]*)\s*\)""")
_INLINE = re.compile(r"""url\(\s*['"]?\s*(?:data:|\#)""")


def clean_css(css: str) -> str:
    """Return `css` without anything the browser would fetch: `data:` urls stay."""

    def inline_only(url: re.Match[str]) -> str:
        return url[0] if _INLINE.match(url[0]) else "url(data:,)"

    return _URL.sub(inline_only, _IMPORT.sub("", css))


@functools.cache
def asset_texts() -> dict[str, str]:
    """Return the text of every script and style a folium class asks for, by its URL."""
    texts = {url: clean_css(text) if _is_css(url) else text for url, text in bundled._res.items()}
    here = Path(__file__)
    texts[MAP_JS] = here.with_name("map.js").read_text(encoding="utf-8")
    texts[MAP_CSS] = font_faces() + here.with_name("map.css").read_text(encoding="utf-8")
    return texts


def font_faces(prefix: str = "") -> str:
    """Return the `@font-face` rules of the Korean type, its files found at `prefix`."""
    return "".join(
        f"@font-face{{font-family:'{FONT_FAMILY}';font-weight:{weight};font-display:swap;"
        f"src:url('{prefix}{_web_name(name)}') format('woff')}}\n"
        for weight, name in FONTS.items()
    )


def web_font(name: str) -> bytes:
    """Return one of the bundled fonts as a WOFF file that Chromium accepts."""
    font = TTFont(font_folder() / name)
    for table in filter(_REFUSED_TABLES.fullmatch, list(font.keys())):
        del font[table]
    font.flavor = "woff"
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()


def folder_name() -> str:
    """Return a folder name that changes with the version of anything in it."""
    own = asset_texts()[MAP_JS] + asset_texts()[MAP_CSS]
    versions = (version("folium-offline"), version("koreanize-matplotlib"), _digest(own))
    return "-".join(("map", *versions))


def write_assets(folder: Path) -> dict[str, str]:
    """Write every asset into `folder`, whole or not at all; return file names by URL."""
    names = {url: _file_name(url, text) for url, text in asset_texts().items()}
    if folder.is_dir():
        return names
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="map-", dir=folder.parent))
    try:
        for url, text in asset_texts().items():
            (draft / names[url]).write_text(text, encoding="utf-8")
        for name in FONTS.values():
            (draft / _web_name(name)).write_bytes(web_font(name))
        draft.rename(folder)
    except OSError as fault:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():  # else another process was faster
            raise DataFileError("cannot_write", path=folder, reason=DiskFault(fault)) from fault
    return names


def local_name(url: str, names: dict[str, str]) -> str:
    """Return the local file of `url`; a URL without one would leave the map blank."""
    try:
        return names[url]
    except KeyError:
        raise DataFileError("missing_asset", url=url) from None


def _web_name(font: str) -> str:
    return f"{Path(font).stem}-{version('koreanize-matplotlib')}.woff"


def _file_name(url: str, text: str) -> str:
    # The digest keeps the name from ending in "leaflet.css", from which Leaflet would
    # derive a marker's address, and lets a browser cache the file for good.
    stem = re.sub(r"[^\w.-]|\.(css|js)$", "", url.rsplit("/", 1)[-1])
    return f"{stem}-{_digest(url + text)}.{'css' if _is_css(url) else 'js'}"


def _is_css(url: str) -> bool:
    return url.endswith(".css")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
