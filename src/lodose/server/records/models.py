"""What a person records, and what was decided about their treatment.

Values keep their exact spelling: ratings are decimal strings inside JSON, doses whole micrograms.
Nothing here says which arm a sealed period has: that column is empty until the schedule is
disclosed after the end.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

# Django finds the models of a room in its module `models`.
from lodose.server.records import before_models  # noqa: F401


class Person(models.Model):
    """The record of one person; it may be theirs alone or shared with prescribers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="person"
    )
    chain_id = models.UUIDField(unique=True)  # audit.Chain, which outlives this row
    time_zone = models.CharField(max_length=64, default="UTC")
    hopes = models.TextField(blank=True, max_length=2000)
    treatment_name = models.CharField(max_length=80, default="low-dose naltrexone")
    share_missed_days = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    feed_hash = models.CharField(max_length=64, blank=True, db_index=True)  # private calendar feed
    reminder_time = models.TimeField(null=True)
    reminder_schedule = models.JSONField(default=dict)  # lodose.server.records.reminders
    answer_choice = models.CharField(max_length=16, blank=True)  # "" | "now" | "with-doctor"

    def __str__(self) -> str:
        return str(self.id)


class Outcome(models.Model):
    """A question of the daily check-in; becomes an outcome of the protocol."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="outcomes")
    name = models.CharField(max_length=40)  # as in diary files: "pain"
    label = models.CharField(max_length=120)
    question = models.TextField(blank=True)
    low_label = models.CharField(max_length=40, blank=True)
    high_label = models.CharField(max_length=40, blank=True)
    instrument = models.CharField(max_length=40, blank=True)
    minimum = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    maximum = models.DecimalField(max_digits=12, decimal_places=4, default=10)
    step = models.DecimalField(max_digits=12, decimal_places=4, null=True, default=1)
    better = models.CharField(max_length=6, default="lower")
    mcid = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    unit = models.CharField(max_length=20, blank=True)
    primary = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "name"], name="one_outcome_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class CheckIn(models.Model):
    """One day's entry. Its id is made by whoever writes it, so that sending twice is harmless.

    ``outcomes`` maps names to decimal strings, only what was answered. ``side_effects`` is null
    where they were not asked, [] where asked and none felt, else [[name, severity 1 to 3], ...].
    ``dose_micrograms`` is null where not said, 0 where none was taken, and always null in a
    sealed trial, where ``kit`` and ``kit_taken`` stand instead.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="check_ins")
    day = models.DateField()
    outcomes = models.JSONField(default=dict)
    dose_micrograms = models.PositiveIntegerField(null=True)
    dose_at = models.TimeField(null=True)
    kit = models.CharField(max_length=40, blank=True)
    kit_taken = models.BooleanField(null=True)
    side_effects = models.JSONField(null=True)
    red_flags = models.JSONField(default=list)
    note = models.TextField(blank=True)
    skipped = models.BooleanField(default=False)
    written_at = models.DateTimeField()  # by the writer's clock, never later than received_at
    received_at = models.DateTimeField()
    late = models.BooleanField(default=False)  # made after its day had ended
    source = models.CharField(max_length=16)  # "page" | "device" | "offline" | "api" | "upload"
    revision = models.PositiveIntegerField(default=1)
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "day"], name="one_check_in_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CheckInVersion(models.Model):
    """What a check-in said before it was corrected, or a late arrival that did not replace it."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="versions")
    entry_id = models.UUIDField(unique=True)  # the id that this version was sent under
    revision = models.PositiveIntegerField()
    content = models.JSONField()
    kept_at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["-kept_at"]

    def __str__(self) -> str:
        return str(self.entry_id)


class Pause(models.Model):
    """Days on which no check-in is expected."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pauses")
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.first_day}"


class Laboratory(models.Model):
    """One laboratory value, in the unit it was reported in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="laboratory")
    day = models.DateField()
    analyte = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=14, decimal_places=5)
    unit = models.CharField(max_length=20)
    below_detection = models.BooleanField(default=False)
    upper_limit = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    note = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["-day", "analyte"]

    def __str__(self) -> str:
        return str(self.id)


class Medicine(models.Model):
    """Another medicine, with the days on which it was taken."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="medicines")
    name = models.CharField(max_length=120)
    dose = models.CharField(max_length=80, blank=True)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    disease_modifying = models.BooleanField(default=False)
    opioid = models.BooleanField(null=True)  # recognised, or said by the person; null: not known
    regular = models.BooleanField(null=True)  # of an opioid: whether it was taken day after day
    last_dose = models.DateField(null=True)  # the newest so far, of what is taken only as needed
    note = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return str(self.id)


class LifeEvent(models.Model):
    """Something that happened and may have changed the outcome: a flare, an infection."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="life_events")
    day = models.DateField()
    what = models.CharField(max_length=10)  # as lodose.trial.Event
    days = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=200, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["-day"]

    def __str__(self) -> str:
        return str(self.id)


class DoseStep(models.Model):
    """A decision about the dose, from a day on. Who decided is always kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="dose_steps")
    kind = models.CharField(max_length=10)  # "start" | "step" | "pause" | "restart" | "stop"
    from_day = models.DateField()
    dose_micrograms = models.PositiveIntegerField(default=0)
    micrograms_per_millilitre = models.PositiveIntegerField(null=True)  # liquids only
    decided_by = models.ForeignKey(  # the prescriber's account, where it was entered by one
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_with = models.CharField(max_length=120, blank=True)  # as the person wrote it
    agreed_on = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["from_day", "entered_at"]

    def __str__(self) -> str:
        return str(self.id)


class Trial(models.Model):
    """A schedule of periods with its plan, fixed when it starts.

    ``plan`` is the protocol without its periods; ``protocol_hash`` that of the whole protocol,
    known from the start for open trials and after disclosure for sealed ones.
    """

    class Status(models.TextChoices):
        """Where a trial stands."""

        RUNNING = "running"
        FINISHED = "finished"
        STOPPED = "stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="trials")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    sealed = models.BooleanField(default=False)  # the arms are not in this database
    plan = models.JSONField()
    protocol_hash = models.CharField(max_length=64, blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    agreed_with = models.CharField(max_length=120, blank=True)
    agreed_on = models.DateField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)  # by the clock of then, wherever the person is later
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(status="running"),
                name="one_running_trial",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TrialPeriod(models.Model):
    """One period of a trial. In a sealed trial the arm and the dose are empty."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="periods")
    number = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    pair = models.PositiveSmallIntegerField(null=True)
    kit = models.CharField(max_length=40, blank=True)
    arm = models.CharField(max_length=10, blank=True)
    dose_micrograms = models.PositiveIntegerField(null=True)
    guess = models.CharField(max_length=10, blank=True)
    guess_confidence = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    guess_reason = models.CharField(max_length=16, blank=True)
    guessed_at = models.DateTimeField(null=True)

    class Meta:
        """Constraints and order."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trial", "number"], name="one_period_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
