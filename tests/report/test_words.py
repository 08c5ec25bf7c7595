"""Numbers, names and tables as they are printed."""

from dataclasses import replace
from datetime import date

import pytest

from lodose.report import content, words
from lodose.report.captions import periods_description
from lodose.report.means import mean_interval
from lodose.report.notebook import notebook_html
from lodose.verdict.result import Estimate, Verdict, Word


@pytest.mark.spec
@pytest.mark.parametrize(
    ("value", "text"), [(-0.04, "0.0"), (-1.25, "−1.2"), (2.0, "2.0"), (None, "—")]
)
def test_numbers(value: float | None, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.spec
@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2025, 3, 3), date(2025, 3, 16), "3 Mar to 16 Mar 2025"),
        (date(2024, 12, 30), date(2025, 1, 12), "30 Dec 2024 to 12 Jan 2025"),
    ],
)
def test_spans(start: date, end: date, text: str) -> None:
    assert words.span(start, end) == text


def test_text_loses_what_could_act_and_keeps_what_can_be_read() -> None:
    assert words.clean("a\x1b[31m\tb\u202ec\u2028d\n") == "a [31m bc d"
    assert words.clean("Ünïcode, 低用量, 😀") == "Ünïcode, 低用量, 😀"


def test_a_long_name_is_cut_at_a_word() -> None:
    assert words.shortened("low-dose naltrexone capsules", 22) == "low-dose naltrexone…"
    assert words.shortened("short", 22) == "short"


def test_arms_that_are_cut_to_the_same_name_get_the_plain_words(
    verdicts: dict[str, Verdict],
) -> None:
    assert words.arm_names(verdicts["long"].protocol)["active"] == "active"


def test_a_gain_is_positive_whatever_the_direction(pain: Verdict) -> None:
    effect = Estimate(-2.0, 0.5, -3.0, -1.0)
    pain_outcome, sleep = pain.protocol.outcomes
    assert words.gain(effect, pain_outcome) == Estimate(2.0, 0.5, 1.0, 3.0)
    assert words.gain(effect, sleep) == effect


def test_the_interval_of_a_mean_is_students(pain: Verdict) -> None:
    period = replace(pain.primary.periods[0], mean=5.0, sd=2.0, days_observed=4)
    ends = mean_interval(period)
    assert ends is not None
    # qt(0.975, 3) * 2 / sqrt(4) = 3.182446
    assert ends == pytest.approx((5 - 3.182446, 5 + 3.182446), abs=1e-6)
    assert mean_interval(replace(period, days_observed=1)) is None


def test_dots_are_all_or_none_only_when_the_words_are(pain: Verdict) -> None:
    found = pain.primary.probabilities
    assert found is not None
    for chance, dots in [(0.96, 19), (0.985, 19), (0.999, 20), (0.03, 1), (0.001, 0), (0.5, 10)]:
        changed = replace(found, benefit_at_least_mcid=chance)
        verdict = replace(pain, primary=replace(pain.primary, probabilities=changed))
        assert content.chances(verdict)[0].dots == dots


def test_only_a_blinded_lottery_may_call_it_a_chance_of_the_treatment(pain: Verdict) -> None:
    cautious = "whatever caused it"
    assert cautious not in content.chances_heading(pain)
    opened = pain.protocol.model_copy(update={"design": "randomised-open"})
    assert cautious in content.chances_heading(replace(pain, protocol=opened))
    assert cautious in content.chances_heading(replace(pain, word=Word.NOT_KNOWN_YET))


def test_a_line_does_not_say_its_name_twice(pain: Verdict) -> None:
    for name, text in content.three_lines(pain):
        assert not text.startswith(name)
        assert text[0].isupper()


def test_doses_have_a_column_only_where_some_were_recorded(pain: Verdict) -> None:
    assert "Drug taken" in content.period_table(pain).head
    periods = tuple(replace(p, doses_recorded=0, doses_taken=0) for p in pain.primary.periods)
    without = content.period_table(replace(pain, primary=replace(pain.primary, periods=periods)))
    assert "Drug taken" not in without.head
    assert "No dose was recorded." in without.note
    assert {len(row) for row in without.rows} == {len(without.head)}


def test_pairs_better_are_counted_in_the_direction_of_benefit(pain: Verdict) -> None:
    assert "4 of 4 pairs were better" in periods_description(pain)
    higher = pain.primary.outcome.model_copy(update={"better": "higher"})
    turned = replace(pain, primary=replace(pain.primary, outcome=higher))
    assert "0 of 4 pairs were better" in periods_description(turned)


def test_notebook_html_is_escaped_and_has_no_script(any_verdict: Verdict) -> None:
    html = notebook_html(any_verdict)
    assert "<script" not in html
    assert "style=" not in html
    assert html.startswith("<section")
    assert html.endswith("</section>")


def test_notebook_html_shows_hostile_text(verdicts: dict[str, Verdict]) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in notebook_html(verdicts["hostile"])
