import type { TFunction } from 'i18next';
import type { FieldProblem } from '../../../api/problem.ts';
import { fieldText } from '../../../i18n/problems.ts';

/** What the API refuses in a rule, in the reader's words: by its code, or by the sentence its schema brings. */

const CODES = ['segment_cycle', 'segment_not_found', 'rule_too_large'] as const;

const SAID = [
  [/comes (before|not after) from$/, 'order'],
  [/is compared with a number$/, 'number'],
  [/is compared with a date$/, 'date'],
  [/is compared with a text$/, 'text'],
  [/is compared with a boolean$/, 'boolean'],
  [/^moments are compared by order$/, 'moments'],
  [/^money is a whole number/, 'money'],
  [/does not suit/, 'suits'],
  [/^a number or a date/, 'value'],
  [/^a text, a number/, 'value'],
  [/^a date such as|^a year from/, 'date'],
  [/^an IANA time zone/, 'zone'],
  [/^a rule has at most/, 'large'],
  [/^groups nest at most/, 'deep'],
  [/^no such field/, 'field'],
  [/^four bounds/, 'bounds'],
] as const satisfies [RegExp, string][];

export function ruleText(issue: FieldProblem, t: TFunction<'segments'>): string {
  const code = CODES.find((one) => one === issue.code);
  if (code !== undefined) return t(`builder.refused.${code}`);
  const said = SAID.find(([pattern]) => pattern.test(issue.message))?.[1];
  return said === undefined ? fieldText(issue) : t(`builder.refused.${said}`);
}
