"""What the supplier's public documents leave open, and what this stand-in does about it; and the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

# Seen on the wire or documented.
SEEN_CODES = {"success": 200, "authentication": 401, "unknown_id": 405, "not_enabled": 501, "connection_used_up": 350}


@dataclass(frozen=True)
class Chosen:
    """Chosen, unverified: each field is one behaviour nobody could confirm. Give another to try the alternative."""

    codes: dict[str, int] = field(
        default_factory=lambda: {
            "missing": 460,
            "invalid": 465,
            "wrong_state": 400,
            "funds": 440,
            "unknown_action": 430,
            "unreadable": 400,
            "address_denied": 400,
        }
    )
    # Commands that answer a success with "<ACTION>:REPLY"; failures always do.
    named_replies: frozenset[str] = frozenset({"update_dv_auth"})
    # process_pending makes a new order and cancels the old one (documented as possible, never when).
    process_makes_new_order: bool = False
    # State after cancel_order of an order in flight: the guide says declined, a support article cancelled.
    cancel_order_state: str = "declined"
    # Name of the DNS or file token data in replies, and whether a draft shows it already.
    dv_details_name: str = "dv_auth_details"
    dv_details_in_draft: bool = False
    # Levels whose proof of control update_dv_auth may switch.
    dv_switch_levels: frozenset[str] = frozenset({"DV"})
    # Names inside cert_data: "list", "flat" or "joined"; and whether get_cert takes an order id.
    cert_shape: str = "list"
    get_cert_by_order: bool = True
    # expiry_date shows the end of the bought year ("coverage") or of the newest certificate ("certificate").
    expiry_date: str = "coverage"
    # The automatic reissue comes so many days before the certificate ends; None: only by hand.
    reissue_lead_days: int | None = 30
    # Types of notes nobody has published.
    note_types: dict[str, str] = field(
        default_factory=lambda: {
            "declined": "order_declined",
            "cancelled": "order_cancelled",
            "returned": "money_returned",
            "approved": "order_approved",
            "updated": "order_updated",
            "reissued": "product_reissued",
            "resent": "email_resent",
        }
    )
    # Type of a generic mailbox in the approver list; held money stays part of `balance` until it is charged.
    approver_type: str = "GENERIC"
    # Stricter than known: OV and EV need O in the CSR, equal to org_name; OU is refused; wildcard SANs are refused.
    strict_subject: bool = True


class Kind(NamedTuple):
    """A product of the catalogue; `names` is how many additional domains it may carry."""

    brand: str
    level: str
    wildcard: bool = False
    names: int = 0


CATALOGUE = {
    "quickssl_premium": Kind("geotrust", "DV", names=4),
    "rapidssl": Kind("rapidssl", "DV"),
    "rapidssl_wildcard": Kind("rapidssl", "DV", wildcard=True),
    "ssl123": Kind("thawte", "DV"),
    "symantec_ssl_lite": Kind("symantec", "DV"),
    "symantec_ssl_lite_wildcard": Kind("symantec", "DV", wildcard=True),
    "positivessl": Kind("sectigo", "DV"),
    "essentialssl": Kind("sectigo", "DV"),
    "essentialssl_wildcard": Kind("sectigo", "DV", wildcard=True),
    "comodo_ssl": Kind("sectigo", "DV"),
    "comodo_wildcard": Kind("sectigo", "DV", wildcard=True),
    "comodo_instantssl": Kind("sectigo", "OV"),
    "comodo_premiumssl": Kind("sectigo", "OV"),
    "comodo_premiumssl_wildcard": Kind("sectigo", "OV", wildcard=True),
    "comodo_ev": Kind("sectigo", "EV"),
    "truebizid": Kind("geotrust", "OV", names=100),
    "truebizid_wildcard": Kind("geotrust", "OV", wildcard=True),
    "truebizid_ev": Kind("geotrust", "EV", names=100),
    "sslwebserver": Kind("thawte", "OV", names=100),
    "sslwebserver_wildcard": Kind("thawte", "OV", wildcard=True),
    "sslwebserver_ev": Kind("thawte", "EV", names=100),
    "securesite": Kind("symantec", "OV", names=100),
    "securesite_pro": Kind("symantec", "OV", names=100),
    "securesite_ev": Kind("symantec", "EV", names=100),
    "securesite_pro_ev": Kind("symantec", "EV", names=100),
    "trustwave_dv": Kind("trustwave", "DV"),
    "trustwave_premiumssl": Kind("trustwave", "OV"),
    "trustwave_premiumssl_wildcard": Kind("trustwave", "OV", wildcard=True),
    "trustwave_ev": Kind("trustwave", "EV"),
}
# A retired code is turned into its successor.
SUCCESSORS = {"quickssl": "quickssl_premium"}
PRICES = {"DV": "49.0", "OV": "149.0", "EV": "299.0"}

# Contacts that must come, by brand and level; the same ones are kept and returned, all others are dropped.
_DIGICERT: dict[str, tuple[str, ...]] = {"DV": ("admin",), "OV": ("organization",), "EV": ("organization", "signer")}
_SECTIGO: dict[str, tuple[str, ...]] = {
    "DV": ("organization",),
    "OV": ("organization",),
    "EV": ("admin", "organization", "signer"),
}
_TRUSTWAVE: dict[str, tuple[str, ...]] = dict.fromkeys(("DV", "OV", "EV"), ("admin",))
ROLES = {"sectigo": _SECTIGO, "trustwave": _TRUSTWAVE}


def roles(kind: Kind) -> tuple[str, ...]:
    """The contacts this product needs and keeps."""
    return ROLES.get(kind.brand, _DIGICERT)[kind.level]


# Ways to prove control of the domain.
DV_METHODS = {
    "thawte": {"email", "dns"},
    "trustwave": {"email"},
}
ANY_DV_METHOD = {"email", "dns", "file"}
_COMMON_SERVERS = ("apachessl domino ensim hsphere ibmhttp iis4 iplanet netscape other plesk tomcat webstar").split()
SECTIGO_SERVERS = {*_COMMON_SERVERS, *"citrix iis6 iis7 javawebserver novell oracle redhat sap whmcpanel".split()}
SYMANTEC_SERVERS = {
    *_COMMON_SERVERS,
    *(
        "apache2 apacheopenssl apacheraven apachessleay c2net cobaltraq2 cobaltraq3 cobaltseries cpanel dominogo4625 "
        "dominogo4626 iis iis5 ipswitch weblogic website webstar4 zeusv3"
    ).split(),
}
