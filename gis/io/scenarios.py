"""Scenarios as text: plain values for the store, and a bundle that a colleague, QGIS and a diff can read.

A bundle is GeoJSON: a feature a site or part, and beside them the rest as lines of TOML and the hash of the whole. Equal
scenarios give equal bytes.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from gis.errors import DataFileError, InputError
from gis.i18n import t
from gis.model import Scenario

FORMAT = "gis-scenario"
VERSION = 1
NOTHING = {"nothing": True}
LARGEST = 20_000_000
"""Bytes that a bundle may have at most."""


@dataclass(frozen=True)
class Bundle:
    """A scenario as it travels: its id, itself, and the land-use plans of its sites as rows (see `gis.io.plans`).

    `zones` are plans that were drawn: by site, a `use` and a `geometry` (GeoJSON, degrees) each; `said` what was said of
    a site (`gis.study.said`).
    """

    id: str
    scenario: Scenario
    plans: dict[str, dict[str, Any]]
    zones: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    sha256: str = ""


def content_of(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as plain values, without what it does not say."""
    return scenario.model_dump(mode="json", exclude_defaults=True)


def from_content(content: Mapping[str, Any]) -> Scenario:
    """Return a scenario from plain values.

    Raises
    ------
    InputError
        Where a value is missing, unknown or of the wrong kind; the first is named with its place.
    """
    try:
        return Scenario.model_validate_json(json.dumps(content, allow_nan=False))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "-"
        known = {"extra_forbidden": t("scenario.fault_strange"), "missing": t("scenario.fault_missing")}
        reason = known.get(first["type"], t("scenario.fault_form", value=str(first["input"])[:40]))
        raise InputError("scenario.content", place=place, reason=reason) from error
    except (TypeError, ValueError) as error:
        raise InputError("scenario.content", place="-", reason=error) from error


def bundle_bytes(bundle: Bundle) -> bytes:
    """Return a scenario as one text file; the order of sites is that of the scenario."""
    told = _text(bundle) | {"sha256": bundle_hash(bundle)}
    members = [f"{json.dumps(key)}: {_lines(value)}" for key, value in told.items()]
    return ("{\n" + ",\n".join(members) + "\n}\n").encode("utf-8")


def _lines(value: Any) -> str:
    """Return a member of a bundle, a list with a line for each of its items."""
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n]"


def bundle_hash(bundle: Bundle) -> str:
    """Return the SHA-256 of all that a scenario says."""
    plain = json.dumps(_text(bundle), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def _text(bundle: Bundle) -> dict[str, Any]:
    told = content_of(bundle.scenario)
    sites = told.pop("sites", [])
    features = [
        {
            "type": "Feature",
            "id": site["id"],
            "properties": {"id": site["id"], "name": site["name"], "parts": len(site.get("parts", []))},
            "geometry": site["geometry"],
        }
        for site in sites
    ]
    features += [
        {
            "type": "Feature",
            "properties": {"site": site["id"], "name": part["name"], "opens": part.get("opens")},
            "geometry": part["geometry"],
        }
        for site in sites
        for part in site.get("parts", [])
    ]
    features += [
        {"type": "Feature", "properties": {"zone_of": site, "use": zone["use"]}, "geometry": zone["geometry"]}
        for site, zones in bundle.zones.items()
        for zone in zones
    ]
    toml = tomli_w.dumps(
        _for_toml({"id": bundle.id, **told, "plans": bundle.plans, **({"said": bundle.said} if bundle.said else {})})
    )
    return {
        "type": "FeatureCollection", "format": FORMAT, "version": VERSION, "confidential": bundle.scenario.confidential,
        "features": features, "scenario": toml.splitlines(),
    }  # fmt: skip


def _for_toml(value: Any) -> Any:
    """Return plain values as TOML can say them: nothing is a table of its own."""
    if isinstance(value, dict):
        return {key: _for_toml(told) for key, told in value.items()}
    if isinstance(value, list | tuple):
        return [_for_toml(told) for told in value]
    return NOTHING if value is None else value


def _from_toml(value: Any) -> Any:
    if value == NOTHING:
        return None
    if isinstance(value, dict):
        return {key: _from_toml(told) for key, told in value.items()}
    return [_from_toml(told) for told in value] if isinstance(value, list) else value


def read_bundle(source: Path | bytes, file: str) -> Bundle:
    """Return the scenario of a file.

    Raises
    ------
    DataFileError
        Where the file is missing, too large, or no bundle.
    InputError
        Where it was changed by hand so that its hash no longer fits, or a value in it is wrong.
    """
    told = _read(source, file)
    try:
        rest = _from_toml(tomllib.loads("\n".join(told["scenario"])))
        name, plans = rest.pop("id"), rest.pop("plans", {})
        said = rest.pop("said", {})
        zones = _zones(told["features"])
        sites = _sites([one for one in told["features"] if "zone_of" not in one["properties"]])
    except (KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise DataFileError("scenario.no_bundle", file=file) from error
    content = rest | ({"sites": sites} if sites else {})
    found = Bundle(str(name), from_content(content), plans, zones, said, str(told.get("sha256")))
    if found.sha256 != bundle_hash(found) or told.get("confidential") != found.scenario.confidential:
        raise InputError("scenario.hash", file=file)
    return found


def _read(source: Path | bytes, file: str) -> dict[str, Any]:
    try:
        content = source if isinstance(source, bytes) else source.read_bytes()
        if len(content) > LARGEST:
            raise DataFileError("table.size", file=file, size=len(content) // 10**6, most=LARGEST // 10**6)
        told = json.loads(content.decode("utf-8-sig"))
    except FileNotFoundError:
        raise DataFileError("no_file", path=source) from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, OSError) as error:
        if isinstance(error, DataFileError):
            raise
        raise DataFileError("scenario.no_bundle", file=file) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise DataFileError("scenario.no_bundle", file=file)
    if told.get("version") != VERSION:
        raise DataFileError("scenario.version", file=file, version=told.get("version"), known=VERSION)
    return told


def _zones(features: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the zones of a bundle by the site that they are the plan of."""
    found: dict[str, list[dict[str, Any]]] = {}
    for feature in features:
        told = feature["properties"]
        if "zone_of" in told:
            use = told["use"] if told["use"] is None else str(told["use"])
            found.setdefault(str(told["zone_of"]), []).append({"use": use, "geometry": feature["geometry"]})
    return found


def _sites(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sites of a bundle with their parts, as plain values of a scenario."""
    sites: dict[str, dict[str, Any]] = {}
    for feature in features:
        told, geometry = feature["properties"], feature["geometry"]
        if "site" in told:
            part = {"name": told["name"], "geometry": geometry}
            opens = {} if told.get("opens") is None else {"opens": told["opens"]}
            sites[told["site"]].setdefault("parts", []).append(part | opens)
        else:
            sites[told["id"]] = {"id": told["id"], "name": told["name"], "geometry": geometry}
    return list(sites.values())
