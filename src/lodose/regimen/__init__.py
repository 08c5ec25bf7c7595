"""How it is taken: steps, strengths and volumes, supply, calendar.

It proposes and works out; the prescriber decides, and who decided is kept.

Examples
--------
>>> [step.said() for step in each_step(ready("weekly-1mg"), Capsules((500, 1000)))][-1]
'4.5 mg = 4 x 1 mg and 1 x 0.5 mg'
"""

from lodose.regimen.course import Course, Decision, Proposal, Report, decided, propose
from lodose.regimen.doses import concentration, dose_ug, in_mg, in_ml, volume_ul
from lodose.regimen.moves import Move
from lodose.regimen.plan import Plan, Step, make_plan, plans, ready
from lodose.regimen.product import Capsule, Capsules, Liquid, Product, Swallow, Syringe
from lodose.regimen.reminders import calendar
from lodose.regimen.supply import FORMULAS, Supply, each_step, supply, use_before

__all__ = [
    "FORMULAS",
    "Capsule",
    "Capsules",
    "Course",
    "Decision",
    "Liquid",
    "Move",
    "Plan",
    "Product",
    "Proposal",
    "Report",
    "Step",
    "Supply",
    "Swallow",
    "Syringe",
    "calendar",
    "concentration",
    "decided",
    "dose_ug",
    "each_step",
    "in_mg",
    "in_ml",
    "make_plan",
    "plans",
    "propose",
    "ready",
    "supply",
    "use_before",
    "volume_ul",
]
