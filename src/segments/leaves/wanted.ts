import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { category, orders, product, saleFact } from '../../orders/index.ts';
import { event } from '../../tracking/index.ts';
import type { WantedLeaf } from '../contract.wanted.ts';
import type { LeafEnv, LeafSql, LeafType, Part, Source } from '../leaf.ts';
import { enteringParts, future, instant, leavesAt, past, windowParts } from '../window.ts';
import { EVER } from './rows.ts';
import { signEvents, signsOf } from './wanted.signs.ts';
import { wantedFields, wantedWords } from './wanted.words.ts';

/**
 * Interest in one product or category that no purchase has answered since. Anybody's word is enough for interest; only trusted
 * sales answer it, also when the goods came back later.
 */
export const wantedType: LeafType<WantedLeaf> = {
  type: 'wanted',
  compile: compileWanted,
  dependencies: (leaf) => [
    ...signEvents(leaf).map((name) => ({ kind: 'event', key: name })),
    { kind: 'purchase', key: '*' },
  ],
  futureFacts: (now) => sql`(exists (select from ${orders} where occurred_at > ${instant(now)})
    or exists (select from ${event} where recorded_at > ${instant(now)} and occurred_at > ${instant(now)}))`,
  words: wantedWords,
  facts: (leaf, env, contactId) => {
    const signs = signsOf(leaf, env, [...windowParts(leaf.window ?? EVER, env.now), past(env.now)]);
    const source = env.source({
      key: `facts ${JSON.stringify(leaf)}`,
      from: sql`(select distinct f.contact_id, f.occurred_at, f.id, e.name, e.context from (${signs}) f
        join ${event} e using (contact_id, occurred_at, id)) f`,
      where: [],
    });
    return source.newest(
      contactId,
      [],
      sql`'event' as kind, f.id::text as id, f.name as what, f.context -> 'page' ->> 'url' as page`,
    );
  },
  fields: wantedFields,
};

const HOLDS: Part = { key: 'holds', sql: sql`f.holds` };
const TO_COME: Part = { key: 'to come', sql: sql`not f.holds` };

function compileWanted(leaf: WantedLeaf, env: LeafEnv): LeafSql {
  const source = itemsOf(leaf, env);
  const value = sql`(${source.agg('bool_or(f.holds)', [])}) is true`;
  const leaves = leavesAt(leaf.window ?? EVER, sql`x`) !== null;
  return {
    value,
    needs: [source.key],
    until: () => {
      if (!leaves && !env.future) return null;
      // While anything is wanted, the last of it to go decides; else only a sign that is to come can change it.
      const ends = source.agg('max(f.occurred_at)', [HOLDS]);
      const begins = env.future ? source.agg('min(f.occurred_at)', [TO_COME]) : sql`null::timestamptz`;
      return sql`case when ${value} then ${ends} else ${begins} end`;
    },
  };
}

/**
 * Rows of what is wanted now, at the moment it ends by itself, and of signs that are known to come. One pass, grouped by contact
 * and item; sales are an anti-join.
 */
function itemsOf(leaf: WantedLeaf, env: LeafEnv): Source {
  const { times = 1, window = EVER } = leaf;
  const signs = signsOf(leaf, env, [...windowParts(window, env.now), past(env.now)]);
  const nth = times === 1 ? sql`s.last` : sql`s.nth`;
  const ranked =
    times === 1 || leavesAt(window, nth) === null
      ? sql``
      : sql`, (array_agg(f.occurred_at order by f.occurred_at desc))[${times}::int] as nth`;
  const ends = leavesAt(window, nth) ?? sql`'infinity'::timestamptz`;
  const sold = soldOf(leaf, env);
  const until = env.future
    ? sql`least(${ends}, (select min(b.occurred_at) from ${sold.from} where ${sold.where} and b.occurred_at > ${instant(env.now)}))`
    : ends;
  const toCome = env.future
    ? sql` union all select n.contact_id, false, n.occurred_at
        from (${signsOf(leaf, env, [...enteringParts(window), future(env.now)])}) n`
    : sql``;
  return env.source({
    key: JSON.stringify(['wanted', leaf]),
    from: sql`(select s.contact_id, true as holds, ${until} as occurred_at
      from (select f.contact_id, f.item, max(f.occurred_at) as last${ranked} from (${signs}) f
        group by f.contact_id, f.item having count(*) >= ${times}::int) s
      where not exists (select from ${sold.from}
        where ${sold.where} and b.occurred_at >= s.last and b.occurred_at <= ${instant(env.now)})${toCome}) f`,
    where: [],
  });
}

/** Trusted sales `b` of the item of `s`; of a category, what lies in it or anywhere below. */
function soldOf(leaf: WantedLeaf, env: LeafEnv): { from: SQL; where: SQL } {
  const trusted = sql`b.contact_id = s.contact_id and b.kind = 'sale' and b.trust <> 'public' and not b.anonymous`;
  const known = env.knownAt === null ? sql`` : sql` and b.recorded_at <= ${instant(env.knownAt)}`;
  return leaf.of === 'product'
    ? {
        from: sql`${saleFact} b join ${product} p on p.product_id = b.product_id`,
        where: sql`${trusted} and p.external_id = s.item${known}`,
      }
    : {
        from: sql`${saleFact} b join ${product} p on p.product_id = b.product_id
          join ${category} c on c.category_id = p.category_id cross join lateral unnest(c.path) as a(item)`,
        where: sql`${trusted} and a.item = s.item${known}`,
      };
}
