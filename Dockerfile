# elasticweb: Node and one file. Needs the repository as its context; .dockerignore says what of it.

# The Node of package.json's devDependencies. The bundle is the same for every processor, so it is built on the builder's own.
FROM --platform=$BUILDPLATFORM node:24.21.0-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66 AS build
WORKDIR /elasticweb
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src src
COPY test/image test/image
RUN npm run bundle

FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e
LABEL org.opencontainers.image.title="elasticweb" \
      org.opencontainers.image.description="Web services on Kubernetes that scale with their traffic" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY LICENSE /elasticweb/
COPY --from=build /elasticweb/build/LICENCES.txt /elasticweb/build/elasticweb.cdx.json /elasticweb/build/elasticweb.cjs /elasticweb/
# Nothing is written at run time, and nothing runs but Node: a read-only root file system and no rights will do.
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/elasticweb/elasticweb.cjs"]
CMD ["--help"]
