import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Db } from './db.ts';
import { forbidden } from './errors.ts';
import type { Logger } from './logger.ts';
import type { SharedKey } from './idempotency.ts';
import { newId } from './ids.ts';
import { allows } from './rights.ts';
import type { Right, Role, Visibility } from './rights.ts';

/** Who acts. `rights` of a user come from the role, of an API key from its scopes; the system may do everything. */
export type Actor =
  | { kind: 'user'; id: string; name: string; role: Role; teamId: string | null; visibility: Visibility }
  | { kind: 'apiKey'; id: string; name: string; scopes: readonly Right[] }
  | { kind: 'public'; id: string; name: string }
  | { kind: 'system'; id: string; name: string };

/** What every verb gets: settings, clock, database (or the open transaction), actor, logger. */
export type Ctx = {
  readonly config: Config;
  readonly clock: Clock;
  readonly db: Db;
  readonly actor: Actor;
  readonly log: Logger;
  readonly requestId: string;
  readonly inTransaction: boolean;
  /** Set inside a transaction: what runs once it has committed (wake-ups; never anything that must not be lost). */
  readonly afterCommit?: (effect: AfterCommit) => void;
  /** The Idempotency-Key of a request whose verb shares its transaction with others. */
  readonly sharedKey?: SharedKey;
};

/** Gets the ctx from outside the transaction; must not throw. */
export type AfterCommit = (ctx: Ctx) => void;

export function systemCtx(base: { config: Config; db: Db; log: Logger; clock?: Clock }, name: string): Ctx {
  return {
    config: base.config,
    clock: base.clock ?? systemClock,
    db: base.db,
    actor: { kind: 'system', id: 'system', name },
    log: base.log,
    requestId: newId(),
    inTransaction: false,
  };
}

/** Runs `body` in a transaction, or in the one already open: verbs compose without nesting savepoints. */
export async function inTx<T>(ctx: Ctx, body: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.inTransaction) return body(ctx);
  const effects: AfterCommit[] = [];
  const afterCommit = (effect: AfterCommit): void => void effects.push(effect);
  const result = await ctx.db.transaction((tx) => body({ ...ctx, db: tx, inTransaction: true, afterCommit }));
  for (const effect of effects) effect(ctx);
  return result;
}

/** Throws 403 unless the actor holds the right. Every verb starts with this. */
export function authorise(ctx: Ctx, right: Right): void {
  if (!may(ctx, right)) throw forbidden(`This needs the right "${right}".`);
}

export function may(ctx: Ctx, right: Right): boolean {
  const { actor } = ctx;
  if (actor.kind === 'system') return true;
  if (actor.kind === 'user') return allows(actor.role, right);
  if (actor.kind === 'apiKey') return actor.scopes.includes(right);
  return false;
}
