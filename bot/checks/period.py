"""How long what is bought lasts: a year is paid for, the certificate inside is replaced several times."""

from datetime import date, timedelta
from functools import partial

from bot.checks.rules import Rule
from bot.domain.findings import Finding, Mender, Verdict
from bot.domain.request import Dcv
from bot.pem import cap_days
from bot.ports import Case

EMAIL_ENDS = date(2028, 3, 15)  # Baseline Requirements 3.2.2.4.4: no proof of control by e-mail from this day on
LEAD = timedelta(days=14)  # before its end a certificate is replaced

_stop, _warn, _fine = (partial(Rule, "period", v) for v in (Verdict.STOP, Verdict.WARN, Verdict.FINE))

# fmt: off
NOT_SOLD = _stop("PERIOD-1", "{subject} years were asked for; only one year can be bought at a time.",
    "Order one year; it is renewed in time.", "Baseline Requirements 6.3.2")
LIVES = _fine("PERIOD-2",
    "One year is paid for, until {ends}; the certificate inside is replaced {times} within it, first by {first}.", "",
    "Baseline Requirements 6.3.2")
EMAIL_GONE = _stop("PERIOD-3", "Control of the domain can no longer be shown by e-mail.",
    "Choose the DNS record instead.", "Baseline Requirements 3.2.2.4.4")
EMAIL_ENDING = _warn("PERIOD-3", "The year reaches past {subject}, when showing control of the domain by e-mail ends.",
    "Choose the DNS record now: later replacements will need it.", "Baseline Requirements 3.2.2.4.4", Mender.CLIENT)
# fmt: on


def lives(start: date) -> list[tuple[date, date]]:
    """(issued, ends) of each certificate of a year: a day below the cap, replaced LEAD before its end."""
    over = coverage_end(start)
    made: list[tuple[date, date]] = []
    issued = start
    while not made or made[-1][1] < over:
        made.append((issued, min(issued + timedelta(days=cap_days(issued) - 1), over)))
        issued = made[-1][1] - LEAD
    return made


def coverage_end(start: date) -> date:
    """The same day a year later; the first of March for the last of February."""
    try:
        return start.replace(year=start.year + 1)
    except ValueError:
        return date(start.year + 1, 3, 1)


class Period:
    """PERIOD-1 and 2: what is sold, how often it is replaced (Baseline Requirements 6.3.2), PERIOD-3 (3.2.2.4.4).

    A day of margin is kept, because the rules name days without an hour.
    """

    name = "period"

    def look(self, case: Case) -> list[Finding]:
        """The plan for the year, and what of the order cannot last it."""
        request, today = case.request, case.now.date()
        if request.period != 1:
            return [NOT_SOLD.found(str(request.period))]
        plan = lives(today)
        ends, first, again = plan[-1][1], plan[0][1] - LEAD, len(plan) - 1
        times = "once" if again == 1 else f"{again} times"
        found = [LIVES.found(ends=f"{ends:%d %B %Y}", times=times, first=f"{first:%d %B %Y}")]
        last_day = EMAIL_ENDS - timedelta(days=1)
        if request.dcv is Dcv.EMAIL and today >= last_day:
            found.append(EMAIL_GONE.found())
        elif request.dcv is Dcv.EMAIL and ends >= last_day:
            found.append(EMAIL_ENDING.found(f"{EMAIL_ENDS:%d %B %Y}"))
        return found
