import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { warmRows } from '../core/db.ts';
import { notFound } from '../core/errors.ts';
import { catalogueFields } from './catalogue.ts';
import { compileRule, compileTogether } from './compile.ts';
import type { CompileOptions } from './compile.ts';
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
  return compileRule(rule, await optionsNow(ctx, [rule])).members();
}

/**
 * Which of these contacts fulfil each of these rules right now, in one pass. For modules that keep rules of their own. Rules are named by uuids.
 */
export async function contactsMatching(
  ctx: Ctx,
  rules: ReadonlyMap<string, Rule>,
  contactIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  const matching = new Map([...rules.keys()].map((id) => [id, new Set<string>()]));
  if (rules.size === 0 || contactIds.length === 0) return matching;
  const states = compileTogether(rules, await optionsNow(ctx, [...rules.values()]), { contactIds });
  const found = await warmRows<{ ruleId: string; contactId: string }>(
    ctx.db,
    sql`select segment_id as "ruleId", contact_id as "contactId" from (${states}) s where value`,
  );
  for (const { ruleId, contactId } of found) matching.get(ruleId)?.add(contactId);
  return matching;
}

async function optionsNow(ctx: Ctx, rules: readonly Rule[]): Promise<CompileOptions> {
  return {
    now: ctx.clock.now(),
    baseCurrency: ctx.config.baseCurrency,
    segments: await referredSegments(ctx, rules),
  };
}
