import { forget, names, read, write } from './memory.ts';
import { given, host, newId, say } from './page.ts';

/**
 * The way to the server. What was said waits under a key of its own until the server has answered, so that tabs never overwrite
 * each other. Each page sends its own; what a page that died has left is sent by another one, a while later. The same id goes
 * with every attempt, so what arrives twice counts once.
 */
export type Message = {
  type: string;
  messageId: string;
  timestamp: string;
  event?: string;
  name?: string | undefined;
  anonymousId?: string | null;
  userId?: string;
  groupId?: string;
  properties?: object;
  traits?: object;
  context: Record<string, unknown>;
};

/** A visitor who is offline for long keeps the newest; a shop's page makes some twenty. */
const MAX_WAITING = 200;
const MAX_CHARS = 500_000;
const MAX_AGE_MS = 7 * 86_400_000;
const BATCH = 50;
/** Browsers let 64 KB of requests outlive their page; the rest is for the frame of the body. */
const MAX_BYTES = 60_000;
/** Older than this, and not from this page: whoever said it is gone or offline. */
const ORPHAN_MS = 10_000;
/** Tabs live in processes of their own, and see what another one has removed a moment later. */
const SETTLE_MS = 500;
/** Together with what follows at once. */
const GATHER_MS = 50;
/** The first number that has four digits in base 36. */
const FOUR_DIGITS = 46_656;
const PATIENCE_MS = 20_000;
const LONGEST_WAIT_MS = 300_000;
/** Told as a page leaves sight. */
export const ENGAGED = 'Page Engaged';
/** Refusals that may pass; any other 4xx will be the same next time. */
const PASSING = [408, 425, 429, 460];

/** Said on this page, and those of them on their way. */
const mine = new Set<string>();
const flying = new Set<string>();
let failures = 0;
let notBefore = 0;
let busy = false;
let answered = false;
let count = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sorts by time, and what was said within one millisecond by its order. */
export const messageId = (): string =>
  `${Date.now().toString(36)}-${(FOUR_DIGITS + count++).toString(36)}${newId()}`;

export const enqueue = (message: Message): void => {
  const id = message.messageId;
  mine.add(id);
  // How long a page was read is no news worth a second request: while the server answers, its one way is trusted.
  write(`q${id}`, JSON.stringify(message), answered && message.event === ENGAGED);
  tidy();
  later(GATHER_MS);
};

/** Oldest first: ids begin with the time they were made at. */
const waiting = (): string[] => names('q').map((name) => name.slice(1));

const drop = (ids: readonly string[]): void => {
  for (const id of ids) {
    forget(`q${id}`);
    mine.delete(id);
  }
};

const tidy = (): void => {
  const oldest = Date.now() - MAX_AGE_MS;
  const newestFirst = waiting();
  newestFirst.reverse();
  let room = MAX_CHARS;
  drop(
    newestFirst.filter((id, i) => {
      room -= read(`q${id}`)?.length ?? 0;
      return i >= MAX_WAITING || room < 0 || parseInt(id, 36) < oldest;
    }),
  );
};

export const later = (ms: number): void => {
  timer ??= setTimeout(flush, Math.max(ms, notBefore - Date.now()));
};

type Batch = { ids: string[]; body: string; bytes: number };

const batchOf = (ids: readonly string[]): Batch | null => {
  const batch: Batch = { ids: [], body: '', bytes: 0 };
  for (const id of ids) {
    const text = read(`q${id}`);
    if (!text) continue;
    const bytes = new Blob([text]).size;
    if (batch.ids.length && (batch.ids.length === BATCH || batch.bytes + bytes > MAX_BYTES)) break;
    batch.body += (batch.body && ',') + text;
    batch.bytes += bytes;
    batch.ids.push(id);
  }
  const frame = JSON.stringify({ writeKey: given.key, sentAt: new Date() });
  batch.body = `${frame.slice(0, -1)},"batch":[${batch.body}]}`;
  return batch.ids.length ? batch : null;
};

const flush = (): void => {
  clearTimeout(timer);
  timer = undefined;
  if (busy) return;
  busy = true;
  void drain().then(() => {
    busy = false;
    if (navigator.onLine && unsent().length) later(GATHER_MS);
  });
};

const unsent = (): string[] => [...mine].filter((id) => !flying.has(id));

const drain = async (): Promise<void> => {
  for (;;) {
    const batch = navigator.onLine && Date.now() >= notBefore && batchOf(unsent());
    if (!batch || !(await send(batch))) return;
  }
};

const orphans = (): string[] =>
  waiting().filter((id) => !mine.has(id) && parseInt(id, 36) < Date.now() - ORPHAN_MS);

/** Takes over what nobody sends, one tab at a time. */
const adopt = async (): Promise<void> => {
  await new Promise((settled) => setTimeout(settled, SETTLE_MS));
  for (const id of orphans()) mine.add(id);
  await drain();
  later(GATHER_MS);
};

export const adoptLater = (): void => {
  setTimeout(() => {
    const { locks } = navigator;
    // Pages without TLS have no locks: what two tabs then send both, the server counts once.
    if (orphans().length) void (locks ? locks.request('otklik', adopt) : adopt());
  }, ORPHAN_MS);
};

/** False when it has to wait for another attempt. */
const send = async ({ ids, body, bytes }: Batch): Promise<boolean> => {
  for (const id of ids) flying.add(id);
  let status = 0;
  let waitS = 0;
  try {
    const answer = await fetch(address, {
      method: 'POST',
      body,
      // A larger one may not outlive the page; it still waits on the disk.
      keepalive: bytes <= MAX_BYTES,
      credentials: 'omit',
      signal: AbortSignal.timeout?.(PATIENCE_MS),
    });
    status = answer.status;
    waitS = Number(answer.headers.get('retry-after'));
  } catch {
    // Nobody answered.
  }
  for (const id of ids) flying.delete(id);
  say('sent', ids.length, status);
  const settled = status > 0 && status < 500 && !PASSING.includes(status);
  if (settled) {
    failures = 0;
    answered = true;
    drop(ids);
  } else {
    answered = false;
    const backoffMs = Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures++) * (0.5 + Math.random() / 2);
    notBefore = Date.now() + (waitS * 1_000 || backoffMs);
  }
  return settled;
};

/** A string goes as text/plain with the key inside: no preflight. */
const address = `${host}/v1/batch`;

/**
 * The page may be gone in a moment: what is not on its way goes now, without waiting for a turn. If nobody is left to hear the
 * answer, it stays on the disk and goes once more from another page.
 */
export const leave = (): void => {
  const batch = navigator.onLine && batchOf(unsent());
  if (!batch) return;
  if ('keepalive' in Request.prototype) void send(batch);
  else if (navigator.sendBeacon(address, batch.body)) for (const id of batch.ids) mine.delete(id);
};

/** Back online: no reason to wait any longer. */
export const wake = (): void => {
  notBefore = failures = 0;
  flush();
  adoptLater();
};
