import type { Right, Role } from '@server/core/rights.ts';
import {
  IconAffiliate,
  IconBroadcast,
  IconChartBar,
  IconChecklist,
  IconFileImport,
  IconFlame,
  IconForms,
  IconGift,
  IconHistory,
  IconHome,
  IconKey,
  IconMail,
  IconMessage2,
  IconPlugConnected,
  IconRoute,
  IconSend,
  IconTargetArrow,
  IconUsers,
  IconUsersGroup,
  IconUsersPlus,
} from '@tabler/icons-react';

const ITEMS = {
  home: { to: '/', icon: IconHome, right: null },
  leads: { to: '/leads', icon: IconFlame, right: 'leads:read' },
  tasks: { to: '/tasks', icon: IconChecklist, right: 'contacts:read' },
  contacts: { to: '/contacts', icon: IconUsers, right: 'contacts:read' },
  segments: { to: '/segments', icon: IconAffiliate, right: 'segments:read' },
  campaigns: { to: '/campaigns', icon: IconSend, right: 'campaigns:read' },
  journeys: { to: '/journeys', icon: IconRoute, right: 'campaigns:read' },
  forms: { to: '/forms', icon: IconForms, right: 'tracking:read', or: 'campaigns:write' },
  loyalty: { to: '/loyalty', icon: IconGift, right: 'loyalty:read' },
  templates: { to: '/templates', icon: IconMail, right: 'campaigns:read' },
  scoring: { to: '/scoring', icon: IconTargetArrow, right: 'leads:read' },
  onsite: { to: '/onsite', icon: IconMessage2, right: 'campaigns:read' },
  duplicates: { to: '/duplicates', icon: IconUsersPlus, right: 'contacts:write' },
  audit: { to: '/audit', icon: IconHistory, right: 'system:read' },
  sales: { to: '/sales', icon: IconChartBar, right: 'orders:read' },
  imports: { to: '/imports', icon: IconFileImport, right: 'contacts:import' },
  people: { to: '/people', icon: IconUsersGroup, right: 'people:read' },
  sources: { to: '/sources', icon: IconPlugConnected, right: 'tracking:read' },
  channels: { to: '/channels', icon: IconBroadcast, right: 'campaigns:read' },
  keys: { to: '/keys', icon: IconKey, right: 'keys:write' },
} as const satisfies Record<string, { to: string; icon: typeof IconHome; right: Right | null; or?: Right }>;

export type NavKey = keyof typeof ITEMS;

/** What each role meets first; the rest follows in one common order. */
const FIRST: Record<Role, readonly NavKey[]> = {
  owner: ['home', 'contacts', 'segments', 'campaigns', 'journeys', 'leads'],
  marketer: ['home', 'segments', 'campaigns', 'journeys', 'contacts', 'leads'],
  manager: ['home', 'leads', 'tasks', 'contacts'],
  head: ['home', 'leads', 'sales', 'contacts'],
  developer: ['home', 'sources', 'forms', 'keys', 'imports'],
};

const SETUP: readonly NavKey[] = [
  'imports',
  'duplicates',
  'scoring',
  'people',
  'sources',
  'channels',
  'keys',
  'audit',
];
const WORK: readonly NavKey[] = [
  'home',
  'leads',
  'tasks',
  'contacts',
  'segments',
  'campaigns',
  'journeys',
  'loyalty',
  'forms',
  'templates',
  'onsite',
  'sales',
];

export type NavEntry = { key: NavKey } & (typeof ITEMS)[NavKey];

/** The entries a person may open, in the order of their role: daily work, then set-up. */
export function navFor(role: Role, rights: readonly Right[]): { work: NavEntry[]; setup: NavEntry[] } {
  const entries = (keys: readonly NavKey[]): NavEntry[] =>
    keys
      .map((key) => ({ key, ...ITEMS[key] }))
      .filter(
        (entry) =>
          entry.right === null ||
          rights.includes(entry.right) ||
          ('or' in entry && rights.includes(entry.or)),
      );
  const first = FIRST[role];
  const rest = (keys: readonly NavKey[]) => keys.filter((key) => !first.includes(key));
  return { work: entries([...first, ...rest(WORK)]), setup: entries(rest(SETUP)) };
}
