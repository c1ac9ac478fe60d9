import { holdContacts, recordConsents, suppress } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { messageOf } from '../actions.responses.ts';
import { choicesOf, insertPause, pausedUntil } from './store.preferences.ts';
import type { Choice } from './store.preferences.ts';

const PAUSE_DAYS = 30;
const SOURCE = 'preference centre';

export type Preferences = {
  locale: string;
  choices: readonly Choice[];
  pausedUntil: Date | null;
  /** What has just been done. */
  done: 'saved' | 'paused' | 'resumed' | 'left' | null;
};

/** The name of a choice in the page's form. */
export const fieldOf = ({ channel, purpose }: Choice): string => `${channel}.${purpose}`;

/** What the holder of a link gets: nothing is changed. 404 link_forged, 410 link_expired. */
export async function preferencesOf(ctx: Ctx, token: string): Promise<Preferences> {
  const { contactId } = await messageOf(ctx, (links, now) => links.readPreferences(token, now));
  return read(ctx, contactId, null);
}

/**
 * Changes what somebody gets, by the page's form: what was chosen, a rest of 30 days, its end, or nothing at all any more. Only what
 * differs is written, each word with its proof. 404, 410 as above.
 */
export async function changePreferences(
  ctx: Ctx,
  token: string,
  form: Readonly<Record<string, unknown>>,
): Promise<Preferences> {
  const { id, contactId, campaignId } = await messageOf(ctx, (links, now) =>
    links.readPreferences(token, now),
  );
  return inTx(ctx, async (tx) => {
    const held = (await holdContacts(tx, [contactId])).get(contactId);
    if (held === undefined) throw notFound('contact', contactId);
    const proof = { messageId: id, campaignId };
    const action = form['action'];
    if (action === 'pause') {
      await insertPause(tx, held, addMs(tx.clock.now(), PAUSE_DAYS * DAY_MS));
      return read(tx, held, 'paused');
    }
    if (action === 'resume') {
      await insertPause(tx, held, tx.clock.now());
      return read(tx, held, 'resumed');
    }
    if (action === 'leave') {
      await leave(tx, held, proof);
      return read(tx, held, 'left');
    }
    // Anything else a form may bring, such as nothing at all, changes nothing.
    if (action !== 'save') return read(tx, held, null);
    await save(tx, held, new Set(Object.keys(form)), proof);
    return read(tx, held, 'saved');
  });
}

async function save(tx: Ctx, contactId: string, wanted: ReadonlySet<string>, proof: object): Promise<void> {
  const choices = (await choicesOf(tx, contactId))?.choices ?? [];
  const changed = choices.filter((choice) => wanted.has(fieldOf(choice)) !== choice.granted);
  // An address that had unsubscribed is written to again: what it has not chosen stays a no.
  const back = new Set(changed.filter(({ granted }) => !granted).map(({ known }) => known));
  const said = choices.filter((choice) => changed.includes(choice) || back.has(choice.known));
  await recordConsents(
    tx,
    said.map((choice) => ({
      contactId,
      purpose: choice.purpose,
      channel: choice.known,
      granted: wanted.has(fieldOf(choice)),
      source: SOURCE,
      proof: { ...proof },
    })),
  );
}

async function leave(tx: Ctx, contactId: string, proof: object): Promise<void> {
  const choices = (await choicesOf(tx, contactId))?.choices ?? [];
  const channels = [...new Map(choices.map((choice) => [choice.known, choice.address]))];
  await recordConsents(
    tx,
    channels.flatMap(([channel]) =>
      ['informational', 'activation', 'marketing'].map((purpose) => ({
        contactId,
        purpose,
        channel,
        granted: false,
        source: SOURCE,
        proof: { ...proof },
      })),
    ),
  );
  await suppress(
    tx,
    channels.map(([channel, address]) => ({ channel, address, reason: 'unsubscribe' as const })),
  );
}

async function read(ctx: Ctx, contactId: string, done: Preferences['done']): Promise<Preferences> {
  const found = await choicesOf(ctx, contactId);
  if (found === undefined) throw notFound('contact', contactId);
  const until = await pausedUntil(ctx, contactId);
  return {
    locale: found.locale ?? 'en',
    choices: found.choices,
    pausedUntil: until !== null && until > ctx.clock.now() ? until : null,
    done,
  };
}
