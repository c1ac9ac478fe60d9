import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { tellChanges } from './actions.tell.ts';
import { upsertContacts } from './actions.upsert.ts';
import { applyStatement, keysSaid, needsHistory, openDraft } from './apply.ts';
import { MAX_ATTRIBUTES } from './contract.ts';
import type { ContactCard, ContactFields, ContactPatch } from './contract.ts';
import { prepare } from './prepare.ts';
import { isActiveUser, visibleId } from './store.card.ts';
import { latestConsents } from './store.consents.ts';
import { loadHistories, loadStates } from './store.states.ts';
import { saveDrafts } from './store.write.ts';
import { cardOf } from './view.ts';

/** The present id of a contact the actor may see; what they may not know of is not found. */
export async function visibleOrNotFound(ctx: Ctx, contactId: string): Promise<string> {
  const id = await visibleId(ctx, contactId);
  if (id === null) throw notFound('contact', contactId);
  return id;
}

/** The card of a contact; an id that was merged gives its survivor. */
export async function getContact(ctx: Ctx, contactId: string): Promise<ContactCard> {
  authorise(ctx, 'contacts:read');
  return cardById(ctx, await visibleOrNotFound(ctx, contactId));
}

async function cardById(ctx: Ctx, contactId: string): Promise<ContactCard> {
  const state = (await loadStates(ctx, [contactId], false)).get(contactId);
  if (state === undefined) throw notFound('contact', contactId);
  return cardOf(state, await latestConsents(ctx, contactId));
}

/**
 * Creates a contact by hand. A person who sees only their own or their team's becomes its owner unless another is named.
 * Throws external_id_taken (409) when one of its outside ids names a contact already.
 */
export async function createContact(ctx: Ctx, input: ContactFields): Promise<ContactCard> {
  authorise(ctx, 'contacts:write');
  const { actor } = ctx;
  const limited = actor.kind === 'user' && actor.visibility !== 'all';
  const ownerId = input.ownerId ?? (limited ? actor.id : null);
  await checkOwner(ctx, ownerId);
  return inTx(ctx, async (tx) => {
    const source = input.source ?? (actor.kind === 'user' ? 'console' : 'api');
    const [made] = await upsertContacts(tx, [{ ...input, ownerId, source }], { mode: 'skip' });
    if (made?.outcome !== 'created') {
      throw conflict('external_id_taken', 'Another contact has this outside id.', 'externalIds');
    }
    const details = { keys: Object.keys(input) };
    await audit(tx, { action: 'contact.created', entity: 'contact', entityId: made.contactId, details });
    return cardById(tx, made.contactId);
  });
}

/** Changes what is given. Throws version_conflict (409) when somebody changed the contact since it was read. */
export async function editContact(ctx: Ctx, contactId: string, patch: ContactPatch): Promise<ContactCard> {
  authorise(ctx, 'contacts:write');
  const id = await visibleOrNotFound(ctx, contactId);
  const { version, ...input } = patch;
  await checkOwner(ctx, input.ownerId);
  return inTx(ctx, async (tx) => {
    const state = (await loadStates(tx, [id], true)).get(id);
    if (state === undefined || state.mergedInto !== null) throw notFound('contact', contactId);
    if (state.version !== version) {
      throw conflict(
        'version_conflict',
        `Somebody changed this contact meanwhile (now version ${state.version}).`,
        'version',
      );
    }
    const now = tx.clock.now();
    // A clock that was set back must not turn an edit into a word about the past.
    const at = now < state.updatedAt ? state.updatedAt : now;
    const statement = prepare(input, at, tx.config.defaultCountry);
    const history = needsHistory(state, at)
      ? ((await loadHistories(tx, [state], keysSaid([statement]))).get(id) ?? null)
      : null;
    const draft = openDraft(state, { history });
    applyStatement(draft, statement, { mode: 'overwrite', tags: 'replace', newPointId: newId });
    const lost = Object.entries(statement.attributes).find(
      ([name, value]) => value !== null && !(name in state.attributes),
    );
    if (lost !== undefined) {
      throw invalid(
        'too_many_attributes',
        `A contact holds at most ${MAX_ATTRIBUTES} attributes.`,
        `attributes.${lost[0]}`,
      );
    }
    await saveDrafts(tx, [draft]);
    await tellChanges(tx, [draft]);
    if (draft.changes.length > 0) {
      const details = { keys: draft.changes.map((change) => change.key) };
      await audit(tx, { action: 'contact.edited', entity: 'contact', entityId: id, details });
    }
    return cardById(tx, id);
  });
}

/** Throws owner_unknown for somebody who does not work here (any more). */
export async function checkOwner(ctx: Ctx, ownerId: string | null | undefined): Promise<void> {
  if (ownerId === null || ownerId === undefined) return;
  if (await isActiveUser(ctx, ownerId)) return;
  throw invalid('owner_unknown', 'The owner must be a person who works here.', 'ownerId');
}
