"""Recording a fact: in its transaction, under a proper name, for ever."""

import pytest
from django.db import transaction

from events import services
from events.models import Event
from tests.factories import create_user


@pytest.mark.django_db
def test_a_fact_with_its_person_and_subject():
    user = create_user()
    event = services.record("person.signed_up", person_id=user.pk, subject=user, payload={"by": "test"})

    assert list(Event.objects.about(user)) == list(Event.objects.of_person(user.pk)) == [event]
    assert event.subject_type == "accounts.user"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "signup", "Person.SignedUp", "person.", "person signed_up", "person.signed-up"])
def test_a_name_that_is_none(name: str):
    with pytest.raises(ValueError, match="Not an event's name"):
        services.record(name)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused():
    with pytest.raises(services.EventOutsideTransaction):
        services.record("person.signed_up")


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_is_undone_leaves_no_event():
    def fail_after_recording() -> None:
        with transaction.atomic():
            services.record("person.signed_up")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_recording()

    assert not Event.objects.exists()
