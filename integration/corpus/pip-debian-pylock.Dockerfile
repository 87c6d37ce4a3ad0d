# syntax=uvlayers/frontend
# shape: Debian's own Python, `uv pip install --system --break-system-packages -r pylock.toml`
# run: python3 -c 'import alpha, gamma, delta'
FROM uvlayers-test/debian-python:bookworm
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pylock.toml ./
# uvlayers: layers
RUN uv pip install --system --break-system-packages -r pylock.toml
