"""Settings about reaching an index that a download of ours does not have."""

import pytest
from uvlayers.settings.request import Fetching

from tests.settings.project import request, with_tool


@pytest.mark.parametrize(
    ("arguments", "settings", "env", "fetching"),
    [
        ([], "", {}, Fetching()),
        (["--native-tls"], "", {}, Fetching(certificates=True)),
        ([], "system-certs = true", {}, Fetching(certificates=True)),
        ([], "", {"SSL_CERT_FILE": "/x"}, Fetching(certificates=True)),
        ([], "", {"SSL_CERT_FILE": ""}, Fetching()),
        ([], "", {"https_proxy": "http://p"}, Fetching(proxied=True)),
        ([], "", {"HTTP_PROXY": "http://p"}, Fetching(proxied=True)),
        ([], "https-proxy = 'http://p'", {}, Fetching(proxied=True)),
        (["--allow-insecure-host", "a b"], "", {}, Fetching(insecure_hosts=("a", "b"))),
        (
            ["--trusted-host", "a"],
            "allow-insecure-host = ['c']",
            {"UV_INSECURE_HOST": "b"},
            Fetching(insecure_hosts=("a", "c")),
        ),
        ([], "", {"UV_INSECURE_HOST": "b c"}, Fetching(insecure_hosts=("b", "c"))),
    ],
)
def test_fetching(
    arguments: list[str], settings: str, env: dict[str, str], fetching: Fetching
) -> None:
    assert request(*arguments, files=with_tool(settings), env=env).fetching == fetching
