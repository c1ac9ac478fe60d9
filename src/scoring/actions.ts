import { holdContacts, holdPeople } from '../contacts/index.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { addMs, HOUR_MS } from '../core/time.ts';
import { ruleSchema } from '../segments/contract.ts';
import type { Rule } from '../segments/contract.ts';
import { contactsMatching } from '../segments/index.ts';
import type { Grade } from './contract.ts';
import { hitsOf } from './match.ts';
import type { Fact, StoredRule } from './match.ts';
import { gradeChangesAt, scoreOf } from './score.ts';
import type { Holding } from './score.ts';
import { tellChanged } from './actions.leaf.ts';
import * as leads from './store.leads.ts';
import type { HeldLead, LeadUpdate } from './store.leads.ts';
import { addEntries, addFits, ledgersOf, restoreFacts, voidFacts } from './store.ledger.ts';
import type { EntryRow, FactKey, Ledger } from './store.ledger.ts';
import { loadRules } from './store.rules.ts';

/** Booking points and bringing leads up to date. */

/** Leads people look at are sorted by a score no older than this; their grade changes to the minute. */
const FRESH_MS = HOUR_MS;

/**
 * Books what these facts are worth and brings their contacts' scores up to date, in one transaction. A contact merged meanwhile
 * gets them under its present id.
 */
export async function scoreFacts(ctx: Ctx, facts: readonly Fact[]): Promise<void> {
  const signals = facts.filter((fact) => fact.human);
  if (signals.length === 0) return;
  await inTx(ctx, async (tx) => {
    const held = await present(tx, signals);
    await book(tx, await loadRules(tx), held);
  });
}

/** Facts that were judged anew: those of machines count no more, those of people count again. */
export async function rejudgeFacts(ctx: Ctx, facts: readonly Fact[]): Promise<void> {
  await inTx(ctx, async (tx) => {
    const held = await present(tx, facts);
    const contactIds = [...new Set(held.facts.map((fact) => fact.contactId))];
    if (contactIds.length === 0) return;
    const rules = await loadRules(tx);
    // Leads before guards, like everybody who books.
    await leads.makeLeads(tx, contactIds);
    await leads.lockLeads(tx, contactIds);
    const people = held.facts.filter((fact) => fact.human);
    const machines = held.facts.filter((fact) => !fact.human);
    await restoreFacts(tx, keysOf(people, rules));
    await voidFacts(tx, keysOf(machines, rules));
    await book(tx, rules, { facts: people, known: held.known });
    await rescore(tx, rules, { contactIds, known: held.known, ...NO_NEWS });
  });
}

/** What these facts may have been booked as, also by rules that are switched off by now. */
function keysOf(facts: readonly Fact[], rules: readonly StoredRule[]): FactKey[] {
  const all = rules.map((one) => ({ ...one, rule: { ...one.rule, enabled: true } }));
  return facts.flatMap((fact) =>
    hitsOf({ ...fact, human: true }, all).map(({ rule, factKey }) => ({
      contactId: fact.contactId,
      ruleId: rule.id,
      factKey,
    })),
  );
}

type Held = { facts: readonly Fact[]; known: ReadonlySet<string> };

/**
 * The facts under their contacts' present ids, held against merges; facts of contacts that are no more are left out. Who becomes
 * known from here on is told of, and looked at again.
 */
async function present(tx: Ctx, facts: readonly Fact[]): Promise<Held> {
  const held = await holdPeople(tx, [...new Set(facts.map((fact) => fact.contactId))]);
  const placed = facts.flatMap((fact) => {
    const contactId = held.present.get(fact.contactId);
    return contactId === undefined ? [] : [{ ...fact, contactId }];
  });
  return { facts: placed, known: held.known };
}

async function book(tx: Ctx, rules: readonly StoredRule[], { facts, known }: Held): Promise<void> {
  const latest = new Map<string, Date>();
  for (const { contactId, occurredAt } of facts) {
    const before = latest.get(contactId);
    if (before === undefined || before < occurredAt) latest.set(contactId, occurredAt);
  }
  const fresh = facts.flatMap((fact) => entriesFor(fact, rules));
  const earned = new Set(fresh.map((entry) => entry.contactId));
  // A visitor who did nothing that counts is no lead.
  const contactIds = [...latest.keys()].filter((id) => known.has(id) || earned.has(id));
  if (contactIds.length === 0) return;
  await leads.makeLeads(tx, contactIds);
  await rescore(tx, rules, { contactIds, known, latest, fresh });
}

/** Brings the leads among these contacts up to date: their facts moved (a merge), what is known of them changed, or time passed. */
export async function reviewContacts(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await inTx(ctx, (tx) => review(tx, contactIds));
}

/** The same for contacts that were one: what the other did is no sign of it any more. */
export async function reviewSeparated(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await inTx(ctx, async (tx) => {
    const held = await holdContacts(tx, contactIds);
    await leads.forgetForeignSignals(tx, [...new Set(held.values())]);
    await review(tx, contactIds);
  });
}

async function review(tx: Ctx, contactIds: readonly string[]): Promise<void> {
  const held = await holdPeople(tx, contactIds);
  const wanted = [...new Set(held.present.values())];
  const rules = await loadRules(tx);
  await rescore(tx, rules, { contactIds: wanted, known: held.known, ...NO_NEWS });
}

/** Reviews up to `limit` leads whose time has come; true when there may be more. */
export async function reviewDue(ctx: Ctx, limit: number): Promise<boolean> {
  return inTx(ctx, async (tx) => {
    const due = await leads.dueForReview(tx, limit);
    await review(tx, due);
    await leads.dropOverdue(tx, due);
    return due.length === limit;
  });
}

type News = {
  contactIds: readonly string[];
  known: ReadonlySet<string>;
  /** The newest signal of each contact among the facts at hand. */
  latest: ReadonlyMap<string, Date>;
  fresh: readonly EntryRow[];
};
const NO_NEWS = { latest: new Map<string, Date>(), fresh: [] };

async function rescore(tx: Ctx, rules: readonly StoredRule[], news: News): Promise<void> {
  const now = tx.clock.now();
  const before = await leads.lockLeads(tx, news.contactIds);
  const contactIds = [...before.keys()];
  if (contactIds.length === 0) return;
  await addEntries(tx, news.fresh);
  const ledgers = await ledgersOf(tx, contactIds, now);
  const known = contactIds.filter((id) => news.known.has(id));
  const changes = await fitChanges(tx, rules, known, ledgers);
  await addFits(tx, changes);
  const changed = Map.groupBy(changes, (entry) => entry.contactId);
  const updates = [...before].map(([contactId, old]) => {
    const { holdings, newestAt } = ledgers.get(contactId) ?? EMPTY;
    const all = [...holdings, ...(changed.get(contactId) ?? []).map(holdingOf)];
    const signalAt = later(news.latest.get(contactId) ?? null, newestAt);
    return leadOf(contactId, news.known.has(contactId), old, all, signalAt, now);
  });
  await leads.saveLeads(tx, updates);
  await tellChanged(tx, before, updates);
  const nowHot = updates.filter((u) => u.hotSince !== null && before.get(u.contactId)?.hotSince === null);
  await emit(
    tx,
    'lead.became_hot',
    nowHot.map(({ contactId, score }) => ({ contactId, score })),
  );
}

const EMPTY: Ledger = { holdings: [], newestAt: null };

function leadOf(
  contactId: string,
  known: boolean,
  old: HeldLead,
  holdings: readonly Holding[],
  signalAt: Date | null,
  now: Date,
): LeadUpdate {
  const lastSignalAt = later(signalAt, old.lastSignalAt);
  const score = scoreOf(holdings, lastSignalAt, now);
  const changesAt = known ? gradeChangesAt(holdings, lastSignalAt, now) : null;
  return {
    contactId,
    known,
    ...score,
    lastSignalAt,
    // A visitor becomes hot when somebody is known for it: until then nobody could be told.
    hotSince: known && score.grade === 'hot' ? (old.hotSince ?? now) : null,
    reviewAt: known ? reviewAt(score.grade, changesAt, now) : null,
  };
}

function reviewAt(grade: Grade, changesAt: Date | null, now: Date): Date | null {
  if (grade === 'cold') return changesAt;
  const stale = addMs(now, FRESH_MS);
  return changesAt === null || changesAt > stale ? stale : changesAt;
}

function entriesFor(fact: Fact, rules: readonly StoredRule[]): EntryRow[] {
  return hitsOf(fact, rules).map(({ rule, factKey, onceKey }) => ({
    id: newId(),
    contactId: fact.contactId,
    ruleId: rule.id,
    ruleVersion: rule.version,
    ruleName: rule.rule.name,
    kind: 'engagement',
    points: rule.rule.points,
    halfLifeDays: rule.rule.halfLifeDays,
    cap: rule.rule.cap,
    occurredAt: fact.occurredAt,
    what: fact.name,
    factKey,
    onceKey,
  }));
}

/** Fit rules as ledger entries: what is missing to, or too much for, what the rule gives now. */
async function fitChanges(
  tx: Ctx,
  rules: readonly StoredRule[],
  contactIds: readonly string[],
  ledgers: ReadonlyMap<string, Ledger>,
): Promise<EntryRow[]> {
  if (contactIds.length === 0) return [];
  const changes: EntryRow[] = [];
  const conditions = conditionsOf(tx, rules);
  const matching = await contactsMatching(tx, conditions, contactIds);
  for (const { id: ruleId, version, rule } of rules) {
    if (rule.kind !== 'fit' || (rule.enabled && !conditions.has(ruleId))) continue;
    const holds = matching.get(ruleId) ?? new Set();
    for (const contactId of contactIds) {
      const booked = (ledgers.get(contactId)?.holdings ?? [])
        .filter((holding) => holding.ruleId === ruleId)
        .reduce((sum, holding) => sum + holding.points, 0);
      const points = (holds.has(contactId) ? rule.points : 0) - booked;
      if (points === 0) continue;
      const id = newId();
      changes.push({
        id,
        contactId,
        ruleId,
        ruleVersion: version,
        ruleName: rule.name,
        kind: 'fit',
        points,
        halfLifeDays: null,
        cap: null,
        occurredAt: tx.clock.now(),
        what: points > 0 ? 'holds' : 'holds no longer',
        factKey: `fit:${id}`,
        onceKey: null,
      });
    }
  }
  return changes;
}

/** Of the fit rules that are on, by rule. */
function conditionsOf(tx: Ctx, rules: readonly StoredRule[]): Map<string, Rule> {
  const conditions = new Map<string, Rule>();
  for (const { id, rule } of rules) {
    if (rule.kind !== 'fit' || !rule.enabled) continue;
    const condition = ruleSchema.safeParse(rule.condition);
    // Checked when it was saved: the language has changed since. One rule must not stop all others.
    if (condition.success) conditions.set(id, condition.data);
    else tx.log.warn({ ruleId: id }, 'the condition of a score rule can no longer be read');
  }
  return conditions;
}

function holdingOf({ ruleId, kind, points, halfLifeDays, cap }: EntryRow): Holding {
  return { ruleId, kind, points, halfLifeDays, cap };
}

function later(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}
