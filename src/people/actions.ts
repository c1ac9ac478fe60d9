import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, DomainError, forbidden, invalid, notFound } from '../core/errors.ts';
import { cursorText, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { rightsOf } from '../core/rights.ts';
import type { Role, Visibility } from '../core/rights.ts';
import type { Me, Person, PersonPatch, SessionView } from './contract.ts';
import { boundToTeams, mayGrantRole, mayGrantVisibility, subtree } from './grants.ts';
import {
  deleteSessions,
  findPerson,
  listPeople,
  listSessions,
  lockActiveOwners,
  lockPerson,
  updatePerson,
} from './store.ts';
import type { PersonListRow, PersonRow } from './store.ts';
import { teamTree } from './store.teams.ts';

/** Who asks, what they may do, and the settings the console starts with. Throws 401 without a credential. */
export async function me(ctx: Ctx): Promise<Me> {
  const { actor, config } = ctx;
  const settings = {
    baseCurrency: config.baseCurrency,
    timeZone: config.timeZone,
    locale: localeOf(config.defaultCountry),
  };
  if (actor.kind === 'apiKey') {
    return { user: null, apiKey: { id: actor.id, name: actor.name }, rights: [...actor.scopes], settings };
  }
  const person = await self(ctx);
  const { id, name, email, role, teamId, visibility, twoFactorEnabled } = person;
  return {
    user: { id, name, email, role, teamId, visibility, twoFactorEnabled },
    apiKey: null,
    rights: [...rightsOf(role)],
    settings,
  };
}

/** The language most likely spoken in a country, with the country: "GB" → "en-GB", "RU" → "ru-RU". */
function localeOf(country: string): string {
  return `${new Intl.Locale('und', { region: country }).maximize().language}-${country}`;
}

async function self(ctx: Ctx): Promise<PersonRow> {
  const person = ctx.actor.kind === 'user' ? await findPerson(ctx, ctx.actor.id) : undefined;
  if (person === undefined) {
    throw new DomainError({ code: 'unauthenticated', status: 401, detail: 'Sign in first.' });
  }
  return person;
}

/** The actor's signed-in browsers; `currentId` marks the one that asks. */
export async function mySessions(ctx: Ctx, currentId: string | null): Promise<SessionView[]> {
  const person = await self(ctx);
  const found = await listSessions(ctx, person.id);
  return found.map((session) => ({
    id: session.id,
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.updatedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    ipAddress: session.ipAddress,
    userAgent: session.userAgent,
    current: session.id === currentId,
  }));
}

/** Signs the actor out in one browser, or in all others. */
export async function endMySessions(ctx: Ctx, which: { only: string } | { except: string }): Promise<void> {
  const person = await self(ctx);
  await inTx(ctx, async (tx) => {
    const ended = await deleteSessions(tx, person.id, which);
    if (ended === 0 && 'only' in which) throw notFound('session', which.only);
    await audit(tx, {
      action: 'session.ended',
      entity: 'user',
      entityId: person.id,
      details: { sessions: ended },
    });
  });
}

export async function people(
  ctx: Ctx,
  query: {
    search?: string | undefined;
    active?: boolean | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<Person>> {
  authorise(ctx, 'people:read');
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 2);
  const found = await listPeople(ctx, {
    search: query.search,
    active: query.active,
    limit: query.limit + 1,
    ...(cursor === undefined ? {} : { after: [cursorText(cursor[0]), cursorText(cursor[1])] }),
  });
  const page = toPage(found, query.limit, (row) => [row.name, row.id]);
  return { ...page, items: page.items.map(asView) };
}

function asView(row: PersonListRow): Person {
  const { id, name, email, role, teamId, teamName, visibility, twoFactorEnabled } = row;
  const active = row.deactivatedAt === null;
  return {
    id,
    name,
    email,
    role,
    teamId,
    teamName,
    visibility,
    twoFactorEnabled,
    active,
    createdAt: row.createdAt.toISOString(),
  };
}

/** Changes name, role, team or visibility. 403 for what the actor could not grant, 409 for the last owner. */
export async function changePerson(ctx: Ctx, id: string, patch: PersonPatch): Promise<Person> {
  authorise(ctx, 'people:write');
  return inTx(ctx, async (tx) => {
    const person = await managed(tx, id);
    await assertPlacement(tx, { ...person, ...patch });
    if (person.role === 'owner' && patch.role !== undefined && patch.role !== 'owner')
      await assertNotLastOwner(tx, id);
    await updatePerson(tx, id, patch);
    await audit(tx, {
      action: 'user.changed',
      entity: 'user',
      entityId: id,
      details: changes(person, patch),
    });
    return viewOf(tx, id);
  });
}

/** Ends a person's access at once: no sign-in, every session closed. Their clients and history stay. */
export async function deactivatePerson(ctx: Ctx, id: string): Promise<Person> {
  authorise(ctx, 'people:write');
  return inTx(ctx, async (tx) => {
    const person = await managed(tx, id);
    if (person.deactivatedAt === null) {
      if (person.role === 'owner') await assertNotLastOwner(tx, id);
      await updatePerson(tx, id, { deactivatedAt: tx.clock.now() });
      const sessions = await deleteSessions(tx, id);
      await audit(tx, { action: 'user.deactivated', entity: 'user', entityId: id, details: { sessions } });
    }
    return viewOf(tx, id);
  });
}

export async function activatePerson(ctx: Ctx, id: string): Promise<Person> {
  authorise(ctx, 'people:write');
  return inTx(ctx, async (tx) => {
    const person = await managed(tx, id);
    if (person.deactivatedAt !== null) {
      await updatePerson(tx, id, { deactivatedAt: null });
      await audit(tx, { action: 'user.activated', entity: 'user', entityId: id });
    }
    return viewOf(tx, id);
  });
}

/** Throws 403 unless the actor could give somebody this role, team and visibility. */
export async function assertPlacement(
  ctx: Ctx,
  place: { role: Role; teamId: string | null; visibility: Visibility },
): Promise<void> {
  const { actor } = ctx;
  if (!mayGrantRole(actor, place.role)) throw forbidden(`You may not give the role "${place.role}".`);
  if (!mayGrantVisibility(actor, place.visibility)) {
    throw forbidden(`You may not give the visibility "${place.visibility}", because yours is narrower.`);
  }
  if (place.teamId === null && !boundToTeams(actor)) return;
  const teams = await teamTree(ctx);
  if (place.teamId !== null && !teams.some((team) => team.id === place.teamId)) {
    throw invalid('team_not_found', `No team "${place.teamId}".`, 'teamId');
  }
  if (!boundToTeams(actor) || actor.kind !== 'user') return;
  if (place.teamId === null || !subtree(teams, actor.teamId).has(place.teamId)) {
    throw forbidden('You may place people only in your own team and the teams below it.');
  }
}

/** The locked row of somebody the actor may manage. */
export async function managed(ctx: Ctx, id: string): Promise<PersonRow> {
  const person = await lockPerson(ctx, id);
  if (person === undefined) throw notFound('person', id);
  if (!mayGrantRole(ctx.actor, person.role)) {
    throw forbidden(`You may not change a person with the role "${person.role}".`);
  }
  if (boundToTeams(ctx.actor) && ctx.actor.kind === 'user') {
    const teams = subtree(await teamTree(ctx), ctx.actor.teamId);
    if (person.teamId === null || !teams.has(person.teamId)) {
      throw forbidden('You may change only people of your own team and the teams below it.');
    }
  }
  return person;
}

async function assertNotLastOwner(ctx: Ctx, id: string): Promise<void> {
  const owners = await lockActiveOwners(ctx);
  if (owners.every((owner) => owner === id)) {
    throw conflict(
      'last_owner',
      'The last owner cannot be removed; make somebody else an owner first.',
      'role',
    );
  }
}

/** Old and new value of every field that changes; people's names are no secret to the audit log. */
function changes(person: PersonRow, patch: PersonPatch): Record<string, unknown> {
  const before: Record<string, unknown> = person;
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key, value]) => value !== undefined && before[key] !== value)
      .map(([key, value]) => [key, { from: before[key], to: value }]),
  );
}

async function viewOf(ctx: Ctx, id: string): Promise<Person> {
  const person = await findPerson(ctx, id);
  if (person === undefined) throw notFound('person', id);
  return asView(person);
}
