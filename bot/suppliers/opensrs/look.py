"""What `get_order_info` shows, as our `Look`. Whatever is missing or odd is left out; nothing is guessed."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.domain.request import Dcv
from bot.domain.supply import Look, Note, State, Task
from bot.suppliers.opensrs.wire import Fields, date, decimal, dicts, text

_SAME = ("period", "domain", "server_type", "server_count")
_OUR_NAMES = {"product_type": "product", "reg_type": "registration", **{name: name for name in _SAME}}
_RENEWAL = {"renew": "renewal"}  # asked for as one, answered as the other


def read_look(order_id: str, shown: Fields, at: datetime) -> Look:
    """One order as shown at a time."""
    raw, approver = text(shown, "state"), text(shown, "approver_email")
    tasks = tuple(_tasks(shown))
    mail_waits = state(raw) is State.AWAITING_APPROVAL and bool(approver) and not tasks
    dcv = _dcv(text(shown, "dv_auth_method"), tasks, mail_waits=mail_waits)
    if dcv == Dcv.EMAIL and approver:
        tasks += (Task("mail", approver),)
    return Look(
        order_id=order_id,
        at=at,
        state=state(raw),
        raw_state=raw,
        csr=text(shown, "csr"),
        price=decimal(text(shown, "price")),
        fields=tuple(_fields(shown)),
        notes=tuple(
            Note(date(text(row, "date")), text(row, "type"), text(row, "note"))
            for row in dicts(shown.get("notes_list", ""))
        ),
        product_id=text(shown, "product_id"),
        supplier_order_id=text(shown, "supplier_order_id"),
        dcv=dcv,
        approver_email=approver,
        tasks=tasks,
    )


def state(raw: str) -> State:
    """A state in any of its spellings; UNKNOWN for a word we do not know."""
    try:
        return State(raw.strip().lower().replace("_", "-"))
    except ValueError:
        return State.UNKNOWN


def _fields(shown: Fields) -> Iterator[tuple[str, str]]:
    for theirs, ours in _OUR_NAMES.items():
        value = text(shown, theirs)
        if value:
            yield ours, _RENEWAL.get(value.lower(), value.lower()) if ours == "registration" else value
    contacts = shown.get("contact_set")
    for role, contact in contacts.items() if isinstance(contacts, Mapping) else ():
        if isinstance(contact, Mapping):
            yield from ((f"contacts.{role}.{name}", value) for name, value in contact.items() if isinstance(value, str))


def _tasks(shown: Fields) -> Iterator[Task]:
    """Tokens: their place in the answer is not documented, so every structure named like `…auth…` is shown.

    Records and files by the one shape that is known; other scalars verbatim, as kind `shown`.
    """
    for key, value in shown.items():
        for row in dicts(value) if "auth" in key.lower() else ():
            record, file = text(row, "record_type"), text(row, "filename")
            if record:
                yield Task(record.lower(), text(row, "domain"), text(row, "value"))
            elif file:
                yield Task("file", file, text(row, "contents"))
            else:
                yield from (Task("shown", name, item) for name, item in row.items() if isinstance(item, str) and item)


def _dcv(method: str, tasks: tuple[Task, ...], *, mail_waits: bool) -> str:
    """The method in force: as said, as the tokens tell, or e-mail where an approver is waited for; else empty."""
    if method:
        return method.lower()
    kinds = {task.kind for task in tasks}
    if kinds & {"txt", "cname"}:
        return Dcv.DNS
    if "file" in kinds:
        return Dcv.FILE
    return Dcv.EMAIL if mail_waits else ""
