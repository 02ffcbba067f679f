"""How often the desk looks and how long it retries: every waiting time in one place."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.request import Level

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# after how many lost saves to try again; then hourly
SAVE_AGAIN = (MINUTE, 5 * MINUTE, 15 * MINUTE)
AFTERCARE = (HOUR, 24 * HOUR)
NO_CERTIFICATE_AGAIN = HOUR
NO_CERTIFICATE_TO_PEOPLE = 24 * HOUR
DCV_SWITCHED = 15 * MINUTE  # a switch may take ten to show
DCV_VALUE_OLD, DCV_VALUE_DIES = 25 * DAY, 30 * DAY
HELD_REMINDER, HELD_WARNING, HELD_LAPSE = 30 * DAY, 53 * DAY, 60 * DAY
WEEK = 7 * DAY
CHECK_HELD, WATCH_DRAFT = 6 * HOUR, HOUR

# (age of the order at the authority, look again after), by what is checked
_DV = ((HOUR, 5 * MINUTE), (DAY, 15 * MINUTE), (7 * DAY, HOUR))
_COMPANY = ((DAY, HOUR), (14 * DAY, 2 * HOUR))
_SLOWEST = 6 * HOUR


def save_again(lost: int) -> timedelta:
    """How long after the n-th lost save (from 1) the next one is due."""
    return SAVE_AGAIN[lost - 1] if lost <= len(SAVE_AGAIN) else HOUR


def look_again(level: Level, age: timedelta) -> timedelta:
    """How long until the next look at an order that is `age` old at the authority."""
    table = _COMPANY if level.company_checked else _DV
    return next((pause for limit, pause in table if age < limit), _SLOWEST)


def business_days_later(start: datetime, days: int, zone: str, holidays: Collection[date]) -> datetime:
    """The same local time `days` business days (Monday to Friday without holidays) later, in UTC-aware form."""
    local = start.astimezone(ZoneInfo(zone))
    while days > 0:
        local += DAY
        if local.weekday() < 5 and local.date() not in holidays:
            days -= 1
    return local.astimezone(start.tzinfo)


def at_work(at: datetime, zone: str, holidays: Collection[date]) -> datetime:
    """This moment where people work (Monday to Friday, 9 to 17 o'clock, no holiday), else when they begin next."""
    local = at.astimezone(ZoneInfo(zone))
    while local.weekday() > 4 or local.date() in holidays or local.hour >= 17:
        local = (local + DAY).replace(hour=0, minute=0)
    return (local if local.hour >= 9 else local.replace(hour=9, minute=0, second=0)).astimezone(at.tzinfo)
