import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertContacts, verifyPoint } from '../../../src/contacts/index.ts';
import { openForms } from './world.ts';
import type { FormWorld } from './world.ts';

let world: FormWorld;
beforeAll(async () => {
  world = await openForms();
});
afterAll(() => world.close());

test('whoever types a known person’s address into a form does not keep that person from being recognised by it', async () => {
  const { ctx } = world.site.api;
  const say = (name: string) =>
    upsertContacts(ctx, [{ email: 'vera@example.com', name }], { matchBy: ['email'] });
  const [vera] = await say('Vera');
  const form = await world.form();
  await world.fill(form.id, { email: 'vera@example.com', first_name: 'Somebody', news: 'yes' });
  const [sent] = await world.submissions(form.id);
  expect(sent?.contactId).not.toBe(vera?.contactId);
  expect((await say('Vera Again'))[0]).toMatchObject({ contactId: vera?.contactId, outcome: 'updated' });
});

test('an address that was only typed recognises nobody', async () => {
  const { ctx } = world.site.api;
  const form = await world.form();
  await world.fill(form.id, { email: 'typed@example.com', news: 'yes' });
  const [sent] = await world.submissions(form.id);
  const [made] = await upsertContacts(ctx, [{ email: 'typed@example.com' }], { matchBy: ['email'] });
  expect(made?.outcome).toBe('created');
  expect(made?.contactId).not.toBe(sent?.contactId);
});

test('an address several contacts have names the one who has proven it, and nobody while none or two have', async () => {
  const { api, clock } = world.site;
  const { ctx } = api;
  const make = async (id: string) => {
    const input = { email: 'shared@example.com', externalIds: [{ namespace: 'shop', id }] };
    return (await upsertContacts(ctx, [input]))[0]?.contactId ?? '';
  };
  const named = async () =>
    (await upsertContacts(ctx, [{ email: 'shared@example.com' }], { matchBy: ['email'] }))[0]?.contactId;
  const prove = (id: string) =>
    verifyPoint(ctx, id, { kind: 'email', raw: 'shared@example.com' }, clock.now());
  const [one, two] = [await make('one'), await make('two')];
  expect([one, two]).not.toContain(await named());
  await prove(two);
  expect(await named()).toBe(two);
  await prove(one);
  expect([one, two]).not.toContain(await named());
});
