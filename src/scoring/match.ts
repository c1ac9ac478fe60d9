import type { ScoreRuleInput } from './contract.ts';

/** Which rules a fact meets, and under which key it counts once. Pure. */

export type Fact = {
  contactId: string;
  kind: 'event' | 'response' | 'order';
  /** Event name or response kind. */
  name: string;
  /** Id of the fact itself. */
  id: string;
  /** The message it answers, when there is one. */
  messageId: string | null;
  occurredAt: Date;
  trust: 'public' | 'server' | 'verified';
  /** False for bots, scanners and prefetches: those never count. */
  human: boolean;
};

export type StoredRule = { id: string; version: number; rule: ScoreRuleInput };
type EngagementRule = StoredRule & { rule: Extract<ScoreRuleInput, { kind: 'engagement' }> };

/** `factKey` is the fact's own; of all facts with one `onceKey` only the earliest counts, in whatever order they come. */
export type Hit = { rule: EngagementRule; factKey: string; onceKey: string | null };

export function hitsOf(fact: Fact, rules: readonly StoredRule[]): Hit[] {
  if (!fact.human) return [];
  return rules
    .filter(isEngagement)
    .filter((rule) => meets(fact, rule))
    .map((rule) => ({ rule, factKey: `${fact.kind}:${fact.id}`, onceKey: onceKeyOf(fact, rule) }));
}

function isEngagement(rule: StoredRule): rule is EngagementRule {
  return rule.rule.kind === 'engagement' && rule.rule.enabled;
}

function meets(fact: Fact, { rule }: EngagementRule): boolean {
  if (rule.fact !== fact.kind) return false;
  if (rule.factName !== '' && rule.factName !== fact.name) return false;
  return rule.trust === 'public' || fact.trust !== 'public';
}

function onceKeyOf(fact: Fact, { rule }: EngagementRule): string | null {
  if (rule.once === 'contact') return 'once';
  return rule.once === 'message' && fact.messageId !== null ? `message:${fact.messageId}` : null;
}
