"""`RUN <<EOF bash -xe`: a shell that reads its script from a heredoc.

BuildKit hands such a RUN to the image's shell as one text: the line, the document, its delimiter
(frontend/dockerfile/dockerfile2llb/convert.go, `dispatchRun`). A heredoc without a command never
gets here: BuildKit passes the document itself to the shell.
"""

from dataclasses import dataclass

from uvlayers.dockerfile.shell.syntax import decode, encode

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-=")
EXPANDED = frozenset("$`\\")


@dataclass(frozen=True, slots=True)
class FedShell:
    """`words` start a program that is fed `script`; `offset` counts the bytes before it."""

    words: tuple[str, ...]
    script: str
    offset: int

    def around(self, text: str) -> tuple[str, str]:
        """What is before and after a script that is put in the place of this one in `text`."""
        data = encode(text)
        end = self.offset + len(encode(self.script))
        return decode(data[: self.offset]), f"\n{decode(data[end:])}"


def fed_shell(text: str) -> FedShell | None:
    """The one command of `text` and its heredoc; None for any other text."""
    line, newline, rest = text.partition("\n")
    words = line.split()
    markers = [word for word in words if word.startswith("<<")]
    plain = tuple(word for word in words if not word.startswith("<<"))
    if len(markers) != 1 or not newline or not all(PLAIN.issuperset(word) for word in plain):
        return None
    delimiter = markers[0][2:]
    quoted = delimiter[:1] in ("'", '"') and delimiter[-1:] == delimiter[:1]
    name = delimiter[1:-1] if quoted else delimiter
    body, ended, after = f"\n{rest}\n".partition(f"\n{name}\n")
    if not name or not PLAIN.issuperset(name) or name.startswith("-") or not ended or after.strip():
        return None
    script = f"{body}\n"[1:]
    if not quoted and not EXPANDED.isdisjoint(script):
        return None  # the outer shell changes the script first
    return FedShell(plain, script, len(encode(f"{line}\n")))
