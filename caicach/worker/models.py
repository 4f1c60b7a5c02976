"""The queue: one row a job, taken with a lease that a living worker renews."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A named function with plain arguments. A lease that ran out means its worker died: the job runs again."""

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=120, null=True, unique=True)
    state = models.CharField(max_length=10, default=WAITING)
    run_at = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease = models.CharField(max_length=32, blank=True)
    fault = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["run_at"], condition=Q(state="waiting"), name="job_waiting"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_running"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="job_state"
            ),
        ]
