# syntax=uvlayers/frontend
# shape: `cd X && uv sync --project Y && cd Z && …`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
COPY . /app
# uvlayers: layers
RUN cd /app && uv sync --project backend --frozen && cd data && cp one.txt two.txt
