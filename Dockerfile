# The operator, the bridge and fusionctl in one image.
#   docker build -t fusion-operator .      where base images can be pulled
#   dev/image                              anywhere: the same file, on a base image made from Debian's packages
ARG BASE=docker.io/library/debian:bookworm-slim

# Changes rarely: dev/image keeps it under a name of its own.
FROM ${BASE} AS deps
ARG FUSION_CACHE=/var/cache/fusion-operator
COPY dev/deps /src/dev/deps
COPY dev/librdkafka /src/dev/librdkafka
RUN --mount=type=cache,target=/var/cache/fusion-operator \
    FUSION_CACHE=${FUSION_CACHE} /src/dev/deps build \
    && mkdir /debs && find ${FUSION_CACHE}/debs -name 'librdkafka1_*.deb' -exec cp {} /debs/librdkafka1.deb ';' \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb

FROM deps AS build
# dev/image sets these to the machine's ccache, its locale (ccache tells compilations apart by it) and the path of its
# sources, so that what the machine has compiled is not compiled again.
ARG CCACHE_DIR=/var/cache/ccache
ARG LANG
ARG LC_ALL
ARG SOURCE=/src
WORKDIR ${SOURCE}
COPY . .
RUN --mount=type=cache,target=/var/cache/ccache \
    CCACHE_DIR=${CCACHE_DIR} cmake --preset release -DFUSION_TESTS=OFF \
    && CCACHE_DIR=${CCACHE_DIR} cmake --build --preset release \
    && install -D -t /out/ build/release/bin/fusion-operator build/release/bin/fusion-bridge build/release/bin/fusionctl \
    && rm -rf build
# The packages that hold the libraries the binaries load; librdkafka1 is the one that dev/deps built, if it built one.
# The fixed times let the next stage's layer be found again.
RUN ldd /out/* | awk '$2 == "=>" { print $1 }' | sort -u \
    | while read -r library; do dpkg -S "*/$library" | cut -d: -f1; done \
    | sort -u >/debs/packages \
    && if [ -e /debs/librdkafka1.deb ]; then sed -i 's|^librdkafka1$|/debs/librdkafka1.deb|' /debs/packages; fi \
    && touch -d @0 /debs /debs/*

FROM ${BASE}
COPY --from=build /debs /debs
RUN apt-get -q update \
    && xargs -a /debs/packages apt-get -q install -y --no-install-recommends ca-certificates \
    && rm -rf /debs /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
COPY --from=build /out/ /usr/local/bin/
LABEL org.opencontainers.image.title="fusion-operator" \
      org.opencontainers.image.description="Runs Spark-Flink fusion pipelines on Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 65532:65532
# Bridge pods set their own command: fusion-bridge.
ENTRYPOINT ["fusion-operator"]
