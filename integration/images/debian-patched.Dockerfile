# One minor version of Python beside which the system's own python3 would be another.
ARG BASE=debian
FROM ${BASE}
ARG PACKAGE
RUN apt-get -o Acquire::Check-Valid-Until=false update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates ${PACKAGE} > /dev/null \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
ENV LANG=C.UTF-8
CMD ["python3"]
