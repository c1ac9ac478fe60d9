import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../../src/campaigns/actions.loop.ts';
import { unsubscribe } from '../../../src/campaigns/actions.responses.ts';
import { openOutbox } from '../../../src/campaigns/channels/outbox.ts';
import { linksFor } from '../../../src/campaigns/links.ts';
import { setPermission } from '../../../src/campaigns/permission/actions.settings.ts';
import { whyOf } from '../../../src/campaigns/permission/actions.why.ts';
import { permissionSettings } from '../../../src/campaigns/permission/contract.ts';
import { whyAnswer } from '../../../src/campaigns/permission/contract.why.ts';
import { rows } from '../../../src/core/db.ts';
import { as, person } from '../../support/ctx.ts';
import { campaignWorld, contactId, draft, launched, PUBLIC_URL, putContacts, SECRET } from '../world.ts';
import type { World } from '../world.ts';

/** Why somebody got it, or did not: also those the ledger knows nothing of. */

let world: World;
const never = new AbortController().signal;
beforeAll(async () => {
  world = await campaignWorld();
  const { ctx } = world;
  await setPermission(ctx, permissionSettings.parse({ caps: [{ most: 1, days: 1 }] }));
  await putContacts(ctx, 'why', { from: 1, to: 3 });
  await putContacts(ctx, 'why', { from: 4, to: 4 }, null);
  await putContacts(ctx, 'elsewhere', { from: 9, to: 9 });
  await ctx.db.execute(
    sql`update contact set email = 'person1@example.com' where contact_id = ${contactId(3)}::uuid`,
  );
});
afterAll(() => world.close());

const why = async (n: number, campaignId: string) =>
  whyAnswer.parse(await whyOf(world.ctx, contactId(n), campaignId));

test('it tells of everybody in one call', async () => {
  const { ctx, dataDir } = world;
  const first = await draft(ctx, 'why', { name: 'First' });
  expect(await why(1, first.id)).toMatchObject({ verdict: 'none', reason: 'not_launched' });
  await launched(ctx, first.id);
  await sendDue(ctx, openOutbox(dataDir), never);
  expect(await why(1, first.id)).toMatchObject({
    verdict: 'sent',
    reason: null,
    messages: [{ address: 'person1@example.com', decisions: [{ decision: 'go' }] }],
    present: { refusal: null, consent: { purpose: 'marketing', granted: true, source: 'test' } },
  });
  expect(await why(3, first.id)).toMatchObject({
    verdict: 'skipped',
    reason: 'duplicate_address',
    sharedWith: { contactId: contactId(1), name: 'Person 1' },
  });
  expect(await why(4, first.id)).toMatchObject({
    verdict: 'skipped',
    reason: 'no_consent',
    present: { consent: null },
  });
  expect(await why(9, first.id)).toMatchObject({
    verdict: 'none',
    reason: 'not_in_segment',
    segment: { explanation: { value: false, root: { type: 'attribute', value: false } } },
  });

  const second = await draft(ctx, 'why', { name: 'Second' });
  await launched(ctx, second.id);
  await sendDue(ctx, openOutbox(dataDir), never);
  expect(await why(2, second.id)).toMatchObject({
    verdict: 'planned',
    reason: 'cap_reached',
    messages: [{ decisions: [{ decision: 'defer', because: [{ campaignName: 'First' }] }] }],
  });

  const [message] = await rows<{ id: string }>(
    ctx.db,
    sql`select id from message where contact_id = ${contactId(2)}::uuid and campaign_id = ${first.id}::uuid`,
  );
  const ref = { messageId: message?.id ?? '', contactId: contactId(2) };
  const link = linksFor(SECRET, PUBLIC_URL).unsubscribe(ref, ctx.clock.now());
  await unsubscribe(ctx, link.slice(`${PUBLIC_URL}/u/`.length));
  const third = await draft(ctx, 'why', { name: 'Third' });
  await launched(ctx, third.id);
  expect(await why(2, third.id)).toMatchObject({
    verdict: 'skipped',
    reason: 'unsubscribed',
    present: {
      consent: { granted: false, source: 'unsubscribe link' },
      suppression: { reason: 'unsubscribe' },
    },
  });
  await putContacts(ctx, 'why', { from: 5, to: 5 });
  expect(await why(5, third.id)).toMatchObject({ verdict: 'none', reason: 'joined_later' });
});

test('who may not see the contact is told nothing of it', async () => {
  const { ctx } = world;
  const { id } = await draft(ctx, 'why');
  const limited = as(ctx, person('nobody', { role: 'marketer', visibility: 'own' }));
  await expect(whyOf(limited, contactId(1), id)).rejects.toMatchObject({ code: 'contact_not_found' });
});
