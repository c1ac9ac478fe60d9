import type { FormDefinition } from './contract.ts';

/** Which web pages may show a form, post to it and be led back to. Pure. */

/** Origins named by the form and by its source; none named means any site. */
export function sitesOf(definition: FormDefinition, source: { origins: readonly string[] }): string[] {
  return [...new Set([...definition.origins, ...source.origins])];
}

export const isKnownSite = (sites: readonly string[], origin: string): boolean => sites.includes(origin);
export const mayPost = (sites: readonly string[], origin: string): boolean =>
  sites.length === 0 || isKnownSite(sites, origin);

/**
 * What the browser may do on a page of a form: no script but our own file, no style but ours, frames only on the form's sites (null:
 * nowhere). A redirect after the post counts as a target of the form, so it is named as well.
 */
export function policyOf(sites: readonly string[] | null, redirect: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `form-action 'self'${redirect === null ? '' : ` ${new URL(redirect).origin}`}`,
    "base-uri 'none'",
    `frame-ancestors ${sites === null ? "'none'" : `'self' ${sites.length === 0 ? 'https: http:' : sites.join(' ')}`}`,
  ].join('; ');
}
