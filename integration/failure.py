"""What the client says at the end of a build that failed."""

import re
from dataclasses import dataclass

from integration.build import Build

# Marked lines of a file that the client shows: `   8 | >>> RUN false`.
MARKED = re.compile(r"^ *(\d+) \| >>> (.*)$", re.MULTILINE)
PLACE = re.compile(r"^(\S+):(\d+)$", re.MULTILINE)
# A name that BuildKit makes up for each result.
RESULT = re.compile(r"\bref \S+::\S+: ")
# The client has the error twice, from the build and from its own part in it; the first is told.
MESSAGE = re.compile(r"ERROR: failed to build: failed to (?:solve|run Build function): ")
HINT = "\n\nhint: "


@dataclass(frozen=True)
class Failure:
    """The message with its hint, and the lines of the Dockerfile that are marked, by number."""

    message: str
    hint: str
    filename: str
    lines: dict[int, str]


def failure_of(done: Build) -> Failure:
    assert not done.ok
    found = MESSAGE.search(done.messages)
    assert found is not None, done.messages
    shown, told = done.messages[: found.start()], done.messages[found.end() :]
    message, _, hint = told.strip().partition(HINT)
    place = PLACE.search(shown)
    lines = {int(number): text for number, text in MARKED.findall(shown)}
    message = RESULT.sub("ref …: ", message)
    return Failure(message, hint, place[1] if place else "", lines)
