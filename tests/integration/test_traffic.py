"""Lines as Docker's registry writes them, but for fields that nobody reads."""

from pathlib import Path

import pytest

from integration.errors import SetupError
from integration.registry import Registry
from integration.traffic import Request, pulled, requests, uploads, watched

DIGEST = "sha256:4cb5ee9446ad6e3f7ddc1c6dded1197ccc96a034bde1b8265a5fba8b4010670d"
ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")

# A client's name for itself may hold anything.
AGENT = r'"docker/28 \"x\" http.request.method=PUT"'


def line(
    method: str, uri: str, status: int, written: int = 0, said: str = "response completed"
) -> str:
    return (
        f'time="2026-01-01T00:00:00Z" level=info msg="{said}" go.version=go1.19.8 '
        f'http.request.host="127.0.0.1:5055" http.request.method={method} '
        f"http.request.uri={uri} http.request.useragent={AGENT} "
        f"http.response.duration=2.2ms http.response.status={status} "
        f"http.response.written={written}"
    )


LOG = "\n".join(
    [
        line("HEAD", f'"/v2/app/blobs/{DIGEST}"', 404, 157, "response completed with error"),
        line("POST", "/v2/app/blobs/uploads/", 202),
        line("PATCH", '"/v2/app/blobs/uploads/1?_state=a%3Db"', 202),
        line("PUT", f'"/v2/app/blobs/uploads/1?_state=a&digest={DIGEST.replace(":", "%3A")}"', 201),
        line("POST", f'"/v2/app/blobs/uploads/?mount={DIGEST}&from=other"', 201),
        line("PUT", "/v2/app/manifests/latest", 201),
        line("PUT", "/v2/app/manifests/broken", 400),
        line("PUT", "/v2/application/manifests/latest", 201),
        '127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "PUT /v2/app/manifests/latest HTTP/1.1" 201 0',
        line("GET", "/v2/app/manifests/latest", 200, 1000),
        line("GET", f'"/v2/app/blobs/{DIGEST}"', 200, 5_000_000),
        line("GET", f'"/v2/application/blobs/{DIGEST}"', 200, 7),
    ]
)
FOUND = list(requests(LOG))


def test_answers_are_read_and_other_lines_are_not() -> None:
    assert len(FOUND) == 11
    assert FOUND[0] == Request("HEAD", f"/v2/app/blobs/{DIGEST}", 404, 157)


def test_what_was_sent_counts_and_what_was_there_does_not() -> None:
    assert uploads(FOUND, "app") == [f"blobs/{DIGEST}", "manifests/latest"]
    assert uploads(FOUND, "other") == []


def test_what_came_from_a_repository() -> None:
    assert pulled(FOUND, "app") == 5_001_000


def test_what_is_pulled_pushed_and_mounted(tmp_path: Path) -> None:
    log = tmp_path / "registry.log"
    log.write_text(f"{line('GET', f'/v2/ours/a/blobs/{ONE}', 200, 1)}\n")
    with watched(Registry("127.0.0.1:1", log), "ours/") as traffic, log.open("a") as more:
        more.writelines(
            f"{each}\n"
            for each in (
                "127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] GET",
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
