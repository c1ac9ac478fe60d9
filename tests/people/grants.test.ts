import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/core/ctx.ts';
import { RIGHTS, ROLES, rightsOf, VISIBILITIES } from '../../src/core/rights.ts';
import { keyFromHeader, looksLikeKey, makeKey, sameHash } from '../../src/people/apikey.ts';
import {
  mayGrantRole,
  mayGrantVisibility,
  rightsHeld,
  rightsMissing,
  subtree,
} from '../../src/people/grants.ts';
import type { TeamNode } from '../../src/people/grants.ts';

const role = fc.constantFrom(...ROLES);
const visibility = fc.constantFrom(...VISIBILITIES);
const user = fc
  .record({ role, visibility })
  .map((given): Actor => ({ kind: 'user', id: 'u', name: 'U', teamId: null, ...given }));
const key = fc.subarray([...RIGHTS]).map((scopes): Actor => ({ kind: 'apiKey', id: 'k', name: 'K', scopes }));

describe('granting', () => {
  it('never gives a right that the giver does not hold', () => {
    fc.assert(
      fc.property(fc.oneof(user, key), role, (actor, given) => {
        const held = rightsHeld(actor);
        if (mayGrantRole(actor, given))
          expect(rightsOf(given).every((right) => held.includes(right))).toBe(true);
      }),
    );
  });

  it('lets an owner give every role, and nobody else the owner’s', () => {
    for (const giver of ROLES) {
      const actor: Actor = { kind: 'user', id: 'u', name: 'U', role: giver, teamId: null, visibility: 'all' };
      for (const given of ROLES) {
        if (giver === 'owner') expect(mayGrantRole(actor, given)).toBe(true);
        else if (given === 'owner') expect(mayGrantRole(actor, given)).toBe(false);
      }
    }
  });

  it('never lets a person show more of the base than they see', () => {
    const order = ['own', 'team', 'all'];
    fc.assert(
      fc.property(user, visibility, (actor, wanted) => {
        const own = actor.kind === 'user' ? actor.visibility : 'all';
        expect(mayGrantVisibility(actor, wanted)).toBe(order.indexOf(wanted) <= order.indexOf(own));
      }),
    );
  });

  it('finds exactly the rights missing for a key', () => {
    fc.assert(
      fc.property(key, fc.subarray([...RIGHTS]), (actor, wanted) => {
        const missing = rightsMissing(actor, wanted);
        expect(missing.every((right) => !rightsHeld(actor).includes(right))).toBe(true);
        expect(
          wanted.filter((right) => !missing.includes(right)).every((r) => rightsHeld(actor).includes(r)),
        ).toBe(true);
      }),
    );
  });

  it('gives nothing to the public and everything to the system', () => {
    expect(rightsHeld({ kind: 'public', id: '', name: '' })).toEqual([]);
    expect(rightsHeld({ kind: 'system', id: '', name: '' })).toEqual(RIGHTS);
  });
});

describe('the tree of teams', () => {
  it('ends for any table of teams, circles included, and holds every team that has one of it above', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const parent = fc.option(fc.constantFrom(...ids), { nil: null });
    const tree = fc
      .tuple(...ids.map(() => parent))
      .map((parents): TeamNode[] => ids.map((id, i) => ({ id, parentId: parents[i] ?? null })));
    fc.assert(
      fc.property(tree, fc.constantFrom(...ids), (teams, root) => {
        const found = subtree(teams, root);
        expect(found.has(root)).toBe(true);
        for (const { id, parentId } of teams) {
          if (parentId !== null && found.has(parentId)) expect(found.has(id)).toBe(true);
        }
      }),
    );
  });
});

describe('an API key’s text', () => {
  it('is recognised in Bearer and Basic, and only its own hash fits', () => {
    const { key: made, prefix, hash } = makeKey();
    const other = makeKey();
    expect(looksLikeKey(made)).toBe(true);
    expect(made.startsWith(prefix)).toBe(true);
    expect(sameHash(made, hash)).toBe(true);
    expect(sameHash(other.key, hash)).toBe(false);
    expect(sameHash(made, 'short')).toBe(false);
    expect(keyFromHeader(`Bearer ${made}`)).toBe(made);
    expect(keyFromHeader(`bearer ${made}`)).toBe(made);
    expect(keyFromHeader(`Basic ${Buffer.from(`${made}:x`).toString('base64')}`)).toBe(made);
    for (const none of [undefined, '', 'Bearer', 'Bearer abc', 'Basic !!!', 'Digest otk_x']) {
      expect(keyFromHeader(none)).toBeNull();
    }
  });
});
