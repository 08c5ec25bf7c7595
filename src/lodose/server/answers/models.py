"""What was computed from a record, kept until the record changes."""

from typing import ClassVar

from django.db import models

from lodose.server.records.models import Person


class Rendering(models.Model):
    """A finished piece of an answer: a chart, the PDF, the words as JSON.

    ``key`` is a hash of everything it was made from: diary, protocol, day, language, version.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="renderings")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        """Constraints and order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key", "kind"], name="one_rendering"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:12]}"
