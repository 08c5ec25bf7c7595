"""The tables are those of the models, in as few steps as were ever released."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command

pytestmark = [pytest.mark.django_db, pytest.mark.interface]


def test_the_migrations_make_what_the_models_say() -> None:
    told = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=told, verbosity=1)
    except SystemExit:
        pytest.fail(f"A model changed without its migration:\n{told.getvalue()}")


def test_what_is_looked_up_by_a_secret_is_looked_up_by_an_index() -> None:
    found = {}
    for model in apps.get_models():
        if model.__module__.startswith("lodose."):
            for field in model._meta.concrete_fields:
                if field.name.endswith(("token_hash", "feed_hash")):
                    name = f"{model._meta.label}.{field.name}"
                    found[name] = field.unique or bool(getattr(field, "db_index", False))
    assert found
    assert all(found.values()), found
