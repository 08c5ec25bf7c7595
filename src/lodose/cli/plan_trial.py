"""``lodose plan-trial``: what would this trial tell?"""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lodose.cli.options import JsonFlag
from lodose.cli.shared import guarded, printer, progress_bar, write_json

if TYPE_CHECKING:
    from lodose.diary import Diary
    from lodose.planning import Share, TrialDesign, TrialPlan
    from lodose.trial import Protocol

DECIDES = "A plan is no advice: your prescriber decides with you whether to try, and for how long."


@guarded
def plan_trial(
    protocol: Annotated[
        Path, typer.Argument(metavar="PROTOCOL", help="The plan of your trial (TOML).")
    ],
    run_in: Annotated[
        Path | None,
        typer.Option(
            "--run-in",
            metavar="DIARY",
            help="A diary of days on one treatment, to learn how much your own days vary. "
            "Default: a typical person.",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Simulated trials of each size of effect.")
    ] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 1,
    onset: Annotated[
        float | None,
        typer.Option(
            metavar="DAYS",
            min=0.1,
            help="Time constant of build-up and wash-out in every simulated trial. Default: drawn "
            "from the protocol's prior.",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare ready designs for the same outcome instead.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Processes. Default: all cores.", show_default=False),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither read nor keep a plan worked out before.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """How likely is each answer, before the trial is begun?

    Diaries with a known truth are simulated and judged by the rule of `lodose verdict`.

    [bold]Examples[/bold]

        lodose plan-trial demo/protocol.toml

        lodose plan-trial protocol.toml --run-in run-in.csv --trials 5000

        lodose plan-trial protocol.toml --compare --json > designs.json
    """
    from lodose.trial import read_protocol

    plan = read_protocol(protocol)
    before = _read_run_in(run_in, plan)

    # Only now: the numerical libraries take a second that a bad plan need not wait for.
    from lodose import planning
    from lodose.workers import local_workers

    wanted: list[Protocol | TrialDesign] = [*planning.READY.values()] if compare else [plan]
    found: list[TrialPlan] = []
    total = len(wanted) * 4 * trials
    with (
        progress_bar("Simulating trials ...", total) as show,
        local_workers(workers) as executor,
    ):
        for number, one in enumerate(wanted):
            done = number * 4 * trials
            found.append(
                planning.plan_trial(
                    one,
                    protocol=plan,
                    run_in=before,
                    onset_days=onset,
                    trials=trials,
                    seed=seed,
                    executor=executor,
                    progress=lambda count, done=done: show(done + count),  # type: ignore[misc]
                    cache=not no_cache,
                )
            )
    if json:
        plain = [each.to_dict() for each in found]
        write_json(
            json_text.dumps({"designs": plain} if compare else plain[0], indent=2, allow_nan=False)
        )
    elif compare:
        _print_comparison(found)
    else:
        _print_plan(found[0])


def _read_run_in(path: Path | None, plan: "Protocol") -> "Diary | None":
    if path is None:
        return None
    from lodose.diary import read_diary

    return read_diary(path, protocol_outcomes=[plan.primary_outcome])


def _print_plan(plan: "TrialPlan") -> None:
    """The chance of each answer, by what is true."""
    from rich.table import Table

    from lodose.verdict import Word

    console = printer()
    console.print(f"[bold]What this trial would tell[/bold]: {plan.design}, {plan.days} days")
    console.print(f"{plan.outcome}; the smallest gain that matters is {_size(plan.mcid, plan)}.\n")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("If the truth is")
    for name in ("helps, or\nprobably", "no or too\nlittle effect", "harms, or\nprobably"):
        table.add_column(name, justify="right")
    table.add_column("not known\nyet", justify="right")
    for row in plan.rows:
        shares = (
            row.words.share(Word.HELPS, Word.PROBABLY_HELPS),
            row.words.share(Word.NO_MEANINGFUL_DIFFERENCE, Word.UNLIKELY_TO_HELP_ENOUGH),
            row.words.share(Word.HARMS, Word.PROBABLY_HARMS),
            row.words.share(Word.NOT_KNOWN_YET),
        )
        truth = row.truth if row.gain == 0 else f"a gain of {_size(row.gain, plan)}"
        table.add_row(truth, *(_percent(share) for share in shares))
    console.print(table)
    console.print(
        f'\nFalse "helps" or "probably helps" where nothing is gained: '
        f"{_with_interval(plan.false_benefit)}."
    )
    console.print(f'False "harms" or "probably harms": {_with_interval(plan.false_harm)}.')
    console.print(
        "A gain of twice that size missed as no or too little effect: "
        f"{_with_interval(plan.false_little)}."
    )
    _print_ground(plan)


def _print_comparison(plans: "list[TrialPlan]") -> None:
    from rich.table import Table

    from lodose.verdict import Word

    console = printer()
    first = plans[0]
    console.print(
        f"[bold]Ready designs[/bold]: {first.outcome}; the smallest gain that matters is "
        f"{_size(first.mcid, first)}.\n"
    )
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("Pairs of periods", no_wrap=True)
    for name in (
        "Days",
        "No effect:\nfalse gain",
        "No effect:\nnot known yet",
        f"Gain {2 * first.mcid:g}:\nfound",
        f"Gain {2 * first.mcid:g}:\nmissed",
        f"Gain {2 * first.mcid:g}:\nnot known yet",
    ):
        table.add_column(name, justify="right")
    for plan in plans:
        none, twice = plan.rows[0].words, plan.rows[-1].words
        table.add_row(
            plan.design.replace(" pairs of ", " of "),
            str(plan.days),
            _percent(plan.false_benefit),
            _percent(none.share(Word.NOT_KNOWN_YET)),
            _percent(plan.found),
            _percent(plan.false_little),
            _percent(twice.share(Word.NOT_KNOWN_YET)),
        )
    console.print(table)
    console.print(
        '\nFound: "helps" or "probably helps". Missed: "no meaningful difference" or "unlikely to '
        'help enough".'
    )
    _print_ground(first)


def _print_ground(plan: "TrialPlan") -> None:
    """What the figures stand on, and how far chance may have moved them."""
    console = printer()
    person = plan.person
    console.print(
        f"\nFrom {plan.trials:,} simulated trials of each truth (seed {plan.seed}): with another "
        f"seed a share may move by {_error(plan.trials)}."
    )
    console.print(
        f"Days as of {plan.person_origin}: correlation from day to day {person['phi']:.2f}, slow "
        f"ups and downs sd {person['drift_sd']:.2f}, single days sd {person['noise_sd']:.2f}, "
        f"periods sd {person['period_sd']:.2f}."
    )
    console.print(f"How fast the treatment acts (time constant): {plan.onset}.")
    console.print(f"[bold]{DECIDES}[/bold]")


def _size(gain: float, plan: "TrialPlan") -> str:
    return f"{gain:g} {plan.unit or ('point' if gain == 1 else 'points')}"


def _percent(share: "Share") -> str:
    if 0 < share.share < 0.005:
        return "< 1 %"
    if 0.995 <= share.share < 1:
        return "> 99 %"
    return f"{100 * share.share:.0f} %"


def _with_interval(share: "Share") -> str:
    return f"{100 * share.share:.1f} % ({100 * share.lower:.1f} to {100 * share.upper:.1f})"


def _error(trials: int) -> str:
    points = max(1, round(100 * 1.96 * 0.5 / trials**0.5))
    return f"{points} percentage point{'s' if points > 1 else ''}"
