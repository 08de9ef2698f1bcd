"""Moderation in the admin: the queue with its one screen, and what stands on record."""

from social.admin.case import CaseAdmin
from social.admin.record import DecisionAdmin, ModeratorReadingAdmin

__all__ = ["CaseAdmin", "DecisionAdmin", "ModeratorReadingAdmin"]
