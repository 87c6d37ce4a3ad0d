# syntax=uvlayers/frontend
# shape: several stages, cache mounts, heredocs, `ADD` of an archive, no Python project
FROM uvlayers-test/debian:trixie-slim AS base
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ARG GREETING=hello
RUN --mount=type=cache,target=/var/cache/corpus,id=corpus <<EOF
echo "$GREETING" | tee /greeting
date +%Y > /var/cache/corpus/year
EOF
FROM scratch AS files
ADD static.tar /
COPY <<-one <<-two /texts/
	first
	one
	second
	two
FROM base
COPY --link --from=files --chown=33:33 / /srv/
WORKDIR /srv
USER www-data
VOLUME /srv/texts
CMD ["cat", "/greeting"]
