# syntax=uvlayers/frontend
# shape: an older uv, and its `uv pip sync pylock.toml`
# run: .venv/bin/python -c 'import alpha, gamma, delta'
FROM python:3.13-slim
COPY --from=uvlayers-test/uv:0.8 /uv /bin/
WORKDIR /app
RUN uv venv
COPY pylock.toml ./
# uvlayers: layers
RUN uv pip sync pylock.toml
