"""A stand-in for the OpenSRS XML API (Trust Service), written from public documents and recordings only."""

from tests.sandbox.opensrs.books import DEFAULT_KEY
from tests.sandbox.opensrs.standin import OpenSRS

__all__ = ["DEFAULT_KEY", "OpenSRS"]
