import { holdContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { EventRecorded } from '../../tracking/contract.ts';
import { book, decide, knownOf, rulesFor } from './actions.settle.ts';
import type { Candidate } from './actions.settle.ts';
import { passes, trusted, wordOf } from './match.ts';
import { accrualsOf } from './store.accruals.ts';
import { eventsByKey } from '../../tracking/index.ts';
import type { EventRead } from '../../tracking/index.ts';
import { membershipsOf } from './store.facts.ts';
import type { Membership } from './store.facts.ts';
import { liveRules } from './store.rules.ts';
import type { LiveRule } from './store.rules.ts';

/** Events earn: once each, and only with the trust their rule asks for. */

export async function settleEvents(ctx: Ctx, events: readonly EventRecorded[]): Promise<void> {
  const human = events.filter(({ bot }) => !bot);
  if (human.length === 0) return;
  const names = [...new Set(human.map(({ name }) => name))];
  const rules = await liveRules(ctx, { types: ['event'], events: names });
  const wanted = human.filter((one) =>
    rules.some(
      ({ definition: { earns } }) =>
        earns.type === 'event' && earns.event === one.name && trusted(one.trust, earns.trust),
    ),
  );
  if (wanted.length === 0) return;
  await inTx(ctx, (tx) => settleWanted(tx, wanted, rules));
}

async function settleWanted(
  ctx: Ctx,
  wanted: readonly EventRecorded[],
  rules: readonly LiveRule[],
): Promise<void> {
  const asked = wanted.map(({ contactId }) => contactId);
  const present = await holdContacts(ctx, asked, 'alone');
  const members = await membershipsOf(ctx, [...new Set(present.values())]);
  if (members.length === 0) return;
  const found = await eventsByKey(
    ctx,
    wanted.flatMap(({ contactId, id, occurredAt }) => {
      const owner = present.get(contactId);
      return owner === undefined ? [] : [{ contactId: owner, id, occurredAt: new Date(occurredAt) }];
    }),
  );
  const sources = found.map(({ contactId, id }) => ({ contactId, source: `event:${id}` }));
  const done = new Set(
    (await accrualsOf(ctx, sources)).map((row) => `${row.contactId} ${row.programId} ${row.source}`),
  );
  const candidates = found
    .flatMap((one) => candidatesOf(one, members, rules))
    .filter(({ member, source }) => !done.has(`${member.contactId} ${member.programId} ${source}`));
  const known = await knownOf(ctx, candidates);
  await book(
    ctx,
    candidates.map((one) => decide(one, known, ctx.clock.now())),
    'each',
  );
}

function candidatesOf(
  event: EventRead,
  members: readonly Membership[],
  rules: readonly LiveRule[],
): Candidate[] {
  return members
    .filter((member) => member.contactId === event.contactId && member.enrolledAt <= event.occurredAt)
    .flatMap((member): Candidate[] => {
      const own = rulesFor(rules, member.programId, event.occurredAt, false).filter((rule) =>
        meant(rule, event),
      );
      if (own.length === 0) return [];
      return [
        {
          member,
          source: `event:${event.id}`,
          what: { at: event.occurredAt, sale: null },
          rules: own,
          items: new Map(own.flatMap((rule) => itemOf(rule, event))),
          orders: 0,
          paid: 0n,
          promo: [],
        },
      ];
    });
}

/** A rule that earns once for each value means no event that lacks the property. */
function meant({ definition: { earns } }: LiveRule, event: EventRead): boolean {
  if (earns.type !== 'event' || earns.event !== event.name) return false;
  if (!trusted(event.trust, earns.trust) || !passes(earns.where, event.properties)) return false;
  return earns.onceBy === undefined || wordOf(event.properties[earns.onceBy]) !== null;
}

function itemOf({ ruleId, definition: { earns } }: LiveRule, event: EventRead): [string, string][] {
  if (earns.type !== 'event' || earns.onceBy === undefined) return [];
  const word = wordOf(event.properties[earns.onceBy]);
  return word === null ? [] : [[ruleId, word]];
}
