import { createSign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/**
 * A provider in a process of its own that counts what it gets, by the ids its senders gave: SMTP by Message-ID, SendGrid's v3/mail/send
 * by custom arguments. A message counts from the moment the provider has the whole of it, whether or not the sender hears so.
 * Over IPC: `{port}` at the start, then a `{counts}` for each `count`, and `{told}` for `tell`, which posts the events of everything
 * got since the last time to `url`, signed as SendGrid signs them.
 */
type Order = { do: 'count' } | { do: 'tell'; url: string; key: string; aheadS: number };
type Event = { sg_event_id: string; event: string; timestamp: number } & Record<string, unknown>;

const counts = new Map<string, number>();
const untold: Event[] = [];
const latencyMs = Number(process.env['SINK_LATENCY_MS'] ?? '0');
const EVENTS_PER_POST = 500;

const say = (word: object): void => void process.send?.(word);
const count = (id: string): void => void counts.set(id, (counts.get(id) ?? 0) + 1);
const later = (answer: () => void): void => void (latencyMs > 0 ? setTimeout(answer, latencyMs) : answer());

function smtp(): void {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, _session, done) => {
      let head = '';
      stream.on('data', (chunk: Buffer) => {
        if (head.length < 4_000) head += chunk.toString();
      });
      stream.on('end', () => {
        count(/^Message-ID:\s*<([0-9a-f-]{36})\./im.exec(head)?.[1] ?? 'none');
        later(() => done());
      });
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1', () => say({ port: (server.server.address() as AddressInfo).port }));
}

type Sent = {
  custom_args?: Record<string, string>;
  personalizations?: [{ custom_args?: Record<string, string> }];
};

function sendgrid(): void {
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const told = JSON.parse(body) as Sent;
      const args = told.custom_args ?? told.personalizations?.[0].custom_args ?? {};
      const id = args['message_id'] ?? 'none';
      count(id);
      const key = `${id}.${counts.get(id)}`;
      const timestamp = Math.floor(Date.now() / 1_000);
      for (const event of ['processed', 'delivered'])
        untold.push({ ...args, event, timestamp, sg_event_id: `${event}.${key}` });
      later(() => void answer.writeHead(202, { 'x-message-id': key }).end());
    });
  });
  server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }));
}

async function tell({ url, key, aheadS }: Extract<Order, { do: 'tell' }>): Promise<number> {
  const events = untold.splice(0);
  for (let from = 0; from < events.length; from += EVENTS_PER_POST) {
    // Twice and out of order, as they come in life.
    const part = events.slice(from, from + EVENTS_PER_POST).toReversed();
    for (const body of [JSON.stringify(part), JSON.stringify(part)]) {
      const timestamp = String(Math.floor(Date.now() / 1_000) + aheadS);
      const signature = createSign('sha256').update(timestamp).update(body).sign(key, 'base64');
      const answer = await fetch(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'X-Twilio-Email-Event-Webhook-Signature': signature,
          'X-Twilio-Email-Event-Webhook-Timestamp': timestamp,
        },
      });
      if (!answer.ok) throw new Error(`the webhook said ${answer.status}: ${await answer.text()}`);
    }
  }
  return events.length;
}

process.on('message', (order: Order) => {
  if (order.do === 'count') say({ counts: [...counts] });
  else
    tell(order).then(
      (told) => say({ told }),
      (error: unknown) => say({ failed: String(error) }),
    );
});
process.on('disconnect', () => process.exit(0));
if (process.argv[2] === 'sendgrid') sendgrid();
else smtp();
