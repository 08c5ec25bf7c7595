"""What was told, found and decided before the first dose and between the steps.

Lists that are null were not asked; empty ones mean "none". The difference is never dropped.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class BeforeStart(models.Model):
    """What a person told for screening, beside medicines and laboratory values.

    ``planned`` is null or [[kind, "2026-06-01" or null], ...]. ``medicines_whole_at`` and
    ``laboratory_whole_at`` say when the person confirmed that those lists are complete: an empty
    list that nobody confirmed was not asked.
    """

    person = models.OneToOneField(
        "records.Person", on_delete=models.CASCADE, related_name="before_start"
    )
    birth_year = models.PositiveSmallIntegerField(null=True)
    conditions = models.JSONField(null=True)
    allergies = models.JSONField(null=True)
    natural_products = models.JSONField(null=True)
    planned = models.JSONField(null=True)
    products = models.JSONField(default=list)
    pregnancy = models.CharField(max_length=16, blank=True)  # "" where nobody asked
    alcohol = models.BooleanField(null=True)
    medicines_whole_at = models.DateTimeField(null=True)
    laboratory_whole_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.person_id)


class Screened(models.Model):
    """What screening found when the facts last changed, kept for lists of many people.

    ``fired`` maps rules to the facts that fired them. Pages about one person screen afresh.
    """

    person = models.OneToOneField(
        "records.Person", on_delete=models.CASCADE, related_name="screened"
    )
    on = models.DateField()
    outcome = models.CharField(max_length=20)
    fired = models.JSONField(default=dict)
    unclear = models.JSONField(default=list)
    not_asked = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.person_id)


class Raised(models.Model):
    """A contraindication that a change of the facts raised; who saw it is in ``care.Seen``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("records.Person", on_delete=models.CASCADE, related_name="raised")
    rule = models.CharField(max_length=80)
    fired_by = models.JSONField(default=list)
    raised_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)  # it stops no more, or its facts changed

    class Meta:
        """Order."""

        ordering: ClassVar = ["-raised_at"]

    def __str__(self) -> str:
        return self.rule


class RuleOverride(models.Model):
    """A prescriber's decision against a contraindication, for the facts that fired it then."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "records.Person", on_delete=models.CASCADE, related_name="rule_overrides"
    )
    rule = models.CharField(max_length=80)
    fired_by = models.JSONField(default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    on = models.DateField()
    decided_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Order."""

        ordering: ClassVar = ["-decided_at"]

    def __str__(self) -> str:
        return self.rule


class ChosenPlan(models.Model):
    """A plan of steps that was agreed, and the product it is taken with.

    ``steps`` is [[micrograms, days], ...]; ``product`` is {} while none is chosen,
    {"capsules_ug": [500, 1500]} or {"ug_per_ml": 1000, "syringe_ul": 5000, "mark_ul": 100}.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "records.Person", on_delete=models.CASCADE, related_name="chosen_plans"
    )
    plan = models.CharField(max_length=40)  # lodose.regimen.plans(), or "own"
    steps = models.JSONField(default=list)
    product = models.JSONField(default=dict)
    time_of_day = models.CharField(max_length=10, default="evening")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_with = models.CharField(max_length=120, blank=True)
    agreed_on = models.DateField(null=True)
    chosen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Order."""

        ordering: ClassVar = ["-chosen_at"]

    def __str__(self) -> str:
        return self.plan


class HowItWent(models.Model):
    """How a step went, what was proposed then, and what the prescriber decided."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "records.Person", on_delete=models.CASCADE, related_name="how_it_went"
    )
    on = models.DateField()
    said = models.JSONField(default=dict)  # the fields of lodose.regimen.Report
    move = models.CharField(max_length=40)
    from_micrograms = models.PositiveIntegerField(default=0)
    to_micrograms = models.PositiveIntegerField(default=0)
    agreed = models.BooleanField(null=True)  # null while nobody has decided
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_with = models.CharField(max_length=120, blank=True)
    agreed_on = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    step = models.ForeignKey(
        "records.DoseStep", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """Order."""

        ordering: ClassVar = ["-entered_at"]

    def __str__(self) -> str:
        return self.move


class Suitability(models.Model):
    """A prescriber's word that an on/off comparison suits: every point of the checklist."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "records.Person", on_delete=models.CASCADE, related_name="suitabilities"
    )
    points = models.JSONField(default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_with = models.CharField(max_length=120, blank=True)
    agreed_on = models.DateField(null=True)
    confirmed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Order."""

        ordering: ClassVar = ["-confirmed_at"]

    def __str__(self) -> str:
        return str(self.id)


class BriefWords(models.Model):
    """What a person writes for the brief: who they are in short, why, what was tried, questions."""

    person = models.OneToOneField(
        "records.Person", on_delete=models.CASCADE, related_name="brief_words"
    )
    condition = models.CharField(max_length=40, blank=True)  # lodose.evidence condition
    shown_name = models.CharField(max_length=120, blank=True)
    why = models.TextField(blank=True, max_length=600)
    tried = models.TextField(blank=True, max_length=600)
    questions = models.TextField(blank=True, max_length=600)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.person_id)
