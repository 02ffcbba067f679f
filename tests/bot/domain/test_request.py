from tests.builders import a_request


def test_the_same_names_in_another_order_are_the_same_request() -> None:
    assert a_request("b.com", "a.com").names_key == a_request("a.com", "b.com").names_key
    assert a_request("a.com").names_key != a_request("a.com", "b.com").names_key
