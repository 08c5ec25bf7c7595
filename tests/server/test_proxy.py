"""What a proxy says of the visitor is believed where a proxy is told of, and nowhere else."""

import pytest
from django.test import Client, override_settings

pytestmark = [pytest.mark.django_db, pytest.mark.interface]

DOOR = "/accounts/login/"
BEHIND = {
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_HSTS_SECONDS": 60,
}


def guesses(said: str) -> list[int]:
    """Wrong passwords until long after the limit; ``said`` with a number is the header."""
    client, form = Client(), {"password": "no"}
    return [
        client.post(
            DOOR,
            {"login": f"nobody{number}", **form},
            headers={"X-Forwarded-For": said.format(number)},
        ).status_code
        for number in range(1, 36)
    ]


def test_without_a_proxy_its_headers_are_idle_words() -> None:
    with override_settings(SECURE_HSTS_SECONDS=60):
        page = Client().get(DOOR, headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in page.headers
    assert guesses("203.0.113.{}")[-1] == 429


@override_settings(**BEHIND)
def test_behind_a_proxy_its_own_last_word_counts_not_what_the_visitor_put_before() -> None:
    page = Client().get(DOOR, headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" in page.headers
    assert guesses("203.0.113.{}, 198.51.100.7")[-1] == 429


@override_settings(**BEHIND)
def test_behind_a_proxy_visitors_are_told_apart() -> None:
    assert set(guesses("203.0.113.{}")) == {200}


@override_settings(**BEHIND)
def test_a_foreign_host_is_refused_whatever_is_forwarded() -> None:
    asked = {"X-Forwarded-Host": "localhost", "Host": "evil.example"}
    assert Client().get(DOOR, headers=asked).status_code == 400
