# syntax=uvlayers/frontend
# shape: a user's own Python, which `uv sync` downloads; a group more in a second sync
# run: sh -c 'id -un && .venv/bin/shop'
FROM python:3.13-slim AS mirror
WORKDIR /mirror
RUN mkdir python && cp -r /usr/local/bin /usr/local/lib /usr/local/include python/ && \
    tar -czf cpython.tar.gz python && rm -r python
RUN <<EOF
#!/usr/local/bin/python3
import hashlib, json, platform
major, minor, patch = map(int, platform.python_version_tuple())
machine = platform.machine()
archive = open("cpython.tar.gz", "rb").read()
download = {
    "name": "cpython", "arch": {"family": machine, "variant": None}, "os": "linux", "libc": "gnu",
    "major": major, "minor": minor, "patch": patch, "prerelease": "", "variant": None,
    "url": "file:///mirror/cpython.tar.gz", "sha256": hashlib.sha256(archive).hexdigest(),
    "build": "20250101",
}
name = f"cpython-{major}.{minor}.{patch}-linux-{machine}-gnu"
json.dump({name: download}, open("downloads.json", "w"))
EOF

FROM uvlayers-test/debian:trixie-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
COPY --from=mirror /mirror /mirror
COPY --from=mirror /usr/local/lib/libpython3.13.so.1.0 /usr/lib/
ENV UV_PYTHON_DOWNLOADS_JSON_URL=file:///mirror/downloads.json
RUN useradd --create-home --uid 1234 app
USER app
WORKDIR /home/app/code
COPY --chown=app:app . .
# uvlayers: layers
RUN uv sync --locked --no-dev --no-install-project
RUN mkdir /tmp/data
# uvlayers: layers
RUN uv sync --locked
