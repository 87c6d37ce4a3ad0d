# syntax=uvlayers/frontend
# shape: `getent group app > /dev/null || groupadd app`, `echo … | chpasswd`, `install -d`, `rm -rf` after the environment
# run: sh -c '/app/.venv/bin/shop && id && stat -c "%A %u:%g %n" /data /srv/made && ls -A /tmp /srv /opt && cat /tmp/seen'
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
RUN mkdir -p /opt/old/in /srv/made/before && touch /opt/old/in/file /srv/made/before/file /tmp/left
WORKDIR /app
COPY . .
# uvlayers: layers
RUN uv sync --frozen
RUN getent group app > /dev/null 2>&1 || groupadd --gid 1234 app; \
    if ! id -u app > /dev/null 2>&1; then useradd --uid 1234 --gid app --create-home app; else echo there; fi
RUN echo "app:secret" | chpasswd && usermod -aG users app || { echo "no account" >&2; exit 1; }
RUN (mkdir /data || true) && install -d -m 750 -o app -g app /data
RUN rm -rf /opt/old /tmp/* /srv/made && mkdir /srv/made && rm -rf /root/.cache /nowhere
RUN rm -rf /nowhere
USER app
USER root
RUN /app/.venv/bin/python -B -c 'import os, alpha; assert not os.path.exists("/opt/old")' && ls -A /opt /srv/made > /tmp/seen
USER app
