"""One shell word to the fields it expands to (POSIX.1-2024, Shell Command Language 2.6).

Only what `sh`, `dash` and `bash` agree on is expanded; everything else raises `NotUnderstood`, so
that a word is either read as every shell reads it or not at all.
"""

from dataclasses import dataclass

from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope, is_name, is_name_character

SUBSTITUTION = "it holds a command substitution"
BLANKS = " \t\n"
METACHARACTERS = frozenset(" \t\n;&|<>()")
PATTERN_CHARACTERS = frozenset("*?[\\")
OPERATORS = frozenset(("}", "-", "+", "=", "?", ":-", ":+", ":=", ":?"))
SPECIAL_PARAMETERS = frozenset("@*#?$!-0123456789")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of a word; `split` when field splitting applies to it."""

    text: str
    quoted: bool
    split: bool = False


def expand_fields(raw: str, scope: Scope) -> tuple[str, ...]:
    """The fields that the unassigned word `raw` becomes; raises `NotUnderstood`."""
    pieces = _with_home(_Reader(raw, scope).read(), scope, assignment=False)
    _refuse_patterns(pieces)
    _refuse_braces(raw, pieces)
    return tuple(_fields(pieces))


def expand_value(raw: str, scope: Scope) -> str:
    """The value that an assignment of the text `raw` stores: no splitting, no patterns."""
    pieces = _with_home(_Reader(raw, scope).read(), scope, assignment=True)
    return "".join(piece.text for piece in pieces)


def _fields(pieces: list[Piece]) -> list[str]:
    """Field splitting with the default IFS: blanks end a field, quotes begin one."""
    fields: list[str] = []
    current: str | None = None
    for piece in pieces:
        if not piece.split:
            current = (current or "") + piece.text
            continue
        for character in piece.text:
            if character not in BLANKS:
                current = (current or "") + character
            elif current is not None:
                fields.append(current)
                current = None
    return fields if current is None else [*fields, current]


def _refuse_patterns(pieces: list[Piece]) -> None:
    for piece in pieces:
        if not piece.quoted and not PATTERN_CHARACTERS.isdisjoint(piece.text):
            raise NotUnderstood("a pattern in it would be matched against files")


def _refuse_braces(raw: str, pieces: list[Piece]) -> None:
    """`{a,b}` and `{1..3}` are lists in bash and plain text elsewhere."""
    plain = "".join("" if piece.quoted or piece.split else piece.text for piece in pieces)
    if "{" in plain and ("," in raw or ".." in raw):
        raise NotUnderstood("braces are read differently by shells")


def _with_home(pieces: list[Piece], scope: Scope, *, assignment: bool) -> list[Piece]:
    """Tilde expansion at the start; a `~` where shells disagree about it is refused."""
    expanded: list[Piece] = []
    previous = Piece("", quoted=False)
    for index, piece in enumerate(pieces):
        tilde = piece == Piece("~", quoted=False)
        if tilde and index == 0:
            following = pieces[1] if len(pieces) > 1 else Piece("/", quoted=False)
            if following != Piece("/", quoted=False):
                raise NotUnderstood("it names a user's home directory")
            expanded.append(Piece(scope.require("HOME"), quoted=True))
        elif tilde and (previous.text == ":" or (previous.text == "=" and not assignment)):
            raise NotUnderstood("a `~` inside a word is read differently by shells")
        else:
            expanded.append(piece)
        previous = piece
    return expanded


class _Reader:
    """Reads the raw text of one word into pieces, left to right."""

    def __init__(self, raw: str, scope: Scope) -> None:
        self.raw = raw
        self.at = 0
        self.scope = scope
        self.depth = 0

    def read(self, *, until: str = "") -> list[Piece]:
        """Pieces up to the unquoted character `until` (left unread), or to the end."""
        pieces: list[Piece] = []
        while self.at < len(self.raw) and (not until or self.raw[self.at] != until):
            character = self._next()
            if character == "'":
                pieces.append(Piece(self._single_quoted(), quoted=True))
            elif character == '"':
                pieces.extend(self._double_quoted())
            elif character == "\\":
                pieces.extend(self._escaped())
            elif character == "$":
                pieces.extend(self._dollar(quoted=False))
            elif character == "`":
                raise NotUnderstood(SUBSTITUTION)
            elif character in METACHARACTERS and not until:
                raise NotUnderstood("the parser takes several words for one")
            else:
                pieces.append(Piece(character, quoted=False))
        return pieces

    def _next(self) -> str:
        if self.at >= len(self.raw):
            raise NotUnderstood("a quote or a brace is not closed")
        self.at += 1
        return self.raw[self.at - 1]

    def _single_quoted(self) -> str:
        end = self.raw.find("'", self.at)
        if end < 0:
            raise NotUnderstood("a quote is not closed")
        text, self.at = self.raw[self.at : end], end + 1
        return text

    def _escaped(self) -> list[Piece]:
        character = self._next()
        return [] if character == "\n" else [Piece(character, quoted=True)]

    def _double_quoted(self) -> list[Piece]:
        pieces = [Piece("", quoted=True)]
        while (character := self._next()) != '"':
            if character == "\\":
                pieces.append(Piece(self._escaped_in_double_quotes(), quoted=True))
            elif character == "$":
                pieces.extend(self._dollar(quoted=True))
            elif character == "`":
                raise NotUnderstood(SUBSTITUTION)
            else:
                pieces.append(Piece(character, quoted=True))
        return pieces

    def _escaped_in_double_quotes(self) -> str:
        character = self._next()
        if character == "\n":
            return ""
        return character if character in '$`"\\' else "\\" + character

    def _dollar(self, *, quoted: bool) -> list[Piece]:
        following = self.raw[self.at : self.at + 1]
        if following == "{":
            self.at += 1
            return self._braced(quoted=quoted)
        if following == "(":
            return self._substituted(quoted=quoted)
        if following == "[" or (not quoted and following in ("'", '"')):
            raise NotUnderstood(f"`${following}` is read differently by shells")
        if following in SPECIAL_PARAMETERS:
            raise NotUnderstood(f"it uses the special parameter `${following}`")
        name = self._name()
        if not name:
            return [Piece("$", quoted=True)]
        return self._value(self.scope.require(name), quoted=quoted)

    def _substituted(self, *, quoted: bool) -> list[Piece]:
        if self.scope.substitute is None or self.depth:
            raise NotUnderstood(SUBSTITUTION)
        printed, length = self.scope.substitute(self.raw[self.at :], self.scope)
        self.at += length
        return self._value(printed, quoted=quoted)

    def _name(self) -> str:
        start = self.at
        while self.at < len(self.raw) and is_name_character(self.raw[self.at]):
            self.at += 1
        return self.raw[start : self.at]

    def _value(self, value: str, *, quoted: bool) -> list[Piece]:
        if not quoted:
            self.scope.require_default_splitting()
        return [Piece(value, quoted=quoted, split=not quoted)]

    def _braced(self, *, quoted: bool) -> list[Piece]:
        name, operator = self._name(), self._operator()
        if not is_name(name):
            raise NotUnderstood("it uses a special parameter")
        if operator == "}":
            return self._value(self.scope.require(name), quoted=quoted)
        self.depth += 1
        word = self._braced_word(quoted=quoted)
        self.depth -= 1
        value = self.scope.value(name)
        present = bool(value) if operator[0] == ":" else value is not None
        if operator[-1] == "+":
            return word if present else self._value("", quoted=quoted)
        if present:
            return self._value(value or "", quoted=quoted)
        if operator[-1] == "?":
            raise NotUnderstood(f"the shell stops because `{name}` is not set")
        if operator[-1] == "=":
            return self._store(name, word, quoted=quoted)
        return word

    def _operator(self) -> str:
        operator = self._next()
        if operator == ":":
            operator += self._next()
        if operator not in OPERATORS:
            raise NotUnderstood(f"it uses the expansion `${{…{operator}…}}`")
        return operator

    def _braced_word(self, *, quoted: bool) -> list[Piece]:
        if quoted:
            return self._braced_word_in_double_quotes()
        self.scope.require_default_splitting()
        pieces = self.read(until="}")
        self._next()
        if any(piece == Piece("~", quoted=False) for piece in pieces):
            raise NotUnderstood("a `~` in an expansion is read differently by shells")
        return [Piece(p.text, p.quoted, split=not p.quoted) for p in pieces]

    def _braced_word_in_double_quotes(self) -> list[Piece]:
        pieces = [Piece("", quoted=True)]
        while (character := self._next()) != "}":
            if character == "$":
                pieces.extend(self._dollar(quoted=True))
            elif character in "'\"`\\":
                raise NotUnderstood('quotes inside `"${…}"` are read differently by shells')
            else:
                pieces.append(Piece(character, quoted=True))
        return pieces

    def _store(self, name: str, word: list[Piece], *, quoted: bool) -> list[Piece]:
        if self.depth:
            raise NotUnderstood("a variable is set inside another expansion")
        value = "".join(piece.text for piece in word)
        self.scope.assign(name, value)
        return self._value(value, quoted=quoted)
