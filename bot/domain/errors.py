"""Every failure that may reach a person. Each carries facts; the wording is in `handlers/errors.py`, one row a class.

DeskError
├── IllegalMove        the order is no longer where the click thought it was
│   └── Stale          somebody else moved it in between
├── UnknownOrder       no such order, or none for this person
├── NotAllowed         the authorisation table says no
│   ├── OwnOrder       four eyes: they had a hand in it
│   └── NotAMember     guest, stranger, deactivated, bot
├── ChangedSince       approved an older digest
├── DecidedAlready     this person has approved this digest
├── NoProject          the channel has no project
├── NobodyApproves     nobody else could approve what this person asks for
├── OpenOrderExists    an open order for the same names
├── BadInput           field errors, keyed by field
├── PeopleUnknown      Slack did not answer who somebody is
│   └── NotInvited     the desk is not in the channel, so it cannot see who is
└── SupplierError      Lost (no clear answer) · Refused (a clear no) · Unusable (an answer that makes no sense)
"""

from collections.abc import Mapping


class DeskError(Exception):
    """Base of everything the desk may have to say no with."""


class IllegalMove(DeskError):
    """The order's status has no such move."""

    def __init__(self, order_id: str, status: str, move: str) -> None:
        super().__init__(f"{order_id}: {status} has no {move}")
        self.order_id, self.status, self.move = order_id, status, move


class Stale(IllegalMove):
    """The order was saved by somebody else since it was read."""


class UnknownOrder(DeskError):
    """No such order, or not one this person may know of."""


class NotAllowed(DeskError):
    """The authorisation table does not list this person for this action."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class OwnOrder(NotAllowed):
    """Nobody approves what they had a hand in."""


class NotAMember(NotAllowed):
    """A guest, a member of another workspace, a deactivated account or a bot."""


class ChangedSince(DeskError):
    """The digest approved is not the present one."""


class DecidedAlready(DeskError):
    """The same person approved the same digest before."""


class NoProject(DeskError):
    """The channel has no project yet."""


class NobodyApproves(DeskError):
    """Nobody but this person could approve, and the policy wants four eyes."""


class OpenOrderExists(DeskError):
    """An open order for the same names exists; `form` is the draft that wanted another."""

    def __init__(self, order_id: str, form: str = "") -> None:
        super().__init__(order_id)
        self.order_id, self.form = order_id, form


class BadInput(DeskError):
    """What somebody typed cannot be; `fields` maps field to sentence."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


class PeopleUnknown(DeskError):
    """Who somebody is could not be established just now."""


class NotInvited(PeopleUnknown):
    """The desk is not in the channel and sees nobody there; `channel` is its id."""

    def __init__(self, channel: str) -> None:
        super().__init__(channel)
        self.channel = channel


class VaultShut(DeskError):
    """The vault cannot open a key."""


class SupplierError(DeskError):
    """Something went wrong with the supplier; the text is the supplier's and foreign."""


class Lost(SupplierError):
    """No clear answer: whatever was asked may or may not have happened."""


class Refused(SupplierError):
    """A clear no. `field` names what the supplier objects to, if it says so; `funds` that the money is short."""

    def __init__(self, text: str, field: str = "", *, funds: bool = False, unknown_id: bool = False) -> None:
        super().__init__(text)
        self.text, self.field, self.funds, self.unknown_id = text, field, funds, unknown_id


class Unusable(SupplierError):
    """A clear answer with nothing usable in it: a certificate that is none, another order's data."""


class WrongKey(Unusable):
    """A certificate for another key than ours; `serial` and `issuer` are for the people who must act."""

    def __init__(self, serial: str, issuer: str) -> None:
        super().__init__(serial)
        self.serial, self.issuer = serial, issuer
