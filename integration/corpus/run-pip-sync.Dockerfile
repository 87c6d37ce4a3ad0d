# syntax=uvlayers/frontend
# shape: `uv pip sync`, `uv pip install -r pyproject.toml --group …`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY pyproject.toml requirements.txt ./
RUN uv venv && uv pip sync requirements.txt
RUN uv pip install -r pyproject.toml --group dev
