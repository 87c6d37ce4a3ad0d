"""Wheels with every peculiarity that uv has a rule for, made on the spot.

Each is a name and a wheel. Those in HOSTILE are ones that uv installs or skips in part, and that
we refuse: a member that would leave the tree, a device.
"""

import zipfile
from collections.abc import Mapping

from tests.guest.wheels import (
    DATA,
    DEVICE,
    INFO,
    LINK,
    MODULE,
    PROGRAM,
    Member,
    Peculiar,
    add_before_directory,
    executable_record,
    raw_edit,
)


def entry_points(text: str, *members: Member) -> Peculiar:
    return Peculiar((*members, Member(f"{INFO}/entry_points.txt", text)))


def scripts(*members: Member) -> Peculiar:
    return Peculiar(
        tuple(
            Member(f"{DATA}/scripts/{member.path}", member.data, member.mode) for member in members
        )
    )


RECORDS = {
    "record missing rows": f"{INFO}/RECORD,,\n",
    "record without itself": "pkg/__init__.py,,\n",
    "record empty": "",
    "record of files that are not there": "pkg/__init__.py,,\nother.py,sha256=x,3\n",
    "record with a repeated row": "pkg/__init__.py,,\npkg/__init__.py,sha256=y,\n",
    "record with hashes out of order": f"{INFO}/RECORD,,\npkg/__init__.py,sha256=zz,10\n"
    f"{INFO}/WHEEL,sha256=w,1\n{INFO}/METADATA,,\n",
    "record with dots": f"./pkg/__init__.py,,\npkg/../{INFO}/WHEEL,,\n{INFO}//METADATA,,5\n",
    "record with a leading slash": f"/pkg/__init__.py,,\n//{INFO}/WHEEL,,\n",
    "record with quotes": f'"pkg/__init__.py","sha256=a","10"\n"{INFO}/WHEEL",,\n',
    "record with windows ends": f"pkg/__init__.py,,\r\n{INFO}/WHEEL,,\r\n\r\n{INFO}/RECORD,,\r\n",
    "record with old ends": f"pkg/__init__.py,,\r{INFO}/WHEEL,,\r",
    "record of two fields": "pkg/__init__.py,\n",
    "record of four fields": "pkg/__init__.py,,,\n",
    "record of uneven rows": f"pkg/__init__.py,,\n{INFO}/WHEEL\n",
    "record with a bad size": "pkg/__init__.py,,ten\n",
    "record with a negative size": "pkg/__init__.py,,-1\n",
    "record with a plus size": "pkg/__init__.py,,+12\n",
    "record with a signed hexadecimal size": "pkg/__init__.py,,0x+fF\n",
    "record with an underscored size": "pkg/__init__.py,,1_2\n",
    "record with a bare hexadecimal size": "pkg/__init__.py,,0x\n",
    "record with a hexadecimal size": "pkg/__init__.py,,0x12\n",
    "record of long uneven rows": f"pkg/__init__.py,,,x\n{INFO}/WHEEL,,\n",
    "record of six fields": f"pkg/__init__.py,,,x,y,z\n{INFO}/WHEEL,a,2,,,\n",
    "record with a spaced size": "pkg/__init__.py,, 12\n",
    "record with a huge size": "pkg/__init__.py,,99999999999999999999\n",
    "record with a zero-padded size": "pkg/__init__.py,,0012\n",
    "record with spaces": " pkg/__init__.py,,\npkg/__init__.py ,,\n",
    "record with a climbing row": "../../../etc/passwd,,\npkg/__init__.py,,\n",
    "record with an unclosed quote": 'pkg/__init__.py,,\n"other',
    "record with a quote inside": f'pkg/__init__.py,sha"256,\n{INFO}/WHEEL,"a""b",\n',
    "record with text after a quote": f'"pkg/__init__.py"x,,\n{INFO}/WHEEL,,\n',
    "record with a byte order mark": "\ufeffpkg/__init__.py,,\n",
    "record with a comment": f"# hi,,\n{INFO}/WHEEL,,\n",
    "record with a header": f"path,hash,size\n{INFO}/WHEEL,,\n",
}

ENTRY_POINTS = {
    "console and gui": "[console_scripts]\na = p:main\nb= p.cli : app.run\n[gui_scripts]\nc=p:g\n",
    "the same name twice": "[console_scripts]\na = pkg:main\n[gui_scripts]\na = pkg:gui\n",
    "extras": "[console_scripts]\na = pkg:main [x, y]\nb = pkg:main[z]\nc = pkg:main [ x ]\n",
    "bad extras": "[console_scripts]\na = pkg:main [,x]\n",
    "empty extras": "[console_scripts]\na = pkg:main []\n",
    "comments": "; hi\n# ho\n[console_scripts]\n# no = pkg:x\na = pkg:main\n; b = pkg:b\n",
    "an inline comment": "[console_scripts]\na = pkg:main # hi\n",
    "a continuation": "[console_scripts]\na = pkg:\n  main\n",
    "a long continuation": "[console_scripts]\na =\n   pkg:main\n\nb = pkg:b\n",
    "indented": "  [console_scripts]\n  a = pkg:main\n  b = pkg:b\n",
    "deeper": "[console_scripts]\na = pkg:main\n  b = pkg:b\n",
    "case": "[console_scripts]\nAb = Pkg:Main\naB = pkg:main\n",
    "a colon": "[console_scripts]\na: pkg:main\n",
    "a repeated name": "[console_scripts]\na = pkg:main\na = pkg:main\n",
    "a repeated section": "[console_scripts]\na = pkg:main\n[console_scripts]\nb = pkg:main\n",
    "defaults": "[DEFAULT]\nd = pkg:default\n[console_scripts]\na = pkg:main\n",
    "another section": "[pytest11]\nx = whatever it is\n[console_scripts]\na = pkg:main\n",
    "broken other section": "[pytest11]\nx\n[console_scripts]\na = pkg:main\n",
    "no section": "a = pkg:main\n",
    "empty": "",
    "a bad value": "[console_scripts]\na = pkg\n",
    "an empty function": "[console_scripts]\na = pkg:\n",
    "a call": "[console_scripts]\na = pkg:main()\n",
    "dashes": "[console_scripts]\na-b.c = my-pkg.sub_1:Cls.meth-od\n",
    "unicode": "[console_scripts]\nä = pkg:naïve\n",
    "windows ends": "[console_scripts]\r\na = pkg:main\r\n",
    "pip": "[console_scripts]\npip = pkg:m\npip3 = pkg:m\npip3.7 = pkg:m\npip3.x = pkg:m\n",
    "only versioned pip": "[console_scripts]\npip3.300 = pkg:m\npip3.10 = pkg:m\n",
    "python": "[console_scripts]\npython = pkg:main\n",
    "python.py": "[console_scripts]\nPython3.py = pkg:main\n",
    "a versioned python": "[console_scripts]\npython3.11 = pkg:main\n",
    "python3.x": "[console_scripts]\npython3.x = pkg:main\npython4 = pkg:m\npython3.999 = pkg:m\n",
    "a threaded python": "[console_scripts]\npythonw3.13t = pkg:main\n",
    "python3.13t.py": "[gui_scripts]\npython3.13t.py = pkg:main\n",
    "pypy": "[console_scripts]\npypy3 = pkg:main\n",
    "pypy3.10": "[console_scripts]\npypy3.10 = pkg:main\n",
    "activate": "[console_scripts]\nactivate = pkg:main\n",
    "a name with a space": "[console_scripts]\nmy script = pkg:main\n",
    "a name with a dot": "[console_scripts]\n./x = pkg:main\n",
    "a climbing name": "[console_scripts]\n../x = pkg:main\n",
    "an absolute name": "[console_scripts]\n/x = pkg:main\n",
    "a name in a directory": "[console_scripts]\nsub/x = pkg:main\n",
    "an equals sign in the value": "[console_scripts]\na = pkg:main=x\n",
    "a byte order mark": "\ufeff[console_scripts]\na = pkg:main\n",
    "a form feed": "[console_scripts]\na = pkg:main\x0c\nb = pkg:b\x1c\n",
}

SCRIPTS = {
    "plain": Member("x", "#!/bin/sh\necho\n"),
    "python": Member("x", "#!python\nprint()\n"),
    "python with arguments": Member("x", "#!python -E\nprint()\n"),
    "pythonw": Member("x.pyw", "#!pythonw\nprint()\n"),
    "python3": Member("x.py", "#!python3\nprint()\n"),
    "windows ends": Member("x", "#!python\r\nprint()\r\n"),
    "old ends": Member("x", "#!python\rprint()\r"),
    "no end": Member("x", "#!python"),
    "one line": Member("x", "#!python\n"),
    "short": Member("x", "#!"),
    "nothing": Member("x", ""),
    "a program": Member("x", b"\x7fELF\0\0", PROGRAM),
    "an absolute python": Member("x", "#!/usr/bin/python\n"),
    "env": Member("x", "#!/usr/bin/env python\n"),
    "a cookie": Member("x", "#!python\n# -*- coding: latin-1 -*-\nx\n"),
    "a distant cookie": Member("x", "#!python\n\n# coding: latin-1\nx\n"),
    "a vim cookie": Member("x", "#!python\n\t # vim: set fileencoding=utf-8 :\nx\n"),
    "two cookies": Member("x", "#!python\n# coding= coding: utf-8\nx\n"),
    "a reserved name": Member("python3", "#!python\n"),
    "a reserved program": Member("Python.EXE", "x"),
    "a directory": Member("sub/x", "x"),
    "a link": Member("x", "y", LINK),
}

CONTENTS = {
    "headers": (Member(f"{DATA}/headers/pkg.h", "int x;"), Member(f"{DATA}/headers/sub/y.h")),
    "data": (
        Member(f"{DATA}/data/share/pkg/x", "x", PROGRAM),
        Member(f"{DATA}/data/etc/y y.conf", "y"),
        Member(f"{DATA}/data/top", "t"),
    ),
    "data in bin": (Member(f"{DATA}/data/bin/tool", "#!python\nx\n"),),
    "data that replaces python": (Member(f"{DATA}/data/bin/python3.12", "x"),),
    "data behind links": (Member(f"{DATA}/data/lib64/x"), Member(f"{DATA}/data/man/man1/x.1")),
    "purelib and platlib": (
        Member(f"{DATA}/purelib/pkg/pure.py", MODULE),
        Member(f"{DATA}/platlib/pkg/plat.py", MODULE),
    ),
    "purelib that replaces": (
        Member("pkg/__init__.py", MODULE),
        Member(f"{DATA}/purelib/pkg/__init__.py", "OTHER = 2\n", PROGRAM),
    ),
    "unknown data": (Member(f"{DATA}/libs/x", "x"),),
    "data of no kind": (Member(f"{DATA}/x", "x"),),
    "a file for a directory of data": (Member(f"{DATA}/data", "x"),),
    "empty directories": (
        Member("pkg/empty/"),
        Member("pkg/a/b/"),
        Member(f"{DATA}/data/share/hollow/"),
        Member(f"{DATA}/purelib/bare/"),
        Member("pkg/x.py", MODULE),
    ),
    "an empty directory of scripts": (Member(f"{DATA}/scripts/"),),
    "a directory among scripts": (Member(f"{DATA}/scripts/sub/"),),
    "an unknown directory of data": (Member(f"{DATA}/libs/"),),
    "another wheel's data": (Member("other-1.0.data/scripts/x", "x"),),
    "modes": (
        Member("pkg/a", "x", 0o100000),
        Member("pkg/b", "x", 0o100600),
        Member("pkg/c", "x", 0o100010),
        Member("pkg/d", "x", 0o106777),
        Member("pkg/e", "x", 0o100777, system=0),
        Member("pkg/f", "x", 0),
        Member("pkg/g", "x", 0o000111),
        Member("pkg/h/", b"", 0o040700),
    ),
    "stored": (Member("pkg/a", "x" * 100, method=zipfile.ZIP_STORED), Member("pkg/b")),
    "links": (Member("pkg/a", "x"), Member("pkg/b", "a", LINK), Member("pkg/c", "../pkg/a", LINK)),
    "a link to nothing": (Member("pkg/b", "nothing", LINK),),
    "unicode names": (Member("pkg/ü ñ.py", MODULE), Member("pkg/🌈.txt", "x")),
    "names with commas and quotes": (Member('pkg/a,b".txt', "x"), Member("pkg/'c'", "y")),
    "long names": (Member("pkg/" + "/".join(["deep" * 10] * 20) + "/x.py", MODULE),),
    "a tab in a name": (Member("pkg/a\tb", "x"),),
    "a backslash in a name": (Member("pkg\\a.py", MODULE),),
    "spaces": (Member("pkg/script (dev).tmpl", "x"), Member(" lead", "x"), Member("trail ", "y")),
    "dots in names": (Member("./pkg/a", "x"), Member("pkg//b", "y"), Member("pkg/./c", "z")),
    "a file that is a directory": (Member("pkg", "x"), Member("pkg/a", "y")),
    "installer files": (
        Member(f"{INFO}/INSTALLER", "pip\n"),
        Member(f"{INFO}/REQUESTED", "x"),
        Member(f"{INFO}/direct_url.json", "{}"),
        Member(f"{INFO}/uv_cache.json", "{}"),
    ),
    "signatures": (Member(f"{INFO}/RECORD.jws", "x"), Member(f"{INFO}/RECORD.p7s", "y")),
    "a path file": (Member("pkg.pth", "import sys\n"),),
    "two descriptions": (Member("other-1.0.dist-info/METADATA", "Name: other\nVersion: 1\n"),),
    "a file like a description": (Member("other-1.0.dist-info", "x"),),
    "a deep description": (Member("sub/other-1.0.dist-info/METADATA", "x"),),
    "sources that do not compile": (
        Member("pkg/old.py", "print 'hi'\n"),
        Member("pkg/null.py", b"x = 1\0\n"),
        Member("pkg/latin.py", b"# coding: latin-1\nx = '\xe9'\n"),
        Member("pkg/undeclared.py", b"x = '\xe9'\n"),
        Member("pkg/template.py", "{{ x }}\n"),
        Member("pkg/marked.py", "\ufeffx = 1\n"),
        Member("pkg/ends.py", "x = 1\r\ny = '''\r\n'''\r\n"),
        Member("pkg/escape.py", "x = '\\d'\nassert (x, 1)\n"),
        Member("pkg/empty.py", ""),
    ),
    "sources of odd names": (
        Member("a.b.py", MODULE),
        Member(".py", MODULE),
        Member("pkg/.hidden.py", MODULE),
        Member("pkg/x.PY", MODULE),
        Member("pkg/x.pyw", MODULE),
        Member("pkg/d.py/inner.py", MODULE),
        Member("pkg/__pycache__/odd.py", MODULE),
        Member("pkg/run.py", "#!/usr/bin/env python\n" + MODULE, PROGRAM),
        Member(f"{DATA}/data/share/x.py", MODULE),
        Member(f"{DATA}/scripts/tool.py", "#!python\n"),
    ),
    "bytecode": (
        Member("pkg/a.py", MODULE),
        Member("pkg/__pycache__/a.cpython-311.pyc", b"stale"),
        Member("pkg/__pycache__/a.cpython-313.pyc", b"stale"),
        Member("pkg/__pycache__/bad.cpython-313.pyc", b"shipped"),
        Member("pkg/bad.py", "print 'x'\n"),
        Member("pkg/b.pyc", b"sourceless"),
    ),
    "frozen sets": (
        Member(
            "pkg/sets.py",
            "def f(x):\n    return x in {'a', 'b', None, 1.5, (1, 'z')}\n"
            "def g(x):\n    return x in {'a', 'b', None, 1.5, (1, 'z')} or x in {'q', 'r'}\n",
        ),
    ),
    "a large file": (Member("pkg/large", bytes(range(256)) * 40_000),),
}

METADATA = {
    "another name": "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n",
    "another version": "Metadata-Version: 2.1\nName: pkg\nVersion: 1.1\n",
    "an equal version": "Metadata-Version: 2.1\nName: PKG\nVersion: v1.0.0\n",
    "no name": "Metadata-Version: 2.1\nVersion: 1.0\n",
    "no version": "Metadata-Version: 2.1\nName: pkg\n",
    "a bad version": "Metadata-Version: 2.1\nName: pkg\nVersion: one\n",
    "lower case keys": "metadata-version: 2.1\nname: pkg\nversion: 1.0\n",
    "two names": "Name: pkg\nName: other\nVersion: 1.0\n",
    "a folded name": "Name:\n pkg\nVersion: 1.0\n",
    "a late name": "Version: 1.0\n\nName: pkg\n",
    "windows ends": "Name: pkg\r\nVersion: 1.0\r\n\r\nhi\r\n",
    "a line that is no header": "Metadata-Version: 2.1\nhello\nName: pkg\nVersion: 1.0\n",
    "an envelope": "From me\nName: pkg\nVersion: 1.0\n",
    "spaces before": "Name:  \t pkg\nVersion:\t1.0\n",
    "a space after the name": "Name: pkg \nVersion: 1.0\n",
    "a space after the version": "Name: pkg\nVersion: 1.0 \n",
    "an odd version": "Name: pkg\nVersion: 1.0-0\n",
    "an envelope in between": "Name: pkg\nFrom me\n x\nVersion: 1.0\n",
    "unknown": "Name: UNKNOWN\nVersion: 1.0\n",
}

WHEELS = {
    "platlib": "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n",
    "odd purelib": "Wheel-Version: 1.0\nRoot-Is-Purelib: True\n",
    "no purelib": "Wheel-Version: 1.0\n",
    "version 1.9": "Wheel-Version: 1.9\nRoot-Is-Purelib: true\n",
    "version 2.0": "Wheel-Version: 2.0\nRoot-Is-Purelib: true\n",
    "version 0.1": "Wheel-Version: 0.1\nRoot-Is-Purelib: true\n",
    "version 0.2": "Wheel-Version: 0.2\n",
    "version 1": "Wheel-Version: 1\n",
    "no version": "Root-Is-Purelib: true\n",
    "two versions": "Wheel-Version: 1.0\nWheel-Version: 2.0\nRoot-Is-Purelib: true\n",
    "lower case": "wheel-version: 1.0\n",
}


def _catalogue() -> dict[str, Peculiar]:
    found = {
        "nothing peculiar": Peculiar(),
        "streamed": Peculiar(streamed=True),
        "trailing nulls": Peculiar(edit=lambda archive: archive + bytes(40)),
        "trailing bytes": Peculiar(edit=lambda archive: archive + b"x"),
        "leading bytes": Peculiar(edit=lambda archive: b"#!/bin/sh\n" + archive),
        "hidden bytes": Peculiar(edit=add_before_directory(b"hidden")),
        "a truncated archive": Peculiar(edit=lambda archive: archive[:-30]),
        "a wrong checksum": Peculiar(
            (Member("pkg/a", "needle", method=zipfile.ZIP_STORED),),
            edit=raw_edit(b"needle", b"noodle"),
        ),
        "a local name that differs": Peculiar(edit=raw_edit(b"pkg/__init__", b"pkg/__exit__", 1)),
        "not an archive": Peculiar(edit=lambda _archive: b"hello"),
        "an identical repetition": Peculiar((Member("pkg/a", "x"), Member("pkg/a", "x"))),
        "a differing repetition": Peculiar((Member("pkg/a", "x"), Member("pkg/a", "y"))),
        "a repetition of another mode": Peculiar(
            (Member("pkg/a", "x"), Member("pkg/a", "x", PROGRAM))
        ),
        "no record": Peculiar(omitted=frozenset({"RECORD"})),
        "no metadata": Peculiar(omitted=frozenset({"METADATA"})),
        "no wheel file": Peculiar(omitted=frozenset({"WHEEL"})),
        "nothing but a description": Peculiar(()),
        "an odd spelling": Peculiar(
            (Member("Foo.Bar_baz-1.0.data/headers/x.h"), Member("foo.py", MODULE)),
            filename="Foo.Bar_baz-1.0-py3-none-any.whl",
            info="Foo.Bar_baz-1.0.dist-info",
            metadata="Name: Foo.Bar-baz\nVersion: 1.0\n",
        ),
        "a local version": Peculiar(
            filename="pkg-1.0+cpu.1-py3-none-any.whl",
            metadata="Name: pkg\nVersion: 1.0+cpu.1\n",
        ),
        "a forgotten local version": Peculiar(filename="pkg-1.0+cpu-py3-none-any.whl"),
        "a build tag": Peculiar(filename="pkg-1.0-2abc-py3-none-any.whl"),
        "a script called as an entry point": Peculiar(
            (
                Member(f"{INFO}/entry_points.txt", "[console_scripts]\na = pkg:main\nb = pkg:b\n"),
                Member(f"{DATA}/scripts/a", "#!python\n"),
                Member(f"{DATA}/scripts/a-script.py", "#!python\n"),
                Member(f"{DATA}/scripts/b.exe", b"MZ"),
                Member(f"{DATA}/scripts/c", "#!python\n"),
                Member(f"{DATA}/data/bin/b", "data"),
            )
        ),
        "a quoted executable row": Peculiar((Member(f"{DATA}/scripts/x,y", "#!python\n"),)),
        "a record of unusual mode": Peculiar((Member("a", "x"),), edit=executable_record),
    }
    for kind, texts in (("record", RECORDS), ("metadata", METADATA), ("wheel", WHEELS)):
        for name, text in texts.items():
            found[f"{kind}: {name}"] = Peculiar(**{kind: text})  # type: ignore[arg-type]
    found |= {f"entry points: {name}": entry_points(text) for name, text in ENTRY_POINTS.items()}
    found |= {f"script: {name}": scripts(member) for name, member in SCRIPTS.items()}
    found |= {name: Peculiar(members) for name, members in CONTENTS.items()}
    return found


PECULIAR: Mapping[str, Peculiar] = _catalogue()

HOSTILE: Mapping[str, Peculiar] = {
    "a climbing name": Peculiar((Member("../evil.py", MODULE),)),
    "a climbing name that stays": Peculiar((Member("pkg/sub/../x.py", MODULE),)),
    "a deep climbing name": Peculiar((Member("pkg/../../evil.py", MODULE),)),
    "an absolute name": Peculiar((Member("/tmp/evil.py", MODULE),)),
    "a link out of the wheel": Peculiar((Member("pkg/x", "../../etc/passwd", LINK),)),
    "an absolute link": Peculiar((Member("pkg/x", "/etc/passwd", LINK),)),
    "a device": Peculiar((Member("pkg/null", "", DEVICE),)),
    "a bomb": Peculiar((Member("pkg/zeros", bytes(300 << 20)),)),
}
