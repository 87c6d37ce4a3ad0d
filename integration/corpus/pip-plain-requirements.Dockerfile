# syntax=uvlayers/frontend
# shape: requirements without hashes
# run: .venv/bin/python -c 'import alpha, beta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY requirements.txt pyproject.toml ./
RUN uv venv && uv pip sync requirements.txt && touch done
RUN uv pip install --no-deps -r requirements.txt; uv pip sync requirements.txt
