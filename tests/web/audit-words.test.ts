import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import en from '../../web/src/i18n/en/audit.ts';
import ru from '../../web/src/i18n/ru/audit.ts';

/** What the audit log may be told, read off the source: every place that writes to it. */

const NAME = /^[a-z_]+\.[a-z_]+$/;

/** Places that put the name together or are given it: how to find the names they may make. */
const MADE: Record<string, (text: string) => string[]> = {
  'src/campaigns/actions.lifecycle.ts': (text) => said(text, /told\(tx, id, '(\w+)'\)/g, 'campaign.'),
  'src/campaigns/guard/actions.ts': (text) => said(text, /'(campaign\.approv\w+)'/g),
  'src/campaigns/journeys/actions.lifecycle.ts': (text) => said(text, /told\(tx, row, '(\w+)'/g, 'journey.'),
  'src/contacts/actions.export.ts': (text) => said(text, /'(contacts\.export_\w+)'/g),
  'src/contacts/import/run.ts': (text) =>
    said(text, /await end\(ctx, job, token, \{ state: '(\w+)'/g, 'import.'),
  'src/loyalty/accrual/actions.challenges.ts': (text) => said(text, /note\(tx, '(\w+)'/g, 'challenge.'),
  'src/loyalty/accrual/actions.rules.ts': (text) => [
    ...said(text, /definition, '(\w+)'\)/g, 'accrual_rule.'),
    ...said(text, /^  (\w+): \['draft'/gm, 'accrual_rule.'),
    'accrual_rule.paused',
  ],
  'src/loyalty/backtests/actions.ts': (text) =>
    tried().flatMap((entity) => said(text, /action: `\$\{kind\.entity\}\.(\w+)`/g, `${entity}.`)),
  'src/loyalty/coupons/actions.batch.ts': (text) => said(text, /'(coupons\.\w+)'/g),
  'src/loyalty/coupons/actions.campaigns.ts': (text) => said(text, /'(coupon_campaign\.\w+)'/g),
  'src/loyalty/coupons/actions.codes.ts': (text) => said(text, /'(coupons\.\w+)'/g),
  'src/loyalty/ledger/actions.adjust.ts': (text) => said(text, /'(points\.\w+)'/g),
  'src/loyalty/offers/actions.promotions.ts': (text) => [
    ...said(text, /note\(tx, '(\w+)'/g, 'promotion.'),
    ...said(/type Move = ([^;]+);/.exec(text)?.[1] ?? '', /'(\w+)'/g, 'promotion.'),
  ],
  'src/loyalty/rewards/actions.rewards.ts': (text) => [
    ...said(text, /note\(tx, '(\w+)'/g, 'reward.'),
    ...said(text, /^  (\w+): \['(?:draft|live)'/gm, 'reward.'),
  ],
  'src/loyalty/standing/actions.assign.ts': () => decided('person_category'),
  'src/loyalty/standing/actions.personal.ts': () => decided('personal_discount'),
  'src/orders/actions.price-lists.ts': (text) => [
    ...said(text, /changed\(tx, '(\w+)'/g, 'price_list.'),
    ...said(text, /bump\(tx, \w+, '(\w+)'/g, 'price_list.'),
  ],
  'src/orders/actions.order.ts': () => ['order.created', 'order.updated', 'order.confirmed'],
  'src/people/actions.auth.ts': () =>
    said(readFileSync('src/people/routes.auth.ts', 'utf8'), /event: '([a-z_]+\.[a-z_]+)'/g),
  'src/tracking/actions.sources.ts': (text) => said(text, /changed\(tx, '([a-z_]+\.[a-z_]+)'/g),
  'src/tracking/forms/actions.review.ts': (text) => said(text, /audited\(tx, '([a-z_]+\.[a-z_]+)'/g),
  'src/tracking/onsite/actions.ts': (text) => said(text, /note\(tx, '(\w+)'/g, 'onsite_message.'),
};

const said = (text: string, pattern: RegExp, prefix = ''): string[] =>
  [...text.matchAll(pattern)].map(([, name]) => prefix + (name ?? ''));

/** What is tried on past orders. */
const tried = (): string[] =>
  ['offers', 'accrual'].flatMap((folder) =>
    said(readFileSync(`src/loyalty/${folder}/actions.backtest.ts`, 'utf8'), /^  entity: '(\w+)'/gm),
  );

const decided = (of: string): string[] => [
  `${of}.requested`,
  ...said(
    /state: ('approved'[^;]+);/.exec(readFileSync('src/loyalty/standing/decide.ts', 'utf8'))?.[1] ?? '',
    /'(\w+)'/g,
    `${of}.`,
  ),
];

type Found = { path: string; actions: string[]; entities: string[] };

/** The text of one call of audit(), its parentheses closed. */
function callsOf(text: string): string[] {
  return [...text.matchAll(/\baudit\(/g)].map(({ index }) => {
    let depth = 0;
    for (let at = index; at < text.length; at += 1) {
      if (text[at] === '(') depth += 1;
      if (text[at] === ')' && (depth -= 1) === 0) return text.slice(index, at);
    }
    return '';
  });
}

function auditsOf(path: string): Found[] {
  const text = readFileSync(path, 'utf8');
  if (!/import \{ audit \} from '[./]*core\/audit\.ts'/.test(text)) return [];
  const calls = callsOf(text);
  const literal = calls.flatMap((call) => said(call, /\baction: '([^']+)'/g));
  const made = literal.length === calls.length ? [] : (MADE[path]?.(text) ?? []);
  const entities = calls.flatMap((call) =>
    call.includes('entity: kind.entity') ? tried() : said(call, /\bentity: '([^']+)'/g),
  );
  return [
    { path, actions: [...literal, ...made], entities: entities.length >= calls.length ? entities : [] },
  ];
}

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'src'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path.endsWith('.ts'));
const found = files.flatMap(auditsOf);

function wordOf(words: unknown, path: string): unknown {
  let at = words;
  for (const key of path.split('.'))
    at = typeof at === 'object' && at !== null ? new Map(Object.entries(at)).get(key) : undefined;
  return at;
}

describe('the audit log in words', () => {
  test('every place that writes to it is understood by this test', () => {
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(({ actions, entities }) => actions.length === 0 || entities.length === 0)).toEqual(
      [],
    );
    expect(found.flatMap(({ actions }) => actions).filter((name) => !NAME.test(name))).toEqual([]);
  });

  test.each([
    ['English', en],
    ['Russian', ru],
  ])('every action and every kind of thing it tells of has words: %s', (_language, words) => {
    const missing = found.flatMap(({ path, actions, entities }) => [
      ...actions
        .filter((name) => typeof wordOf(words.action, name) !== 'string')
        .map((name) => `${path}: ${name}`),
      ...entities
        .filter((name) => typeof wordOf(words.entity, name) !== 'string')
        .map((name) => `${path}: ${name}`),
    ]);
    expect(missing).toEqual([]);
  });

  test('there are no words for what nothing tells', () => {
    const told = new Set(found.flatMap(({ actions }) => actions));
    const named = Object.entries(en.action).flatMap(([area, verbs]) =>
      Object.keys(verbs).map((verb) => `${area}.${verb}`),
    );
    expect(named.filter((name) => !told.has(name))).toEqual([]);
  });
});
