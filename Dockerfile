# Three stages: what is installed, what is built from it for browsers and for Node, and what runs.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM dependencies AS build
COPY build.ts THIRD_PARTY.md ./
COPY bundling ./bundling
COPY public ./public
COPY src ./src
RUN node build.ts

# Without what only the build needs, and TypeScript, an optional peer of valibot and i18next which they never load.
FROM dependencies AS production
RUN rm -rf node_modules/typescript node_modules/esbuild node_modules/@esbuild node_modules/htmx.org \
    node_modules/@litertjs node_modules/@mediapipe node_modules/@sapphi-red

FROM node:24-slim
# The relay of TURN=auto.
RUN apt-get update && apt-get install -y --no-install-recommends coturn && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/public ./public
COPY package.json LICENSE THIRD_PARTY.md ./
COPY licences ./licences
COPY migrations ./migrations
COPY locales ./locales
COPY views ./views
COPY assets ./assets
# The volume takes over this folder's owner when it is first made.
RUN mkdir --mode=700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
# The certificate names the family's address, not this one, so it isn't looked at here.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "--no-warnings", "-e", \
  "const { TLS, TLS_CERT, PORT = TLS ? 443 : 3000 } = process.env; process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch(`http${TLS || TLS_CERT ? 's' : ''}://127.0.0.1:${PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=2", "--invocation-count-for-maglev=10000", "--invocation-count-for-turbofan=10000", "--expose-gc", "dist/server/main.js"]
