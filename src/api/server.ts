import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { DomainError, messageOf } from '../core/errors.ts';
import type { AppEnv } from '../core/http.ts';
import type { Logger } from '../core/logger.ts';
import { HOUR_MS, SECOND_MS } from '../core/time.ts';

/** An upload of a gigabyte over a slow line; other requests are bounded by their small bodies. */
const REQUEST_TIMEOUT_MS = HOUR_MS;
/** Headers come at once; slower ones only hold a socket. */
const HEADERS_TIMEOUT_MS = 30 * SECOND_MS;
/** Longer than the 60 s of common balancers, so that it is they who close an idle connection. */
const KEEP_ALIVE_MS = 65 * SECOND_MS;
/** What is running may finish for so long; orchestrators kill after 30 s. */
const DRAIN_MS = 20 * SECOND_MS;

export type RunningServer = {
  /** Where people reach it on this machine, without a trailing slash: the real port, also when 0 was asked for. */
  url: string;
  port: number;
  /** Takes no more connections, lets running requests finish within bounds, then ends what is left. */
  close(drainMs?: number): Promise<void>;
};

/**
 * Binds the port first and then makes the app, which may need the real address. Throws `port_in_use`, `port_forbidden` or
 * `address_unusable` when it cannot listen.
 */
export async function startServer(options: {
  host: string;
  port: number;
  log: Logger;
  app: (address: { url: string; port: number }) => Hono<AppEnv> | Promise<Hono<AppEnv>>;
}): Promise<RunningServer> {
  let app: Hono<AppEnv> | undefined;
  const server = createAdaptorServer({
    fetch: (request, env) =>
      app === undefined
        ? new Response('Starting', { status: 503, headers: { 'Retry-After': '1' } })
        : app.fetch(request, env),
    serverOptions: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
  }) as Server;
  const running = trackRequests(server);
  const port = await listen(server, options.host, options.port);
  const url = `http://${nameOf(options.host)}:${port}`;
  try {
    app = await options.app({ url, port });
  } catch (error) {
    server.close();
    throw error;
  }
  options.log.info({ url }, 'listening');
  return { url, port, close: (drainMs = DRAIN_MS) => close(server, running, drainMs, options.log) };
}

type Tracked = { open: Set<ServerResponse>; closing: boolean };

/** Answers during the shutdown ask their clients to go elsewhere for the next request. */
function trackRequests(server: Server): Tracked {
  const tracked: Tracked = { open: new Set(), closing: false };
  server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
    tracked.open.add(response);
    if (tracked.closing) response.setHeader('Connection', 'close');
    response.once('close', () => tracked.open.delete(response));
  });
  return tracked;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): DomainError {
  const answer = (code: string, detail: string) =>
    new DomainError({ code, status: 500, detail, cause: error });
  if (error.code === 'EADDRINUSE') {
    return answer(
      'port_in_use',
      `Port ${port} of ${host} is taken by another program. Stop it, or set PORT to another number (0 picks a free one).`,
    );
  }
  if (error.code === 'EACCES') {
    return answer('port_forbidden', `This user may not open port ${port}. Set PORT to a number above 1023.`);
  }
  return answer('address_unusable', `Cannot listen on ${host}:${port}: ${messageOf(error)}.`);
}

/** What to write into a browser for an address that was bound. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '127.0.0.1' || host === '::1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

async function close(server: Server, tracked: Tracked, drainMs: number, log: Logger): Promise<void> {
  tracked.closing = true;
  for (const response of tracked.open) if (!response.headersSent) response.setHeader('Connection', 'close');
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, drainMs, true);
  });
  if (await Promise.race([closed.then(() => false), late])) {
    log.warn({ requests: tracked.open.size }, 'requests cut off by the shutdown');
    server.closeAllConnections();
    await closed;
  }
  clearTimeout(timer);
}
