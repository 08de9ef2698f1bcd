"""The catalogue of models: in step with the provider's list, and never selling what has no sensible price."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from coaching import services
from coaching.models import CoachModel
from coaching.tests.conftest import MODEL, create_session
from tests.model_server import ModelServer

pytestmark = pytest.mark.django_db


def listing(slug: str, **pricing: object) -> dict[str, object]:
    prices = {"prompt": "0.000003", "completion": "0.000015", **pricing}
    return {"id": slug, "name": slug, "context_length": 100_000, "pricing": prices}


def sync(server: ModelServer, *entries: dict[str, object]) -> None:
    server.catalogue = list(entries)
    services.sync_models()


@pytest.mark.parametrize(
    "prices",
    [
        {"prompt": None},
        {"completion": ""},
        {"prompt": "0", "completion": "0"},
        {"prompt": "-0.000001"},
        {"completion": "NaN"},
        {"completion": "Infinity"},
        {"prompt": "free"},
        {"prompt": "1000000"},
    ],
    ids=str,
)
def test_a_price_that_is_none_is_not_sold(model_server: ModelServer, prices: dict[str, object]):
    sync(model_server, listing(MODEL, **prices))

    assert CoachModel.objects.get().is_enabled
    assert not CoachModel.objects.offered().exists()
    with pytest.raises(services.UnknownModel):
        services.quote_message(session=create_session(), content="Well?")


def test_what_calls_itself_free_is_free_and_holds_nothing(model_server: ModelServer):
    sync(model_server, listing("test/kind:free", prompt="0", completion="0"))
    CoachModel.objects.update(is_enabled=True)
    session = create_session()

    quote = services.quote_message(session=session, content="Well?", model="test/kind:free")
    reply = services.post_message(session=session, content="Well?", request_key="k", model="test/kind:free")

    assert quote.ceiling_micros == 0
    assert reply.hold is None


def test_only_the_model_of_the_settings_is_offered_by_itself(model_server: ModelServer):
    sync(model_server, listing(MODEL), listing("test/other"))

    assert [model.pk for model in CoachModel.objects.offered()] == [MODEL]


def test_an_operators_choice_survives_the_next_list(model_server: ModelServer):
    sync(model_server, listing(MODEL), listing("test/other"))
    CoachModel.objects.filter(pk="test/other").update(is_enabled=True)
    sync(model_server, listing(MODEL), listing("test/other", prompt="0.000004"))

    assert CoachModel.objects.offered().count() == 2
    assert str(CoachModel.objects.get(pk="test/other").prompt_price_usd).startswith("0.000004")


def test_what_is_gone_from_the_list_is_not_sold_any_more(model_server: ModelServer):
    sync(model_server, listing(MODEL), listing("test/other"))
    CoachModel.objects.update(is_enabled=True, synced_at=timezone.now() - timedelta(hours=1))
    sync(model_server, listing(MODEL))

    assert [model.pk for model in CoachModel.objects.offered()] == [MODEL]


def test_an_empty_list_takes_nothing_away(model_server: ModelServer):
    sync(model_server, listing(MODEL))
    sync(model_server)

    assert CoachModel.objects.offered().exists()


def test_the_command_says_what_it_did(model_server: ModelServer):
    out = StringIO()
    call_command("sync_models", stdout=out)

    assert "models listed" in out.getvalue()


def test_the_command_says_what_it_could_not_do(settings: object, model_server: ModelServer):
    settings.OPENROUTER_BASE_URL = "http://127.0.0.1:9/api/v1"  # type: ignore[attr-defined]  # pytest-django's settings.
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("sync_models")
