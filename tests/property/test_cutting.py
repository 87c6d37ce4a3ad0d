"""A shell text and its parts, run by a real shell: the same files, the same outcome."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import event, given, settings
from hypothesis import strategies as st
from uvlayers.dockerfile.command import cut_sync

# It writes down all that it can see of the shell that starts it.
UV = """\
#!/bin/sh
echo "$PWD $X $Y $Z $*" >> "$ROOT/log"
[ "$2" != --fail ]
"""
COMMANDS = (
    *("uv sync", "uv sync --fail", "uv sync -q", "uv sync -q"),
    *("cd {root}/a", "cd {root}/b", "cd {root}", "set -e", "set +e", "set -x"),
    *("export X=1", "Y=2", "export Y", "unset X", "X=$Y", "Z=$(cat {root}/f)", "export Z"),
    *("touch f", "false", "true", "ls missing", "echo $X$Y >> f", "mkdir -p d", "[ -f f ]"),
    *(
        "(cd {root}/b; touch g)",
        "! true",
        "{{ touch h; }}",
        "cat f | tee e",
        "test -f f || touch e",
    ),
    *("if [ -f f ]; then touch i; fi", "if [ -f f ]; then X=3; fi", "for i in 1 2; do ls; done"),
    *('X=$([ "$Y" = outer ] && echo i)', "Y=$([ -f f ] || echo j)", "uv sync $(echo $Y $X)"),
    *('[ "$Y" = outer ]', 'test -z "$X"', '[ "$X" = 1 ] && Z=4', "[ -f f ] && Y=6"),
    *("rm -f f", "mv f e", "sh -c 'touch j'", ": ${{Y:=5}}", "f() {{ touch k; }}", "f"),
)
JOINTS = (
    *(" && ", " && ", "; ", "\n", " || exit 1; ", " || true; ", " # why\n", " &&\\\n  "),
    *(
        " || (ls missing; exit 1); ",
        " || {{ cat f; exit 1; }}; ",
        " || {{ ls missing && exit 1; }}\n",
    ),
)
ENDS = ("uv sync", "uv sync || exit 1", "uv sync; ls", "uv sync || (cat f; exit 1)")


@st.composite
def scripts(draw: st.DrawFn) -> str:
    commands = draw(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=7))
    text = "".join(each + draw(st.sampled_from(JOINTS)) for each in commands)
    return text + draw(st.sampled_from(ENDS))


@settings(max_examples=150, deadline=None)
@given(scripts())
def test_the_parts_do_what_the_whole_does(template: str) -> None:
    with TemporaryDirectory() as directory:
        whole, parts = Path(directory) / "whole", Path(directory) / "parts"
        text = template.format(root=whole)
        succeeds = run([text], whole)
        texts = cut_all(template.format(root=parts), parts)
        event(f"{len(texts)} parts")
        assert run(texts, parts) == succeeds
        if succeeds:
            assert files(parts) == files(whole)


def cut_all(text: str, root: Path) -> list[str]:
    cut = cut_sync(["sh", "-c", text], environment(root), str(root))
    if cut is None:
        return [text]
    first, second = cut
    return [*cut_all(first[-1], root), second[-1]]


def run(texts: list[str], root: Path) -> bool:
    """Whether the texts succeed, each in a shell of its own, the next only after success."""
    for name in ("a", "b", "bin"):
        (root / name).mkdir(parents=True)
    (root / "bin/uv").write_text(UV)
    (root / "bin/uv").chmod(0o755)
    return all(
        subprocess.run(
            ["sh", "-c", text],
            cwd=root,
            env=environment(root),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        ).returncode
        == 0
        for text in texts
    )


def environment(root: Path) -> dict[str, str]:
    path = f"{root}/bin:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(root), "ROOT": str(root), "Y": "outer"}


def files(root: Path) -> dict[str, bytes | None]:
    """What every path holds; directories hold None."""
    return {
        str(path.relative_to(root)): path.read_bytes().replace(bytes(root), b"")
        if path.is_file()
        else None
        for path in root.rglob("*")
    }
