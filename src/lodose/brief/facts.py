"""What a prescriber has to know of the product and of watching over the treatment.

Only what was read at its source; what is the project's judgement says so.
"""

from dataclasses import dataclass

from lodose.brief.model import Reader, Said
from lodose.language import translatable, translate
from lodose.regimen import FORMULAS
from lodose.screening import rules


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence with its sources.

    Attributes
    ----------
    rule
        Screening rule whose sources stand behind it as well; "" for none.
    reader
        "prescriber" where it names hours or days around opioids, which are never in the person's
        copy; "person" for what stands there instead; None for both.
    product
        "capsules" or "liquid" where it is about one of them; "" for both.
    """

    text: str
    sources: tuple[str, ...] = ()
    rule: str = ""
    reader: Reader | None = None
    product: str = ""


_FILLERS = "https://thecompounder.com/2017/06/27/fillers-for-ldn/"
_LABEL_50 = "DailyMed adb7c4dc-221a-4d91-9687-0d78913a92ad (US label, tablets of 50 mg)"
_LABEL_DEPOT = "DailyMed cd11c435-b0f0-4bb9-ae78-60f101f3703f (US label, Vivitrol depot): 2.1"

COMPOUNDING = (
    Fact(
        translatable(
            "Off label at every low dose. 6 mg a day is the highest low dose of a placebo trial; "
            "the licensed dose is 50 mg."
        ),
        ("doi:10.1016/S2665-9913(23)00278-3", _LABEL_50),
    ),
    Fact(
        translatable(
            "Capsules: immediate release. Practice advises against slow release; no trial compared "
            "them."
        ),
        ("https://www.ifmsynergy.com/untitled-5/",),
        product="capsules",
    ),
    Fact(
        translatable(
            "Filler: microcrystalline cellulose, sucrose or lactose are in use. Calcium carbonate "
            "is reported to hinder absorption; nobody measured it."
        ),
        (_FILLERS, "http://thecompounder.com/msldnfillers.php"),
        product="capsules",
    ),
    Fact(
        translatable(
            "4.5 mg is about 2 % of what a size 3 capsule holds: even filling depends on the "
            "pharmacy."
        ),
        ("http://thecompounder.com/msldnfillers.php",),
        product="capsules",
    ),
    Fact(
        translatable(
            "Liquid: write mg and mL together. At 1 mg/mL the dose in mg is the volume in mL; a "
            "volume ten times too large is the main hazard (the project's judgement)."
        ),
        product="liquid",
    ),
    Fact(
        translatable(
            "Not diluted at home: nothing is known of how long naltrexone keeps in plain water."
        ),
        ("https://www.medisca.com/blog/ldn-the-hidden-dangers-of-at-home-compounding",),
        product="liquid",
    ),
    Fact(
        translatable(
            "Time: the evening is customary, the morning if sleep suffers (advice of users); no "
            "trial compared them."
        ),
        ("NCT04739995", "https://sites.google.com/view/ldnno/dosering"),
    ),
    Fact(
        translatable(
            "Missed: the same day if remembered, otherwise left out, never doubled. No taper is "
            "needed to stop."
        ),
        (
            "http://moravek.org/ovisnosti/0naltrexone1.htm",
            _LABEL_50,
        ),
    ),
)

MONITORING = (
    Fact(
        translatable(
            "Liver values and creatinine before the start, again at about 1, 3 and 6 months in "
            "people at risk; stop for symptoms of hepatitis. Whether low doses need it is not "
            "known."
        ),
        rule="HEP-002-lab",
    ),
    Fact(
        translatable(
            "Mood: PHQ-9 with its item 9 before the start and at each step; stop and review if "
            "mood gets worse."
        ),
        rule="PSY-001-depression-suicidality",
    ),
    Fact(
        translatable(
            "At every visit ask for opioids by name, cough and diarrhoea medicines and kratom "
            "among them."
        ),
        rule="OPI-007-kratom",
    ),
    Fact(
        translatable("Print the wallet card for emergencies, and give it."),
        rule="PLN-003-alert-card",
    ),
    Fact(
        translatable(
            "Before an operation: stop 72 hours or more ahead if opioids may be needed; start "
            "again 7 to 10 days after the last short-acting opioid, at the first dose."
        ),
        (_LABEL_DEPOT,),
        rule="PLN-001-surgery",
        reader="prescriber",
    ),
    Fact(
        translatable(
            "Before an operation: tell the anaesthetist. When to pause and when to go on stands "
            "in the prescriber's copy."
        ),
        rule="PLN-003-alert-card",
        reader="person",
    ),
)


def compounding(product: str) -> tuple[Said, ...]:
    """Return what to know of a product: "capsules", "liquid", or "" while none is chosen."""
    said = [
        _said(each) for each in COMPOUNDING if product in ("", each.product) or not each.product
    ]
    if product != "capsules":
        said += [_keeping(name) for name in FORMULAS]
    return tuple(said)


def _keeping(name: str) -> Said:
    """The beyond-use days of a formula, only as they were measured."""
    formula = FORMULAS[name]
    text = translate(
        "Beyond use: {fridge} days in the fridge, {room} at room temperature, measured only for "
        "{formula}. For every other product the pharmacy's label."
    )
    return Said(
        text.format(
            fridge=formula.days["fridge"],
            room=formula.days["room"],
            formula=translate(formula.label),
        ),
        tuple(formula.source.split("; ")),
    )


def monitoring(reader: Reader) -> tuple[Said, ...]:
    """Return what to watch; what names hours or days around opioids only for the prescriber."""
    return tuple(_said(each) for each in MONITORING if each.reader in (None, reader))


def _said(fact: Fact) -> Said:
    behind = [source.place for rule in rules() if rule.id == fact.rule for source in rule.sources]
    return Said(translate(fact.text), tuple(dict.fromkeys([*fact.sources, *behind])))
