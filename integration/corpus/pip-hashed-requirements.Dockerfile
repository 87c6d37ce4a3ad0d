# syntax=uvlayers/frontend
# shape: `uv pip compile --generate-hashes`, `uv pip sync`
# run: .venv/bin/python -c 'import alpha, beta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY requirements.txt pyproject.toml ./
RUN uv venv && uv pip compile --quiet --generate-hashes requirements.txt -o locked.txt
# uvlayers: as written: its requirements name no URL of a wheel: `alpha==1.0`
RUN uv pip sync locked.txt
