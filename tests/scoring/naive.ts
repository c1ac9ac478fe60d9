import { DEFAULT_RULES } from '../../src/scoring/defaults.ts';
import type { Fact } from '../../src/scoring/match.ts';

/** The engagement of a contact said again in the plainest way, straight from its facts: what the product must come to. */
export function naiveEngagement(facts: readonly Fact[], now: Date): number {
  let sum = 0;
  for (const rule of DEFAULT_RULES) {
    if (rule.kind !== 'engagement') continue;
    const seen = new Map<string, Date>();
    for (const fact of facts) {
      if (!fact.human || fact.kind !== rule.fact || fact.occurredAt > now) continue;
      if (rule.factName !== '' && rule.factName !== fact.name) continue;
      if (rule.trust === 'server' && fact.trust === 'public') continue;
      const key = rule.once === 'message' ? `message ${fact.messageId ?? fact.id}` : fact.id;
      const earlier = seen.get(key);
      if (earlier === undefined || fact.occurredAt < earlier) seen.set(key, fact.occurredAt);
    }
    let points = 0;
    for (const at of seen.values()) {
      const days = (now.getTime() - at.getTime()) / 86_400_000;
      points += rule.halfLifeDays === null ? rule.points : rule.points / 2 ** (days / rule.halfLifeDays);
    }
    if (rule.cap !== null) points = Math.max(-rule.cap, Math.min(rule.cap, points));
    sum += points;
  }
  return Math.round(sum * 100) / 100;
}
