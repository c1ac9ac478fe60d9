import { audit } from '../core/audit.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { scopeFor } from './actions.list.ts';
import type { Wanted } from './contract.list.ts';
import type { ContactView } from './contract.ts';
import { csvLine } from './csv.ts';
import { attributeKeyOf } from './state.ts';
import { seenAttributes } from './store.catalogue.ts';
import { exportRows } from './store.list.ts';
import type { ListScope } from './store.gather.ts';

/** Contacts read at a time: some hundred kilobytes. */
const BATCH = 1_000;

const COLUMNS = [
  'id',
  'externalId',
  'kind',
  'name',
  'givenName',
  'familyName',
  'email',
  'phone',
  'country',
  'city',
  'locale',
  'timeZone',
  'birthYear',
  'birthMonth',
  'birthDay',
  'status',
  'roles',
  'tags',
  'ownerId',
  'source',
  'createdAt',
  'updatedAt',
] as const satisfies ReadonlyArray<keyof ContactView>;

/**
 * All contacts of a search and filter as CSV, in the order they were made, read as fast as the reader takes them. Who exported
 * what is in the audit log before the first byte, and again with the number of rows when the reader is done or gone.
 */
export async function exportContacts(ctx: Ctx, wanted: Wanted): Promise<ReadableStream<Uint8Array>> {
  authorise(ctx, 'contacts:export');
  const scope = scopeFor(ctx, wanted);
  const attributes = [...new Set((await seenAttributes(ctx)).map(({ key }) => key))];
  const exportId = newId();
  await audit(ctx, {
    action: 'contacts.export_started',
    entity: 'export',
    entityId: exportId,
    details: { ...wanted },
  });
  return ReadableStream.from(chunks(ctx, scope, attributes, exportId));
}

async function* chunks(
  ctx: Ctx,
  scope: ListScope,
  attributes: readonly string[],
  exportId: string,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let exported = 0;
  let complete = false;
  try {
    // The mark tells spreadsheets that this is UTF-8.
    yield encoder.encode(`\ufeff${csvLine([...COLUMNS, ...attributes.map(attributeKeyOf)])}`);
    for (let after: string | null = null; ;) {
      const batch: ContactView[] = await exportRows(ctx, scope, after, BATCH);
      if (batch.length > 0) yield encoder.encode(batch.map((view) => lineOf(view, attributes)).join(''));
      exported += batch.length;
      after = batch.at(-1)?.id ?? null;
      if (batch.length < BATCH) break;
    }
    complete = true;
  } finally {
    const action = complete ? 'contacts.export_finished' : 'contacts.export_stopped';
    await audit(ctx, { action, entity: 'export', entityId: exportId, details: { rows: exported } });
  }
}

function lineOf(view: ContactView, attributes: readonly string[]): string {
  return csvLine([
    ...COLUMNS.map((column) => view[column]),
    ...attributes.map((name) => view.attributes[name]),
  ]);
}
