"""The corpus: Dockerfiles of the shapes that people write, each with what is to become of it.

A file `corpus/GROUP-NAME.Dockerfile` is complete; the frontend that is tried takes the place of
ours in its syntax line. Comments anywhere in it tell what to do with the file:

    # shape: TEXT      what the file shows, for the table; every file has it
    # build: FLAGS     further flags of `docker buildx build`; $CONTEXT is the context's directory
    # run: COMMAND     what containers of both images print is compared

and comments right above an instruction what is to become of that one:

    # uvlayers: layers               its wheels become layers, or stay what they are when copied
    # uvlayers: as written: REASON   it runs as it is, and a warning at its line has this reason
    # uvlayers: one layer: REASON    a copy of an environment that is a layer by itself
    # uvlayers: fails                the build ends here, with docker's own message
    # uvlayers: fails: MESSAGE       the build ends here, with a message that is clearer

A file without such comments has nothing in it for uvlayers: its image is docker's own.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

CORPUS = Path(__file__).with_name("corpus")
CONTEXT = CORPUS / "context"
SUFFIX = ".Dockerfile"

SYNTAX = "# syntax=uvlayers/frontend"
KEY = re.compile(r"# (shape|build|run): (.+)")
MARK = re.compile(r"# uvlayers: (layers|as written|one layer|fails)(?:: (.+))?")
NO_REASON, NEEDS_REASON = {"layers"}, {"as written", "one layer"}


@dataclass(frozen=True)
class Mark:
    """What is to become of the instruction that begins at `line`, counted from 1."""

    line: int
    verdict: str
    reason: str
    copies: bool

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason}" if self.reason else self.verdict


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    shape: str
    flags: str
    run: tuple[str, ...]
    marks: tuple[Mark, ...]

    @property
    def group(self) -> str:
        return self.name.partition("-")[0]

    def parts(self) -> tuple[str, str]:
        """What is above and below the line that names the frontend."""
        above, _, below = self.text.partition(f"{SYNTAX}\n")
        return above, below

    @property
    def fails(self) -> bool:
        return bool(self.with_verdict("fails"))

    @property
    def layered(self) -> bool:
        """Whether wheels have layers in the image: as copied to it, or else as they were made."""
        copies = [mark for mark in self.marks if mark.copies]
        return any(mark.verdict == "layers" for mark in copies or self.marks)

    def with_verdict(self, verdict: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.verdict == verdict]

    def build_flags(self, context: Path) -> list[str]:
        return shlex.split(Template(self.flags).substitute(CONTEXT=context))


def read_cases(directory: Path = CORPUS) -> list[Case]:
    """All cases in order of their names."""
    return [read_case(path) for path in sorted(directory.glob(f"*{SUFFIX}"))]


def read_case(path: Path) -> Case:
    """A case; ValueError for a comment that means nothing."""
    name, text = path.name.removesuffix(SUFFIX), path.read_text(encoding="utf-8")
    lines = text.splitlines()
    keys = {found[1]: found[2] for line in lines if (found := KEY.fullmatch(line))}
    if SYNTAX not in lines or "shape" not in keys:
        raise ValueError(f"{name} lacks its syntax line or its shape")
    return Case(
        name=name,
        text=text,
        shape=keys["shape"],
        flags=keys.get("build", ""),
        run=tuple(shlex.split(keys.get("run", ""))),
        marks=tuple(read_marks(name, lines)),
    )


def read_marks(name: str, lines: Sequence[str]) -> Iterator[Mark]:
    for number, line in enumerate(lines):
        if not line.startswith("# uvlayers:"):
            continue
        found = MARK.fullmatch(line)
        if found is None or found[1] in (NO_REASON if found[2] else NEEDS_REASON):
            raise ValueError(f"{name}, line {number + 1}: `{line}` means nothing")
        place = next(n for n in range(number, len(lines)) if not lines[n].startswith("#"))
        copies = lines[place].startswith("COPY")
        yield Mark(place + 1, found[1], found[2] or "", copies)
