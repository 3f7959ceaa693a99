# The image of Coalmine: worker and command line. The target `example` is the example platform.

FROM node:24-bookworm-slim AS manifest
WORKDIR /app
COPY package.json package-lock.json ./

# A registry of one's own: its npm configuration and its certificates come as build secrets, and stay out of the image.
FROM manifest AS sources
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca-certificates \
    NODE_EXTRA_CA_CERTS=$(ls /run/secrets/ca-certificates 2>/dev/null) npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY workflows workflows
COPY activities activities
RUN npm run build

# What runs in production. The SDK brings its native part for five platforms: one is needed.
FROM manifest AS dependencies
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca-certificates \
    NODE_EXTRA_CA_CERTS=$(ls /run/secrets/ca-certificates 2>/dev/null) npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && cd node_modules/@temporalio/core-bridge/releases \
    && find . -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
    && test -d "$(uname -m)-unknown-linux-gnu"

FROM sources AS example
COPY examples examples
RUN install -d -o node -g node /var/lib/platform
USER node
EXPOSE 4000 4001
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=6 \
    CMD ["node", "-e", "fetch('http://platform:4001/stats').then(({ status }) => process.exit(status === 200 ? 0 : 1))"]
ENTRYPOINT ["node", "--import", "tsx", "examples/platform/main.ts"]
CMD ["--host", "platform", "--directory", "/var/lib/platform", "--stable", "14.1.0"]

FROM node:24-bookworm-slim AS worker
# The SDK's TLS looks for the system's certificates, which the slim image lacks; Node has them.
RUN node -p "tls.rootCertificates.join('\n')" > /etc/ssl/certs/ca-certificates.crt \
    && ln -s /app/dist/src/cli/main.js /usr/local/bin/coalmine \
    && install -d -o node -g node /etc/traefik/dynamic
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=sources /app/dist dist
USER node
ENV NODE_ENV=production \
    COALMINE_HEALTH_ADDRESS=0.0.0.0:8088 \
    COALMINE_METRICS_ADDRESS=0.0.0.0:9464 \
    COALMINE_LOG=json
EXPOSE 8088 9464
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=6 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:8088/readyz').then(({ status }) => process.exit(status === 200 ? 0 : 1))"]
ENTRYPOINT ["coalmine"]
CMD ["worker"]
