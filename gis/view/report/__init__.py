"""Reports as documents: the parts that a planner chose, in the order of the annex to a development plan."""

from gis.view.report.files import FORMS, form_of
from gis.view.report.full import Progress, full_report
from gis.view.report.one_page import one_page

__all__ = ["FORMS", "Progress", "form_of", "full_report", "one_page"]
