FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY web/package.json web/
COPY patches patches
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 TZ=UTC
# The program writes its files here; a volume mounted on it takes over the owner.
RUN mkdir -p /app/.otklik && chown node:node /app /app/.otklik
COPY --from=build --chown=node:node /app /app
USER node
EXPOSE 3000
CMD ["npm", "run", "otklik", "--", "all"]
