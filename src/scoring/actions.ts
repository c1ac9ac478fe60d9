import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { idFrom, newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { checkRule, contactsMatching } from '../segments/index.ts';
import { fitRule } from './contract.ts';
import type { Grade, LeadView, ScoreReason, ScoreRuleInput, ScoreRuleView } from './contract.ts';
import { DEFAULT_RULES } from './defaults.ts';
import { hitsOf } from './match.ts';
import type { Fact, StoredRule } from './match.ts';
import { gradeChangesAt, pointsAt, scoreAt } from './score.ts';
import * as store from './store.ts';
import type { EntryRow, LeadRow, LeadUpdate } from './store.ts';

/** Reasons shown beside a lead in a list; the card has them all. */
const TOP_REASONS = 5;

/** Installs the default rules once; rules somebody changed or switched off stay as they are. */
export async function installDefaultRules(ctx: Ctx): Promise<void> {
  await store.insertRules(
    ctx,
    DEFAULT_RULES.map((rule) => ({ id: idFrom(`default score rule: ${rule.name}`), rule })),
  );
}

export async function listRules(ctx: Ctx): Promise<ScoreRuleView[]> {
  authorise(ctx, 'leads:read');
  return (await store.loadRules(ctx)).map(ruleView);
}

export async function createRule(ctx: Ctx, input: ScoreRuleInput): Promise<ScoreRuleView> {
  authorise(ctx, 'segments:write');
  const rule = checked(input);
  const id = newId();
  await inTx(ctx, async (tx) => {
    await store.insertRules(tx, [{ id, rule }]);
    await audit(tx, { action: 'score_rule.created', entity: 'score_rule', entityId: id, details: { rule } });
  });
  return { id, version: 1, createdAt: ctx.clock.now().toISOString(), rule };
}

/** A change counts for facts from now on; what the ledger holds stays as it was earned. */
export async function changeRule(
  ctx: Ctx,
  id: string,
  patch: { name?: string | undefined; points?: number | undefined; enabled?: boolean | undefined },
): Promise<ScoreRuleView> {
  authorise(ctx, 'segments:write');
  return inTx(ctx, async (tx) => {
    const found = await store.lockRule(tx, id);
    if (found === null) throw notFound('score_rule', id);
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const changed = { ...found, version: found.version + 1, rule: { ...found.rule, ...given } };
    await store.updateRule(tx, id, changed.version, changed.rule);
    await audit(tx, { action: 'score_rule.changed', entity: 'score_rule', entityId: id, details: given });
    return ruleView(changed);
  });
}

/** Books what these facts are worth and brings their contacts' scores up to date, in one transaction. */
export async function scoreFacts(ctx: Ctx, facts: readonly Fact[]): Promise<void> {
  const signals = facts.filter((fact) => fact.human);
  if (signals.length === 0) return;
  await inTx(ctx, async (tx) => {
    const rules = await store.loadRules(tx);
    const latest = new Map<string, Date>();
    for (const fact of signals) {
      const before = latest.get(fact.contactId);
      if (before === undefined || before < fact.occurredAt) latest.set(fact.contactId, fact.occurredAt);
    }
    await rescore(
      tx,
      rules,
      latest,
      signals.flatMap((fact) => entriesFor(fact, rules)),
    );
  });
}

/** Brings contacts up to date whose facts moved (a merge) or whose grade decay has changed. */
export async function reviewContacts(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  await inTx(ctx, async (tx) =>
    rescore(tx, await store.loadRules(tx), new Map(contactIds.map((id) => [id, null])), []),
  );
}

/** Reviews up to `limit` leads whose grade changes by time alone; true when there may be more. */
export async function reviewDue(ctx: Ctx, limit: number): Promise<boolean> {
  const due = await store.dueForReview(ctx, limit);
  await reviewContacts(ctx, due);
  return due.length === limit;
}

async function rescore(
  tx: Ctx,
  rules: readonly StoredRule[],
  signals: ReadonlyMap<string, Date | null>,
  fresh: readonly EntryRow[],
): Promise<void> {
  const now = tx.clock.now();
  const contactIds = [...signals.keys()].toSorted();
  const before = await store.lockLeads(tx, contactIds);
  await store.addEntries(tx, fresh);
  await store.addEntries(tx, await fitChanges(tx, rules, contactIds, await store.entriesOf(tx, contactIds)));
  const entries = await store.entriesOf(tx, contactIds);
  const updates = contactIds.map((contactId): LeadUpdate => {
    const ledger = entries.get(contactId) ?? [];
    const old = before.get(contactId);
    const lastSignalAt = later(
      signals.get(contactId) ?? null,
      later(old?.lastSignalAt ?? null, newestSignal(ledger)),
    );
    const score = scoreAt(ledger, lastSignalAt, now);
    const hotSince = score.grade === 'hot' ? ((old?.grade === 'hot' ? old.hotSince : null) ?? now) : null;
    return {
      contactId,
      ...score,
      lastSignalAt,
      hotSince,
      reviewAt: gradeChangesAt(ledger, lastSignalAt, now),
    };
  });
  await store.saveLeads(tx, updates);
  const nowHot = updates.filter((u) => u.grade === 'hot' && before.get(u.contactId)?.grade !== 'hot');
  await emit(
    tx,
    'lead.became_hot',
    nowHot.map(({ contactId, score }) => ({ contactId, score })),
  );
}

function entriesFor(fact: Fact, rules: readonly StoredRule[]): EntryRow[] {
  return hitsOf(fact, rules).map(({ rule, factKey }) => ({
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
  }));
}

/** Fit rules as ledger entries: what is missing to, or too much for, what the rule gives now. */
async function fitChanges(
  tx: Ctx,
  rules: readonly StoredRule[],
  contactIds: readonly string[],
  ledger: ReadonlyMap<string, EntryRow[]>,
): Promise<EntryRow[]> {
  const changes: EntryRow[] = [];
  for (const { id: ruleId, version, rule } of rules) {
    if (rule.kind !== 'fit') continue;
    const holds = rule.enabled ? await contactsMatching(tx, rule.condition, contactIds) : new Set<string>();
    for (const contactId of contactIds) {
      const booked = (ledger.get(contactId) ?? [])
        .filter((e) => e.ruleId === ruleId)
        .reduce((sum, e) => sum + e.points, 0);
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
      });
    }
  }
  return changes;
}

export async function listLeads(
  ctx: Ctx,
  query: {
    grade?: Grade | undefined;
    mine?: boolean | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<LeadView>> {
  authorise(ctx, 'leads:read');
  const [score, contactId] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const after = query.cursor === undefined ? null : { score: Number(score), contactId: String(contactId) };
  const ownerId = query.mine === true ? ctx.actor.id : undefined;
  const found = await store.listLeads(ctx, { grade: query.grade, ownerId, after, limit: query.limit + 1 });
  const page = toPage(found, query.limit, (row) => [row.score, row.contactId]);
  return { items: await withReasons(ctx, page.items, TOP_REASONS), nextCursor: page.nextCursor };
}

/** One lead with every cause: the answer to "why this score?". */
export async function explainLead(ctx: Ctx, contactId: string): Promise<LeadView> {
  authorise(ctx, 'leads:read');
  const found = await store.findLead(ctx, contactId);
  if (found === null) throw notFound('lead', contactId);
  const [view] = await withReasons(ctx, [found], Number.POSITIVE_INFINITY);
  if (view === undefined) throw notFound('lead', contactId);
  return view;
}

export async function countLeads(ctx: Ctx): Promise<Record<Grade, number>> {
  authorise(ctx, 'leads:read');
  return store.countByGrade(ctx);
}

/** Scores are computed from the ledger as of this moment, so that what is shown never lags behind decay. */
async function withReasons(ctx: Ctx, leads: readonly LeadRow[], top: number): Promise<LeadView[]> {
  if (leads.length === 0) return [];
  const now = ctx.clock.now();
  const entries = await store.entriesOf(
    ctx,
    leads.map((row) => row.contactId),
  );
  return leads.map((row) => {
    const ledger = entries.get(row.contactId) ?? [];
    return {
      ...row,
      ...scoreAt(ledger, row.lastSignalAt, now),
      lastSignalAt: row.lastSignalAt?.toISOString() ?? null,
      hotSince: row.hotSince?.toISOString() ?? null,
      reasons: reasonsOf(ledger, now).slice(0, top),
    };
  });
}

function reasonsOf(ledger: readonly EntryRow[], now: Date): ScoreReason[] {
  return ledger
    .map((entry) => ({
      id: entry.id,
      ruleId: entry.ruleId,
      rule: entry.ruleName,
      kind: entry.kind,
      points: entry.points,
      pointsNow: Math.round(pointsAt(entry, now) * 100) / 100,
      occurredAt: entry.occurredAt.toISOString(),
      what: entry.what,
    }))
    .toSorted((a, b) => Math.abs(b.pointsNow) - Math.abs(a.pointsNow) || (a.id < b.id ? 1 : -1));
}

function checked(input: ScoreRuleInput): ScoreRuleInput {
  if (input.kind !== 'fit') return input;
  return fitRule.parse({ ...input, condition: checkRule(input.condition) });
}

function ruleView({ id, version, createdAt, rule }: StoredRule & { createdAt: Date }): ScoreRuleView {
  return { id, version, createdAt: createdAt.toISOString(), rule };
}

function newestSignal(ledger: readonly EntryRow[]): Date | null {
  return ledger
    .filter((e) => e.kind === 'engagement')
    .reduce<Date | null>((newest, e) => later(newest, e.occurredAt), null);
}

function later(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}
