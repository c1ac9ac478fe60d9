/** Roles and what each may do. One table, read by the API, the console and the tests. Browser-safe. */

export const ROLES = ['owner', 'marketer', 'manager', 'head', 'developer'] as const;
export type Role = (typeof ROLES)[number];

/** Which contacts, leads and deals a person sees: their own, their team's, or all. */
export const VISIBILITIES = ['own', 'team', 'all'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export const RIGHTS = [
  'contacts:read',
  'contacts:write',
  'contacts:import',
  'contacts:export',
  'orders:read',
  'orders:write',
  'segments:read',
  'segments:write',
  'campaigns:read',
  'campaigns:write',
  'campaigns:send',
  /** Ask for transactional messages, as a shop's server does. */
  'messages:send',
  'loyalty:read',
  'loyalty:write',
  /** What a till and a shop's server do: find members, quote, sell, return. */
  'loyalty:sell',
  /** What a shop's server does besides: it says itself who buys, because they have signed in there. No card, no code is asked for. */
  'loyalty:vouch',
  'leads:read',
  'leads:write',
  'tracking:read',
  'tracking:write',
  'people:read',
  'people:write',
  'keys:write',
  'system:read',
] as const;
export type Right = (typeof RIGHTS)[number];

const READ_ALL: readonly Right[] = RIGHTS.filter((right) => right.endsWith(':read'));

const GRANTS: Readonly<Record<Role, readonly Right[]>> = {
  owner: RIGHTS,
  marketer: [
    'contacts:read',
    'contacts:write',
    'contacts:import',
    'contacts:export',
    'orders:read',
    'segments:read',
    'segments:write',
    'campaigns:read',
    'campaigns:write',
    'campaigns:send',
    'loyalty:read',
    'loyalty:write',
    'leads:read',
    'people:read',
  ],
  manager: [
    'contacts:read',
    'contacts:write',
    'orders:read',
    'segments:read',
    'campaigns:read',
    'loyalty:read',
    'leads:read',
    'leads:write',
    'people:read',
  ],
  head: [...READ_ALL, 'contacts:write', 'contacts:export', 'leads:write', 'people:write'],
  developer: [
    'contacts:read',
    'contacts:import',
    'orders:read',
    'orders:write',
    'segments:read',
    'campaigns:read',
    'tracking:read',
    'tracking:write',
    'messages:send',
    'loyalty:sell',
    'loyalty:vouch',
    'keys:write',
    'system:read',
    'people:read',
  ],
};

export function allows(role: Role, right: Right): boolean {
  return GRANTS[role].includes(right);
}

export function rightsOf(role: Role): readonly Right[] {
  return GRANTS[role];
}
