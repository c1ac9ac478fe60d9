import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askedMessage, askMessages } from '../../src/campaigns/asked/actions.ts';
import { askInput } from '../../src/campaigns/asked/contract.ts';
import type { AskedView } from '../../src/campaigns/asked/contract.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { createTemplate } from '../../src/campaigns/actions.templates.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { draft, campaignWorld, contactId, mailsOf, putContacts } from './world.ts';
import type { World } from './world.ts';
import { launchCampaign } from '../../src/campaigns/actions.lifecycle.ts';

let world: World;
let receipt: string;
beforeAll(async () => {
  world = await campaignWorld();
  await putContacts(world.ctx, 'asked', { from: 1, to: 9 }, null);
  const text = 'Order {{data.number}}: {{#each data.items}}{{name}};{{/each}} {{data.link}}';
  const mjml =
    '<mjml><mj-body><mj-section><mj-column><mj-text>Order {{data.number}} <a href="{{data.link}}">see</a></mj-text></mj-column></mj-section></mj-body></mjml>';
  const made = await createTemplate(world.ctx, {
    key: 'receipt',
    name: 'Receipt',
    purpose: 'informational',
    variants: [
      {
        locale: 'en',
        subject: 'Order {{data.number}}',
        mjml,
        text,
        sample: { data: { number: 'A-1', link: 'https://shop.example/o/1', items: [{ name: 'Tea' }] } },
      },
    ],
  });
  receipt = made.id;
});
afterAll(() => world.close());

const data = { number: 'B-7', link: 'https://shop.example/o/7', items: [{ name: 'Tea' }, { name: 'Cup' }] };
async function ask(...given: object[]): Promise<AskedView[]> {
  const input = askInput.parse(given.map((one) => ({ template: 'receipt', data, ...one })));
  return askMessages(world.ctx, Array.isArray(input) ? input : [input], true);
}
const one = async (given: object): Promise<AskedView | undefined> => (await ask(given))[0];
const me = { contact: { id: contactId(1) } };

test('a message goes once by its key, without consent; asked again the first answer comes again', async () => {
  const first = await one({ ...me, key: 'order 7' });
  expect(first).toMatchObject({ state: 'planned', reason: null, repeated: false });
  await sendDue(world.ctx, openOutbox(world.dataDir), new AbortController().signal);
  expect(await one({ ...me, key: 'order 7' })).toEqual({ ...first, state: 'sent', repeated: true });
  await expect(one({ ...me, key: 'order 7', data: { ...data, number: 'X' } })).rejects.toMatchObject({
    status: 409,
    code: 'key_reused',
  });
  const mails = await mailsOf(world.dataDir);
  expect(mails.map(({ subject, headers }) => [subject, headers])).toEqual([['Order B-7', {}]]);
  expect(mails[0]?.text).toContain('Order B-7: Tea;Cup; https://shop.example/o/7');
  expect(await askedMessage(world.ctx, first?.id ?? '')).toMatchObject({
    state: 'sent',
    attempt: 1,
    key: 'order 7',
  });
});

test('at once from several sides it is still one message', async () => {
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => one({ contact: { id: contactId(2) }, key: 'race' })),
  );
  expect(new Set(answers.map((answer) => answer?.id)).size).toBe(1);
  expect(answers.filter((answer) => answer?.repeated === false)).toHaveLength(1);
});

test('who is not known yet is made known by the address; a list is taken whole or not at all', async () => {
  const [first, second] = await ask(
    { key: 'a', contact: { email: 'new@example.com', name: 'New' } },
    { key: 'b', contact: { email: 'new@example.com' }, email: 'other@example.com' },
  );
  expect(first?.contactId).toBe(second?.contactId);
  // Who is known stays as known: asking for a message is no way to rename somebody.
  await ask({ key: 'e', contact: { email: 'new@example.com', name: 'Renamed' } });
  const named = await world.ctx.db.execute(
    sql`select name from contact where contact_id = ${first?.contactId ?? ''}::uuid`,
  );
  expect(named).toEqual([{ name: 'New' }]);
  const wrong = { key: 'd', contact: { id: contactId(999_999) } };
  await expect(ask({ ...me, key: 'c' }, wrong)).rejects.toMatchObject({ at: '1.contact', status: 422 });
  const kept = await world.ctx.db.execute(sql`select 1 from message_request where key = 'c'`);
  expect(kept).toHaveLength(0);
});

test.each([
  ['an unknown variable', { data: { ...data, more: 1 } }, 'variable_unknown', '0.data.more'],
  ['a missing one', { data: { number: 'B' } }, 'variable_missing', '0.data.link'],
  ['one of another kind', { data: { ...data, link: 'javascript:1' } }, 'variable_wrong', '0.data.link'],
  [
    'a prototype',
    { data: JSON.parse('{"__proto__":{"a":1}}') as object },
    'variable_unknown',
    '0.data.__proto__',
  ],
  ['a megabyte', { data: { ...data, number: 'x'.repeat(1_000_000) } }, 'variables_too_large', '0.data'],
  ['an unknown template', { template: 'nope' }, 'template_missing', '0.template'],
  ['a template of campaigns', { template: 'newsletter' }, 'template_not_transactional', '0.template'],
])('%s is refused with its place', async (_what, given, code, at) => {
  await expect(one({ ...me, key: 'bad', ...given })).rejects.toMatchObject({ status: 422, code, at });
});

test('addresses and keys of several lines are refused', () => {
  const base = { key: 'k', template: 'receipt', ...me };
  for (const wrong of [{ key: 'a\nb' }, { email: 'a@example.com\nBcc: b@example.com' }, { locale: 'en\r\n' }])
    expect(askInput.safeParse({ ...base, ...wrong }).success).toBe(false);
});

test('no campaign starts with a template that answers somebody', async () => {
  const { id } = await draft(world.ctx, 'asked', { templateId: receipt });
  await expect(launchCampaign(world.ctx, id)).rejects.toMatchObject({ code: 'template_transactional' });
});
