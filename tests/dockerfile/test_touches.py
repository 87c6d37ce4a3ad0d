import pytest
from uvlayers.dockerfile.shell.accounts import ACCOUNTS as PROGRAMS_OF_ACCOUNTS
from uvlayers.dockerfile.shell.touches import (
    _ARGUMENTS,
    PROGRAMS,
    Touched,
    is_cache,
    touched_by_program,
)
from uvlayers.guest.scripts import SYSTEM

ACCOUNTS = ("/etc", "/home", "/run", "/var")


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("rm -rf /root/.cache/uv .x /tmp/*", ("/root/.cache/uv", "/app/.x", "/tmp")),
        ("apt-get clean", ("/var/cache/apt", "/var/lib/apt")),
        ("uv cache prune --ci", ()),
        ("uv cache prune --other", None),
        ("chown x:y data /z", ("/app/data", "/z")),
        ("chown -R x:y data /z", ("/app/data", "/z")),
        ("chown x:y /z/*", None),
        ("chown -R x:y /z/*", None),
        ("touch /z/*", None),
        ("rm -r ../z", None),
        ("rmdir -p /x/y", None),
        ("chmod -r /x", None),
        ("/bin/mkdir -p //d/a", ("/d/a",)),
        ("chmod -R go-w .venv", ("/app/.venv",)),
        ("chown --reference=/x /y", None),
        ("mkdir -m 0700 /x", ("/x",)),
        ("mkdir -pm700 --mode=7 --mode 7 /x", ("/x",)),
        ("mkdir --context=7 /x", None),
        ("touch -r /x /y", None),
        ("useradd -r -u 1000 -s /bin/false app", ACCOUNTS),
        ("useradd --system --create-home --shell /bin/bash --uid=7 app", ACCOUNTS),
        ("adduser --system --no-create-home --ingroup a a", ACCOUNTS),
        ("adduser -S -D -H -u 7 app", ACCOUNTS),
        ("groupadd -g 7 app", ACCOUNTS),
        ("addgroup --system app", ACCOUNTS),
        ("useradd -md /app app", (*ACCOUNTS, "/app")),
        ("useradd -rd/app app", (*ACCOUNTS, "/app")),
        ("useradd -u 7 -d srv app", (*ACCOUNTS, "/app/srv")),
        ("useradd --home-dir=/app app", (*ACCOUNTS, "/app")),
        ("useradd --home /app app", (*ACCOUNTS, "/app")),
        ("adduser -S -h /app app", (*ACCOUNTS, "/app")),
        ("useradd --base-dir /app app", None),
        ("useradd -mb /app app", None),
        ("useradd -k /app app", None),
        ("useradd --home-d /app -m app", None),
        ("useradd -K MAIL_DIR=/app app", None),
        ("groupadd -f -g 7 app", ACCOUNTS),
        ("groupadd -f -R /app app", None),
        ("groupadd -R /app app", None),
        ("groupadd --prefix=/app app", None),
        ("ln -s /app/.venv/bin/x /usr/bin/x", ("/usr/bin/x",)),
        ("ln -sfn x y", ("/app/y",)),
        ("ln --symbolic x y", ("/app/y",)),
        ("ln /x /y", None),
        ("ln -s /x", None),
        ("ln -s /x /y /z", None),
        ("ln -st /x /y", None),
        ("getent group app", ("/etc",)),
        ("id -u app", ("/etc",)),
        ("id -Z", None),
        ("chpasswd -e", ("/etc",)),
        ("chpasswd -R /app", None),
        ("usermod -aG sudo,app app", ("/etc",)),
        ("usermod --append --groups app --shell=/bin/sh app", ("/etc",)),
        ("usermod -u 7 app", None),
        ("usermod -md /app app", None),
        ("install -d x /y", ("/app/x", "/y")),
        ("install -dm755 -o a -g7 -v /x", ("/x",)),
        ("install -m 755 -d -o a /x", ("/x",)),
        ("install -m 755 a b", None),
        ("install -d -t /x a", None),
        ("install -d /x/*", None),
        ("install -D a /x", None),
        ("cat /etc/x y", ("/etc/x", "/app/y")),
        ("cat", ()),
        ("tee -a f", ("/app/f",)),
        ("tee --output-error=warn f", None),
        ("cp a b", ("/app/a", "/app/b", "/app/b/a")),
        ("cp -p /x/a /b", ("/x/a", "/b", "/b/a")),
        ("mv a /b", ("/app/a", "/b", "/b/a")),
        ("cp -r a b", None),
        ("cp a b c", None),
        ("cp /x/* b", None),
        ("cp /x/. b", None),
        ("cp /x/ b", None),
        ("cp -t b a", None),
        (r"sed -i s/\r$//g /entrypoint", ("/entrypoint",)),
        ("sed -i -E -e s|a|b|I x y", ("/app/x", "/app/y")),
        ("sed -i 1,3s/a/b/2 x", ("/app/x",)),
        ("sed s/a/b/ x", None),
        ("sed -i.bak s/a/b/ x", None),
        ("sed -i s/a/b/e x", None),
        ("sed -i s/a/b/w/y x", None),
        ("sed -i s/a/b/;wy x", None),
        ("sed -i 1r/y x", None),
        ("sed -i -f s x", None),
        ("sed -i -e s/a/b/ -e s/a/b/ x", None),
        ("sed -i s/a/b/ /x/*", None),
        ("sed -i", None),
        ("ls", None),
    ],
)
def test_what_a_program_touches(words: str, paths: tuple[str, ...] | None) -> None:
    found = touched_by_program(words.split(), "/app")
    assert (None if found is None else found.all) == paths


@pytest.mark.parametrize(
    ("words", "touched"),
    [
        ("mkdir -p data /z", Touched(named=("/app/data", "/z"))),
        ("chmod +x run.sh", Touched(named=("/app/run.sh",))),
        ("chmod -R 755 bin", Touched(looks=("/app/bin",), modes=(("/app/bin", "755"),))),
        ("touch x", Touched(named=("/app/x",))),
        ("ln -s x y", Touched(("/app/y",), links=("/app/y",))),
        ("useradd -r -d /app app", Touched(ACCOUNTS, ("/app",))),
        ("chown -R 7 x", Touched(looks=("/app/x",))),
        ("chown 7 x", Touched(named=("/app/x",))),
    ],
)
def test_what_stays_in_a_directory_that_is_touched(words: str, touched: Touched) -> None:
    assert touched_by_program(words.split(), "/app") == touched


@pytest.mark.parametrize(
    ("words", "looks"),
    [
        ("chown -R x:y data /z", ("/app/data", "/z")),
        ("chown -Rhv x /app", ("/app",)),
        ("chown --recursive x -- .", ("/app",)),
        ("/bin/chgrp -f -R 0 /app", ("/app",)),
        ("chown -RL x /app", None),
        ("chown -R --from=a b /app", None),
        ("chown -h x /app", ()),
        ("chmod -R 700 /app", ("/app",)),
        ("rm -R /app", ()),
    ],
)
def test_what_gets_other_looks_with_all_that_is_in_it(
    words: str, looks: tuple[str, ...] | None
) -> None:
    found = touched_by_program(words.split(), "/app")
    assert (None if found is None else found.looks) == looks


def test_whatever_a_known_program_may_start_is_kept_out_of_the_layers() -> None:
    assert set(SYSTEM) == PROGRAMS
    assert {*_ARGUMENTS, *PROGRAMS_OF_ACCOUNTS} < PROGRAMS


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
