"""Sentences about firms and people: what was read, matched, left out, and how far the figures carry."""

from gis.i18n import language, t
from gis.i18n import table as label_table
from gis.study.firms import FirmReport, PeopleReport
from gis.view.tables import label


def firm_sentences(report: FirmReport) -> list[str]:
    """Return what a reader must know about a register and its match, most important first."""
    counts = report.counts
    said = [
        t(
            "firms.matched", file=report.file, rows=f"{counts['rows']:,}", matched=f"{counts['matched']:,}",
            unmatched=f"{counts['rows'] - counts['matched']:,}",
        )
    ]  # fmt: skip
    reasons = report.unmatched["reason"].value_counts(sort=True)
    if len(reasons):
        listed = (f"{label('firms.reason', reason)} {count:,}" for reason, count in reasons.items())
        said.append(t("firms.reasons", reasons=", ".join(listed)))
    said += [
        t(f"firms.{key}", count=f"{counts[key]:,}")
        for key in (
            "disagree", "apart", "repeated", "no_firm", "without_code", "coarser", "several_codes", "without_crs",
            "swapped", "outside_korea",
        )
        if counts[key]
    ]  # fmt: skip
    if counts["points"]:
        said.append(t("firms.points", count=f"{counts['points']:,}"))
    if not counts["employees_known"]:
        said.append(t("firms.no_employees"))
    said += [
        t("firms.unreadable", column=_column(name), count=f"{count:,}") for name, count in report.unreadable.items()
    ]
    private = report.dropped[report.dropped["why"] != "not_needed"]
    if len(private):
        said.append(t("firms.private", columns=", ".join(dict.fromkeys(private["header"]))))
    said.append(t("firms.reference", name=report.reference or report.file, digits=report.digits))
    return [*said, t("firms.inferred")]


def read_as(report: FirmReport) -> str:
    """Return how the file was read: encoding or sheet, the line of the headings, and which heading is which column."""
    how = t("firms.read_sheet", sheet=report.sheet) if report.sheet else t("firms.read_text", encoding=report.encoding)
    pairs = ", ".join(f"{header} → {_column(field)}" for field, header in report.columns.items())
    return t("firms.read_as", how=how, line=report.header_line, columns=pairs)


def people_sentences(report: PeopleReport) -> list[str]:
    """Return the totals of a table of people, and what is not in them."""
    said = [
        t(
            "people.kind",
            file=report.file,
            kind=t(f"people.kinds.{report.kind}"),
            level=t(f"people.levels.{report.level}"),
        )
    ]
    if report.as_of:
        said.append(t("people.as_of", month=report.as_of))
    said += [
        t(
            "people.total", measure=_column(row["figure"]), total=f"{row['total']:,}", matched=f"{row['matched']:,}",
            unmatched=f"{row['unmatched']:,}",
        )
        for row in report.totals.to_dict("records")
    ]  # fmt: skip
    missing = int(report.totals["missing"].max()) if len(report.totals) else 0
    if missing:
        said.append(t("people.missing", count=f"{missing:,}"))
    if report.level == "sigungu":
        said.append(t("people.sums"))
    return said


def _column(name: str) -> str:
    return label_table(language())[f"column.{name}"]
