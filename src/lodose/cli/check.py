"""``lodose check``: is the diary sound?"""

import json as json_text
from dataclasses import asdict
from datetime import date

import typer

from lodose.cli.options import DiaryFile, JsonFlag, ProtocolFile, Today
from lodose.cli.shared import day_of_reading, guarded, printer, read_inputs, write_json

ERRORS_FOUND = 1


@guarded
def check(
    diary: DiaryFile,
    protocol: ProtocolFile = None,
    json: JsonFlag = False,
    today: Today = None,
) -> None:
    """Look a diary over against its plan: dates, ranges, gaps, arms, doses.

    [bold]Examples[/bold]

        lodose check demo/diary.csv

        lodose check diary.csv --protocol plan.toml --json
    """
    from lodose.trial import audit

    entries, plan = read_inputs(diary, protocol, collect=True)
    found = audit(entries, plan, today=day_of_reading(today, plan))
    if json:
        write_json(json_text.dumps(asdict(found), default=_plain, indent=2, ensure_ascii=False))
    else:
        from lodose.report import print_audit

        print_audit(found, printer())
    if any(remark.severity == "error" for remark in found.remarks):
        raise typer.Exit(ERRORS_FOUND)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
