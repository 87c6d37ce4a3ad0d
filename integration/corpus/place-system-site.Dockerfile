# syntax=uvlayers/frontend
# shape: a virtual environment that sees the packages of the base image
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN python -m venv --system-site-packages --without-pip /opt/venv
ENV VIRTUAL_ENV=/opt/venv
WORKDIR /app
COPY . .
# uvlayers: as written: the environment that is there has `include-system-site-packages = true`
RUN uv sync --frozen --active
