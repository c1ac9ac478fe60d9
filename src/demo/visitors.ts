import { newId } from '../core/ids.ts';
import { eachOf } from './client.ts';
import type { Client } from './client.ts';
import { seeded, shareOf } from './random.ts';

/**
 * Scripted people (and machines) who got a message. Each one's deeds depend on their own address alone, and happen as in life: pixel and
 * links from the mail, the page's events with the public write key, login and purchase from the shop's server.
 */
export type Received = { messageId: string; contactId: string; address: string; couponCode: string | null };
export type Deeds = {
  opened: number;
  clicked: number;
  browsed: number;
  bought: number;
  unsubscribed: number;
  machines: number;
};

type World = {
  client: Client;
  writeKey: string;
  products: ReadonlyArray<{ externalId: string; name: string; price: string }>;
  currency: string;
};

const AT_ONCE = 12;
/** Shares of those who got a message; each step is a part of the one before. */
const OPENS = 0.52;
const CLICKS = 0.24;
const BROWSES = 0.17;
const FILLS_CART = 0.11;
const BUYS = 0.06;
const LEAVES = 0.008;
/** Mail gateways that fetch every link on arrival, and proxies that fetch every picture. */
const SCANNED = 0.05;

const PERSON =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const SCANNER = 'Mozilla/5.0 (compatible; MailGatewayBot/2.1; link scanner)';

export async function actAsVisitors(world: World, received: readonly Received[]): Promise<Deeds> {
  const deeds: Deeds = { opened: 0, clicked: 0, browsed: 0, bought: 0, unsubscribed: 0, machines: 0 };
  await eachOf(received, AT_ONCE, async (message) => actAs(world, message, deeds));
  return deeds;
}

async function actAs(world: World, message: Received, deeds: Deeds): Promise<void> {
  const share = shareOf(message.address);
  const scanned = shareOf(`scanner ${message.address}`) < SCANNED;
  if (share >= OPENS && !scanned) return;
  const mail = linksOf((await world.client.get<{ html: string }>(`/api/outbox/${message.messageId}`)).html);
  if (scanned) {
    deeds.machines += 1;
    for (const link of [mail.pixel, ...mail.links]) await fetchAs(SCANNER, link);
  }
  if (share >= OPENS) return;
  await fetchAs(PERSON, mail.pixel);
  deeds.opened += 1;
  if (share < LEAVES) {
    await fetch(mail.unsubscribe, {
      method: 'POST',
      headers: { 'user-agent': PERSON },
      body: 'List-Unsubscribe=One-Click',
    });
    deeds.unsubscribed += 1;
    return;
  }
  if (share >= CLICKS) return;
  await fetchAs(PERSON, mail.links[0]);
  deeds.clicked += 1;
  if (share >= BROWSES) return;
  await browse(world, message, share, deeds);
}

/** On the site: pages and products with the public key, then login (and purchase) told by the shop's server. */
async function browse(world: World, message: Received, share: number, deeds: Deeds): Promise<void> {
  const random = seeded(Math.floor(share * 1e9));
  const anonymousId = newId();
  const seen = Array.from({ length: random.int(2, 5) }, () => random.pick(world.products));
  const track = (event: string, properties: Record<string, unknown>) => ({
    type: 'track',
    event,
    properties,
  });
  const events: Array<Record<string, unknown>> = [
    { type: 'page', name: 'Home', properties: { path: '/' } },
    ...seen.map((p) =>
      track('Product Viewed', { product_id: p.externalId, name: p.name, price: Number(p.price) }),
    ),
  ];
  const chosen = seen[0];
  if (share < FILLS_CART && chosen !== undefined) {
    events.push(
      track('Product Added', {
        product_id: chosen.externalId,
        name: chosen.name,
        price: Number(chosen.price),
        quantity: 1,
      }),
    );
    events.push(track('Checkout Started', {}));
  }
  await fromPage(world.client.url, {
    writeKey: world.writeKey,
    batch: events.map((event) => ({
      ...event,
      messageId: newId(),
      anonymousId,
      context: { userAgent: PERSON },
    })),
  });
  deeds.browsed += 1;
  const contact = await world.client.get<{ externalId: string | null }>(`/api/contacts/${message.contactId}`);
  if (contact.externalId === null) return;
  await loginAndBuy(
    world,
    { anonymousId, userId: contact.externalId },
    share < BUYS ? chosen : undefined,
    message.couponCode,
    deeds,
  );
}

async function loginAndBuy(
  world: World,
  who: { anonymousId: string; userId: string },
  product: World['products'][number] | undefined,
  coupon: string | null,
  deeds: Deeds,
): Promise<void> {
  const calls: Array<Record<string, unknown>> = [{ type: 'identify', ...who, messageId: newId() }];
  if (product !== undefined) {
    const price = Number(product.price);
    calls.push({
      type: 'track',
      event: 'Order Completed',
      ...who,
      messageId: newId(),
      properties: {
        order_id: `WEB-${Math.floor(shareOf(`order ${who.userId}`) * 1e9)}`,
        currency: world.currency,
        total: price,
        ...(coupon === null ? {} : { coupon }),
        products: [{ product_id: product.externalId, name: product.name, price, quantity: 1 }],
      },
    });
    deeds.bought += 1;
  }
  await world.client.post('/v1/batch', { batch: calls });
}

/** A page has no API key: the public write key in the body is all it sends, as text, so that no preflight is needed. */
async function fromPage(url: string, body: object): Promise<void> {
  const answer = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'user-agent': PERSON },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`events refused: ${answer.status} ${await answer.text()}`);
}

function linksOf(html: string): { pixel: string; links: string[]; unsubscribe: string } {
  const urls = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) =>
    (match[1] ?? '').replaceAll('&amp;', '&'),
  );
  const of = (path: string): string[] => urls.filter((url) => url.includes(path));
  return { pixel: of('/t/o/')[0] ?? '', links: of('/t/c/'), unsubscribe: of('/u/')[0] ?? '' };
}

async function fetchAs(agent: string, url: string | undefined): Promise<void> {
  if (url === undefined || url === '') return;
  // The link leads on to the shop's page, which is not part of the demo.
  const answer = await fetch(url, { headers: { 'user-agent': agent }, redirect: 'manual' });
  await answer.arrayBuffer();
}
