# syntax=uvlayers/frontend
# shape: no Python in the image: `uv sync` downloads one; then `chown -R`
# run: /app/.venv/bin/shop
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
ENV UV_PYTHON_DOWNLOADS_JSON_URL=/mirror/downloads.json
WORKDIR /app
COPY pyproject.toml uv.lock ./
# uvlayers: layers
RUN uv sync --locked --no-install-project
COPY . .
# uvlayers: layers
RUN uv sync --locked
# uvlayers: layers
RUN useradd --uid 1234 app && chown -R app /app
