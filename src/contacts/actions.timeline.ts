import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { cursorId, cursorInstant, cursorText, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { visibleOrNotFound } from './actions.card.ts';
import { recordConsents } from './actions.consents.ts';
import type { ConsentInput, NoteView } from './contract.ts';
import { changesBefore, historyBefore, insertNote, notesBefore } from './store.card.ts';
import type { HistoryRow } from './store.card.ts';
import { consentsBefore } from './store.consents.ts';
import { mergeEntries, NEWEST, registerTimelineSource, timelineSources } from './timeline.ts';
import type { TimelineCursor, TimelineEntry } from './timeline.ts';

/** The part of the timeline this module knows itself: notes, consents, changed fields. */
export function registerOwnTimeline(): void {
  registerTimelineSource({
    kind: 'note',
    load: async (ctx, contactId, { before, limit }) =>
      (await notesBefore(ctx, contactId, before, limit)).map(({ id, occurredAt, body, authorName }) => ({
        id,
        kind: 'note',
        occurredAt,
        data: { body, authorName },
      })),
  });
  registerTimelineSource({
    kind: 'consent',
    load: async (ctx, contactId, { before, limit }) =>
      (await consentsBefore(ctx, contactId, before, limit)).map(({ id, occurredAt, proof, ...data }) => ({
        id,
        kind: 'consent',
        occurredAt,
        // Of the proof only the words agreed to: addresses and browsers belong on no timeline.
        data: { ...data, ...(typeof proof['text'] === 'string' ? { text: proof['text'] } : {}) },
      })),
  });
  registerTimelineSource({
    kind: 'change',
    load: async (ctx, contactId, { before, limit }) =>
      (await changesBefore(ctx, contactId, before, limit)).map(({ id, occurredAt, changes }) => ({
        id,
        kind: 'change',
        occurredAt,
        data: { changes },
      })),
  });
}

/** Everything that happened with a contact, newest first, from all registered sources. */
export async function timelineOf(
  ctx: Ctx,
  contactId: string,
  page: { kinds?: readonly string[] | undefined; before?: string | undefined; limit: number },
): Promise<Page<TimelineEntry>> {
  authorise(ctx, 'contacts:read');
  const id = await visibleOrNotFound(ctx, contactId);
  const before = page.before === undefined ? NEWEST : cursorOf(page.before);
  const sources = timelineSources(page.kinds);
  const pages = await Promise.all(
    sources.map((source) => source.load(ctx, id, { before, limit: page.limit + 1 })),
  );
  return toPage(mergeEntries(pages, page.limit + 1), page.limit, (entry) => [
    entry.occurredAt.toISOString(),
    entry.id,
  ]);
}

/** An opaque cursor of ours, or an instant: everything before it. */
function cursorOf(text: string): TimelineCursor {
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)) return { occurredAt: cursorInstant(text), id: ZERO };
  const [at, id] = decodeCursor(text, 2);
  return { occurredAt: cursorInstant(at), id: cursorId(id) };
}

const ZERO = '00000000-0000-0000-0000-000000000000';

/** Values a contact had, newest first; of one key ("email", "attributes.plan") or all. */
export async function historyOf(
  ctx: Ctx,
  contactId: string,
  page: { key?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: HistoryRow[]; nextCursor: string | null }> {
  authorise(ctx, 'contacts:read');
  const id = await visibleOrNotFound(ctx, contactId);
  const [at, entryId, key] = page.cursor === undefined ? [] : decodeCursor(page.cursor, 3);
  const before =
    at === undefined
      ? { ...NEWEST, key: '' }
      : { occurredAt: cursorInstant(at), id: cursorId(entryId), key: cursorText(key) };
  const found = await historyBefore(ctx, id, { key: page.key, before, limit: page.limit + 1 });
  return toPage(found, page.limit, (row) => [row.occurredAt.toISOString(), row.id, row.key]);
}

export async function addNote(ctx: Ctx, contactId: string, body: string): Promise<NoteView> {
  authorise(ctx, 'contacts:write');
  const id = await visibleOrNotFound(ctx, contactId);
  const note = { id: newId(), contactId: id, body, authorName: ctx.actor.name, occurredAt: ctx.clock.now() };
  await inTx(ctx, async (tx) => {
    await insertNote(tx, { ...note, authorId: ctx.actor.id });
    await audit(tx, {
      action: 'contact.note_added',
      entity: 'contact',
      entityId: id,
      details: { noteId: note.id },
    });
  });
  return { ...note, occurredAt: note.occurredAt.toISOString() };
}

/** Records what a person was told about consent; who recorded it belongs to the proof. */
export async function addConsent(ctx: Ctx, contactId: string, input: ConsentInput): Promise<void> {
  authorise(ctx, 'contacts:write');
  const id = await visibleOrNotFound(ctx, contactId);
  const { occurredAt, ...word } = input;
  await inTx(ctx, async (tx) => {
    await recordConsents(tx, [
      {
        ...word,
        contactId: id,
        proof: { ...word.proof, recordedBy: ctx.actor.id },
        ...(occurredAt === undefined ? {} : { occurredAt: new Date(occurredAt) }),
      },
    ]);
    const details = { purpose: input.purpose, channel: input.channel, granted: input.granted };
    await audit(tx, { action: 'contact.consent_recorded', entity: 'contact', entityId: id, details });
  });
}
