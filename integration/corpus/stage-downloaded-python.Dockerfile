# syntax=uvlayers/frontend
# shape: `UV_PYTHON_PREFERENCE=only-managed` beside another Python, that and the environment copied to the last stage
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

FROM uvlayers-test/debian-python:trixie AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
COPY --from=mirror /mirror /mirror
COPY --from=mirror /usr/local/lib/libpython3.13.so.1.0 /usr/local/lib/
ENV LD_LIBRARY_PATH=/usr/local/lib UV_PYTHON_DOWNLOADS_JSON_URL=/mirror/downloads.json \
    UV_PYTHON_INSTALL_DIR=/python UV_PYTHON_PREFERENCE=only-managed UV_COMPILE_BYTECODE=1
WORKDIR /app
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    uv sync --locked --no-install-project --no-editable
COPY . .
# uvlayers: layers
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-editable

FROM uvlayers-test/debian:trixie-slim
RUN useradd app
COPY --from=builder /usr/local/lib/libpython3.13.so.1.0 /usr/lib/
COPY --from=builder --chown=app:app /python /python
# uvlayers: layers
COPY --from=builder --chown=app:app /app/.venv /app/.venv
