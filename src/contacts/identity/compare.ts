import { APART, HAS, MANUAL } from './resolve.ts';

/** What speaks for two contacts being one, and what against it. Pure. */

type Side = {
  points: ReadonlyArray<{ kind: string; value: string }>;
  nodes: ReadonlyArray<{ own: ReadonlyArray<{ kind: string; value: string }> }>;
  edges: ReadonlyArray<{ kind: string; value: string; strength: string; removedAt: Date | null }>;
};

export type Comparison = {
  speaksFor: Array<{ kind: string; value: string; proven: boolean }>;
  speaksAgainst: Array<{ kind: string; a: string[]; b: string[] }>;
};

const keyOf = ({ kind, value }: { kind: string; value: string }): string => `${kind}\n${value}`;

export function compare(a: Side, b: Side): Comparison {
  const [provenA, provenB] = [provenOf(a), provenOf(b)];
  const [saidA, saidB] = [saidOf(a), saidOf(b)];
  const shared = [...saidA].flatMap(([key, said]) => (saidB.has(key) ? [{ key, said }] : []));
  const kinds = new Set(
    provenA.map(({ kind }) => kind).filter((kind) => provenB.some((one) => one.kind === kind)),
  );
  return {
    speaksFor: shared.map(({ key, said: { kind, value } }) => ({
      kind,
      value,
      proven: provenA.some((one) => keyOf(one) === key) && provenB.some((one) => keyOf(one) === key),
    })),
    speaksAgainst: [...kinds].toSorted().flatMap((kind) => {
      const valuesA = valuesOf(provenA, kind);
      const valuesB = valuesOf(provenB, kind);
      return valuesA.some((value) => valuesB.includes(value)) ? [] : [{ kind, a: valuesA, b: valuesB }];
    }),
  };
}

const valuesOf = (said: ReadonlyArray<{ kind: string; value: string }>, kind: string): string[] =>
  [...new Set(said.filter((one) => one.kind === kind).map(({ value }) => value))].toSorted();

function provenOf({ nodes, edges }: Side): Array<{ kind: string; value: string }> {
  const strong = edges.filter(
    ({ kind, strength, removedAt }) =>
      strength === 'strong' &&
      removedAt === null &&
      kind !== MANUAL &&
      !kind.startsWith(APART) &&
      !kind.startsWith(HAS),
  );
  return [...nodes.flatMap(({ own }) => own), ...strong].map(({ kind, value }) => ({ kind, value }));
}

/** Everything a side is named by, proven or not. */
function saidOf(side: Side): Map<string, { kind: string; value: string }> {
  const weak = side.edges.filter(({ strength, removedAt }) => strength === 'weak' && removedAt === null);
  return new Map([...provenOf(side), ...weak, ...side.points].map((one) => [keyOf(one), one]));
}
