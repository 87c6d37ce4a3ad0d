# syntax=uvlayers/frontend
# shape: a `RUN` after the environment fails
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
# uvlayers: fails
RUN .venv/bin/python -c "import alpha" && \
    .venv/bin/python -c "import nowhere"
CMD ["shop"]
