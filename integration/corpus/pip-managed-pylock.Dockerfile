# syntax=uvlayers/frontend
# shape: an externally managed Python, which uv refuses
FROM uvlayers-test/debian-python:bookworm
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pylock.toml ./
# uvlayers: as written: uv would fail: The interpreter at `/usr` is externally managed, and indicates the following:
# uvlayers: fails
RUN uv pip install --system -r pylock.toml
