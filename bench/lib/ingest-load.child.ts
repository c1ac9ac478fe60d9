import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadPlan } from './ingest-plan.ts';
import type { LoadPlan, LoadResult } from './ingest-plan.ts';

/**
 * Sends events over plain keep-alive connections for some seconds, as cheaply as it can, and prints what came of it. Bare sockets:
 * on two cores every microsecond of the load is one the product does not get.
 */
const plan: LoadPlan = loadPlan.parse(JSON.parse(process.argv[2] ?? '{}'));
const { hostname, port } = new URL(plan.url);

const CONTEXT =
  '"context":{"library":{"name":"analytics.js","version":"next-1.84.3"},"locale":"en-GB","timezone":"Europe/London","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36","page":{"path":"/catalogue/tea/green","referrer":"https://search.example/","search":"","title":"Green tea","url":"https://shop.example/catalogue/tea/green"}}';
/** A shop's day: five pages, two products looked at, one click worth a name. */
const DEEDS = [
  '"type":"page","name":"Catalogue"',
  '"type":"track","event":"Product Viewed"',
  '"type":"page","name":"Home"',
  '"type":"page","name":"Catalogue"',
  '"type":"track","event":"Filter Chosen"',
  '"type":"page","name":"Delivery"',
  '"type":"track","event":"Product Viewed"',
  '"type":"page","name":"Catalogue"',
];
/** One event in so many comes from a visitor never seen before. */
const NEW_EVERY = 10;

let made = 0;
function eventText(): string {
  made += 1;
  const n = made;
  const visitor = n % NEW_EVERY === 0 ? `${plan.run}-new-${n}` : `known-${(n * 7_919) % plan.visitors}`;
  const at = new Date().toISOString();
  return `{${DEEDS[n % DEEDS.length]},"messageId":"${plan.run}-${n}-3f2b8c1d9e7a4f60","anonymousId":"${visitor}","originalTimestamp":"${at}","properties":{"product_id":"${n % 500}","name":"Tea number ${n % 500}","category":"Tea","price":4.25,"currency":"EUR"},${CONTEXT}}`;
}

function request(): string {
  const parts: string[] = [];
  for (let i = 0; i < plan.eventsPerRequest; i += 1) parts.push(eventText());
  const tail = `"sentAt":"${new Date().toISOString()}","writeKey":"${plan.writeKey}"}`;
  const single = parts.length === 1 && plan.path !== '/v1/batch';
  const body = single ? `${(parts[0] ?? '').slice(0, -1)},${tail}` : `{"batch":[${parts.join(',')}],${tail}`;
  return `POST ${plan.path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

type Line = { socket: Socket; answered: ((status: number) => void) | null };

/** Answers of this path are a few dozen bytes: whole when their head is. */
function open(): Promise<Line> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const line: Line = { socket, answered: null };
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const head = text.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      if (length === undefined) throw new Error(`no length: ${text.slice(0, head)}`);
      if (text.length < head + 4 + Number(length)) return;
      const status = Number(text.slice(9, 12));
      const rejected = text.includes('"rejected":[]') ? 0 : 1;
      text = '';
      line.answered?.(status === 200 && rejected === 1 ? 299 : status);
    });
    socket.once('connect', () => resolve(line));
    socket.once('error', reject);
  });
}

function ask(line: Line): Promise<number> {
  return new Promise((resolve) => {
    line.answered = resolve;
    line.socket.write(request());
  });
}

const lines = await Promise.all(Array.from({ length: plan.connections }, open));
const latencies: number[] = [];
const statuses: Record<string, number> = {};
let requests = 0;
let last = 0;
const started = performance.now();
const until = started + plan.seconds * 1_000;

async function one(line: Line, dueMs: number): Promise<void> {
  const status = await ask(line);
  last = performance.now();
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (status !== 200) return;
  requests += 1;
  latencies.push(last - dueMs);
}

/** Each connection sends its next request when the last is answered. */
async function closedLoop(line: Line): Promise<void> {
  while (performance.now() < until) await one(line, performance.now());
}

/** Requests are due at fixed moments whatever the server does, and wait for a free connection; their wait counts. */
async function openLoop(perSecond: number): Promise<void> {
  const free = [...lines];
  const due: number[] = [];
  const running = new Set<Promise<void>>();
  const send = (): void => {
    while (free.length > 0 && due.length > 0) {
      // In turn: one that rests for a minute is closed by the server.
      const line = free.shift() as Line;
      const work: Promise<void> = one(line, due.shift() as number).then(() => {
        free.push(line);
        running.delete(work);
        send();
      });
      running.add(work);
    }
  };
  for (let n = 0; ;) {
    const now = performance.now();
    if (now >= until) break;
    for (; started + (n * 1_000) / perSecond <= now; n += 1) due.push(started + (n * 1_000) / perSecond);
    send();
    await sleep(1);
  }
  while (running.size > 0) await Promise.all(running);
}

if (plan.requestsPerSecond === null) await Promise.all(lines.map(closedLoop));
else await openLoop(plan.requestsPerSecond);

latencies.sort((a, b) => a - b);
const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0;
const seconds = (last - started) / 1_000;
const cpu = process.cpuUsage();
const result: LoadResult = {
  requests,
  events: requests * plan.eventsPerRequest,
  seconds,
  p50Ms: at(0.5),
  p95Ms: at(0.95),
  p99Ms: at(0.99),
  statuses,
  cpuShare: (cpu.user + cpu.system) / 1e6 / seconds,
};
console.log(JSON.stringify(result));
for (const { socket } of lines) socket.destroy();
