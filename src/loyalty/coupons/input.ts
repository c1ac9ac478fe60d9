import { DomainError } from '../../core/errors.ts';
import type { FieldIssue } from '../../core/errors.ts';
import { genericProblem, patternProblem } from './code.ts';
import type { CouponCampaignInput } from './contract.ts';

/** What no field of a new coupon campaign can say alone. Pure. */
export function inputIssues(input: CouponCampaignInput, now: Date): FieldIssue[] {
  const { codeKind, code, pattern, personal, validFrom, validUntil } = input;
  const generic = codeKind === 'generic';
  const found: FieldIssue[] = [];
  const wrong = generic ? genericProblem(code ?? '') : patternProblem(pattern ?? '');
  if (wrong !== undefined)
    found.push(
      generic
        ? { path: 'code', code: 'coupon_code_wrong', message: wrong }
        : { path: 'pattern', code: 'coupon_pattern_wrong', message: wrong },
    );
  if (generic && personal === true)
    found.push({
      path: 'personal',
      code: 'coupon_code_for_all',
      message: 'A code for all cannot be bound to a contact.',
    });
  const begins = validFrom === null || validFrom === undefined ? now.getTime() : Date.parse(validFrom);
  if (validUntil !== null && validUntil !== undefined && Date.parse(validUntil) <= begins)
    found.push({
      path: 'validUntil',
      code: 'coupon_validity_wrong',
      message: 'The coupons would be over before they are valid.',
    });
  return found;
}

/** 422 with the code of the first, and all of them among its issues. */
export function mustHaveSense(input: CouponCampaignInput, now: Date): void {
  const issues = inputIssues(input, now);
  const [first] = issues;
  if (first === undefined) return;
  throw new DomainError({ code: first.code, status: 422, detail: first.message, at: first.path, issues });
}
