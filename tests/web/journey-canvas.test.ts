import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  exitsOf as serverExits,
  journeyDefinition,
} from '../../src/campaigns/journeys/contract.definition.ts';
import { problemsOf } from '../../src/campaigns/journeys/check.ts';
import en from '../../web/src/i18n/en/journeys.ts';
import { fixedT, speakPlainly } from '../../web/src/i18n/plain.ts';
import {
  ENTRY,
  exitsAt,
  exitsOf,
  KINDS,
  newNode,
  targetOf,
} from '../../web/src/pages/journeys/model/definition.ts';
import type { JourneyDefinition, Kind, Place } from '../../web/src/pages/journeys/model/definition.ts';
import {
  added,
  connected,
  inserted,
  isTidy,
  moved,
  reachedFrom,
  removed,
  replaced,
  tidied,
} from '../../web/src/pages/journeys/model/edit.ts';
import { begun, changed, redone, undone } from '../../web/src/pages/journeys/model/history.ts';
import { layout, widthOf } from '../../web/src/pages/journeys/model/layout.ts';
import { outline } from '../../web/src/pages/journeys/model/outline.ts';
import { startOf, STARTERS } from '../../web/src/pages/journeys/model/starters.ts';
import { entryWords, exitWords, nodeWords } from '../../web/src/pages/journeys/model/words.ts';

await speakPlainly('en', { en: { journeys: en } });
const t = fixedT('en', 'journeys');

/** A journey somebody built: every step set into a line there is, some lines drawn elsewhere. */
const built = fc
  .array(fc.record({ kind: fc.constantFrom<Kind>(...KINDS), at: fc.nat(), turn: fc.nat() }), {
    maxLength: 14,
  })
  .map((steps) => {
    let definition = startOf('blank', t);
    for (const [index, { kind, at, turn }] of steps.entries()) {
      const node = newNode(kind, `${kind}-${index}`);
      const places = placesOf(definition);
      const place = places[at % places.length];
      if (kind === 'goal' || place === undefined) definition = added(definition, node);
      else definition = inserted(definition, place, node);
      const all = placesOf(definition);
      const other = all[turn % all.length];
      const target = definition.nodes[turn % definition.nodes.length];
      if (turn % 5 === 0 && other !== undefined && target !== undefined && target.type !== 'goal')
        definition = connected(definition, other, target.id);
    }
    return definition;
  });

const placesOf = (definition: JourneyDefinition): Place[] =>
  [ENTRY, ...definition.nodes.map(({ id }) => id)].flatMap((id) =>
    exitsAt(definition, id).map((exit) => ({ from: id, exit })),
  );

describe('the canvas of journeys', () => {
  test('knows the exits of every kind as the API does', () => {
    for (const node of KINDS.map((kind) => newNode(kind, 'x')))
      expect(exitsOf(node)).toEqual(serverExits(node));
    const outcome = { ...newNode('message', 'm'), waitFor: 'outcome' } as never;
    expect(exitsOf(outcome)).toEqual(serverExits(outcome));
  });

  test('makes only journeys the API takes', () => {
    fc.assert(
      fc.property(built, (definition) => {
        expect(journeyDefinition.parse(definition)).toEqual(definition);
      }),
    );
  });

  test('tidies so that no card lies over another, and every way that leads on leads down', () => {
    fc.assert(
      fc.property(built, (definition) => {
        const at = layout(definition);
        const cards = [ENTRY, ...definition.nodes.map(({ id }) => id)].map((id) => {
          const { x, y } = at.get(id) ?? { x: Number.NaN, y: Number.NaN };
          const width = widthOf(definition.nodes.find((node) => node.id === id));
          return { id, x, y, width };
        });
        for (const [index, one] of cards.entries())
          for (const other of cards.slice(index + 1))
            expect(
              one.y !== other.y || one.x + one.width <= other.x || other.x + other.width <= one.x,
              `${one.id} and ${other.id}`,
            ).toBe(true);
        for (const { from, to } of definition.edges)
          if (!reachedFrom(definition, to).has(from))
            expect(at.get(to)?.y).toBeGreaterThan(at.get(from)?.y ?? 0);
        expect(isTidy(tidied(definition))).toBe(true);
      }),
    );
  });

  test('a step set into a line loses nobody: all its ways go on to where the line led', () => {
    fc.assert(
      fc.property(
        built,
        fc.nat(),
        fc.constantFrom<Kind>('wait', 'branch', 'split', 'message'),
        (before, at, kind) => {
          const places = placesOf(before);
          const place = places[at % places.length];
          if (place === undefined) return;
          const to = targetOf(before, place);
          const node = newNode(kind, 'new');
          const after = inserted(before, place, node);
          expect(targetOf(after, place)).toBe('new');
          for (const exit of exitsOf(node)) expect(targetOf(after, { from: 'new', exit })).toBe(to);
          // And taken out again, every line is as it was.
          const lines = (one: JourneyDefinition) => one.edges.map((edge) => JSON.stringify(edge)).toSorted();
          if (to !== undefined && to !== place.from)
            expect(lines(removed(after, 'new'))).toEqual(lines(before));
        },
      ),
    );
  });

  test('a step taken out leaves no line to it or from it', () => {
    fc.assert(
      fc.property(built, fc.nat(), (before, at) => {
        const node = before.nodes[at % before.nodes.length];
        if (node === undefined) return;
        const after = removed(before, node.id);
        expect(after.edges.some(({ from, to }) => from === node.id || to === node.id)).toBe(false);
        expect(journeyDefinition.parse(after)).toEqual(after);
      }),
    );
  });

  test('a new way of a choice leads on where “Otherwise” does, and one taken away takes its line along', () => {
    const choice = newNode('branch', 'choice');
    if (choice.type !== 'branch') throw new Error('a choice');
    const before = inserted(startOf('blank', t), { from: ENTRY, exit: 'next' }, choice);
    const more = {
      ...choice,
      arms: [...choice.arms, { id: 'second', name: 'VIP', when: { type: 'rule' as const, rule: null } }],
    };
    const after = replaced(before, more);
    expect(targetOf(after, { from: 'choice', exit: 'second' })).toBe('exit');
    expect(replaced(after, choice).edges.some(({ exit }) => exit === 'second')).toBe(false);
  });

  test('cards placed by hand stay where they were put', () => {
    const before = moved(startOf('cart', t), new Map([[ENTRY, { x: -500, y: -40 }]]));
    const place = { from: ENTRY, exit: 'next' };
    const first = targetOf(before, place) ?? '';
    const after = inserted(before, place, newNode('wait', 'new'));
    expect(after.entry.position).toEqual({ x: -500, y: -40 });
    const at = (one: JourneyDefinition, id: string) =>
      one.nodes.find((node) => node.id === id)?.position.y ?? 0;
    expect(at(after, 'new')).toBe(at(before, first));
    expect(at(after, first)).toBeGreaterThan(at(before, first));
  });

  test('the list tells every step once, in an order in which it can be read', () => {
    fc.assert(
      fc.property(built, (definition) => {
        const steps = outline(definition).flatMap((line) => (line.type === 'step' ? [line.id] : []));
        expect(steps.toSorted()).toEqual([ENTRY, ...definition.nodes.map(({ id }) => id)].toSorted());
      }),
    );
  });

  test('where all ways meet, the list goes on outside of them', () => {
    const depth = new Map(
      outline(startOf('winback', t)).flatMap((line) =>
        line.type === 'step' ? [[line.id, line.depth] as const] : [],
      ),
    );
    expect(depth.get('exit')).toBe(0);
    expect(Math.max(...depth.values())).toBe(3);
  });

  test('undo and redo come back to every state, and letters typed together are one step', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 20 }), (states) => {
        const [first = 0, ...rest] = states;
        let history = begun(first);
        for (const state of rest) history = changed(history, state, undefined, 0);
        for (const state of states.toReversed()) {
          expect(history.now).toBe(state);
          history = undone(history);
        }
        for (const state of states) {
          expect(history.now).toBe(state);
          history = redone(history);
        }
      }),
    );
    const typed = ['W', 'We', 'Wel'].reduce(
      (all, name, index) => changed(all, name, 'name', index * 100),
      begun(''),
    );
    expect(undone(typed).now).toBe('');
    expect(undone(changed(typed, 'Welc', 'name', 5_000)).now).toBe('Wel');
  });
});

describe('the starters', () => {
  test.each(STARTERS)('%s lacks nothing but what only the shop knows', (starter) => {
    const definition = startOf(starter, t);
    expect(isTidy(definition)).toBe(true);
    const codes = problemsOf(journeyDefinition.parse(definition)).map(({ code }) => code);
    expect(codes.filter((code) => code !== 'journey_field_missing')).toEqual([]);
  });
});

test('a step says in words what it does', () => {
  const definition = startOf('winback', t);
  const named = (id: string) => (id === 'seg' ? 'Sleeping' : undefined);
  const names = { segment: named, template: named, program: named, coupon: named };
  const told = { t, names, currency: 'GBP', locale: 'en-GB', definition };
  const words = definition.nodes.map((node) => [node.type, nodeWords(node, told)]);
  expect(words).toEqual(
    expect.arrayContaining([
      ['wait-event', '“We miss you” is clicked, 5 days at most'],
      ['split', 'A 50% · B 50%'],
      ['incentive', '200 points, program not chosen yet, 1,000 times at most'],
      ['goal', 'An order is placed'],
      ['message', 'The template is not chosen yet'],
      ['exit', 'The journey is over'],
    ]),
  );
  const entry = { ...definition.entry, trigger: { type: 'segment', segmentId: 'seg', on: 'left' } as const };
  expect(entryWords(entry, told)).toBe('Leaves “Sleeping”');
  const split = definition.nodes.find(({ type }) => type === 'split');
  expect(exitWords(split, 'b', told)).toBe('B 50%');
  expect(exitWords(newNode('branch', 'x'), 'else', told)).toBe('No');
});
