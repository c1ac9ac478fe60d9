import { ApiError, problemOf } from './problem.ts';

type QueryValue = string | number | boolean | readonly string[] | null | undefined;
type Options = { query?: Record<string, QueryValue>; signal?: AbortSignal };

let onSignedOut: () => void = () => undefined;

/** Called when the session is gone; the shell sends the person to sign in and back. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export function urlOf(path: string, query: Options['query'] = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    params.set(key, typeof value === 'object' ? value.join(',') : String(value));
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Random enough for a key; crypto.randomUUID is missing where the console is opened over plain HTTP. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/**
 * Keys of writes whose answer never came. Saving the same thing again reuses the key, so a lost connection
 * can't double it.
 */
const unanswered = new Map<string, string>();

async function call(method: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { method, credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError({ status: 0, code: 'offline', detail: 'The server could not be reached.' });
  }
}

async function read<T>(response: Response, path: string): Promise<T> {
  if (response.ok) {
    // What is only begun (202) or gone (204) answers with nothing.
    const body = await response.text();
    return (body === '' ? undefined : JSON.parse(body)) as T;
  }
  if (response.status === 401 && !path.startsWith('/api/auth/')) onSignedOut();
  throw await problemOf(response);
}

async function write<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<T> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const what = `${method} ${path} ${payload ?? ''}`;
  const key = unanswered.get(what) ?? newKey();
  unanswered.set(what, key);
  const response = await call(method, urlOf(path, options.query), {
    headers: {
      accept: 'application/json',
      'idempotency-key': key,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { body: payload }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  unanswered.delete(what);
  return read<T>(response, path);
}

/** One place talks to the server. `T` is the answer's type from the module's contract. */
export const api = {
  get: async <T>(path: string, options: Options = {}): Promise<T> =>
    read<T>(
      await call('GET', urlOf(path, options.query), {
        headers: { accept: 'application/json' },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }),
      path,
    ),
  /** A question too long for an address: posted, changes nothing, so it carries no key. */
  ask: async <T>(path: string, body: unknown, signal: AbortSignal): Promise<T> =>
    read<T>(
      await call('POST', path, {
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      }),
      path,
    ),
  post: <T>(path: string, body?: unknown, options?: Options) => write<T>('POST', path, body, options),
  patch: <T>(path: string, body: unknown) => write<T>('PATCH', path, body),
  put: <T>(path: string, body: unknown) => write<T>('PUT', path, body),
  delete: <T = void>(path: string) => write<T>('DELETE', path),
};
