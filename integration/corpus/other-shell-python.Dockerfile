# syntax=uvlayers/frontend
# shape: a shell that is none, `SHELL ["python3", "-c"]`
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
SHELL ["python3", "-c"]
WORKDIR /app
COPY . .
# uvlayers: as written: it runs inside another command
RUN import subprocess; subprocess.run("uv sync --locked", shell=True, check=True)
