import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { notFound } from '../core/errors.ts';
import { catalogueFields } from './catalogue.ts';
import { compileRule } from './compile.ts';
import type { CatalogueAnswer } from './contract.ts';
import { MAX_LIST, MAX_WINDOW_DAYS } from './contract.values.ts';
import { MAX_DEPTH, MAX_NODES } from './contract.rule.ts';
import type { Rule } from './contract.rule.ts';
import { customFields } from './store.base.ts';
import { listedSql } from './store.members.ts';
import { findSegment, referredSegments, ruleOf } from './store.ts';

/** What the console's builder offers. */
export async function catalogue(ctx: Ctx): Promise<CatalogueAnswer> {
  authorise(ctx, 'segments:read');
  const custom = await customFields(ctx);
  return {
    fields: [...catalogueFields(), ...custom].map((field) => ({ ...field, ops: [...field.ops] })),
    limits: { depth: MAX_DEPTH, nodes: MAX_NODES, list: MAX_LIST, windowDays: MAX_WINDOW_DAYS },
  };
}

/**
 * The members of a segment exactly at this moment, as SQL that yields rows (contact_id): for an INSERT … SELECT of the
 * caller, in one statement with whatever else it asks. The rule in service decides, not the stored list. For modules, who
 * have authorised their caller. Throws segment_not_found (404).
 */
export async function audience(ctx: Ctx, segmentId: string): Promise<SQL> {
  const found = (await findSegment(ctx, segmentId))?.segment;
  if (found === undefined) throw notFound('segment', segmentId);
  if (found.kind === 'static') return listedSql(segmentId);
  const rule = await ruleOf(ctx, segmentId, found.servedVersion ?? found.version);
  if (rule === undefined) throw new Error(`segment ${segmentId} has no rule`);
  return (await compiledNow(ctx, rule)).members();
}

/** Which of these contacts fulfil a rule right now. For modules that keep rules of their own. */
export async function contactsMatching(
  ctx: Ctx,
  rule: Rule,
  contactIds: readonly string[],
): Promise<Set<string>> {
  if (contactIds.length === 0) return new Set();
  const query = (await compiledNow(ctx, rule)).members({ restriction: { contactIds } });
  const found = await rows<{ contact_id: string }>(ctx.db, sql`${query}`);
  return new Set(found.map((row) => row.contact_id));
}

async function compiledNow(ctx: Ctx, rule: Rule) {
  return compileRule(rule, {
    now: ctx.clock.now(),
    baseCurrency: ctx.config.baseCurrency,
    segments: await referredSegments(ctx, [rule]),
  });
}
