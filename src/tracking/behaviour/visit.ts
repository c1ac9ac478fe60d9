import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { agentOf } from './agent.ts';
import { arrivalOf, trafficOf } from './arrival.ts';
import type { Arrival, Told } from './arrival.ts';
import { channelOf } from './channel.ts';

/**
 * Visits: what one browser (or app) did without a pause of half an hour and without coming anew through a campaign. Midnight
 * ends nothing. A left-to-right fold over the events in their order, so that it can go on from any visit. Pure.
 */

/** A pause this long ends a visit. */
export const GAP_MS = 30 * MINUTE_MS;

export type VisitEvent = Told & {
  id: string;
  occurredAt: Date;
  type: string;
  name: string;
  userAgent: string | null;
  deviceType: string | null;
};

export type Visit = {
  /** The id of its first event, so that the same events always make the same visit. */
  visitId: string;
  startedAt: Date;
  endedAt: Date;
  lastEventId: string;
  events: number;
  pages: number;
  /** How long somebody was there with the page in front of them, as far as the client tells. */
  activeMs: number;
  productViews: number;
  categoryViews: number;
  priceViews: number;
  entryPage: string | null;
  referrer: string | null;
  source: string | null;
  medium: string | null;
  campaign: string | null;
  term: string | null;
  content: string | null;
  /** Tags and click id it came with; another one begins another visit. */
  campaignKey: string | null;
  channel: string;
  device: string | null;
  browser: string | null;
  os: string | null;
};

export type Moment = { occurredAt: Date; id: string };

/** The order of events everywhere here. */
export function isBefore(a: Moment, b: Moment): boolean {
  const gap = a.occurredAt.getTime() - b.occurredAt.getTime();
  return gap === 0 ? a.id < b.id : gap < 0;
}

/**
 * Visits of one browser's events, which come in order; `open` is the visit before the first event, if any, and is the first of
 * the result, changed or not.
 */
export function visitsOf(events: readonly VisitEvent[], open: Visit | null = null): Visit[] {
  const visits: Visit[] = open === null ? [] : [{ ...open }];
  for (const event of events) {
    const last = visits.at(-1);
    const arrival = arrivalAt(event);
    if (last === undefined || beginsAnew(last, event, arrival)) visits.push(begun(event, arrival));
    else add(last, event, arrival);
  }
  return visits;
}

/** Only of a page call do the properties tell of the page: elsewhere a url is that of a product, a link, a file. */
function arrivalAt({ type, context, properties }: VisitEvent): Arrival {
  return arrivalOf({ context, properties: type === 'page' ? properties : {} });
}

function beginsAnew(last: Visit, event: VisitEvent, { campaignKey }: Arrival): boolean {
  if (event.occurredAt.getTime() - last.endedAt.getTime() >= GAP_MS) return true;
  return campaignKey !== null && campaignKey !== last.campaignKey;
}

function begun(event: VisitEvent, arrival: Arrival): Visit {
  const { tags, campaignKey } = arrival;
  const visit: Visit = {
    visitId: event.id,
    startedAt: event.occurredAt,
    endedAt: event.occurredAt,
    lastEventId: event.id,
    events: 0,
    pages: 0,
    activeMs: 0,
    productViews: 0,
    categoryViews: 0,
    priceViews: 0,
    entryPage: null,
    referrer: null,
    source: null,
    medium: null,
    campaign: null,
    term: tags?.term ?? null,
    content: tags?.content ?? null,
    campaignKey,
    channel: 'Direct',
    device: null,
    browser: null,
    os: null,
  };
  attribute(visit, arrival);
  add(visit, event, arrival);
  return visit;
}

/** A visit may begin with an event that tells of no page; the first that does says where it came from. */
function add(visit: Visit, event: VisitEvent, arrival: Arrival): void {
  if (visit.entryPage === null && arrival.path !== null) {
    visit.entryPage = arrival.path;
    visit.referrer = arrival.referrer;
    if (visit.campaignKey === null) attribute(visit, arrival);
  }
  if (visit.device === null && visit.browser === null)
    Object.assign(visit, agentOf(event.userAgent, event.deviceType));
  visit.endedAt = event.occurredAt;
  visit.lastEventId = event.id;
  visit.events += 1;
  visit.activeMs = Math.min(visit.activeMs + activeMsOf(event), MAX_COUNT);
  if (event.type === 'page' || event.type === 'screen') {
    visit.pages += 1;
    if (isPricePage(arrival.path)) visit.priceViews += 1;
  }
  if (event.name === 'Product Viewed') visit.productViews += 1;
  if (CATEGORY_VIEWS.has(event.name)) visit.categoryViews += 1;
  if (PRICE_VIEWS.has(event.name)) visit.priceViews += 1;
}

function attribute(visit: Visit, arrival: Arrival): void {
  const traffic = trafficOf(arrival);
  Object.assign(visit, traffic, { channel: channelOf(traffic) });
}

const CATEGORY_VIEWS: ReadonlySet<string> = new Set(['Product List Viewed', 'Category Viewed']);
const PRICE_VIEWS: ReadonlySet<string> = new Set(['Pricing Viewed', 'Prices Viewed', 'Price List Viewed']);

/** A part of the path says that the page is about prices: /pricing, /de/preise.html, /тарифы. */
const PRICE_PART =
  /^(pric(e|es|ing)|price-?list|pricelist|tariffs?|tarify|tarif|preise?|prix|tarifs|precios|ceny|prajs|цены|тарифы|прайс|прайс-лист|стоимость)$/;

function isPricePage(path: string | null): boolean {
  if (path === null) return false;
  return decoded(path)
    .toLowerCase()
    .split(/[/?#]/)
    .some((part) => PRICE_PART.test(part.replace(/\.[a-z]{2,5}$/, '')));
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The most one event can add: a longer stay on one page is a page left open. */
const MAX_ACTIVE_MS = GAP_MS;
/** What the column holds. */
const MAX_COUNT = 2_000_000_000;

/** What the snippet tells when a page is left: how many seconds somebody had it in front of them. */
const ENGAGED = 'Page Engaged';

function activeMsOf({ name, properties }: VisitEvent): number {
  const { seconds } = properties;
  if (name !== ENGAGED || typeof seconds !== 'number' || !(seconds > 0)) return 0;
  return Math.round(Math.min(seconds * SECOND_MS, MAX_ACTIVE_MS));
}
