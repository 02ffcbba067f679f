"""OpenSRS behind the port `Supplier`: drafts first, then exactly one `process_pending`. Nothing is repeated here.

Deliberately never sent: `handle=process` (a lost answer would leave an order nobody can find) and
`cancel_pending_orders` (it takes the whole account's orders with it).
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.errors import Lost, Refused, Unusable
from bot.domain.request import Dcv, Kind, Organisation, Product, Request, Standing
from bot.domain.supply import Accepted, Account, Funds, Look
from bot.ports import Clock
from bot.suppliers.opensrs.client import OpenSRSClient
from bot.suppliers.opensrs.contacts import contact_set
from bot.suppliers.opensrs.look import read_look
from bot.suppliers.opensrs.wire import Fields, Value, decimal, text

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_METHOD = {Dcv.DNS: "DNS", Dcv.FILE: "File", Dcv.EMAIL: "Email"}  # spelled so by process_pending alone
_SWITCHED = {Dcv.DNS: "DNS", Dcv.FILE: "file", Dcv.EMAIL: "email"}  # and so by update_dv_auth


class OpenSRS:
    """One account at OpenSRS. `agency` is the address of the agency's own contacts, `catalogue` what may be ordered."""

    def __init__(
        self,
        client: OpenSRSClient,
        account: Account,
        agency: Organisation,
        catalogue: Sequence[Product],
        clock: Clock,
    ) -> None:
        self.account = account
        self._client, self._agency, self._clock = client, agency, clock
        self._products = tuple(product for product in catalogue if product.standing is not Standing.ENDED)

    def draft(self, request: Request, csr: str) -> str:
        """`sw_register` with `handle=save`; `request.renews` is the id of the order at OpenSRS that is renewed."""
        attributes: dict[str, Value] = {
            "handle": "save",
            "reg_type": request.kind.value,
            "product_type": request.product,
            "period": str(request.period),
            "domain": request.common_name,
            "csr": "\n".join(csr.split("\r\n")),
            "server_type": "other",  # nginx is in no list of theirs
            "server_count": "1",
            "contact_set": contact_set(request, self._agency),
            "dv_auth_method": request.dcv.value,
            **_approver(request.dcv, request.approver_email),
        }
        if len(request.names) > 1:
            attributes["additional_domains"] = request.names[1:]
        if request.kind is Kind.RENEW:
            attributes["order_id"] = request.renews
        return _named(self._client.ask("SW_REGISTER", attributes, harmless=True))

    def look(self, order_id: str) -> Look:
        """`get_order_info`. Not to be let in, or an answer that does not name the order, is Lost: it says nothing."""
        try:
            shown = self._client.ask("GET_ORDER_INFO", {"order_id": order_id})
        except Refused as refused:
            if refused.unknown_id:
                raise
            raise Lost(refused.text) from None
        if _named(shown) != order_id:
            raise Lost("OpenSRS answered about another order")
        return read_look(order_id, shown, self._clock.now())

    def submit(self, order_id: str, request: Request) -> Accepted:
        """`process_pending`. The id answered counts: the old order may have been cancelled for a new one."""
        method = {"dv_auth_method": _METHOD[request.dcv]}
        approver = _approver(request.dcv, request.approver_email)
        answer = self._client.ask("PROCESS_PENDING", {"order_id": order_id, **method, **approver})
        return Accepted(_named(answer), text(answer, "state"))

    def cancel_draft(self, order_id: str) -> None:
        """`process_pending` with `command=cancel`, apart from `submit` so that neither can become the other."""
        self._act("PROCESS_PENDING", order_id, {"command": "cancel"})

    def cancel(self, order_id: str) -> str:
        """`cancel_order`: works until the certificate is there. `declined` and `cancelled` are both an end."""
        return text(self._act("CANCEL_ORDER", order_id, {}), "state")

    def fetch(self, look: Look) -> tuple[str, ...]:
        """`get_cert`: every certificate anywhere in `cert_data`, whose inner names nobody documents, re-wrapped."""
        if not look.product_id:
            raise Unusable("OpenSRS shows no product for the order yet")
        answer = self._client.ask("GET_CERT", {"product_id": look.product_id, "return_ca_certs": "1"})
        if text(answer, "product_id") not in {"", look.product_id}:
            raise Unusable("OpenSRS answered with another product's certificate")
        found = dict.fromkeys(_certificates(answer.get("cert_data", "")))
        if not found:
            raise Unusable("OpenSRS handed out no certificate")
        return tuple(found)

    def resend(self, order_id: str) -> None:
        """`resend_approve_email`: this spelling, not `approver`."""
        self._act("RESEND_APPROVE_EMAIL", order_id, {})

    def switch_dcv(self, order_id: str, method: str, approver_email: str) -> None:
        """`update_dv_auth`; `method` is a value of Dcv. It may take ten minutes to show.

        It cannot change the mailbox the order was submitted with, so a mail that would go elsewhere is refused here.
        """
        dcv = Dcv(method)
        if dcv is Dcv.EMAIL and approver_email:
            mailbox = self.look(order_id).approver_email
            if mailbox not in {"", approver_email}:
                raise Refused(f"the mail would go to {mailbox}, which cannot be changed any more", "approver_email")
        self._act("UPDATE_DV_AUTH", order_id, {"dv_auth_method": _SWITCHED[dcv]})

    def funds(self) -> Funds:
        """`get_balance`; Unusable when an amount cannot be read."""
        answer = self._client.ask("GET_BALANCE", {}, about="BALANCE")
        balance, held = decimal(text(answer, "balance")), decimal(text(answer, "hold_balance"))
        if balance is None or held is None:
            raise Unusable("OpenSRS shows no readable balance")
        return Funds(balance, held)

    def products(self) -> tuple[Product, ...]:
        """What may be ordered."""
        return self._products

    def _act(self, action: str, order_id: str, more: Fields) -> Fields:
        """A command on one order whose answer, if it names an order, must name this one."""
        answer = self._client.ask(action, {"order_id": order_id, **more})
        if text(answer, "order_id") not in {"", order_id}:
            raise Lost("OpenSRS answered about another order")
        return answer


def _named(answer: Fields) -> str:
    """The order id of an answer that must have one; a yes without an id is no clear answer."""
    order_id = text(answer, "order_id")
    if not order_id:
        raise Lost("OpenSRS said yes without naming the order")
    return order_id


def _approver(dcv: Dcv, address: str) -> dict[str, str]:
    return {"approver_email": address} if dcv is Dcv.EMAIL and address else {}


def _certificates(value: Value) -> Iterator[str]:
    """Every PEM certificate in a value, however deep; one-line PEM gets its line ends back (RFC 7468)."""
    if isinstance(value, str):
        for block in _PEM.findall(value):
            lines = "\n".join(textwrap.wrap("".join(block.split()), 64))
            yield f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    else:
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _certificates(inner)
