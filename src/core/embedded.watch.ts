import { connect } from 'node:net';
import { ensureEmbedded } from './embedded.ts';
import type { EmbeddedOptions } from './embedded.ts';
import { messageOf } from './errors.ts';

/** A killed database is back within seconds; looking costs one local connection. */
const LOOK_MS = 2_000;
const CONNECT_TIMEOUT_MS = 1_500;

/**
 * Brings the embedded database back when it dies under a running program (kill -9, out of memory). It returns on its old port, so
 * that open pools find it again by themselves. Returns what stops the watching.
 */
export function watchEmbedded(options: EmbeddedOptions, url: string): () => void {
  const port = Number(new URL(url).port);
  let busy = false;
  const look = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      if (await accepts(port)) return;
      options.log.warn({ port }, 'the embedded database does not answer; starting it again');
      const now = await ensureEmbedded(options);
      if (now.url !== url)
        options.log.warn({}, 'the embedded database came back on another port; restart this process');
    } catch (error) {
      options.log.warn({ reason: messageOf(error) }, 'the embedded database did not come back; trying again');
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: CONNECT_TIMEOUT_MS });
    const done = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true));
    socket.once('error', done(false));
    socket.once('timeout', done(false));
  });
}
