# syntax=uvlayers/frontend
# shape: a virtual environment of another Python, which uv makes anew
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN uv venv /opt/venv && sed -i 's/version_info = .*/version_info = 3.9.1/' /opt/venv/pyvenv.cfg
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
WORKDIR /app
COPY . .
# uvlayers: as written: uv would make the environment that is there anew: `/opt/venv`
RUN uv sync --frozen
