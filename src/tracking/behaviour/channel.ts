import { SOURCE_CATEGORIES } from './sources.ts';
import type { SourceCategory } from './sources.ts';

/**
 * The default channel group of Google Analytics 4: its published rules for tagged and untagged traffic, in its order, the first
 * that fits counts. Upper and lower case are alike. Pure.
 */

export const CHANNELS = [
  'Direct',
  'Cross-network',
  'Paid Shopping',
  'Paid Search',
  'Paid Social',
  'Paid Video',
  'Display',
  'Paid Other',
  'Organic Shopping',
  'Organic Social',
  'Organic Video',
  'Organic Search',
  'AI Assistant',
  'Referral',
  'Email',
  'Affiliates',
  'Audio',
  'SMS',
  'Mobile Push Notifications',
  'Unassigned',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** Where somebody came from; null where nothing tells. */
export type Traffic = { source: string | null; medium: string | null; campaign: string | null };

type Case = { source: string; medium: string; campaign: string; category: SourceCategory | null };
type Rule = readonly [channel: Channel, fits: (given: Case) => boolean];

const PAID = /^(.*cp.*|ppc|retargeting|paid.*)$/;
const SHOP_CAMPAIGN = /^(.*(([^a-df-z]|^)shop|shopping).*)$/;
const VIDEO = /^(.*video.*)$/;
const EMAIL = /^(email|e-mail|e_mail|e mail)$/;
const DISPLAY = ['display', 'banner', 'expandable', 'interstitial', 'cpm'];
const SOCIAL = ['social', 'social-network', 'social-media', 'sm', 'social network', 'social media'];
const LINKS = ['referral', 'app', 'link'];
const NOTHING = ['', '(none)', '(not set)'];

const paid = ({ medium }: Case): boolean => PAID.test(medium);
const shopping = ({ category, campaign }: Case): boolean =>
  category === 'shopping' || SHOP_CAMPAIGN.test(campaign);

const RULES: readonly Rule[] = [
  ['Direct', (c) => (c.source === '' || c.source === '(direct)') && NOTHING.includes(c.medium)],
  ['Cross-network', (c) => c.campaign.includes('cross-network')],
  ['Paid Shopping', (c) => shopping(c) && paid(c)],
  ['Paid Search', (c) => c.category === 'search' && paid(c)],
  ['Paid Social', (c) => c.category === 'social' && paid(c)],
  ['Paid Video', (c) => c.category === 'video' && paid(c)],
  ['Display', (c) => DISPLAY.includes(c.medium)],
  ['Paid Other', paid],
  ['Organic Shopping', shopping],
  ['Organic Social', (c) => c.category === 'social' || SOCIAL.includes(c.medium)],
  ['Organic Video', (c) => c.category === 'video' || VIDEO.test(c.medium)],
  ['Organic Search', (c) => c.category === 'search' || c.medium === 'organic'],
  ['AI Assistant', (c) => c.medium === 'ai-assistant'],
  ['Referral', (c) => LINKS.includes(c.medium)],
  ['Email', (c) => EMAIL.test(c.source) || EMAIL.test(c.medium)],
  ['Affiliates', (c) => c.medium === 'affiliate'],
  ['Audio', (c) => c.medium === 'audio'],
  ['SMS', (c) => c.source === 'sms' || c.medium === 'sms'],
  [
    'Mobile Push Notifications',
    (c) => c.medium.endsWith('push') || /mobile|notification/.test(c.medium) || c.source === 'firebase',
  ],
];

export function channelOf(traffic: Traffic): Channel {
  const source = folded(traffic.source);
  const medium = folded(traffic.medium);
  // A tag that names no campaign at all but the campaign's name is not direct traffic.
  if (source === '' && NOTHING.includes(medium) && folded(traffic.campaign) !== '')
    return folded(traffic.campaign).includes('cross-network') ? 'Cross-network' : 'Unassigned';
  const given: Case = { source, medium, campaign: folded(traffic.campaign), category: categoryOf(source) };
  return RULES.find(([, fits]) => fits(given))?.[0] ?? 'Unassigned';
}

const folded = (text: string | null): string => (text ?? '').trim().toLowerCase();

const BY_NAME = new Map<string, SourceCategory>(
  Object.entries(SOURCE_CATEGORIES).flatMap(([category, names]) =>
    names.map((name): [string, SourceCategory] => [name, category as SourceCategory]),
  ),
);

/** What kind of site a source is: a name as tags give it, or a host; null for any other. */
export function categoryOf(source: string): SourceCategory | null {
  const exact = BY_NAME.get(source);
  if (exact !== undefined || !source.includes('.')) return exact ?? null;
  const labels = source.split('.');
  for (let from = 0; from < labels.length - 1; from += 1) {
    const found = BY_NAME.get(labels.slice(from).join('.'));
    if (found !== undefined) return found;
  }
  return BY_NAME.get(ownName(labels)) ?? null;
}

/** What a search engine is called whatever its domain: google of www.google.co.uk. The host itself where it has no such name. */
export function engineOf(host: string): string {
  if (host === 'ya.ru') return 'yandex';
  const name = ownName(host.split('.'));
  return BY_NAME.get(name) === 'search' ? name : host;
}

/** Second-level domains under which a country's own names begin. */
const SHARED = ['co', 'com', 'net', 'org', 'ac', 'gov', 'ne', 'or'];

/** "google" of www.google.co.uk. Somebody else's google.example.com is not Google. */
function ownName(labels: readonly string[]): string {
  const shared =
    labels.length > 2 && SHARED.includes(labels.at(-2) ?? '') && (labels.at(-1) ?? '').length === 2;
  return labels.at(shared ? -3 : -2) ?? '';
}
