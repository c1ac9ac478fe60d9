import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { consent } from '../../contacts/index.ts';
import type { ConsentLeaf } from '../contract.consent.ts';
import type { CatalogueField, Language, LeafEnv, LeafSql, LeafType, Source } from '../leaf.ts';
import { quote } from '../phrases.ts';
import { instant } from '../window.ts';
import { FIRST } from './rows.ts';

/** Whether a consent stands. Words are dated facts, so that the answer is exact at any past moment too. */
export const consentType: LeafType<ConsentLeaf> = {
  type: 'consent',
  compile: compileConsent,
  dependencies: ({ purpose, channel }) => [{ kind: 'consent', key: consentKey(channel, purpose) }],
  futureFacts: (now) => sql`exists (select from ${consent} where occurred_at > ${instant(now)})`,
  words: consentWords,
  facts: (leaf, env, contactId) =>
    latest(leaf, env).newest(
      contactId,
      [],
      sql`'consent' as kind, f.id::text as id, f.channel || ' / ' || f.purpose as what, to_jsonb(f.granted) as value`,
    ),
  fields: () => [
    {
      leaf: 'consent',
      field: 'consent',
      kind: 'consent',
      ops: ['has', 'lacks'],
      label: { en: 'Consent', ru: 'Согласие' },
    } satisfies CatalogueField,
  ],
};

/** What a leaf depends on: words of this channel and purpose, "*" for any. */
const consentKey = (channel: string | undefined, purpose: string | undefined): string =>
  `${channel ?? '*'}.${purpose ?? '*'}`;

/** Every key that a changed consent, told as "<channel>.<purpose>", concerns; either of the two may have dots in it. */
export function consentKeys(told: string): string[] {
  const dots = [...told.matchAll(/\./g)].map(({ index }) => index);
  return dots.flatMap((dot) => {
    const [channel, purpose] = [told.slice(0, dot), told.slice(dot + 1)];
    return [undefined, channel].flatMap((one) => [undefined, purpose].map((other) => consentKey(one, other)));
  });
}

function conditions({ purpose, channel }: ConsentLeaf, env: LeafEnv): SQL[] {
  return [
    ...(purpose === undefined ? [] : [sql`k.purpose = ${purpose}::text`]),
    ...(channel === undefined ? [] : [sql`k.channel = ${channel}::text`]),
    ...(env.knownAt === null ? [] : [sql`k.recorded_at <= ${instant(env.knownAt)}`]),
  ];
}

/** The latest word of each purpose and channel; in the order of the table's key, backwards. */
function latest(leaf: ConsentLeaf, env: LeafEnv): Source {
  const where = sql.join([sql`k.occurred_at <= ${instant(env.now)}`, ...conditions(leaf, env)], sql` and `);
  return env.source({
    key: JSON.stringify(['consent', leaf.purpose ?? null, leaf.channel ?? null]),
    from: sql`(select distinct on (k.contact_id, k.purpose, k.channel) k.* from ${consent} k where ${where}
      order by k.contact_id desc, k.purpose desc, k.channel desc, k.occurred_at desc, k.id desc) f`,
    where: [],
  });
}

function compileConsent(leaf: ConsentLeaf, env: LeafEnv): LeafSql {
  const source = latest(leaf, env);
  const stands = sql`${source.agg('bool_or(f.granted)', [])} is true`;
  return {
    value: leaf.op === 'has' ? stands : sql`(${stands}) is not true`,
    // Who has only words to come is in no row of the latest ones.
    needs: leaf.op === 'has' && !env.future ? [source.key] : [],
    until: () => (env.future ? toCome(leaf, env).agg(FIRST, []) : null),
  };
}

/** Words that are dated later than the moment asked about. */
function toCome(leaf: ConsentLeaf, env: LeafEnv): Source {
  const where = [sql`k.occurred_at > ${instant(env.now)}`, ...conditions(leaf, env)];
  return env.source({
    key: JSON.stringify(['consent to come', leaf.purpose ?? null, leaf.channel ?? null]),
    from: sql`(select k.* from ${consent} k where ${sql.join(where, sql` and `)}) f`,
    where: [],
  });
}

/** "has a consent to “marketing” by “email”". */
function consentWords({ op, purpose, channel }: ConsentLeaf, language: Language): string {
  const has = op === 'has';
  if (language === 'ru') {
    const to =
      purpose === undefined ? (has ? 'хоть на что-нибудь' : 'ни на что') : `на ${quote(purpose, language)}`;
    const any = has ? 'по любому каналу' : 'ни по какому каналу';
    const by = channel === undefined ? any : `по каналу ${quote(channel, language)}`;
    return `${has ? 'есть согласие' : 'нет согласия'} ${to} ${by}`;
  }
  const what = has ? 'has a consent' : 'has no consent';
  const to = purpose === undefined ? 'to anything' : `to ${quote(purpose, language)}`;
  return `${what} ${to} by ${channel === undefined ? 'any channel' : quote(channel, language)}`;
}
