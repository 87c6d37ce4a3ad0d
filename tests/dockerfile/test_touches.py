import pytest
from uvlayers.dockerfile.shell.touches import is_cache, touched_paths

ACCOUNTS = ("/etc", "/home", "/run", "/var")


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("rm -rf /root/.cache/uv .x /tmp/*", ("/root/.cache/uv", "/app/.x", "/tmp")),
        ("apt-get clean", ("/var/cache/apt", "/var/lib/apt")),
        ("uv cache prune --ci", ()),
        ("uv cache prune --other", None),
        ("chown -R x:y data ../z/*", ("/app/data", "/z")),
        ("/bin/mkdir -p //d/a", ("/d/a",)),
        ("chmod -R go-w .venv", ("/app/.venv",)),
        ("chown --reference=/x /y", None),
        ("mkdir -m 0700 /x", None),
        ("touch -r /x /y", None),
        ("useradd -r -u 1000 -s /bin/false app", ACCOUNTS),
        ("useradd --system --create-home --shell /bin/bash --uid=7 app", ACCOUNTS),
        ("adduser --system --no-create-home --ingroup a a", ACCOUNTS),
        ("adduser -S -D -H -u 7 app", ACCOUNTS),
        ("groupadd -g 7 app", ACCOUNTS),
        ("addgroup --system app", ACCOUNTS),
        ("useradd -md /app app", None),
        ("useradd -d/app app", None),
        ("useradd --home-dir=/app app", None),
        ("useradd --home /app app", None),
        ("useradd --base-dir /app app", None),
        ("adduser -S -h /app app", None),
        ("groupadd -R /app app", None),
        ("groupadd --prefix=/app app", None),
        ("ln -s /app/.venv/bin/x /usr/bin/x", ("/usr/bin/x",)),
        ("ln -sfn x y", ("/app/y",)),
        ("ln --symbolic x y", ("/app/y",)),
        ("ln /x /y", None),
        ("ln -s /x", None),
        ("ln -s /x /y /z", None),
        ("ln -st /x /y", None),
        ("cp a b", None),
        ("ls", None),
    ],
)
def test_what_a_program_touches(words: str, paths: tuple[str, ...] | None) -> None:
    assert touched_paths(words.split(), "/app") == paths


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/root/.cache", True),
        ("/home/app/.cache/uv", True),
        ("/.cache", True),
        ("/var/cache/apt", True),
        ("/var/lib/apt", True),
        ("/var/lib/apt/lists/partial", True),
        ("/var/lib/apt/extended_states", False),
        ("/var/cached", False),
        ("/root/.cached", False),
        ("/root/x.cache", False),
        ("/var/lib", False),
        ("/", False),
    ],
)
def test_caches(path: str, *, cache: bool) -> None:
    assert is_cache(path) is cache
