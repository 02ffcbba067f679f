"""A certificate that somebody hands in: for either supplier, in any shape, accepted only if it is for this order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress

from bot.domain.approval import Action
from bot.domain.errors import BadInput, Lost, Refused, Unusable, WrongKey
from bot.domain.order import Certificate, Move, Order, Status
from bot.ports import Job
from bot.service import typed
from bot.service.follow import issued_notice
from bot.service.gear import Gear
from bot.shown.offer import covers

_DELETE = "Please delete the message or file where it was, too."
_PATIENCE = 3  # times that a source of the chain may give no answer
# what a text holds that holds no certificate, and what is said of it; the first that fits
_NONE = (
    (r"ENCRYPTED", "This is encrypted: please ask for it without a password."),
    (r"BEGIN [A-Z ]*CERTIFICATE REQUEST", "This is the request file; what is needed is the certificate made from it."),
    (r"BEGIN (CERTIFICATE|X509|PKCS7|CMS)", "This is not whole: please copy it again from its first to its last line."),
    (r"", "There is no certificate in this; it begins with a line BEGIN CERTIFICATE."),
)
_BEGINS = r"-----BEGIN (CERTIFICATE|X509 CERTIFICATE|PKCS7|CMS)-----"


class Paste:
    """The verb `paste` and its job, which completes a certificate that came alone."""

    def __init__(self, gear: Gear) -> None:
        self.gear = gear

    def paste(self, order_id: str, user: str, given: Mapping[str, str]) -> Order:
        """Take the texts of the fields (or files) in. BadInput at the field that cannot be; a private key anywhere is
        refused before anything is kept. Without its chain it stays as it is until a job has found that.
        """
        _refuse_keys(given)
        gear, texts = self.gear, {field: text for field, text in given.items() if text.strip()}
        order = gear.allow(Action.PASTE, user, order_id)
        wrong = {field: _why_none(text) for field, text in texts.items() if not _is_whole(text)}
        if wrong or not texts:
            raise BadInput(wrong or {"leaf": "Please paste the certificate or choose its file."})
        certificate = self._read(order, texts)
        if certificate.chain:
            return self._take(order, user, certificate)
        with gear.store.unit() as unit:
            unit.set_flag(f"pasted {order.id}", json.dumps([*texts.values()]))
            unit.schedule(Job("paste", order.id, gear.now(), (("by", user),)))
        return order

    def _read(self, order: Order, texts: Mapping[str, str]) -> Certificate:
        """The certificate for this order, or BadInput at the field it stands in."""
        pki, now, wanted = self.gear.pki, self.gear.now(), order.request.names
        try:
            certificate = pki.read_certificate(texts.values(), order.csr, now)
        except WrongKey as wrong:
            said = f"This certificate (serial {wrong.serial}, {wrong.issuer}) belongs to another key than this order’s."
        except Unusable as unusable:
            said = f"This cannot be used: {unusable}. Please copy it again, whole."
        else:
            names = certificate.names
            if not any(covers(name.lower(), host) for name in names for host in wanted):
                said = f"This certificate is for {', '.join(names[:3])}; the order is for {', '.join(wanted[:3])}."
            elif certificate.not_after <= now:
                said = f"This certificate ended on {certificate.not_after:%d %B %Y}; please hand in the new one."
            else:
                return certificate
        raise BadInput({self._field_of_leaf(order, texts): said})

    def _field_of_leaf(self, order: Order, texts: Mapping[str, str]) -> str:
        """The field that a server's certificate stands in, for whatever key; else the first."""
        for field, text in texts.items():
            with suppress(Unusable):
                with suppress(WrongKey):
                    self.gear.pki.read_certificate([text], order.csr, self.gear.now())
                return field
        return next(iter(texts))

    def _take(self, order: Order, user: str, certificate: Certificate) -> Order:
        gear, told = self.gear, issued_notice(self.gear, order, certificate)
        with gear.store.unit() as unit:
            if not order.by_client:
                unit.schedule(Job("follow", order.id, gear.now()))  # for the supplier's number of it
            return gear.move(unit, order, Move.PASTE, user, told, certificate=certificate)

    # -- job: paste ----------------------------------------------------------------------------------------------------

    def complete(self, job: Job) -> None:
        """Find the chain of a certificate that came alone; after some tries it is taken without, which is a warning."""
        gear = self.gear
        with gear.store.unit() as unit:
            order = unit.order(job.subject)
            pasted = json.loads(unit.flag(f"pasted {order.id}") or "[]")
        if order.status is not Status.VALIDATING or not pasted:
            return
        alone = gear.pki.read_certificate(pasted, order.csr, gear.now())
        try:
            found = self._issuers(order, alone)
        except Lost:
            if job.attempts < _PATIENCE:
                raise
            found = ()
        whole = gear.pki.read_certificate([*pasted, *found], order.csr, gear.now())
        self._take(order, dict(job.facts)["by"], whole)

    def _issuers(self, order: Order, alone: Certificate) -> Iterable[str]:
        """From the supplier's answer where it has one for this very leaf, else from the addresses in the leaf."""
        gear = self.gear
        if order.account == gear.supplier.account:
            with suppress(Lost, Refused, Unusable):
                handed = gear.supplier.fetch(gear.supplier.look(order.supplier_id))
                if gear.pki.read_certificate([alone.leaf, *handed], order.csr, gear.now()).chain:
                    return handed
        return gear.lookups.chain(alone.leaf)


def _refuse_keys(given: Mapping[str, str]) -> None:
    try:
        typed.refuse_keys(given)
    except BadInput as burnt:
        raise BadInput({field: f"{sentence} {_DELETE}" for field, sentence in burnt.fields.items()}) from None


def _is_whole(text: str) -> bool:
    """Whether there is a certificate in a text, and all that begin there also end there."""
    return 0 < len(re.findall(_BEGINS, text)) == len(re.findall(rf"{_BEGINS}[^-]+-----END \1-----", text))


def _why_none(text: str) -> str:
    return next(sentence for pattern, sentence in _NONE if re.search(pattern, text))
