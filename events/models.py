"""What happened, once and for ever."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, subject: models.Model) -> "EventQuerySet":
        """Events whose subject is this row."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))

    def of_person(self, person_id: uuid.UUID) -> "EventQuerySet":
        """Events of one person's doing."""
        return self.filter(person_id=person_id)


class Event(models.Model):
    """A fact in the past tense. Rows are only ever added: a database trigger refuses anything else (0002).

    It knows no app: the person and the subject are named by id, without a foreign key, so that erasing somebody
    leaves a fact without an identity. `payload` holds ids and figures, never what somebody wrote and never an address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=64)
    person_id = models.UUIDField(_("person"), null=True)
    subject_type = models.CharField(_("subject type"), max_length=64, blank=True)
    subject_id = models.CharField(_("subject"), max_length=64, blank=True)
    payload = models.JSONField(_("payload"), default=dict)
    occurred_at = models.DateTimeField(_("occurred at"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-occurred_at", "-id"]
        indexes = [
            models.Index(fields=["person_id", "-occurred_at"], name="event_by_person"),
            models.Index(fields=["subject_type", "subject_id", "-occurred_at"], name="event_by_subject"),
            models.Index(fields=["name", "-occurred_at"], name="event_by_name"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="event_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.occurred_at:%Y-%m-%d %H:%M}"
