import { array, assert, nat, pre, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, firstOf } from '../../../src/campaigns/journeys/advance.ts';
import type { Answer, Person, Stay } from '../../../src/campaigns/journeys/advance.ts';
import { problemsOf } from '../../../src/campaigns/journeys/check.ts';
import {
  exitsOf,
  journeyDefinition,
  MAX_JOURNEY_NODES,
  MAX_VISITS,
} from '../../../src/campaigns/journeys/contract.definition.ts';
import type {
  Edge,
  JourneyDefinition,
  JourneyNode,
} from '../../../src/campaigns/journeys/contract.definition.ts';
import { fulfils } from '../../../src/campaigns/journeys/matches.ts';
import { armOf, shareOf } from '../../../src/campaigns/journeys/share.ts';
import { nextWall } from '../../../src/campaigns/journeys/wall.ts';

/** The rules of journeys, without a database. */

const position = { x: 0, y: 0 };
const T0 = new Date('2026-03-01T10:00:00Z');
const MESSAGE = '00000000-0000-7000-8000-000000000001';

const KINDS = [
  { type: 'wait', for: { amount: 2, unit: 'hours' } },
  { type: 'wait', for: { amount: 1, unit: 'minutes' } },
  { type: 'wait-until', at: '09:30', weekdays: [1, 4] },
  { type: 'wait-event', event: { type: 'event', name: 'Seen' }, timeout: { amount: 1, unit: 'days' } },
  { type: 'branch', arms: [{ id: 'a', when: { type: 'message', node: 'm', did: 'opened' } }] },
  {
    type: 'split',
    arms: [
      { id: 'a', percent: 30 },
      { id: 'b', percent: 70 },
    ],
  },
  { type: 'message', templateId: MESSAGE },
  { type: 'message', templateId: MESSAGE, waitFor: 'outcome' },
  { type: 'incentive', give: { type: 'points', programId: MESSAGE, points: 10 }, most: 5 },
  { type: 'update', addTags: ['x'] },
  { type: 'tell', event: 'Told' },
] as const;

/** Sound ones: lines lead on, back only from a wait of two hours, and every node is reached. */
const definitions = array(
  record({ kind: nat(KINDS.length - 1), to: array(nat(200), { minLength: 4, maxLength: 4 }) }),
  {
    minLength: 1,
    maxLength: 12,
  },
).map((drawn): JourneyDefinition => {
  const nodes = [
    ...drawn.map(({ kind }, i) => ({ ...KINDS[kind], id: `n${i}`, position })),
    { type: 'exit', id: 'exit', position },
    { type: 'message', id: 'm', templateId: MESSAGE, position },
  ];
  const idAt = (i: number): string => (i < drawn.length ? `n${i}` : 'exit');
  const parsed = journeyDefinition.parse({
    entry: { trigger: { type: 'api' }, position },
    nodes,
    edges: [{ from: 'entry', exit: 'next', to: 'm' }],
  });
  const edges: Edge[] = [...parsed.edges, { from: 'm', exit: 'next', to: 'n0' }];
  for (const [i, { kind, to }] of drawn.entries()) {
    const node = parsed.nodes[i];
    if (node === undefined) continue;
    for (const [e, exit] of exitsOf(node).entries()) {
      const roll = to[e] ?? 0;
      const back = kind === 0 && roll % 2 === 0;
      edges.push({ from: node.id, exit, to: back ? idAt(roll % (i + 1)) : idAt(i + 1 + (roll % 3)) });
    }
  }
  const reached = new Set<string>();
  const open = ['entry'];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...edges.filter(({ from }) => from === id).map(({ to }) => to));
  }
  return {
    ...parsed,
    nodes: parsed.nodes.filter(({ id }) => reached.has(id)),
    edges: edges.filter(({ from }) => reached.has(from)),
  };
});

function answerOf(node: JourneyNode, roll: number): Answer {
  const exits = exitsOf(node);
  const waits = node.type === 'wait-event' || node.type === 'message';
  if (waits && roll % 3 === 0) return 'wait';
  const own = node.type === 'wait-event' ? ['happened'] : exits;
  return { exit: own[roll % own.length] ?? '', reason: 'rolled' };
}

const newcomer = (definition: JourneyDefinition): Person => ({
  contactId: 'c1',
  entryId: 'e1',
  journeyId: 'j1',
  state: 'moving',
  nodeId: firstOf(definition) ?? '',
  visit: 1,
  visits: { [firstOf(definition) ?? '']: 1 },
  arrivedAt: T0,
  untilAt: null,
  enteredAt: T0,
});

type Walk = { stays: Stay[]; keys: string[]; places: string[]; end: string };

/** Twenty visits of a message whose outcome is looked for every hour of a week, asked and answered, and more of them. */
const STEPS = 100_000;

/** Goes on whenever it is time, with answers by their turn. */
function walk(definition: JourneyDefinition, rolls: readonly number[]): Walk {
  let person = newcomer(definition);
  let now = T0;
  let answer: Answer | null = null;
  const done: Walk = { stays: [], keys: [], places: [], end: '' };
  for (let i = 0; i < STEPS; i++) {
    const known = { timeZone: 'Europe/Berlin', defaultZone: 'UTC', goal: null, answer, lookEvery: null };
    const step = advance(definition, person, known, now);
    done.stays.push(...step.stays);
    for (const effect of step.effects)
      done.keys.push(`${effect.node.id} ${step.person.visits[effect.node.id] ?? 0}`);
    person = step.person;
    done.places.push(person.nodeId);
    answer = null;
    if (step.rest.type === 'left') return { ...done, end: step.rest.reason };
    if (step.rest.type === 'asks') answer = answerOf(step.rest.node, rolls[i % rolls.length] ?? 0);
    else now = step.rest.wakeAt > now ? step.rest.wakeAt : new Date(now.getTime() + 1);
  }
  return { ...done, end: 'never' };
}

/** A wait may happen to lead back to itself alone. */
const WITHOUT_END = ['journey_no_exit', 'journey_no_way_out'];

const rolls = array(nat(100), { minLength: 1, maxLength: 30 });

describe('advance', () => {
  test('what is drawn soundly has no faults, and every way through it comes to an end', () => {
    assert(
      property(definitions, rolls, (definition, answers) => {
        const faults = problemsOf(definition).filter(({ severity }) => severity === 'error');
        pre(faults.every(({ code }) => !WITHOUT_END.includes(code)));
        expect(faults).toEqual([]);
        expect(['exit', 'too_many_visits']).toContain(walk(definition, answers).end);
      }),
      { numRuns: 300 },
    );
  });

  test('the same definition, facts and moments give the same path, and nothing is done twice for one visit', () => {
    assert(
      property(definitions, rolls, (definition, answers) => {
        const once = walk(definition, answers);
        expect(walk(definition, answers)).toEqual(once);
        expect(new Set(once.keys).size).toBe(once.keys.length);
      }),
      { numRuns: 200 },
    );
  });

  test('a person is at one node at a time: each stay begins where the line from the one before leads, when that ended', () => {
    assert(
      property(definitions, rolls, (definition, answers) => {
        const { stays } = walk(definition, answers);
        for (const [i, stay] of stays.entries()) {
          expect(stay.step).toBe(i + 1);
          expect(stay.visit).toBeLessThanOrEqual(MAX_VISITS);
          const next = stays[i + 1];
          if (next === undefined) continue;
          const line = definition.edges.find(({ from, exit }) => from === stay.nodeId && exit === stay.exit);
          expect(line?.to).toBe(next.nodeId);
          expect(next.arrivedAt >= stay.arrivedAt).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('who reaches a goal leaves from wherever they are; a wait that passed while nobody looked is acted on late, not lost', () => {
    const definition = journeyDefinition.parse({
      entry: { trigger: { type: 'api' }, position },
      nodes: [
        { type: 'wait', id: 'w', for: { amount: 3, unit: 'days' }, position },
        { type: 'exit', id: 'x', position },
        { type: 'goal', id: 'g', when: { type: 'happening', event: { type: 'order' } }, position },
      ],
      edges: [
        { from: 'entry', exit: 'next', to: 'w' },
        { from: 'w', exit: 'next', to: 'x' },
      ],
    });
    const known = { timeZone: null, defaultZone: 'UTC', goal: null, answer: null, lookEvery: null };
    const waiting = advance(definition, newcomer(definition), known, T0);
    expect(waiting.rest).toMatchObject({ type: 'waits', wakeAt: new Date('2026-03-04T10:00:00Z') });
    const late = advance(definition, waiting.person, known, new Date('2026-04-01T00:00:00Z'));
    expect(late.rest).toEqual({ type: 'left', reason: 'exit' });
    const reached = { ...known, goal: { nodeId: 'g', detail: {} } };
    const gone = advance(definition, waiting.person, reached, new Date('2026-03-02T00:00:00Z'));
    expect(gone.rest).toEqual({ type: 'left', reason: 'goal' });
    expect(gone.stays.map(({ nodeId, reason }) => [nodeId, reason])).toEqual([
      ['w', 'goal_reached'],
      ['g', 'goal'],
    ]);
    const watched = advance(definition, newcomer(definition), { ...known, lookEvery: 3_600_000 }, T0);
    expect(watched.rest).toMatchObject({ wakeAt: new Date('2026-03-01T11:00:00Z') });
  });
});

describe('check', () => {
  const sound = {
    entry: { trigger: { type: 'api' }, position },
    nodes: [
      { type: 'wait', id: 'w', for: { amount: 1, unit: 'hours' }, position },
      { type: 'branch', id: 'b', arms: [{ id: 'a', when: { type: 'rule', rule: null } }], position },
      { type: 'exit', id: 'x', position },
    ],
    edges: [
      { from: 'entry', exit: 'next', to: 'b' },
      { from: 'b', exit: 'a', to: 'w' },
      { from: 'b', exit: 'else', to: 'x' },
      { from: 'w', exit: 'next', to: 'b' },
    ],
  };
  const found = (change: object): string[] =>
    problemsOf(journeyDefinition.parse({ ...sound, ...change })).map(({ node, field, code }) =>
      [node, field, code].join(' '),
    );

  test('each fault is told with its node and field', () => {
    expect(found({})).toEqual(['b arms.0.when.rule journey_field_missing']);
    const edges = sound.edges;
    expect(found({ edges: edges.slice(0, 3) })).toContain('w exit.next journey_exit_open');
    expect(found({ edges: [...edges.slice(0, 3), { from: 'w', exit: 'next', to: 'gone' }] })).toContain(
      'w exit.next journey_edge_dangling',
    );
    expect(found({ edges: [...edges, { from: 'x', exit: 'next', to: 'b' }] })).toContain(
      'x exit.next journey_edge_dangling',
    );
    expect(found({ nodes: [...sound.nodes, { type: 'exit', id: 'y', position }] })).toContain(
      'y  journey_node_unreachable',
    );
    expect(found({ nodes: sound.nodes.slice(0, 2) })).toContain('  journey_no_exit');
    const quick = { type: 'wait', id: 'w', for: { amount: 59, unit: 'minutes' }, position };
    expect(found({ nodes: [quick, ...sound.nodes.slice(1)] }).join()).toContain('journey_loop_fast');
    const split = (percent: number) => ({
      nodes: [
        sound.nodes[0],
        {
          type: 'split',
          id: 'b',
          arms: [
            { id: 'a', percent },
            { id: 'else', percent: 50 },
          ],
          position,
        },
        sound.nodes[2],
      ],
    });
    expect(found(split(40))).toEqual(['b arms journey_split_not_whole']);
    expect(found(split(50))).toEqual([]);
  });

  test('a definition with too many nodes, an id twice or two lines from one exit is no definition', () => {
    const many = Array.from({ length: MAX_JOURNEY_NODES + 1 }, (_, i) => ({
      type: 'exit',
      id: `x${i}`,
      position,
    }));
    const paths = (change: object) =>
      journeyDefinition.safeParse({ ...sound, ...change }).error?.issues.map(({ path }) => path.join('.'));
    expect(paths({ nodes: many })).toEqual(['nodes']);
    expect(paths({ nodes: [...sound.nodes, sound.nodes[2]] })).toEqual(['nodes']);
    expect(paths({ edges: [...sound.edges, { from: 'w', exit: 'next', to: 'x' }] })).toEqual(['edges']);
  });
});

describe('clocks and shares', () => {
  test('a wall time is the next one the clock shows, also over changes of daylight saving', () => {
    const next = (after: string, at: string, weekdays: number[] = [], zone = 'Europe/Berlin') =>
      nextWall(new Date(after), { at, weekdays }, zone).toISOString();
    // Clocks go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00.
    expect(next('2026-03-28T12:00:00Z', '09:30')).toBe('2026-03-29T07:30:00.000Z');
    expect(next('2026-03-28T07:00:00Z', '09:30')).toBe('2026-03-28T08:30:00.000Z');
    expect(next('2026-03-28T12:00:00Z', '02:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(next('2026-10-24T12:00:00Z', '02:30')).toBe('2026-10-25T00:30:00.000Z');
    expect(next('2026-10-25T00:30:00Z', '02:30')).toBe('2026-10-26T01:30:00.000Z');
    expect(next('2026-03-27T12:00:00Z', '09:30', [1])).toBe('2026-03-30T07:30:00.000Z');
    expect(next('2026-03-30T07:30:00Z', '09:30', [1])).toBe('2026-04-06T07:30:00.000Z');
    expect(next('2026-03-30T20:00:00Z', '09:30', [], 'Asia/Tokyo')).toBe('2026-03-31T00:30:00.000Z');
  });

  test('shares are kept within a percent, stay the same for a person, and are independent between nodes', () => {
    const node = journeyDefinition.parse({
      entry: { trigger: { type: 'api' }, position },
      nodes: [{ ...KINDS[5], id: 's', position }],
      edges: [],
    }).nodes[0];
    if (node?.type !== 'split') throw new Error('no split');
    const people = Array.from({ length: 20_000 }, (_, i) => ({ journeyId: 'j', contactId: `c${i}` }));
    const first = people.map((one) => armOf(node, one).arm);
    expect(people.map((one) => armOf(node, one).arm)).toEqual(first);
    expect(Math.abs(first.filter((arm) => arm === 'a').length / 200 - 30)).toBeLessThan(1);
    const both = people.filter(
      ({ contactId }) => shareOf('j', 's', contactId) < 50 && shareOf('j', 't', contactId) < 50,
    );
    expect(Math.abs(both.length / 200 - 25)).toBeLessThan(1);
  });

  test('conditions on events mean what the same conditions mean in segments', () => {
    const said = { total: 50, city: 'Riga', paid: true, none: null, list: [] };
    const holds = (property: string, op: string, value?: unknown) =>
      fulfils(said, [{ property, op, ...(value === undefined ? {} : { value }) } as never]);
    expect([holds('total', 'gte', 50), holds('total', 'lt', 50), holds('city', 'gt', 1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([holds('total', 'is', '50'), holds('city', 'is', 'Riga'), holds('city', 'is', 'riga')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([
      holds('gone', 'isNot', 'x'),
      holds('gone', 'lacks'),
      holds('none', 'lacks'),
      holds('list', 'exists'),
    ]).toEqual([false, true, true, false]);
    expect([
      holds('city', 'in', ['Oslo', 'Riga']),
      holds('gone', 'notIn', ['x']),
      holds('city', 'contains', 'IG'),
    ]).toEqual([true, false, true]);
  });
});
