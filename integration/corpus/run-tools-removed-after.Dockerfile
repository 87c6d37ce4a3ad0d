# syntax=uvlayers/frontend
# shape: tools that are there for the sync only
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
# uvlayers: as written: another command comes first: `touch /tool`
RUN touch /tool && uv sync --frozen && rm /tool
