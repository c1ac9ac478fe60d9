import { categoryOf, engineOf } from './channel.ts';
import type { Traffic } from './channel.ts';

/** How somebody came to a page: tags, click ids and the page before, as an event tells them. Pure. */

/** Longer texts in an address are somebody's mistake or attack; what is kept of them is enough to recognise it. */
const MAX_TEXT = 200;
const MAX_URL = 1_000;

/** A text of what may be an object; anything else is nothing. */
function textIn(bag: unknown, key: string): string | null {
  if (typeof bag !== 'object' || bag === null || !Object.hasOwn(bag, key)) return null;
  const value = (bag as Record<string, unknown>)[key];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** What of an event is looked at: the contexts every client sends, and the properties of its page calls. */
export type Told = { context: { page?: unknown; campaign?: unknown }; properties: Record<string, unknown> };

export type Tags = {
  source: string | null;
  medium: string | null;
  campaign: string | null;
  term: string | null;
  content: string | null;
};

export type Arrival = {
  /** Path of the page, and its host; null when the event tells of no page. */
  path: string | null;
  host: string | null;
  /** Address of the page before, whatever site it was on. */
  referrer: string | null;
  /** Tags of the address or of the click; null for an address without any. */
  tags: Tags | null;
  /** The same tags and click again are no new campaign: equal keys are one click's. */
  campaignKey: string | null;
};

/** Click ids of advertisers, the most telling first, and what they mean where no tag says more. */
const CLICK_IDS: ReadonlyArray<readonly [param: string, source: string, medium: string]> = [
  ['gclid', 'google', 'cpc'],
  ['wbraid', 'google', 'cpc'],
  ['gbraid', 'google', 'cpc'],
  ['dclid', 'google', 'display'],
  ['msclkid', 'bing', 'cpc'],
  ['ymclid', 'market.yandex.ru', 'cpc'],
  ['yclid', 'yandex', 'cpc'],
  ['ttclid', 'tiktok', 'paid'],
  ['twclid', 'twitter', 'paid'],
  ['li_fat_id', 'linkedin', 'paid'],
  ['rb_clickid', 'vk', 'paid'],
  ['epik', 'pinterest', 'paid'],
  ['sccid', 'snapchat', 'paid'],
  // Facebook and Instagram put theirs on every link, paid or not.
  ['fbclid', 'facebook', 'social'],
  ['igshid', 'instagram', 'social'],
  ['igsh', 'instagram', 'social'],
];

/**
 * Google's own: as in Analytics 4, where such an id stands the click is Google's whatever source and medium the address names;
 * campaign, term and content stay those of the address. Other advertisers' ids only fill what no tag says.
 */
const AUTO_TAGGED: ReadonlySet<string> = new Set(['gclid', 'wbraid', 'gbraid', 'dclid']);

export function arrivalOf({ context, properties }: Told): Arrival {
  const { page, campaign } = context;
  const told = (key: string): string | null => textIn(properties, key) ?? textIn(page, key);
  const address = addressOf(told('url'));
  const query = address?.searchParams ?? new URLSearchParams(told('search') ?? '');
  const tag = (name: string, ...keys: string[]): string | null =>
    short(
      keys.map((key) => textIn(campaign, key)).find((value) => value !== null) ?? query.get(`utm_${name}`),
    );
  const click = query.size === 0 ? undefined : CLICK_IDS.find(([param]) => (query.get(param) ?? '') !== '');
  const auto = click !== undefined && AUTO_TAGGED.has(click[0]) ? click : undefined;
  const tags: Tags = {
    source: auto?.[1] ?? lower(tag('source', 'source')) ?? click?.[1] ?? null,
    medium: auto?.[2] ?? lower(tag('medium', 'medium')) ?? click?.[2] ?? null,
    campaign: tag('campaign', 'name', 'campaign'),
    term: tag('term', 'term'),
    content: tag('content', 'content'),
  };
  const id = tag('id', 'id');
  const clickId = click === undefined ? null : `${click[0]}=${short(query.get(click[0]))}`;
  const key = [...Object.values(tags), id, clickId];
  const tagged = key.some((part) => part !== null);
  return {
    path: short(told('path') ?? address?.pathname, MAX_URL),
    host: address === null ? null : hostOf(address),
    referrer: short(told('referrer'), MAX_URL),
    tags: tagged ? tags : null,
    campaignKey: tagged ? JSON.stringify(key) : null,
  };
}

/** Where the visit that begins with this arrival came from. Another page of the same site is no source. */
export function trafficOf({ tags, referrer, host }: Arrival): Traffic {
  if (tags !== null) return { source: tags.source, medium: tags.medium, campaign: tags.campaign };
  const from = addressOf(referrer);
  if (from === null || isSameSite(hostOf(from), host)) return { source: null, medium: null, campaign: null };
  const source = hostOf(from);
  const category = categoryOf(source);
  if (category === 'assistant') return { source, medium: 'ai-assistant', campaign: '(ai-assistant)' };
  if (category === 'search') return { source: engineOf(source), medium: 'organic', campaign: null };
  return { source, medium: 'referral', campaign: null };
}

function isSameSite(referrer: string, host: string | null): boolean {
  if (host === null) return false;
  return referrer === host || referrer.endsWith(`.${host}`) || host.endsWith(`.${referrer}`);
}

function addressOf(text: string | null): URL | null {
  if (text === null) return null;
  const url = URL.parse(text);
  return url !== null && /^(https?|android-app):$/.test(url.protocol) && url.hostname !== '' ? url : null;
}

const hostOf = (url: URL): string => url.hostname.toLowerCase().replace(/^www\./, '');

function short(text: string | null | undefined, max = MAX_TEXT): string | null {
  const trimmed = (text ?? '').trim();
  return trimmed === '' ? null : trimmed.slice(0, max).toWellFormed();
}

const lower = (text: string | null): string | null => text?.toLowerCase() ?? null;
