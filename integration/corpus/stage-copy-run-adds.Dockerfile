# syntax=uvlayers/frontend
# shape: `uv sync`, a `RUN` of the environment's Python that adds files, then `COPY --from=builder` of it
# run: sh -c 'shop && cat models/made && python -m later && find /app/.venv -name "alpha*.pyc" | wc -l'
FROM python:3.13-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --locked --no-dev
RUN .venv/bin/python -c 'import alpha; open("models-made", "w").write(alpha.__name__)' && \
    mkdir models && mv models-made models/made && \
    echo 'print("later")' > .venv/lib/python3.13/site-packages/later.py

FROM python:3.13-slim
# uvlayers: layers
COPY --from=builder --chown=1000:1000 /app /app
WORKDIR /app
USER 1000:1000
ENV PATH="/app/.venv/bin:$PATH"
