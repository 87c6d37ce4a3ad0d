"""Settings about reaching an index."""

from collections.abc import Mapping

from uvlayers.settings.choices import Choices
from uvlayers.settings.request import Fetching

PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
CERTIFICATES = ("SSL_CERT_DIR", "SSL_CERT_FILE", "SSL_CLIENT_CERT")
SYSTEM_CERTIFICATES = ("UV_NATIVE_TLS", "UV_SYSTEM_CERTS")


def read_fetching(choices: Choices, environment: Mapping[str, str]) -> Fetching:
    """What a download of ours would have to know; BuildKit's has none of it."""
    hosts = [host for host in choices.arguments.many("allow-insecure-host") if host]
    hosts += choices.variables.words("UV_INSECURE_HOST") if not hosts else []
    hosts += choices.configuration.strings("allow-insecure-host")
    flags = any(choices.arguments.has(name) for name in ("native-tls", "system-certs"))
    settings = any(choices.configuration.boolean(key) for key in ("native-tls", "system-certs"))
    given = any(environment.get(name) for name in CERTIFICATES + SYSTEM_CERTIFICATES)
    proxies = any(environment.get(n) or environment.get(n.lower()) for n in PROXIES)
    configured = any(choices.configuration.text(key) for key in ("http-proxy", "https-proxy"))
    return Fetching(tuple(hosts), flags or settings or given, proxies or configured)
