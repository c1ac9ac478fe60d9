import { createHash } from 'node:crypto';
import { externalIdKey, findByExternalIds, holdContacts, upsertContacts } from '../../contacts/index.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, invalid, notFound } from '../../core/errors.ts';
import { closeBatch, openBatch } from '../actions.batch.ts';
import { keepMailCampaign, planMails } from '../store.mail.ts';
import { transactionalCampaign } from '../actions.mail.ts';
import { findTemplate, findVariants } from '../store.templates.ts';
import type { TemplateRow } from '../store.templates.ts';
import { isTransactional, ownProblem } from '../template.own.ts';
import type { AskedInput, AskedState, AskedView } from './contract.ts';
import { addressesOf, findAsked, findRequests, keepRequests } from './store.ts';
import type { Request } from './store.ts';

/** A mail's variables are a few kilobytes: an order with a hundred lines. */
const MAX_DATA_BYTES = 64 * 1024;

type Ready = Request & { input: AskedInput; at: string; template: TemplateRow; email: string };

/**
 * Messages somebody waits for, each key once for a contact: asked again, the first answer comes again; with another body 409
 * `key_reused`. All or none: 422 names what is wrong and where (`1.data.total` in a list).
 */
export async function askMessages(
  ctx: Ctx,
  inputs: readonly AskedInput[],
  listed: boolean,
): Promise<AskedView[]> {
  authorise(ctx, 'messages:send');
  const at = (i: number): string => (listed ? `${i}.` : '');
  const templates = await templatesOf(ctx, inputs, at);
  return inTx(ctx, async (tx) => {
    const ready = await readyOf(tx, inputs, templates, at);
    const twice = ready.findIndex((one, i) =>
      ready.some((other, j) => j < i && other.key === one.key && other.contactId === one.contactId),
    );
    if (twice >= 0) throw invalid('messages_key_twice', 'This key stands twice.', `${at(twice)}key`);
    const fresh = new Set<string>();
    for (const [template, own] of Map.groupBy(ready, (one) => one.template))
      for (const made of await planFor(tx, template, own)) fresh.add(made);
    const kept = new Map((await findRequests(tx, ready)).map((one) => [`${one.contactId} ${one.key}`, one]));
    return ready.map(({ contactId, key, hash, at: place }) => {
      const name = `${contactId} ${key}`;
      const found = kept.get(name);
      if (found === undefined) throw new Error('a request was not kept');
      if (found.hash !== hash)
        throw conflict('key_reused', `"${key}" was asked for with another body.`, `${place}key`);
      const { messageId: id, state, reason } = found;
      return { id, key, contactId, state, reason, repeated: !fresh.has(name) };
    });
  });
}

export async function askedMessage(ctx: Ctx, id: string): Promise<AskedState> {
  authorise(ctx, 'messages:send');
  const found = await findAsked(ctx, id);
  if (found === undefined) throw notFound('message', id);
  return {
    ...found,
    askedAt: found.askedAt.toISOString(),
    handedAt: found.handedAt?.toISOString() ?? null,
    deliveredAt: found.deliveredAt?.toISOString() ?? null,
  };
}

/** The templates named, checked against what is to be said: its own variables exactly, in every language it has. */
async function templatesOf(
  ctx: Ctx,
  inputs: readonly AskedInput[],
  at: (i: number) => string,
): Promise<Map<string, TemplateRow>> {
  const found = new Map<string, { row: TemplateRow; samples: unknown[] }>();
  for (const [i, { template: key, data = {} }] of inputs.entries()) {
    if (Buffer.byteLength(JSON.stringify(data)) > MAX_DATA_BYTES)
      throw invalid('variables_too_large', 'A message has at most 64 KB of variables.', `${at(i)}data`);
    const known = found.get(key) ?? (await loadTemplate(ctx, key, `${at(i)}template`));
    found.set(key, known);
    for (const sample of known.samples) {
      const problem = ownProblem(sample, data);
      if (problem !== undefined)
        throw new DomainError({
          code: problem.code,
          status: 422,
          detail: `${problem.at}: ${WORDS[problem.code]}.`,
          at: `${at(i)}${problem.at}`,
        });
    }
  }
  return new Map([...found].map(([key, { row }]) => [key, row]));
}

const WORDS = {
  variable_unknown: 'the template has no such variable',
  variable_missing: 'the template needs this variable',
  variable_wrong: 'is of another kind than the template declares',
} as const;

async function loadTemplate(
  ctx: Ctx,
  key: string,
  at: string,
): Promise<{ row: TemplateRow; samples: unknown[] }> {
  const row = await findTemplate(ctx, { key });
  if (row === undefined || row.archivedAt !== null)
    throw invalid('template_missing', `There is no template "${key}".`, at);
  const variants = await findVariants(ctx, row.templateId, row.version);
  const asks = variants.every(({ uses, sample }) => isTransactional(uses, sample));
  const form = variants.some(({ uses }) => uses.variables.some((name) => name.startsWith('form.')));
  if (!asks || form || row.channel !== 'email')
    throw invalid('template_not_transactional', `"${key}" is no transactional template.`, at);
  return { row, samples: variants.map(({ sample }) => sample) };
}

async function readyOf(
  ctx: Ctx,
  inputs: readonly AskedInput[],
  templates: ReadonlyMap<string, TemplateRow>,
  at: (i: number) => string,
): Promise<Ready[]> {
  const named = await contactsOf(ctx, inputs, at);
  const present = await holdContacts(ctx, named);
  const addresses = await addressesOf(ctx, [...new Set(present.values())]);
  return inputs.map((input, i) => {
    const contactId = present.get(named[i] ?? '');
    const template = templates.get(input.template);
    if (contactId === undefined || template === undefined || !addresses.has(contactId))
      throw invalid('contact_not_found', 'There is no such contact.', `${at(i)}contact`);
    const email = input.email ?? ('email' in input.contact ? input.contact.email : addresses.get(contactId));
    if (typeof email !== 'string')
      throw invalid('contact_no_email', 'The contact has no address.', `${at(i)}email`);
    const { key } = input;
    return { input, at: at(i), contactId, key, sendKey: `api ${key}`, hash: hashOf(input), template, email };
  });
}

/** Of what the message is, whoever is named in which way. */
function hashOf({ template, email, locale, data }: AskedInput): string {
  return createHash('sha256')
    .update(JSON.stringify([template, email, locale, sorted(data ?? {})]))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, item]) => [key, sorted(item)]);
}

async function contactsOf(
  ctx: Ctx,
  inputs: readonly AskedInput[],
  at: (i: number) => string,
): Promise<string[]> {
  const outside = inputs.flatMap(({ contact }) =>
    'externalId' in contact ? [{ namespace: contact.namespace, id: contact.externalId }] : [],
  );
  const byOutside = await findByExternalIds(ctx, outside);
  const told = inputs.flatMap(({ contact }) => ('email' in contact ? [contact] : []));
  const made = await upsertContacts(ctx, told, { matchBy: ['email'], mode: 'skip' });
  let next = 0;
  return inputs.map(({ contact }, i) => {
    if ('id' in contact) return contact.id;
    if ('email' in contact) return made[next++]?.contactId ?? '';
    const found = byOutside.get(externalIdKey({ namespace: contact.namespace, id: contact.externalId }));
    if (found === undefined)
      throw invalid('contact_not_found', 'There is no such contact.', `${at(i)}contact`);
    return found.contactId;
  });
}

/** Plans what is new of one template; returns it by contact and key. */
async function planFor(ctx: Ctx, template: TemplateRow, own: readonly Ready[]): Promise<Set<string>> {
  const campaign = transactionalCampaign(template, ctx.clock.now());
  await keepMailCampaign(ctx, campaign);
  const run = await openBatch(ctx, campaign.campaignId, template.version);
  const fresh = await keepRequests(ctx, own, run.plannedAt);
  const mails = own
    .filter(({ contactId, key }) => fresh.has(`${contactId} ${key}`))
    .map(({ contactId, sendKey, email, input: { locale, data } }) => ({
      contactId,
      sendKey,
      email,
      locale: locale ?? null,
      data: { data: data ?? {} },
    }));
  const planned = mails.length === 0 ? 0 : await planMails(ctx, run, mails);
  await closeBatch(ctx, run.runId, planned, 'campaigns.send-asked');
  return fresh;
}
