"""The one table of what requesters read. Plain words only: the trade's abbreviations belong to engineers' details."""

from bot.domain.findings import Mender
from bot.domain.order import Actor, Move, Status
from bot.domain.request import Dcv, KeyType, Level, Purpose

STATE: dict[Status, tuple[str, str]] = {
    Status.PREPARING: ("🔵", "Being prepared"),
    Status.HELD: ("🟠", "Needs you"),  # or as HELD_BY says
    Status.AWAITING_APPROVAL: ("🟡", "Waiting for approval"),
    Status.BUYING: ("🔵", "Being bought"),
    Status.DOUBTFUL: ("🔴", "Needs an approver: unclear whether it was bought"),
    Status.VALIDATING: ("🟡", "Waiting for the client and the authority"),
    Status.ISSUED: ("🟢", "Issued, to be installed"),
    Status.LIVE: ("🟢", "Live"),
    Status.REFUSED: ("🔴", "Refused"),
    Status.DECLINED: ("🔴", "Declined by the authority"),
    Status.CANCELLED: ("⚪", "Cancelled"),
    Status.ENDED: ("⚪", "Ended"),
}
HELD_BY = {
    Mender.REQUESTER: ("🟠", "Needs you"),
    Mender.CLIENT: ("🟡", "Waiting for the client"),
    Mender.ENGINEER: ("🟠", "Needs an engineer"),
}
BY_HAND = ("🟡", "Waiting for an engineer to buy it")
STOPPED = ("🟡", "Approved, but buying is stopped")

ACTOR = {
    Actor.DESK: "the desk",
    Actor.REQUESTER: "whoever asked",
    Actor.CLIENT: "the client",
    Actor.ENGINEER: "an engineer",
    Actor.APPROVER: "an approver",
    Actor.AUTHORITY: "the certificate authority",
    Actor.NOBODY: "nobody",
}

# what the one who is next does
DOING: dict[Status, str] = {
    Status.PREPARING: "makes the key, runs the checks and saves a draft; nothing is bought yet",
    Status.HELD: "mend what is listed below; nothing is bought",
    Status.AWAITING_APPROVAL: "review the draft, then approve or refuse it",
    Status.BUYING: "buys it, then says so here",
    Status.DOUBTFUL: "look in the supplier’s panel, then say below what is there",
    Status.VALIDATING: "the client shows control of the domain, the authority checks",
    Status.ISSUED: "install it",
    Status.LIVE: "keeps watching it",
    Status.REFUSED: "correct it and order again, or leave it",
    Status.DECLINED: "correct it and order again, or leave it",
    Status.CANCELLED: "nothing is left to do",
    Status.ENDED: "nothing is left to do",
}
ADD_BY_HAND = "add the service in the supplier’s panel; the desk sees it and follows"

LEVEL = {Level.DV: "domain checked", Level.OV: "company checked", Level.EV: "company checked at length"}
PURPOSE = {
    Purpose.PUBLIC: "A public site",
    Purpose.CUSTOMERS: "Customers log in or pay there",
    Purpose.API: "Programs talk to it (an API)",
    Purpose.INTERNAL: "Internal, staging or a test",
}
BUYER = {"agency": "The agency (the usual way)", "client": "The client buys it; we make the key"}
CONTROL = {
    Dcv.DNS: "by a DNS record (recommended)",
    Dcv.EMAIL: "by a mail to the domain’s own mailbox",
    Dcv.FILE: "by a file on the web server",
}
TURN: dict[str, str] = {  # what the client does to show control of the domain
    Dcv.DNS: "a DNS record must be set",
    Dcv.EMAIL: "the mail from the authority must be answered",
    Dcv.FILE: "a file must be put on the web server",
}
KEY = {KeyType.RSA_2048: "RSA, 2048 bits (works everywhere)", KeyType.P256: "P-256 (smaller and faster)"}
VOTE = {Move.NOT_BOUGHT: "not bought", Move.BOUGHT_OUTSIDE: "bought outside", Move.BOUGHT_AS: "bought under a number"}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# what stands in the history; moves that are not listed read well as they are
DEED: dict[str, str] = {
    "placed": "asked for it",
    Move.READY: "draft saved and read back, approval asked",
    Move.SAVE_LOST: "the supplier did not answer when the draft was saved",
    Move.OVERRIDE: "went on in spite of a stop",
    Move.LAPSE: "cancelled after 60 days on hold",
    Move.APPROVE: "approved it, one more is needed",
    Move.APPROVED: "approved it",
    Move.HOLD: "held",
    Move.CHANGE: "changed it",
    Move.CANCEL: "cancelled it",
    Move.REFUSE: "refused it",
    Move.DRAFT_DIFFERS: "the draft at the supplier is not what was approved",
    Move.BOUGHT_IN_PANEL: "was bought in the supplier’s panel before the approval",
    Move.ATTEMPT: "tried to buy it",
    Move.ACCEPTED: "bought",
    Move.REJECTED: "the supplier refused the purchase",
    Move.NO_ANSWER: "the supplier gave no clear answer",
    Move.DOUBT: "unclear whether it was bought",
    Move.CANCEL_LATER: "asked to cancel it once the answer is known",
    Move.FOUND_LIVE: "found bought at the supplier",
    Move.NUMBER_WANTED: "asked for the new order number",
    Move.ORDER_NUMBER: "gave the new order number",
    Move.VOTE: "said what happened to the purchase",
    Move.SWITCH_DCV: "changed how control of the domain is shown",
    Move.NUDGE: "had the desk look at once",
    Move.NO_CERTIFICATE: "completed, but no certificate to fetch",
    Move.OTHER_KEY: "a certificate for another key came",
    Move.AFTERMATH: "goes on at the supplier although cancelled here",
    Move.VAULT_SHUT: "the vault did not open the key",
    Move.MENDED: "what held it is gone",
    Move.RECHECKED: "checked again",
    Move.BLOCKED: "buying waits",
    Move.PROGRESS: "news from the supplier",
    Move.FOUND_DECLINED: "declined by the authority",
    Move.CANCELLED_THERE: "cancelled at the supplier",
    Move.ISSUE: "the certificate came and fits the key",
}


def counted(number: int, thing: str) -> str:
    """`1 thing`, `2 things`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
