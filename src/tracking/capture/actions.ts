import {
  addEvidence,
  holdContacts,
  lockVisitors,
  normalPoint,
  upsertContacts,
} from '../../contacts/index.ts';
import type { Evidence } from '../../contacts/index.ts';
import type { ContactFields } from '../../contacts/contract.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { EventRecorded } from '../contract.ts';
import { fieldsFromTraits } from '../traits.ts';
import { traitsOf } from './store.ts';
import type { ToldTraits } from './store.ts';

/** What somebody typed into a form of a page, and no more: custom attributes come from servers. */
const TYPED = ['email', 'phone', 'name', 'givenName', 'familyName'] as const;

/**
 * What pages tell of who sits there. A visitor nobody knows becomes a person with the address typed, which recognises nobody
 * until it is verified; of a known contact only a weak hint is kept, because anybody can type anything.
 */
export async function captureTraits(tx: Ctx, recorded: readonly EventRecorded[]): Promise<void> {
  const told = recorded.filter(({ type, trust, bot }) => type === 'identify' && trust === 'public' && !bot);
  if (told.length === 0) return;
  const contactIds = told.map(({ contactId }) => contactId);
  // The stronger lock first, all at once in the order of ids, as everybody takes them: nobody waits in a circle.
  const open = await lockVisitors(tx, contactIds);
  const present = await holdContacts(tx, contactIds);
  const said = (await traitsOf(tx, told, present))
    .map((one) => ({ ...one, fields: typedOf(one.traits) }))
    .map((one) => ({ ...one, hints: hintsOf(tx, one) }))
    .filter(({ hints }) => hints.length > 0);
  await upsertContacts(
    tx,
    said.flatMap(({ nodeId, occurredAt, fields }) =>
      open.has(nodeId) ? [{ ...fields, contactId: nodeId, source: 'site', occurredAt }] : [],
    ),
    { claimed: true },
  );
  await addEvidence(
    tx,
    said.flatMap(({ hints }) => hints),
  );
}

function typedOf(traits: Record<string, unknown>): Partial<ContactFields> {
  const fields = fieldsFromTraits(traits);
  return Object.fromEntries(TYPED.flatMap((key) => (key in fields ? [[key, fields[key]]] : [])));
}

type Told = Omit<ToldTraits, 'traits'> & { fields: Partial<ContactFields> };

function hintsOf(tx: Ctx, { nodeId, sourceId, occurredAt, fields }: Told): Evidence[] {
  const { email, phone } = fields;
  return [
    { kind: 'email' as const, raw: email },
    { kind: 'phone' as const, raw: phone },
  ].flatMap(({ kind, raw }): Evidence[] => {
    if (typeof raw !== 'string' || raw === '') return [];
    const value = normalPoint(tx, { kind, raw });
    return [{ contactId: nodeId, kind, value, strength: 'weak', source: sourceId, occurredAt }];
  });
}
