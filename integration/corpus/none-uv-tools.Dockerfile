# syntax=uvlayers/frontend
# shape: uv without a project: `uv venv`, `uv pip install`, `uv --version`
# run: /opt/venv/bin/python -c 'import alpha'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
COPY requirements.txt /
RUN uv --version && uv venv /opt/venv && VIRTUAL_ENV=/opt/venv uv pip install -r /requirements.txt
