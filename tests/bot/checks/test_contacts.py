import pytest

from bot.checks.contacts import as_phone

KEPT = ["+1.4165550123x1902", "+4930123456", "312 555 0123", "call me"]  # nobody can say where the second's code ends


@pytest.mark.parametrize(("typed", "taken"), [
    *((typed, "+1.3125550123") for typed in ("+1 312 555 0123", "+1 (312) 555-0123", "+13125550123")),
    ("+49 30 1234567", "+49.301234567"), ("+44-20-7946-0000", "+44.2079460000"),
    ("+1 416 555 0123 ext. 12", "+1.4165550123x12"), *zip(KEPT, KEPT, strict=True),
])  # fmt: skip
def test_a_phone_number_is_put_into_the_supplier_s_form(typed: str, taken: str) -> None:
    assert as_phone(typed) == taken
