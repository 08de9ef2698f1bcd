"""No table with a way to a person is forgotten."""

import pytest
from django.apps import apps
from django.db import models

from accounts.models import User
from costory.leaving.belongings import BELONGINGS, NOT_BELONGINGS


def leads_to_a_person(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    if model is User:
        return True
    targets = [field.related_model for field in model._meta.concrete_fields if field.is_relation]
    return any(target and leads_to_a_person(target, seen | {model}) for target in targets if target not in seen)


def test_every_table_that_leads_to_a_person_is_listed_or_left_out_with_a_reason():
    listed = {belonging.label for belonging in BELONGINGS} | set(NOT_BELONGINGS)
    found = {
        model._meta.label_lower for model in apps.get_models(include_auto_created=True) if leads_to_a_person(model)
    }
    assert found - listed == set()
    # What outlives people names them without a foreign key; the gift's digest leads to a wallet.
    assert listed - found <= {"events.event", "social.decision", "social.appeal", "social.moderatorreading"}


@pytest.mark.django_db
def test_each_way_leads_to_rows(person):
    without_rows = {belonging.label for belonging in BELONGINGS if not belonging.of(person).exists()}
    assert without_rows == {
        *("account.emailaddress", "mfa.authenticator", "socialaccount.socialaccount", "usersessions.usersession")
    }
