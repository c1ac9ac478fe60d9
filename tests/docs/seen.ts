import { sql } from 'drizzle-orm';
import type { DeadLetterView } from '../../src/tracking/contract.ts';
import type { BrowserContext, Page } from 'playwright-core';
import { until } from '../support/until.ts';
import type { Block } from './blocks.ts';
import type { Guide } from './world.ts';

/** What there is to see after a block has run: in the database and over the API. */

/** Where a block has just run. `out`: what a program printed; `page`: where it stands in a page, of this visitor. */
export type At = { guide: Guide; block: Block; out: string; page: Page; visitor: BrowserContext };
/** Fails when what the guide promises of a block did not come true. */
export type Check = (at: At) => Promise<void>;

export type Fact = {
  contactId: string;
  messageId: string;
  name: string;
  trust: string;
  bot: boolean;
  properties: Record<string, unknown>;
  context: Record<string, unknown>;
};

export const facts = (guide: Guide): Promise<Fact[]> =>
  guide.query<Fact>(sql`
    select contact_id as "contactId", message_id as "messageId", name, trust, bot, properties, context
    from event order by recorded_at, id`);

/** Whether a fact was told by the page at this address. */
export const ofPage = (page: Page) => {
  const { pathname } = new URL(page.url());
  return ({ properties, context }: Fact): boolean =>
    JSON.stringify([properties, context]).includes(`${pathname}"`);
};

/** Waits for a fact of this name. */
export const told = (guide: Guide, name: string, from: (fact: Fact) => boolean = () => true): Promise<Fact> =>
  until(`"${name}" is stored`, async () =>
    (await facts(guide)).find((fact) => fact.name === name && from(fact)),
  );

type Person = { id: string; email: string | null; given: string | null; attributes: Record<string, unknown> };

export async function user(guide: Guide, userId: string): Promise<Person> {
  const [found] = await guide.query<Person>(sql`
    select c.contact_id as id, c.email, c.given_name as given, c.attributes
    from contact_external_id x join contact n on n.contact_id = x.contact_id
      join contact c on c.contact_id = coalesce(n.merged_into, n.contact_id)
    where x.namespace = 'user' and x.external_id = ${userId}`);
  if (found === undefined) throw new Error(`nobody is user ${userId}`);
  return found;
}

type Order = { contactId: string; trust: string; status: string; total: string; source: string };

export async function order(guide: Guide, externalId: string): Promise<Order | undefined> {
  const [found] = await guide.query<Order>(sql`
    select contact_id as "contactId", trust, status, total_minor::text as total, source
    from orders where external_id = ${externalId}`);
  return found;
}

export async function deadLetters(guide: Guide): Promise<DeadLetterView[]> {
  const answer = await guide.owner('GET', '/api/dead-letters');
  return (answer.body as { items: DeadLetterView[] }).items;
}

/** The page's own API has arrived. */
export const ready = (page: Page): Promise<unknown> =>
  page.waitForFunction('window.otklik && otklik.version');

/** Names under which the page keeps something. */
export const kept = (page: Page): Promise<string[]> => page.evaluate<string[]>('Object.keys(localStorage)');
