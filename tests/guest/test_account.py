import os
from pathlib import Path

import pytest
from uvlayers.guest import account
from uvlayers.guest.failure import Failure

PASSWD = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:\nodd line\n"
GROUP = "root:x:0:\nstaff:x:50:other,app\nwheel:x:10:other\naudio:x:29:app\n"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("app", (1000, 1001, [1001, 50, 29], "/home/app")),
        ("1000", (1000, 1001, [1001, 50, 29], "/home/app")),
        ("app:staff", (1000, 50, [50], "/home/app")),
        ("app:77", (1000, 77, [77], "/home/app")),
        ("1234", (1234, 0, [0], "/")),
        ("1234:5678", (1234, 5678, [5678], "/")),
        ("root", (0, 0, [0], "/root")),
    ],
)
def test_users_are_found_as_the_runtime_finds_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str, expected: tuple[object, ...]
) -> None:
    account_files(monkeypatch, tmp_path)

    assert account.find_user(user) == expected


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ("nobody-here", "no such user in /etc/passwd: `nobody-here`"),
        ("app:nogroup-here", "no such group in /etc/group: `nogroup-here`"),
    ],
)
def test_an_unknown_user_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str, message: str
) -> None:
    account_files(monkeypatch, tmp_path)

    with pytest.raises(Failure) as caught:
        account.find_user(user)
    assert caught.value.message == message


def account_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text(PASSWD)
    (tmp_path / "group").write_text(GROUP)
    read = account.read_rows

    def read_here(path: str, width: int) -> list[list[str]]:
        return read(path.replace("/etc", str(tmp_path)), width)

    monkeypatch.setattr(account, "read_rows", read_here)


def test_a_root_without_accounts(tmp_path: Path) -> None:
    assert account.read_rows(str(tmp_path / "passwd"), 7) == []


def test_the_user_that_it_is_already_needs_no_switch() -> None:
    found = account.Account(f"{os.getuid()}:{os.getgid()}", {"HOME": "/home/given"})

    code, output, _ = found.run(["/bin/sh", "-c", "id -u; echo $HOME"], "/")
    assert (code, output) == (0, f"{os.getuid()}\n/home/given\n")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_root_becomes_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    account_files(monkeypatch, tmp_path)
    found = account.Account("app", {"PATH": os.defpath})

    code, output, _ = found.run(["/bin/sh", "-c", "id -u; id -g; id -G; echo $HOME"], "/")
    assert (code, output) == (0, "1000\n1001\n1001 29 50\n/home/app\n")
