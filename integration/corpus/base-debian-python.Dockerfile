# syntax=uvlayers/frontend
# shape: Debian's own Python, `/usr/bin/python3`
# run: shop
FROM uvlayers-test/debian-python:trixie
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
ENV UV_COMPILE_BYTECODE=1 PATH="/app/.venv/bin:$PATH"
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked
