"""What has to be asked before a start, and what of it nobody asked yet."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lodose.language import translatable
from lodose.screening.facts import Facts
from lodose.screening.medicines import Reading

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "medicines": translatable(
            "Which medicines do you take now, or did you take in the last month? Think of the "
            "night, of patches, of the dentist, of cough and diarrhoea."
        ),
        "natural products": translatable("Do you take kratom, 7-OH or any natural pain product?"),
        "conditions": translatable(
            "Which illnesses do you have or had: liver, kidney, thyroid, depression, a transplant, "
            "dependence on opioids?"
        ),
        "allergies": translatable("Are you allergic to any medicine or filler?"),
        "events": translatable(
            "Do you expect an operation, an anaesthetic, a tooth to be pulled or a birth?"
        ),
        "labs": translatable("Are there blood tests of liver and kidney?"),
        "pregnancy": translatable("Are you pregnant, planning a pregnancy, or breastfeeding?"),
        "age": translatable("How old are you?"),
        "alcohol": translatable("Do you drink alcohol?"),
        "regular": translatable("Was the opioid that you stopped taken regularly?"),
        "last dose": translatable("When was the last dose of the opioid taken?"),
    }
)


def not_asked(facts: Facts, readings: Sequence[Reading]) -> tuple[str, ...]:
    """Return the keys of `QUESTIONS` that nobody answered."""
    answers = {
        "medicines": facts.medicines,
        "natural products": facts.natural_products,
        "conditions": facts.conditions,
        "allergies": facts.allergies,
        "events": facts.events,
        "labs": facts.labs,
        "pregnancy": facts.pregnancy,
        "age": facts.age,
        "alcohol": facts.alcohol,
    }
    missing = [name for name, answer in answers.items() if answer is None]
    by_name = {reading.entered: reading for reading in readings}
    for medicine in facts.medicines or ():
        reading = by_name.get(medicine.name.strip())
        if reading is None or not reading.opioid:
            continue
        if medicine.taken == "stopped" and medicine.regular is None:
            missing.append("regular")
        if medicine.last_dose is None:
            missing.append("last dose")
    return tuple(dict.fromkeys(missing))
