"""The brief: one page that a person takes to the visit, and a second one for the prescriber.

Examples
--------
>>> from datetime import date
>>> from lodose.screening import Facts, Medicine
>>> facts = Facts(medicines=(Medicine(name="codeine cough syrup"),))
>>> brief = make_brief(facts, condition="fibromyalgia", on=date(2026, 5, 10))
>>> brief.headline.startswith("Do not start.")
True
"""

from lodose.brief.content import make_brief
from lodose.brief.files import Told, read_told
from lodose.brief.model import Brief, JudgedBy
from lodose.brief.pdf import as_data, pdf

__all__ = ["Brief", "JudgedBy", "Told", "as_data", "make_brief", "pdf", "read_told"]
