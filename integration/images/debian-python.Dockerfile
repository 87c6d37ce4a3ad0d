# A system whose own package manager installed Python: /usr/bin/python3, as on plain Debian.
# Package lists may have expired: a mirror of Debian's testing may lag behind.
ARG BASE=debian
FROM ${BASE}
RUN apt-get -o Acquire::Check-Valid-Until=false update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates python3 > /dev/null \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
ENV LANG=C.UTF-8
CMD ["python3"]
