"""Time, end to end: the steps of each phase, C(t) by plan and in fact, what a slip costs, and what a shortening gains."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from gis.analysis import phases as _phases
from gis.analysis.phases import MOST_YEARS
from gis.errors import DataFileError, InputError
from gis.io import catalog, decisions
from gis.model import BASES, SCOPES, ChainModel
from gis.study import value_chain
from gis.study.value_chain import DEFAULT_YEAR

PATH = "phases.toml"
FIRST_YEAR, LAST_YEAR = 2020, 2035
TOPIC, KEY = "phases", "shorten"
USUAL, SHORTENED = "usual", "shortened"
"""통상 and 단축: the years as stated, and those with the shortening that somebody assumes."""
Shortening = tuple[tuple[str, int], ...]
"""Years by phase; as pairs, so that it can be the key of what is kept."""


@dataclass(frozen=True)
class Span:
    """What is asked: the years from `first` to `last`, one scope and basis, and the farthest hand-over in m."""

    scope: str = "region"
    basis: str = "plan"
    first: int = FIRST_YEAR
    last: int = LAST_YEAR
    within: float | None = None

    @property
    def years(self) -> range:
        """The years that are looked at."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class Answer:
    """What time does to the chain. `curves`, `firsts` and `slips` have a column `track`: usual, or shortened too.

    `curves` and `firsts` are of every scope and basis, `slips` and `hosts` of those asked; `steps` of every phase; `links`
    those of the chain in use.
    """

    asked: Span
    slip: int
    shorten: Shortening
    curves: pd.DataFrame
    firsts: pd.DataFrame
    slips: pd.DataFrame
    hosts: pd.DataFrame
    steps: pd.DataFrame
    links: pd.DataFrame

    @property
    def decided(self) -> pd.DataFrame:
        """The hosts whose first year a phase still decides, whether or not they count in the basis asked for."""
        return self.hosts[self.hosts["stays"].isna() | self.hosts["stays"].eq("not_counted")]


def answer(asked: Span, slip: int = 1, shorten: Mapping[str, int] | None = None) -> Answer:
    """Return C(t), the first complete years, what a slip of each phase costs, and the steps.

    Parameters
    ----------
    slip
        Years by which each phase slips, one at a time.
    shorten
        Years by which phases are assumed to be shortened; those that are kept by default.
    """
    used = value_chain.model()
    assumed = checked_shortening(kept_shortening() if shorten is None else shorten, used)
    apart = {scope: value_chain.place_distances(used, scope) for scope in SCOPES}
    tracks = _tracks(used, assumed)
    curves, costs = [], []
    for track, hosts in tracks.items():
        for scope in SCOPES:
            curves += [
                _phases.completeness_curve(
                    hosts, used.links, apart[scope], asked.years, scope=scope, basis=basis, within=asked.within
                ).assign(track=track)
                for basis in BASES
            ]
        costs.append(
            _phases.slips(
                hosts, used.links, apart[asked.scope], asked.years, scope=asked.scope, basis=asked.basis,
                within=asked.within, slip=slip, not_before=DEFAULT_YEAR,
            ).assign(track=track)
        )  # fmt: skip
    table = _without_future_facts(pd.concat(curves, ignore_index=True), max(DEFAULT_YEAR, asked.first))
    firsts = [
        _phases.first_complete_years(rows).assign(track=track) for track, rows in table.groupby("track", sort=False)
    ]
    return Answer(
        asked=asked,
        slip=slip,
        shorten=tuple(assumed.items()),
        curves=_track_first(table),
        firsts=_track_first(pd.concat(firsts, ignore_index=True)),
        slips=_track_first(pd.concat(costs, ignore_index=True)),
        hosts=_phases.decided_hosts(used.hosts, asked.scope, asked.basis).reset_index(drop=True),
        steps=steps(),
        links=used.links,
    )


def _without_future_facts(curves: pd.DataFrame, last: int) -> pd.DataFrame:
    """Return curves without facts of years to come: nobody knows them."""
    return curves[curves["basis"].ne("fact") | (curves["year"] <= last)].reset_index(drop=True)


def first_complete(asked: Span) -> int | None:
    """Return the first year of the span in which the chain is complete, in its scope and on its basis; None where none is."""
    used = value_chain.model()
    curve = _phases.completeness_curve(
        used.hosts, used.links, value_chain.place_distances(used, asked.scope), asked.years,
        scope=asked.scope, basis=asked.basis, within=asked.within,
    )  # fmt: skip
    found = _phases.first_complete_years(curve)["first_complete"].iloc[0]
    return None if pd.isna(found) else int(found)


def _tracks(used: ChainModel, shorten: Mapping[str, int]) -> dict[str, pd.DataFrame]:
    """Return the hosts by track; a second track only where something is shortened."""
    if not shorten:
        return {USUAL: used.hosts}
    earlier = {phase: -years for phase, years in shorten.items()}
    return {USUAL: used.hosts, SHORTENED: _phases.shifted_hosts(used.hosts, earlier, DEFAULT_YEAR)}


def _track_first(table: pd.DataFrame) -> pd.DataFrame:
    return table[["track", *(column for column in table if column != "track")]]


def steps() -> pd.DataFrame:
    """Return the steps of every phase in their order: dated, disputed, and those that no source states."""
    table = catalog.read_toml(PATH)
    order, kinds = table.get("order"), table.get("kind")
    if not isinstance(order, list) or not isinstance(kinds, dict):
        raise DataFileError("data_lacks", path=PATH, key="order, [kind]")
    tracks = table.get("phase", [])
    for column, found, known in (
        ("key", [step.get("key") for track in tracks for step in track.get("step", [])], order),
        ("kind", [track.get("kind") for track in tracks], kinds),
        ("kind", [step for expected in kinds.values() for step in expected], order),
    ):
        strange = [value for value in found if value not in known]
        if strange:
            raise DataFileError("data_reference", path=PATH, column=column, value=strange[0])
    return _phases.phase_steps(
        catalog.steps(),
        order,
        {track["id"]: kinds[track["kind"]] for track in tracks},
        {track["id"]: track.get("in_parts", ()) for track in tracks},
    )


def phase_names() -> pd.DataFrame:
    """Return `name` and `name_en` of every phase, by its id."""
    return catalog.steps().drop_duplicates("phase").set_index("phase")[["name", "name_en"]]


def deciding() -> list[str]:
    """Return the phases that still decide when a host of the chain works."""
    moving = _phases.decided_hosts(value_chain.base_model().hosts)
    return list(dict.fromkeys(str(phase) for phase in moving.loc[moving["stays"].isna(), "phase"]))


def room(used: ChainModel | None = None) -> dict[str, int]:
    """Return by how many years each phase that still decides something can be shortened: until the year of the data."""
    hosts = (used or value_chain.model()).hosts
    moving = _phases.decided_hosts(hosts)
    moving = moving[moving["stays"].isna()]
    ahead = pd.to_numeric(moving["from"]).sub(DEFAULT_YEAR).clip(0, MOST_YEARS)
    return {str(phase): int(years) for phase, years in ahead.groupby(moving["phase"], sort=False).max().items()}


def checked_shortening(shorten: Mapping[str, int], used: ChainModel | None = None) -> dict[str, int]:
    """Return a shortening without its zeros, once each phase decides something and has room for it.

    Raises
    ------
    InputError
        Where a phase decides nothing any more, or could not have begun so early.
    """
    most = room(used)
    for phase, years in shorten.items():
        if phase not in most:
            raise InputError("phases.no_phase", phase=phase, known=", ".join(most))
        if not 0 <= years <= most[phase]:
            raise InputError("phases.shorten", phase=phase, years=years, most=most[phase], year=DEFAULT_YEAR)
    return {phase: shorten[phase] for phase in most if shorten.get(phase)}


def kept_shortening() -> dict[str, int]:
    """Return the years by which phases are assumed to be shortened; none until somebody says so.

    What no longer fits the chain in use is left out.
    """
    kept, most = decisions.latest(TOPIC, KEY), room()
    content = {} if kept is None else dict(kept.content)
    return {phase: years for phase, years in content.items() if 0 < years <= most.get(phase, 0)}


def keep_shortening(shorten: Mapping[str, int], note: str | None = None) -> int:
    """Keep a shortening as the one assumed, and return the number of its revision; every earlier one stays."""
    return decisions.append(TOPIC, KEY, checked_shortening(shorten), note)


def is_shortened() -> bool:
    """Tell whether somebody keeps a shortening."""
    return decisions.latest(TOPIC, KEY) is not None


def undo_shortening() -> None:
    """Go back to the shortening before the one that holds."""
    decisions.undo(TOPIC, KEY)


def parsed_shortening(texts: list[str]) -> dict[str, int]:
    """Return what `futurecar=1` says, phase by phase.

    Raises
    ------
    InputError
        For any other form, and a phase named twice.
    """
    found: dict[str, int] = {}
    for text in texts:
        phase, _, years = text.partition("=")
        if not (phase and years.isascii() and years.isdigit() and len(years) < 5) or phase in found:
            raise InputError("phases.shorten_form", text=text)
        found[phase] = int(years)
    return found
