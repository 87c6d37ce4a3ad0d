# syntax=uvlayers/frontend
# shape: requirements without hashes, in a `RUN` that would not be taken over
# run: python -c 'import alpha, beta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY requirements.txt pyproject.toml ./
ENV UV_CONSTRAINT=constraints.txt
RUN touch constraints.txt; umask 022; true && uv pip install --system --no-deps -r requirements.txt
