"""Every `uv sync` of a shell text, with what the script does before and after it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tree_sitter import Node

from uvlayers.dockerfile.shell import region
from uvlayers.dockerfile.shell.alternatives import Ending
from uvlayers.dockerfile.shell.builtins import Effect, apply_builtin, assign
from uvlayers.dockerfile.shell.changes import touched_by_statement
from uvlayers.dockerfile.shell.command_words import named, told_fields, unwrap
from uvlayers.dockerfile.shell.conditions import outcome, taken_branch
from uvlayers.dockerfile.shell.lists import and_list, joined
from uvlayers.dockerfile.shell.program import invocation, mentions, mentions_text
from uvlayers.dockerfile.shell.region import is_plain_subshell
from uvlayers.dockerfile.shell.retries import Retry, retry_of
from uvlayers.dockerfile.shell.scope import NotUnderstood, Scope
from uvlayers.dockerfile.shell.steps import Refused, Step, SyncRun, cleared_by, decided
from uvlayers.dockerfile.shell.syntax import (
    SIMPLE,
    Redirected,
    SimpleCommand,
    Statement,
    bare,
    descendants,
    encode,
    is_misread,
    parse,
    simple_command,
    source,
    statements,
)
from uvlayers.dockerfile.shell.touches import Touched
from uvlayers.dockerfile.shell.traces import leaves_files
from uvlayers.dockerfile.shell.words import expand_fields

# Builtins that an assignment in front changes neither for themselves nor for what follows.
UNTOUCHED = frozenset(("true", "echo", "printf"))
SUBSHELLS = frozenset(("subshell", "pipeline"))
REASONS = {
    "subshell": "it runs in a subshell",
    "pipeline": "it is part of a pipeline",
    "negated_command": "its outcome is negated",
    "if_statement": "it depends on a condition",
    "case_statement": "it depends on a condition",
    "while_statement": "it runs in a loop",
    "for_statement": "it runs in a loop",
    "c_style_for_statement": "it runs in a loop",
    "function_definition": "it is part of a function",
    "list": "it is an alternative of `||`",
}


def read_script(text: str, scope: Scope) -> list[SyncRun | Refused]:
    """The syncs of `text` in its order, none left out; never raises."""
    try:
        steps = read_steps(text, scope)
    except NotUnderstood as error:
        return [Refused(error.reason, None)] if mentions_text(text) else []
    return [_judged(steps, index, sync) for index, step in enumerate(steps) for sync in step.syncs]


def read_steps(text: str, scope: Scope) -> list[Step]:
    """What `text` does, one and-list element after the other; raises `NotUnderstood`."""
    while text.endswith("\\\n"):  # a continuation of nothing, which the parser does not take
        text = text[:-2]
    data = encode(text)
    if not all(character in "\t\n" or character.isprintable() for character in text):
        raise NotUnderstood("the text holds control characters")
    root = parse(data)
    if is_misread(root, data):
        raise NotUnderstood("the shell text cannot be parsed")
    if any(map(region.hides_words, descendants(root))):
        raise NotUnderstood("words of a command follow its redirection")
    return _certain(list(_Walk(data, scope).statements(root.children, final=True)))


def _certain(steps: list[Step]) -> list[Step]:
    """The steps without commands that may install a lock, where others are certain to."""
    found = [sync for step in steps for sync in step.syncs]
    if not any(map(_is_certain, found)):
        return steps
    return [replace(step, syncs=tuple(filter(_is_certain, step.syncs))) for step in steps]


def _is_certain(sync: SyncRun | Refused) -> bool:
    return isinstance(sync, Refused) or sync.invocation.certain


def _judged(steps: list[Step], index: int, sync: SyncRun | Refused) -> SyncRun | Refused:
    """`sync` with the facts that depend on the other steps."""
    if isinstance(sync, Refused):
        return sync
    step = steps[index]
    before = tuple(s.text for s in steps[:index] if s.effect is Effect.OUTWARD)
    after = tuple(
        s.text for s in steps[index + 1 :] if s.effect is not Effect.QUIET or s.fails is None
    )
    needed = not sync.spare and (step.script_end or (step.list_end and step.errexit))
    alone = not before and not after and (needed or sync.spare) and not sync.writes
    aside = None if before or sync.writes or not needed else cleared_by(steps[index + 1 :])
    return replace(sync, alone=alone, needed=needed, before=before, after=after, aside=aside)


class _Walk:
    """Follows a script from top to bottom, keeping the state of the shell."""

    def __init__(self, data: bytes, scope: Scope) -> None:
        self.data = data
        self.scope = scope
        self.synced = False

    def statements(self, nodes: list[Node], *, final: bool) -> Iterator[Step]:
        """The steps of statements in a row; `final` when nothing follows them."""
        named = [node for node in statements(nodes) if node.type != "heredoc_body"]
        for index, node in enumerate(named):
            last = final and index == len(named) - 1
            following = node.next_sibling
            if following is not None and following.type == "&":
                step = self._apart(node, "it runs in the background", background=True)
                yield replace(step, nested=True)
                self.scope.files = None
                continue
            inside = self._inside(node)
            if inside is None:
                yield from self._statement(node, final=last)
                continue
            if node.type == "if_statement":
                yield decided(node, list_end=True, script_end=last)
            for step in self.statements(inside, final=last):
                yield replace(step, nested=True)

    def _subshell(self, node: Statement, *, final: bool, errexit: bool) -> Iterator[Step]:
        """Its steps, `errexit` where the script ends with it; the outer shell learns of files."""
        outer, self.scope = self.scope, self.scope.copy()
        for step in self.statements(node.children, final=final):
            yield replace(step, nested=True, errexit=step.errexit and errexit)
        inner, self.scope = self.scope, outer
        outer.files = inner.files
        outer.entered, outer.looked, outer.sourced = inner.entered, inner.looked, inner.sourced

    def _inside(self, node: Node) -> list[Node] | None:
        """The statements in braces, or of the branch that runs; None for all else."""
        if node.type == "compound_statement":
            return node.children
        if node.type != "if_statement":
            return None
        try:
            taken = taken_branch(node, self.data, self.scope)
        except NotUnderstood:
            return None
        return None if self._stays_whole(node, taken) else taken

    def _stays_whole(self, node: Node, taken: list[Node]) -> bool:
        """Whether a script that is to be cut is cut behind an `if`, which only leaves files."""
        acts = any(child.type == "command" for part in taken for child in descendants(part))
        cut = self.scope.anticipating and not self.synced and not self._may_sync(node)
        return acts and cut and leaves_files(node)

    def _statement(self, node: Node, *, final: bool) -> Iterator[Step]:
        elements, ending = and_list(node)
        ends = final or ending is Ending.EXITS
        fails = ends or ending is Ending.FAILS
        guard: str | None = None
        pending = [(element, False) for element in elements]
        while pending:
            element, nested = pending.pop(0)
            certain = guard is None or ends
            inside = self._branch(element) if certain else None
            if inside is not None:
                pending[:0] = [(each, True) for each in inside]
                yield decided(element, list_end=not pending, script_end=ends)
                continue
            errexit = self.scope.errexit
            if certain and not pending and is_plain_subshell(element):
                honoured = errexit and ending is Ending.OPEN
                yield from self._subshell(element, final=ends, errexit=honoured)
                return
            held = outcome(element, self.data, self.scope) if certain and pending else None
            # what a test skips is not there, unless that fails the list or belongs to a heredoc
            skips = held is False and not fails and "<<" not in source(node)
            if held or skips:
                told = decided(element, list_end=skips, script_end=ends)
                yield replace(told, nested=nested, end=(node if skips else element).end_byte)
                pending = [] if skips else pending
                continue
            if certain:
                step = self._element(element)
            else:  # neither a sync nor a change of the state is certain to happen
                step = self._apart(element, f"it is skipped when `{guard}` fails")
            self.synced = self.synced or bool(step.syncs)
            if step.fails and (pending or fails or errexit):
                raise NotUnderstood("an assignment in its script fails")
            if step.effect is Effect.OUTWARD or step.fails is None:
                guard = guard or step.text
            if not step.state:
                self.scope.files = None
            touches = step.touches
            if touches is None and not step.syncs:
                touches = touched_by_statement(element, self.data, self.scope)
            yield replace(
                step,
                touches=touches,
                nested=step.nested or nested,
                list_end=not pending,
                script_end=ends,
                errexit=errexit,
                end=(element if pending or nested else node).end_byte,
            )

    def _branch(self, node: Statement) -> list[Statement] | None:
        """The elements that take the place of an `if` in an and-list; None where none can."""
        if isinstance(node, Redirected) or node.type != "if_statement":
            return None
        taken = self._inside(node)
        if taken is None:
            return None
        parts = statements(taken)
        if not parts:
            return []
        elements, ending = and_list(parts[0])
        return None if len(parts) > 1 or ending is not Ending.OPEN else elements

    def _element(self, node: Statement) -> Step:
        kind = bare(node)[0].type
        step = self._spare(node) or self._retried(node)
        if step is not None:
            return step
        if kind == "list" and joined(node) is None:
            return self._apart(node, "a heredoc shares its line with other commands")
        if kind not in SIMPLE:
            return self._apart(node, REASONS.get(kind, "it is part of a compound command"))
        try:
            return self._simple(node, simple_command(node, self.data))
        except NotUnderstood as error:
            return self._apart(node, error.reason)

    def _spare(self, node: Statement) -> Step | None:
        """`A && B || C`, where A is a sync: whether B and C change anything nobody knows."""
        parts = joined(node)
        if parts is None or parts[1] != "||":
            return None
        elements, ending = and_list(parts[0])
        first, *others = elements if ending is Ending.OPEN else [parts[0]]
        rest = [*others, parts[2]]
        # without B, C is not run where A succeeds
        if not self._may_sync(first) or (others and any(map(self._may_sync, rest))):
            return None
        return self._first(node, first, rest, spare=True, writes=bool(others))

    def _retried(self, node: Statement) -> Step | None:
        """A loop that tries a sync until it succeeds: how often nobody knows."""
        retry = retry_of(node)
        if retry is None or any(map(self._may_sync, retry.others)):
            return None
        if not self._may_sync(retry.command) or not self._enters(retry):
            return None
        step = self._first(node, retry.command, retry.others, spare=not retry.endless)
        if retry.loop is not None:
            self.scope.assign(retry.loop.variable, None)
        return step

    def _enters(self, retry: Retry) -> bool:
        """Whether there is something to go through; the loop's variable is set to it."""
        if retry.loop is None:
            return True
        try:
            fields = retry.loop.fields(self.data, self.scope)
        except NotUnderstood:
            return False
        self.scope.assign(retry.loop.variable, fields[0] if fields else None)
        return bool(fields)

    def _first(
        self,
        node: Statement,
        first: Statement,
        rest: Sequence[Statement],
        *,
        spare: bool,
        writes: bool = False,
    ) -> Step | None:
        """The step of `node`, which is the sync `first` and whatever of `rest` is run after it."""
        step = self._element(first)
        match step.syncs:
            case [SyncRun() as sync]:
                for each in rest:
                    region.forget_changes(each, self.scope)
                sync = replace(sync, spare=spare or sync.spare, writes=sync.writes or writes)
                return replace(step, node=node, syncs=(sync,), nested=True)
        return None

    def _may_sync(self, node: Statement) -> bool:
        return any(region.syncs_within(node, self.scope))

    def _apart(self, node: Statement, reason: str, *, background: bool = False) -> Step:
        """A part that is not followed: its syncs are refused, what it may change is forgotten."""
        scope = self.scope
        syncs = tuple(
            Refused(reason, (found.start_byte, found.end_byte))
            for found in region.syncs_within(node, scope)
        )
        if node.type not in SUBSHELLS and not background:
            region.forget_changes(node, scope)
        return Step(node, Effect.OUTWARD, syncs, list_end=True)

    def _simple(self, node: Statement, command: SimpleCommand) -> Step:
        substitutions = region.substitutions(node)
        quiet = all(map(region.only_reads, substitutions))
        syncs = [found for part in substitutions for found in self._refused(part)]
        own = self._sync(command, traces=command.writes or not quiet)
        region.follow_defaults(node, self.scope)
        if own is not None:
            return Step(node, Effect.OUTWARD, (*syncs, own))
        syncs = syncs or self._refused(node)
        effect = self._run(command)
        fails = self._fails(command) if substitutions else False
        redirected = command.writes or command.reads
        inside = effect is not None and effect is not Effect.OUTWARD
        state = inside and quiet and not redirected
        # what a variable gets from files may be printed later
        touches = Touched() if state and not substitutions else None
        if effect is None or redirected or not quiet:
            effect = Effect.OUTWARD
        return Step(node, effect, tuple(syncs), fails=fails, state=state, touches=touches)

    def _fails(self, command: SimpleCommand) -> bool | None:
        if command.words:
            return False
        names = (raw.partition("=")[0].removesuffix("+") for raw in command.assignments)
        variables = map(self.scope.variables.get, names)
        told = all(variable is not None and variable.value is not None for variable in variables)
        return self.scope.failed if told else None

    def _refused(self, node: Statement) -> list[SyncRun | Refused]:
        return [
            Refused("it runs inside another command", (found.start_byte, found.end_byte))
            for found in region.syncs_within(node, self.scope)
        ]

    def _sync(self, command: SimpleCommand, *, traces: bool) -> SyncRun | Refused | None:
        """The sync that `command` itself is; None when it is another command."""
        scope = self.scope.copy()
        try:
            words = [field for raw in command.words for field in expand_fields(raw, scope)]
        except NotUnderstood as error:
            told = [field for raw in command.words for field in told_fields(raw, scope)]
            return Refused(f"in its words {error.reason}", command.span) if mentions(told) else None
        for raw in command.assignments:
            assign(raw, scope, export=True)
        found = invocation(unwrap(words, scope))
        if found is None:
            return None
        reason = scope.lost or ("its directory cannot be told" if scope.cwd is None else None)
        if command.reads:
            reason = "its standard input is redirected"
        if reason is not None:
            return Refused(reason, command.span) if found.certain else None
        return SyncRun(found, scope, command.span, traces)

    def _run(self, command: SimpleCommand) -> Effect | None:
        """Do to the state what `command`, which is no sync, does to it; None for a program."""
        if not command.words:
            self.scope.failed = False
            for raw in command.assignments:
                assign(raw, self.scope)
            return Effect.QUIET
        words = named(command.words, self.scope)
        # where all words are gone, the command's status is that of a substitution
        if words is None or (words == (":",) and any("$(" in raw for raw in command.words)):
            self.scope.lose("it comes after a command that cannot be told")
            return Effect.OUTWARD
        effect = apply_builtin(words, self.scope)
        if effect is not None and command.assignments and words[0] not in UNTOUCHED:
            self.scope.lose(f"it comes after an assignment before `{command.words[0]}`")
        return effect
