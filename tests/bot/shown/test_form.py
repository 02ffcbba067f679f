from bot.shown.form import GROUPS, STEPS


def test_every_step_that_asks_is_a_group_of_the_last_one() -> None:
    assert set(STEPS) - {"project", "send"} <= set(GROUPS)
