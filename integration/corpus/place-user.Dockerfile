# syntax=uvlayers/frontend
# shape: `USER app`, whose home is not `/root`
# run: sh -c 'id -un && .venv/bin/shop'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN useradd --create-home --uid 1234 app
WORKDIR /home/app/code
RUN chown app:app .
USER app
COPY --chown=app:app . .
# uvlayers: layers
RUN uv sync --locked
