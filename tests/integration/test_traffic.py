"""Reading the registry's log."""

from pathlib import Path

import pytest

from integration.errors import SetupError
from integration.registry import Registry
from integration.traffic import watched

ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")
STRUCTURED = 'time="2026-01-01" level=info msg="response completed" http.request.method=GET'


def line(method: str, url: str, status: int, sent: int = 0) -> str:
    when = "[01/Jan/2026:00:00:00 +0000]"
    return f'127.0.0.1 - - {when} "{method} {url} HTTP/1.1" {status} {sent} "" "buildkit/v0.25"'


def test_what_is_pulled_pushed_and_mounted(tmp_path: Path) -> None:
    log = tmp_path / "registry.log"
    log.write_text(f"{line('GET', f'/v2/ours/a/blobs/{ONE}', 200, 1)}\n")
    with watched(Registry("127.0.0.1:1", log), "ours/") as traffic, log.open("a") as more:
        more.writelines(
            f"{each}\n"
            for each in (
                STRUCTURED,
                line("HEAD", f"/v2/ours/a/blobs/{ONE}", 200),
                line("GET", f"/v2/ours/a/blobs/{ONE}", 200, 10),
                line("GET", f"/v2/ours/b/blobs/{ONE}?ns=x", 206, 5),
                line("GET", f"/v2/ours/a/blobs/{TWO}", 404, 157),
                line("GET", f"/v2/theirs/a/blobs/{TWO}", 200, 10),
                line("POST", "/v2/ours/a/blobs/uploads/", 202),
                line("PUT", f"/v2/ours/a/blobs/uploads/id?_state=s&digest={TWO}", 201),
                line("PUT", "/v2/ours/a/manifests/latest", 201),
                line("POST", f"/v2/ours/a/blobs/uploads/?from=b&mount={THREE}", 201),
                line("POST", f"/v2/ours/a/blobs/uploads/?from=b&mount={ONE}", 202),
            )
        )
    assert traffic.requests == 9
    assert traffic.pulled == {ONE: 15}
    assert traffic.pushed == {TWO}
    assert traffic.mounted == {THREE}


def test_a_registry_without_a_log() -> None:
    with pytest.raises(SetupError), watched(Registry("127.0.0.1:1", None), "ours/"):
        pass
