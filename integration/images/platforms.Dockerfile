# One image of several platforms, of trees that were made without running any of them.
FROM scratch
ARG TARGETARCH
ADD ${TARGETARCH}.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
