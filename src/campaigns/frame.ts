import { formatMoney, toMinor } from '../core/money.ts';
import { isTimeZone } from '../core/time.ts';
import type { MemberFact } from '../loyalty/index.ts';
import type { ChannelName } from './contract.channel.ts';
import type { Content, Purpose, Sender } from './contract.ts';
import type { TemplateUses } from './contract.template.ts';
import type { Links, MessageRef } from './links.ts';
import type { SuggestionKind } from './recommend/contract.ts';
import type { Renderable, Renderer } from './template.render.ts';
import { STARTED } from './template.variables.ts';

/**
 * Everything a message of a campaign needs beside its contact, read once: texts compiled in every language, links with
 * their numbers, products, sender, the coupon's terms.
 */
export type Frame = {
  campaignId: string;
  channel: ChannelName;
  name: string;
  purpose: Purpose;
  segmentId: string | null;
  couponCampaignId: string | null;
  priority: number;
  /** At the hour at which each contact is known to read. */
  atBestTime: boolean;
  /** After this moment what it offers is worth nothing. */
  offerEnds: Date | null;
  templateVersion: number;
  content: Pick<Content, 'headline' | 'intro'>;
  variants: ReadonlyMap<string, FrameVariant>;
  defaultLocale: string;
  /** Number of each named link. */
  links: ReadonlyMap<string, number>;
  products: readonly FrameProduct[];
  asks: Asks;
  /** Numbers of addresses that are known only with the contact: of what it is suggested. */
  numberLinks: (wanted: readonly WantedLink[]) => Promise<(url: string) => number>;
  sender: Sender;
  /** The From header. */
  from: string;
  couponTerms: CouponTerms | null;
  timeZone: string;
};

export type FrameVariant = {
  locale: string;
  uses: TemplateUses;
  render: Renderer;
  /** Numbers of its fixed links, in the order of uses.urls. */
  fixedLinks: readonly number[];
};

/** What a template may be told of each contact; what no language names is not read. */
export type Asks = {
  purchases: boolean;
  recommended: boolean;
  wanted: boolean;
  why: boolean;
  loyalty: boolean;
};

type FrameProduct = {
  name: string;
  priceMinor: number | null;
  currency: string;
  imageUrl: string | null;
  linkNo: number;
};

export type CouponTerms = {
  /** other: told by its name. */
  kind: 'percent' | 'fixed' | 'other';
  name: string;
  percent: number | null;
  amountMinor: bigint | null;
  currency: string;
  minOrderMinor: bigint;
  validUntil: Date | null;
};

/** A contact as templates see it; null and missing fields are both nothing. */
export type Person = {
  contactId: string;
  name: string;
  givenName: string | null;
  familyName: string | null;
  email: string | null;
  phone: string | null;
  city: string | null;
  country: string | null;
  locale: string | null;
  timeZone: string | null;
  attributes: Record<string, unknown>;
};

export type WantedLink = { name: string; url: string };

/** A product suggested to one contact. */
export type SuggestedProduct = FrameProduct & { because: string | null; kind: SuggestionKind };

/** What was read about one contact beside itself. */
export type About = {
  bought?: Bought;
  recommended?: readonly SuggestedProduct[];
  wanted?: readonly SuggestedProduct[];
  loyalty?: Pick<MemberFact, 'program' | 'balance' | 'standing'> | null;
};

export type Bought = {
  ordersCount: number;
  lastOrderAt: Date | null;
  lastProduct: { name: string; imageUrl: string | null } | null;
  favouriteCategory: string | null;
};

/** The variant in the contact's language ("pt-BR", else "pt"), else the campaign's default. */
export function variantFor(frame: Frame, locale: string | null): FrameVariant {
  const language = locale?.split(/[-_]/)[0];
  const found =
    frame.variants.get(locale ?? '') ??
    frame.variants.get(language ?? '') ??
    frame.variants.get(frame.defaultLocale) ??
    [...frame.variants.values()][0];
  if (found === undefined) throw new Error('a template version has at least one language');
  return found;
}

export type RenderOne = {
  person: Person;
  about: About | undefined;
  coupon: { code: string; validUntil: Date | null } | null;
  /** Variables of its own: of what was asked for, or of what started it. */
  data?: Record<string, unknown> | null;
  /** A transactional message. */
  asked?: boolean;
  ref: MessageRef;
  now: Date;
};

export type Rendered = Renderable & {
  locale: string;
  headers: Record<string, string>;
  /** Where its button or a click on it leads. */
  url: string;
};

/** One message: its texts, and the headers by which mail programs offer to unsubscribe (RFC 2369, RFC 8058). */
export function renderMessage(
  frame: Frame,
  links: Pick<Links, 'open' | 'click' | 'unsubscribe' | 'preferences'>,
  one: RenderOne,
): Rendered {
  const variant = variantFor(frame, one.person.locale);
  const click = (linkNo: number): string => links.click(one.ref, linkNo, one.now);
  const unsubscribe = links.unsubscribe(one.ref, one.now);
  const named = Object.fromEntries(
    [...frame.links]
      .filter(([name]) => name === 'main' || variant.uses.links.includes(name))
      .map(([name, linkNo]) => [name, click(linkNo)]),
  );
  const system: Record<string, string> = { open: links.open(one.ref, one.now) };
  for (const [i, linkNo] of variant.fixedLinks.entries()) system[`l${i}`] = click(linkNo);
  const variables = {
    contact: contactVariables(variant.uses, one),
    coupon: couponVariables(frame, variant.locale, one.coupon),
    campaign: campaignVariables(frame, variant.uses, click),
    recommended: suggestedVariables(one.about?.recommended, click),
    wanted: suggestedVariables(one.about?.wanted, click),
    loyalty: loyaltyVariables(one.about?.loyalty),
    links: { ...named, unsubscribe, preferences: links.preferences(one.ref, one.now) },
    ...dataVariables(variant.uses, one.data ?? {}),
    shop: {
      name: frame.sender.name,
      address: orNull(frame.sender.address),
      logoUrl: orNull(frame.sender.logoUrl),
    },
  };
  const own = one.person.timeZone;
  // What was stored before zones were checked must not cost a person the mail.
  const timeZone = own !== null && isTimeZone(own) ? own : frame.timeZone;
  const texts = variant.render({ variables, system, locale: variant.locale, timeZone });
  return {
    ...texts,
    locale: variant.locale,
    url: named['main'] ?? '',
    // Nobody unsubscribes from the answer to what they have just done.
    headers:
      one.asked === true
        ? {}
        : {
            'List-Unsubscribe': `<${unsubscribe}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          },
  };
}

const orNull = <T>(value: T | null | undefined): T | null => value ?? null;

const EVENT_PROPERTIES = 'event.properties.';

/** Variables of its own. Moments come as texts; properties that an event does not say are nothing. */
function dataVariables(uses: TemplateUses, data: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = { ...data };
  for (const group of Object.keys(STARTED)) {
    const own = data[group];
    if (typeof own !== 'object' || own === null) continue;
    const dated = Object.entries(own).map(([key, value]) =>
      key === 'at' || key === 'until'
        ? [key, typeof value === 'string' ? new Date(value) : null]
        : [key, value],
    );
    found[group] = Object.fromEntries(dated);
  }
  const event = found['event'];
  if (typeof event === 'object' && event !== null) {
    const told = 'properties' in event && typeof event.properties === 'object' ? { ...event.properties } : {};
    const names = uses.variables
      .filter((name) => name.startsWith(EVENT_PROPERTIES))
      .map((name) => name.slice(EVENT_PROPERTIES.length));
    const nothing = Object.fromEntries(names.map((name) => [name, null]));
    found['event'] = { ...event, properties: { ...nothing, ...told } };
  }
  return found;
}

/** Only own string, number and boolean values go out: an attribute may hold anything. */
function attributeText(value: unknown): string | null {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** A variable longer than this is a mistake or an attack; mail programs would cut the message. */
const MAX_TEXT = 2_000;

const cut = (text: string | null): string | null =>
  text === null || text === '' ? null : text.slice(0, MAX_TEXT);

function contactVariables(uses: TemplateUses, { person, about }: RenderOne): Record<string, unknown> {
  const bought = about?.bought;
  return {
    id: person.contactId,
    name: cut(person.name),
    givenName: cut(person.givenName),
    familyName: cut(person.familyName),
    email: person.email ?? '',
    phone: cut(person.phone),
    city: cut(person.city),
    country: cut(person.country),
    attributes: Object.fromEntries(
      uses.attributes.map((key) => [
        key,
        Object.hasOwn(person.attributes, key) ? attributeText(person.attributes[key]) : null,
      ]),
    ),
    ordersCount: bought?.ordersCount ?? 0,
    lastOrderAt: bought?.lastOrderAt ?? null,
    lastProduct: bought?.lastProduct ?? null,
    favouriteCategory: bought?.favouriteCategory ?? null,
  };
}

function couponVariables(
  frame: Frame,
  locale: string,
  coupon: RenderOne['coupon'],
): Record<string, unknown> | null {
  const terms = frame.couponTerms;
  if (coupon === null || terms === null) return null;
  return {
    code: coupon.code,
    value: couponValue(terms, locale),
    minOrder: terms.minOrderMinor === 0n ? null : formatMoney(terms.minOrderMinor, terms.currency, locale),
    validUntil: coupon.validUntil,
  };
}

/** "15 %" or "£5.00", as the language writes it. */
function couponValue(terms: CouponTerms, locale: string): string {
  if (terms.kind === 'other') return terms.name;
  if (terms.kind === 'fixed') return formatMoney(terms.amountMinor ?? 0n, terms.currency, locale);
  return percentFormat(locale).format((terms.percent ?? 0) / 100);
}

const percentFormats = new Map<string, Intl.NumberFormat>();

function percentFormat(locale: string): Intl.NumberFormat {
  const known = percentFormats.get(locale);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 3 });
  percentFormats.set(locale, made);
  return made;
}

function campaignVariables(
  frame: Frame,
  uses: TemplateUses,
  click: (linkNo: number) => string,
): Record<string, unknown> {
  const shown = uses.variables.some((name) => name.startsWith('campaign.products'));
  return {
    name: frame.name,
    headline: orNull(frame.content.headline),
    intro: orNull(frame.content.intro),
    products: !shown
      ? []
      : frame.products.map(({ linkNo, ...product }) => ({ ...product, link: click(linkNo) })),
  };
}

function suggestedVariables(
  items: readonly SuggestedProduct[] | undefined,
  click: (linkNo: number) => string,
): Array<Record<string, unknown>> {
  return (items ?? []).map(({ linkNo, name, because, kind: _kind, ...product }) => ({
    ...product,
    name: name.slice(0, MAX_TEXT),
    because: cut(because),
    link: click(linkNo),
  }));
}

function loyaltyVariables(fact: About['loyalty']): Record<string, unknown> | null {
  if (fact === null || fact === undefined) return null;
  const { program, balance, standing } = fact;
  return { program, balance, standing };
}

/** A catalogue price as the wire's minor units; null when the product has none. */
export function priceMinorOf(price: string | null, currency: string): number | null {
  return price === null ? null : Number(toMinor(price, currency));
}
