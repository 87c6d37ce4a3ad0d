# syntax=uvlayers/frontend
# shape: `RUN chown -R` of a part of the environment, of a link to it, of all but what is hidden: on top
# run: sh -c 'stat -c "%A %u:%g %n" /app /link /app/.venv /app/.venv/* /app/.venv/bin/*'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN ln -s /app/.venv /link
# uvlayers: layers
RUN uv sync --frozen
RUN chown -R 7:7 /link /app/*
RUN chown -R 1000 /app && chown -R 8 /app/.venv/bin
