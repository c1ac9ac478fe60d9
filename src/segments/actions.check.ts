import type { Ctx } from '../core/ctx.ts';
import { DomainError } from '../core/errors.ts';
import { validationError } from '../core/http.ts';
import { ruleSchema } from './contract.rule.ts';
import type { Rule } from './contract.rule.ts';
import { referredSegments } from './store.ts';
import { unseen } from './store.base.ts';
import type { Named } from './store.base.ts';
import { leavesWithPaths, referenceProblem } from './tree.ts';
import type { SegmentRules } from './tree.ts';

/** Reads a rule that another module keeps. Throws validation_failed (422) naming the wrong node below `at`. */
export function checkRule(input: unknown, at = 'rule'): Rule {
  const parsed = ruleSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw validationError(
    parsed.error.issues.map((issue) => ({ ...issue, path: [at, ...issue.path] })),
    at,
  );
}

/**
 * Loads the segments a rule refers to and checks that they exist and none leads back to `self`. Throws segment_not_found,
 * segment_cycle or rule_too_large (422) with the path of the leaf.
 */
export async function checkReferences(
  ctx: Ctx,
  rule: Rule,
  self?: { segmentId: string; name: string },
): Promise<SegmentRules> {
  const segments = await referredSegments(ctx, [rule]);
  const problem = referenceProblem(rule, self, segments);
  if (problem === undefined) return segments;
  const at = ['rule', ...problem.path].join('.');
  throw new DomainError({
    code: problem.code,
    status: 422,
    detail: `${at}: ${problem.message}`,
    at,
    issues: [{ path: at, code: problem.code, message: problem.message }],
  });
}

export type Warning = { path: string; code: string; message: string };

const key = ({ kind, name }: Named): string => `${kind} ${name}`;

/** What the rule names and nobody has ever seen. Legal: it matches nothing until somebody brings it. */
export async function warningsOf(ctx: Ctx, rule: Rule): Promise<Warning[]> {
  const named = leavesWithPaths(rule).flatMap(({ leaf, path }): (Named & { path: string })[] => {
    const at = (...more: string[]): string => ['rule', ...path, ...more].join('.');
    if (leaf.type === 'attribute') {
      const custom = leaf.field.startsWith('attributes.');
      return custom
        ? [{ kind: 'attribute', name: leaf.field.slice('attributes.'.length), path: at('field') }]
        : [];
    }
    if (leaf.type === 'event') return [{ kind: 'event', name: leaf.name, path: at('name') }];
    if (leaf.type === 'wanted') {
      const { of: kind, named = [] } = leaf;
      return named.map((name, i) => ({ kind, name, path: at('named', String(i)) }));
    }
    if (leaf.type !== 'purchase') return [];
    const { products = [], categories = [] } = leaf.where ?? {};
    return [
      ...products.map((name, i) => ({
        kind: 'product' as const,
        name,
        path: at('where', 'products', String(i)),
      })),
      ...categories.map((name, i) => ({
        kind: 'category' as const,
        name,
        path: at('where', 'categories', String(i)),
      })),
    ];
  });
  const missing = new Set((await unseen(ctx, named)).map(key));
  return named
    .filter((one) => missing.has(key(one)))
    .map(({ kind, name, path }) => ({
      path,
      code: `unknown_${kind}`,
      message: `There is no ${kind} "${name}" yet; it matches nothing.`,
    }));
}
