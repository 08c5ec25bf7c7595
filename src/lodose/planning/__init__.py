"""What a trial would tell before it is begun, and how much longer an unfinished one may take."""

from lodose.planning.cycles import LEFT_OUT, cycles_to_settle, more_days_may_settle
from lodose.planning.design import READY, Schedule, TrialDesign, schedule_of
from lodose.planning.person import Variability, person_from_run_in, typical_person
from lodose.planning.plan import PlanRow, TrialPlan, plan_trial
from lodose.planning.power import Share, WordCounts, count_words, share_of, simulate_words
from lodose.planning.simulate import Scale, Truth, simulate_trial

__all__ = [
    "LEFT_OUT",
    "READY",
    "PlanRow",
    "Scale",
    "Schedule",
    "Share",
    "TrialDesign",
    "TrialPlan",
    "Truth",
    "Variability",
    "WordCounts",
    "count_words",
    "cycles_to_settle",
    "more_days_may_settle",
    "person_from_run_in",
    "plan_trial",
    "schedule_of",
    "share_of",
    "simulate_trial",
    "simulate_words",
    "typical_person",
]
