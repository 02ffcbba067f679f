"""App Home: what waits for its reader, their orders, what ends soon, their projects. Slack takes 100 blocks at most."""

from bot.domain.client import Project
from bot.service.see import Home
from handlers.views import lists, parts
from handlers.views.parts import Json
from handlers.views.words import BUTTON

_MOST_PROJECTS = 15  # two blocks each


def home(shown: Home) -> Json:
    """Every list with what to do about it; an empty one says so."""
    blocks = parts.actions(parts.button("help.new", "New certificate", "new", "primary"))
    for title, empty, found in (
        ("Waiting for you", "Nothing waits for you.", shown.waiting),
        ("Your orders", "You have asked for nothing yet; the button above begins.", shown.mine),
        ("Ends within 60 days", "No certificate ends soon.", shown.expiring),
    ):
        blocks += [parts.section(parts.bold(title)), *(lists.orders(found)[1][1:] if found else [parts.context(empty)])]
    rows = [block for project, may in shown.projects[:_MOST_PROJECTS] for block in _project(project, may=may)]
    none = parts.context("You are in no project’s channel yet. `/cert project` in a channel begins one.")
    return {"type": "home", "blocks": [*blocks, parts.section(parts.bold("Your projects")), *(rows or [none])][:100]}


def _project(project: Project, *, may: bool) -> list[Json]:
    launch = f" · launch {parts.day(project.launch)}" if project.launch else ""
    who = f"{parts.channel(project.id)} · owner {parts.mention(project.owner)}{launch}"
    buttons = (parts.button(each, BUTTON[each], project.id) for each in ("project.set_up", "project.hand_over"))
    said = parts.section(f"{parts.bold(parts.foreign(project.name, 80))} {who}")
    return [said, *(parts.actions(*buttons) if may else ())]


def nothing(why: str) -> Json:
    """Why there is nothing here for this person, as safe mrkdwn."""
    return {"type": "home", "blocks": [parts.section(why)]}
