# syntax=uvlayers/frontend
# shape: everything below the home directory of a user, uv as well
# run: sh -c 'echo $HOME && shop'
FROM python:3.13-slim
RUN useradd --create-home --uid 1234 --gid 100 app
USER app
ENV PATH="/home/app/.local/bin:/home/app/.venv/bin:$PATH" UV_PROJECT_ENVIRONMENT=/home/app/.venv
COPY --chown=app --from=ghcr.io/astral-sh/uv:latest /uv /home/app/.local/bin/
WORKDIR /home/app/code
COPY --chown=app:users . .
# uvlayers: layers
RUN --mount=type=cache,target=/home/app/.cache/uv,uid=1234 uv sync --locked --no-dev
