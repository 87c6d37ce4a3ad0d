# syntax=uvlayers/frontend
# shape: `uv pip install --python /opt/venv -r pylock.NAME.toml`, as a user
# run: /opt/venv/bin/python -c 'import alpha, gamma, delta'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN useradd --create-home app && install -d -o app -g app /opt/venv
USER app
RUN uv venv /opt/venv
WORKDIR /src
COPY pylock.toml pylock.app.toml
# uvlayers: layers
RUN uv pip install --python /opt/venv/bin/python -r pylock.app.toml
