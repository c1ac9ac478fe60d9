/** The product's API as a shop's developer would call it: over HTTP, with a key of their own. */
export type Client = {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** Sends a file or a stream of text as the body. */
  upload<T>(path: string, body: ReadableStream<Uint8Array> | Uint8Array): Promise<T>;
};

/** Any single answer of a local server is there long before this. */
const TIMEOUT_MS = 120_000;
/** An upload of gigabytes takes its time. */
const UPLOAD_TIMEOUT_MS = 30 * 60_000;

export function apiClient(url: string, apiKey: string): Client {
  const headers = { authorization: `Bearer ${apiKey}` };
  const call = async <T>(
    path: string,
    init: RequestInit & { duplex?: 'half' },
    timeoutMs = TIMEOUT_MS,
  ): Promise<T> => {
    const answer = await fetch(url + path, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok)
      throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`);
    // What is only taken in is answered without a body.
    const body = await answer.text();
    return (body === '' ? undefined : JSON.parse(body)) as T;
  };
  return {
    url,
    get: (path) => call(path, { headers }),
    post: (path, body) =>
      call(path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    upload: (path, body) => call(path, { method: 'POST', headers, body, duplex: 'half' }, UPLOAD_TIMEOUT_MS),
  };
}

/** Signs in as the owner and makes an API key with every right, as a developer does in the console. */
export async function makeApiKey(
  url: string,
  login: { email: string; password: string },
  name: string,
): Promise<string> {
  const headers = { 'content-type': 'application/json', origin: new URL(url).origin };
  const signedIn = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers,
    body: JSON.stringify(login),
  });
  if (!signedIn.ok) throw new Error(`sign-in failed: ${signedIn.status} ${await signedIn.text()}`);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const me = (await (await fetch(`${url}/api/me`, { headers: { cookie } })).json()) as { rights: string[] };
  const made = await fetch(`${url}/api/keys`, {
    method: 'POST',
    headers: { ...headers, cookie },
    body: JSON.stringify({ name, scopes: me.rights }),
  });
  if (!made.ok) throw new Error(`no API key: ${made.status} ${await made.text()}`);
  return ((await made.json()) as { key: string }).key;
}

/** Runs `work` over the items, at most `atOnce` at a time. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
