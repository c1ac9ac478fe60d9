import type { TFunction } from 'i18next';
import type { Preview } from '../../../api/segments.ts';
import { ApiError } from '../../../api/problem.ts';
import { problemText } from '../../../i18n/problems.ts';
import type { Written } from './model.ts';
import { locate } from './model.ts';
import { ruleText } from './refusals.ts';

/** What the API says of a rule, by the node it means. Paths come as "rule.children.0.value". */

type Marks = ReadonlyMap<string, readonly { rest: string; message: string }[]>;

const ruleRelative = (path: string): string => path.replace(/^rule\.?/, '');

export function marksOf(problem: unknown, ids: Written['ids'], t: TFunction<'segments'>): Marks {
  const marks = new Map<string, { rest: string; message: string }[]>();
  if (!(problem instanceof ApiError) || problem.status !== 422) return marks;
  const issues =
    problem.fields.length > 0
      ? problem.fields.map((field) => ({ path: field.path, message: ruleText(field, t) }))
      : [{ path: problem.at ?? '', message: problemText(problem) }];
  for (const { path, message } of issues) {
    const found = locate(ids, ruleRelative(path));
    if (found !== undefined)
      marks.set(found.id, [...(marks.get(found.id) ?? []), { rest: found.rest, message }]);
  }
  return marks;
}

const KINDS = ['event', 'product', 'category', 'attribute'] as const;

/** Warnings in the reader's language: the API names the thing in quotes. */
export function hintsOf(
  preview: Preview | undefined,
  ids: Written['ids'],
  t: TFunction<'segments'>,
): ReadonlyMap<string, string[]> {
  const hints = new Map<string, string[]>();
  for (const { path, code, message } of preview?.warnings ?? []) {
    const found = locate(ids, ruleRelative(path));
    const kind = KINDS.find((one) => code === `unknown_${one}`);
    const name = /"(.*)"/.exec(message)?.[1] ?? '';
    const text = kind === undefined ? message : t(`builder.unknownThing.${kind}`, { name });
    if (found !== undefined) hints.set(found.id, [...(hints.get(found.id) ?? []), text]);
  }
  return hints;
}
