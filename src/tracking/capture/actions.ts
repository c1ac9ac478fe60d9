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
  for (const said of await traitsOf(tx, told, present)) await capture(tx, said, open.has(said.nodeId));
}

async function capture(
  tx: Ctx,
  { nodeId, sourceId, occurredAt, traits }: ToldTraits,
  unknown: boolean,
): Promise<void> {
  const fields = typedOf(traits);
  const hints = hintsOf(tx, fields).map((hint): Evidence => ({
    ...hint,
    contactId: nodeId,
    strength: 'weak',
    source: sourceId,
    occurredAt,
  }));
  if (hints.length === 0) return;
  if (unknown)
    await upsertContacts(tx, [{ ...fields, contactId: nodeId, source: 'site', occurredAt }], {
      claimed: true,
    });
  await addEvidence(tx, hints);
}

function typedOf(traits: Record<string, unknown>): Partial<ContactFields> {
  const fields = fieldsFromTraits(traits);
  return Object.fromEntries(TYPED.flatMap((key) => (key in fields ? [[key, fields[key]]] : [])));
}

function hintsOf(tx: Ctx, { email, phone }: Partial<ContactFields>): Array<Pick<Evidence, 'kind' | 'value'>> {
  return [
    { kind: 'email' as const, raw: email },
    { kind: 'phone' as const, raw: phone },
  ].flatMap(({ kind, raw }) =>
    typeof raw === 'string' && raw !== '' ? [{ kind, value: normalPoint(tx, { kind, raw }) }] : [],
  );
}
