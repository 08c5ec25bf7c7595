"""What may be proposed, by its name and in a person's words."""

from enum import StrEnum

from lodose.language import translatable, translate


class Move(StrEnum):
    """What may be proposed."""

    STAY = "stay"
    STEP_UP = "step up"
    HOLD = "hold"
    STEP_BACK = "step back"
    HIGHEST_TOLERATED = "stay at the highest tolerated dose"
    REACHED = "stay at the target"
    MORNING = "take it in the morning"
    TAKE_LATE = "take it today or leave it out"
    PAUSE = "pause before the operation"
    RESTART = "restart at the first dose"
    STOP = "stop"


_NAMES = {
    Move.STAY: translatable("stay"),
    Move.STEP_UP: translatable("step up"),
    Move.HOLD: translatable("hold"),
    Move.STEP_BACK: translatable("step back"),
    Move.HIGHEST_TOLERATED: translatable("stay at the highest tolerated dose"),
    Move.REACHED: translatable("stay at the target"),
    Move.MORNING: translatable("take it in the morning"),
    Move.TAKE_LATE: translatable("take it today or leave it out"),
    Move.PAUSE: translatable("pause before the operation"),
    Move.RESTART: translatable("restart at the first dose"),
    Move.STOP: translatable("stop"),
}


def named(move: Move) -> str:
    """Return a move in the current language."""
    return translate(_NAMES[move])


def capital(text: str) -> str:
    """Return a text that begins with a capital; what follows keeps its own."""
    return text[:1].upper() + text[1:]


DECIDES = translatable("Your prescriber decides; nothing changes by itself.")
PERSON = {
    Move.STAY: translatable("Stay at {dose} for now. Your prescriber decides on the next step."),
    Move.STEP_UP: translatable(
        "The next step would be {to}. Ask first: your prescriber decides whether and when."
    ),
    Move.HOLD: translatable(
        "Stay at {dose} until it has settled, and tell your prescriber; your prescriber decides."
    ),
    Move.STEP_BACK: translatable(
        "Tell your prescriber that {dose} is too much. Going back to {to} would be usual; your "
        "prescriber decides."
    ),
    Move.HIGHEST_TOLERATED: translatable(
        "{dose} may be the highest dose that you tolerate. Staying there is usual; your prescriber "
        "decides."
    ),
    Move.REACHED: translatable(
        "{dose} is the dose that was aimed at. Stay there; your prescriber decides how long."
    ),
    Move.MORNING: translatable(
        "Ask whether to take it in the morning instead, because your sleep suffers; your "
        "prescriber decides."
    ),
    Move.TAKE_LATE: translatable(
        "If you remember the same day, take it; otherwise leave it out. Never take two. About "
        "more than that your prescriber decides."
    ),
    Move.PAUSE: translatable(
        "Tell your prescriber and the team of your operation now that you take naltrexone. They "
        "decide when to pause it; your prescriber decides when to go on."
    ),
    Move.RESTART: translatable(
        "Do not go on by yourself after so long a gap. Say whether you took any opioid meanwhile; "
        "your prescriber decides how to begin again."
    ),
    Move.STOP: translatable(
        "Talk with your prescriber before you take any more of it. There is no dependence on it "
        "and no need to step down; your prescriber decides."
    ),
}
OPIOID = translatable(
    "Take no more of it and talk with your prescriber today. Do not try to overcome the block: it "
    "can stop your breathing. Your prescriber decides."
)
