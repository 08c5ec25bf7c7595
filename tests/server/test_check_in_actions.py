"""One sending is one entry, whatever is sent again, late or corrected."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from lodose.server.audit.chain import verify
from lodose.server.audit.models import Chain, Event
from lodose.server.records.clock import today_of
from lodose.server.records.entries import EntryError
from lodose.server.records.models import CheckIn
from server_support.people import check_in, make_person

pytestmark = pytest.mark.django_db


def test_an_entry_sent_twice_is_there_once() -> None:
    person = make_person()
    entry_id = uuid.uuid4()
    assert check_in(person, id=entry_id, outcomes={"pain": "4"}).outcome == "made"
    again = check_in(person, id=entry_id, outcomes={"pain": "4"})
    assert again.outcome == "unchanged"
    assert CheckIn.objects.filter(person=person).count() == 1


def test_a_correction_keeps_the_old_value_and_its_reason() -> None:
    person = make_person()
    first = check_in(person, outcomes={"pain": "4"})
    second = check_in(person, outcomes={"pain": "7"}, reason="mistyped")
    assert second.outcome == "corrected"
    assert second.check_in.pk == first.check_in.pk
    assert second.check_in.outcomes == {"pain": "7"}
    (version,) = second.check_in.versions.all()
    assert version.content["outcomes"] == {"pain": "4"}
    assert version.reason == "mistyped"


def test_a_late_arrival_from_a_phone_does_not_replace_what_is_newer() -> None:
    person = make_person()
    check_in(person, outcomes={"pain": "4"})
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    late = check_in(person, outcomes={"pain": "9"}, source="offline", written_at=hour_ago)
    assert late.outcome == "superseded"
    assert late.check_in.outcomes == {"pain": "4"}
    assert late.check_in.versions.get().content["outcomes"] == {"pain": "9"}


def test_an_id_names_one_entry_only() -> None:
    person, other = make_person(), make_person("other")
    entry_id = uuid.uuid4()
    check_in(person, id=entry_id)
    with pytest.raises(EntryError, match="already sent"):
        check_in(other, id=entry_id)
    with pytest.raises(EntryError, match="already sent"):
        check_in(person, today_of(person) - dt.timedelta(days=1), id=entry_id)
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"outcomes": {"pain": "11"}}, "pain"),
        ({"outcomes": {"pain": "4.5"}}, "pain"),
        ({"outcomes": {"pain": "nan"}}, "pain"),
        ({"outcomes": {"colour": "4"}}, "colour"),
        ({"dose_micrograms": 45_000_000}, "dose"),
        ({"kit_taken": True}, "kit"),
        ({"side_effects": [["nausea", 4]]}, "side_effects"),
        ({"note": "x" * 3000}, "note"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_written(
    content: dict[str, object], field: str
) -> None:
    person = make_person()
    events = Event.objects.count()
    with pytest.raises(EntryError) as caught:
        check_in(person, **content)
    assert set(caught.value.problems) == {field}
    assert CheckIn.objects.count() == 0
    assert Event.objects.count() == events


def test_the_chain_holds_each_change_and_shows_a_tampered_one() -> None:
    person = make_person()
    check_in(person, outcomes={"pain": "4"})
    check_in(person, outcomes={"pain": "5"}, reason="mistyped")
    chain = Chain.objects.get(pk=person.chain_id)
    assert [event.kind for event in chain.events.order_by("sequence")] == [
        "record-opened",
        "check-in-made",
        "check-in-corrected",
    ]
    assert verify(chain) == []
    Event.objects.filter(chain=chain, sequence=2).update(kind="check-in-unmade")
    assert [fault.sequence for fault in verify(chain)] == [2]
