# Stands in for Docker Hub's python:3.X-slim: CPython in /usr/local, built as docker-library builds it
# but without profile-guided optimisation, from the upstream tarball that Debian ships untouched.
# Package lists may have expired: a mirror of Debian's testing may lag behind.
ARG BASE=debian
FROM ${BASE} AS base
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV LANG=C.UTF-8

FROM base AS build
ARG PACKAGE
RUN sed 's/^deb /deb-src /' /etc/apt/sources.list > /etc/apt/sources.list.d/source.list \
    && apt-get -o Acquire::Check-Valid-Until=false update -qq \
    && apt-get install -y -qq --no-install-recommends \
        dpkg-dev gcc libc6-dev make xz-utils pkg-config libbz2-dev libffi-dev liblzma-dev \
        libncurses-dev libreadline-dev libsqlite3-dev libssl-dev uuid-dev zlib1g-dev > /dev/null
WORKDIR /src
RUN apt-get source -qq --download-only ${PACKAGE} \
    && mkdir tree && tar -xf *.orig.tar.?z -C tree --strip-components=1
WORKDIR /src/tree
RUN ./configure -q --enable-loadable-sqlite-extensions --enable-option-checking=fatal \
        --enable-shared --with-ensurepip LDFLAGS="-Wl,--strip-all" > /dev/null
RUN make -s -j"$(nproc)" > /src/make.log 2>&1 || { tail -n 50 /src/make.log; exit 1; }
RUN make -s install > /src/install.log 2>&1 || { tail -n 50 /src/install.log; exit 1; }
RUN find /usr/local -depth \
        \( \( -type d -a \( -name test -o -name tests -o -name idle_test \) \) \
        -o \( -type f -a \( -name '*.pyc' -o -name 'libpython*.a' \) \) \) -exec rm -rf '{}' + \
    && for name in idle pip pydoc python python-config; do \
        versioned="$(echo "$name" | sed 's/^\([a-z]*\)/\13/')"; \
        ln -s "$versioned" "/usr/local/bin/$name"; \
    done
# The libraries that the extension modules load, for the final stage to install. Debian's own list
# of files may still have a library in /lib that is in /usr/lib.
RUN ldd /usr/local/bin/python3 /usr/local/lib/python3*/lib-dynload/*.so \
        | awk '/=> \// { print $3 }' | sort -u \
        | xargs -r -n 1 realpath | sed 'p; s,^/usr,,' | xargs -r -n 1 dpkg-query --search 2> /dev/null \
        | sed -n 's/^\(lib[^: ]*\):.*/\1/p' | sort -u > /src/libraries

FROM base
RUN --mount=from=build,source=/src/libraries,target=/tmp/libraries \
    apt-get -o Acquire::Check-Valid-Until=false update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates netbase tzdata $(cat /tmp/libraries) > /dev/null \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
COPY --from=build /usr/local /usr/local
RUN export PYTHONDONTWRITEBYTECODE=1 \
    && ldconfig && python3 -c 'import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zlib' \
    && python --version && pip --version
CMD ["python3"]
