import type { Ctx } from '../core/ctx.ts';
import { inTx } from '../core/ctx.ts';
import { conflict, notFound } from '../core/errors.ts';
import { getCouponTerms } from '../loyalty/index.ts';
import { contentShape } from './contract.ts';
import type { Content, Purpose, Sender } from './contract.ts';
import type { TemplateUses } from './contract.template.ts';
import { MINUTE_MS } from '../core/time.ts';
import { priceMinorOf } from './frame.ts';
import type { Asks, CouponTerms, Frame, FrameVariant, WantedLink } from './frame.ts';
import { webOnly, withUtm } from './links.ts';
import { chainOf, ensureLinks, findCampaign, isBroadcast } from './store.campaigns.ts';
import type { CampaignRow, ChainStep } from './store.campaigns.ts';
import { loadProducts } from './store.recipients.ts';
import type { ProductRow } from './store.recipients.ts';
import { findSender, senderStamp } from './store.sender.ts';
import { findTemplate, findVariants } from './store.templates.ts';
import type { Variant } from './store.templates.ts';
import { usesWith } from './template.compile.ts';
import { compileRenderer } from './template.render.ts';

/** Frames of this many campaign versions are kept; each holds some compiled templates. */
const MAX_FRAMES = 50;
const KEEP_MS = 5 * MINUTE_MS;
const frames = new Map<string, Promise<Frame>>();

/**
 * The frame of a campaign's run, read and compiled once per run, version of the campaign and change of the sender: products
 * and coupon terms are those of the run's first batch here. Gives its links numbers when they have none yet.
 */
export async function frameOf(
  ctx: Ctx,
  campaign: CampaignRow,
  run: Planned & { runId: string },
  step: ChainStep = firstStep(campaign),
): Promise<Frame> {
  const text = await textOf(ctx, campaign, step, run);
  const key = [
    // Runs of what starts one by one are many and alike: prices and terms are those of the last few minutes.
    isBroadcast(campaign)
      ? run.runId
      : `${campaign.campaignId} ${Math.floor(ctx.clock.now().getTime() / KEEP_MS)}`,
    campaign.version,
    text.templateId,
    text.templateVersion,
    await senderStamp(ctx),
    ctx.config.publicUrl,
  ].join(' ');
  const known = frames.get(key);
  if (known !== undefined) return known;
  const made = buildFrame(ctx, campaign, { ...step, ...text }, (wanted) =>
    keepLinks(ctx, campaign.campaignId, wanted),
  );
  frames.set(key, made);
  made.catch(() => frames.delete(key));
  if (frames.size > MAX_FRAMES) frames.delete([...frames.keys()][0] ?? key);
  return made;
}

const firstStep = (campaign: CampaignRow): ChainStep => chainOf(campaign)[0] ?? NO_STEP;
const NO_STEP: ChainStep = { channel: 'email', templateId: '' };

/** What a run says. */
type Planned = { templateId: string | null; templateVersion: number };

/** The run names the texts of the first channel, whatever the campaign's are by now; the others are as they are now. */
async function textOf(
  ctx: Ctx,
  campaign: CampaignRow,
  step: ChainStep,
  { templateId, templateVersion }: Planned,
): Promise<{ templateId: string; templateVersion: number }> {
  if (step.channel === campaign.channel)
    return { templateId: templateId ?? campaign.templateId, templateVersion };
  const found = await findTemplate(ctx, { id: step.templateId });
  if (found === undefined) throw notFound('template', step.templateId);
  return { templateId: step.templateId, templateVersion: found.version };
}

/** Gives each address its number. */
type NumberLinks = (wanted: readonly WantedLink[]) => Promise<ReadonlyMap<string, number>>;

/** What the languages of a template ask to be told of each contact. */
export function asksOf(variants: ReadonlyArray<{ uses: TemplateUses }>): Asks {
  const named = new Set(
    variants.flatMap(({ uses }) => uses.variables.map((name) => name.split(/[.[]/)[0] ?? '')),
  );
  return {
    purchases: variants.some(({ uses }) => uses.purchases),
    recommended: named.has('recommended'),
    wanted: named.has('wanted'),
    why: variants.some(({ uses }) => uses.variables.includes('recommended[].because')),
    loyalty: named.has('loyalty'),
  };
}

/** Numbers for addresses that come with each contact; those asked for before are remembered. One there is no room for leads to `main`. */
export function laterLinks(
  numberLinks: NumberLinks,
  main: number,
  tagged: (url: string) => string,
): Frame['numberLinks'] {
  const known = new Map<string, number>();
  return async (wanted) => {
    const fresh = wanted
      .map(({ name, url }) => ({ name, url: tagged(url) }))
      .filter(({ url }) => !known.has(url));
    if (fresh.length > 0) for (const [url, linkNo] of await numberLinks(fresh)) known.set(url, linkNo);
    return (url) => known.get(tagged(url)) ?? main;
  };
}

/** Reads and compiles without keeping the frame: for previews of campaigns that are still being written. */
export async function buildFrame(
  ctx: Ctx,
  campaign: CampaignRow,
  step: ChainStep & { templateVersion: number },
  numberLinks: NumberLinks,
): Promise<Frame> {
  const content = contentShape.parse(campaign.content);
  const { channel, templateId, templateVersion } = step;
  const variants = await findVariants(ctx, templateId, templateVersion);
  if (variants.length === 0) throw notFound('template', templateId);
  const sender = await senderOf(ctx);
  const products = await loadProducts(ctx, content.productIds);
  const couponTerms = await termsOf(ctx, campaign.couponCampaignId);
  const wanted = wantedLinks(content, sender, products, variants);
  const numbers = await numberLinks(
    wanted.map((link) => ({ ...link, url: withUtm(link.url, campaign.name, channel) })),
  );
  const numberOf = (url: string): number => numbers.get(withUtm(url, campaign.name, channel)) ?? 0;
  const compiled = compileVariants(
    variants,
    channel === campaign.channel ? content : { ...content, subject: undefined },
    numberOf,
  );
  return {
    campaignId: campaign.campaignId,
    channel,
    name: campaign.name,
    purpose: campaign.purpose as Purpose,
    couponCampaignId: campaign.couponCampaignId,
    segmentId: campaign.segmentId,
    priority: campaign.priority,
    atBestTime: campaign.sendTime === 'best',
    offerEnds: earlier(campaign.offerUntil, couponTerms?.validUntil ?? null),
    templateVersion,
    content,
    variants: compiled,
    defaultLocale:
      content.locale ??
      (variants.some(({ locale }) => locale === 'en') ? 'en' : (variants[0]?.locale ?? 'en')),
    links: new Map(
      Object.entries({ main: sender.url, ...content.links }).map(([name, url]) => [name, numberOf(url)]),
    ),
    products: products.map((product) => ({
      name: product.name,
      currency: product.currency ?? ctx.config.baseCurrency,
      priceMinor: priceMinorOf(product.price, product.currency ?? ctx.config.baseCurrency),
      imageUrl: webOnly(product.imageUrl),
      linkNo: numberOf(webOnly(product.url) ?? mainOf(content, sender)),
    })),
    asks: asksOf([...compiled.values()]),
    numberLinks: laterLinks(numberLinks, numberOf(mainOf(content, sender)), (url) =>
      withUtm(url, campaign.name, channel),
    ),
    sender,
    from: fromHeader(ctx.config.mailFrom, sender.name),
    couponTerms,
    timeZone: ctx.config.timeZone,
  };
}

async function keepLinks(
  ctx: Ctx,
  campaignId: string,
  wanted: readonly WantedLink[],
): Promise<ReadonlyMap<string, number>> {
  return inTx(ctx, async (tx) => {
    if ((await findCampaign(tx, campaignId, true)) === undefined) throw notFound('campaign', campaignId);
    const links = await ensureLinks(tx, campaignId, wanted);
    return new Map(links.map((link) => [link.url, link.linkNo]));
  });
}

/** The sender as set, or what the configuration says. */
export async function senderOf(ctx: Ctx): Promise<Sender> {
  const set = await findSender(ctx);
  if (set !== undefined) return set;
  const name = /^\s*"?([^"<]*?)"?\s*</.exec(ctx.config.mailFrom)?.[1] ?? '';
  return { name: name === '' ? 'Otklik' : name, address: null, url: ctx.config.publicUrl, logoUrl: null };
}

const mainOf = (content: Content, sender: Sender): string => content.links['main'] ?? sender.url;

function wantedLinks(
  content: Content,
  sender: Sender,
  products: readonly ProductRow[],
  variants: readonly Variant[],
): WantedLink[] {
  return [
    ...Object.entries({ main: sender.url, ...content.links }).map(([name, url]) => ({ name, url })),
    ...products.map((product) => ({
      name: product.name,
      url: webOnly(product.url) ?? mainOf(content, sender),
    })),
    ...variants.flatMap((variant) => variant.uses.urls.map((url) => ({ name: new URL(url).host, url }))),
  ];
}

function compileVariants(
  variants: readonly Variant[],
  content: Content,
  numberOf: (url: string) => number,
): Map<string, FrameVariant> {
  return new Map(
    variants.map((variant) => [
      variant.locale,
      {
        locale: variant.locale,
        uses: content.subject === undefined ? variant.uses : usesWith(variant.uses, content.subject),
        render: compileRenderer({ ...variant, subject: content.subject ?? variant.subject }),
        fixedLinks: variant.uses.urls.map(numberOf),
      },
    ]),
  );
}

async function termsOf(ctx: Ctx, couponCampaignId: string | null): Promise<CouponTerms | null> {
  if (couponCampaignId === null) return null;
  const terms = await getCouponTerms(ctx, couponCampaignId);
  if (terms === undefined)
    throw conflict('coupon_campaign_missing', 'The coupon campaign is gone.', 'couponCampaignId');
  return terms;
}

const earlier = (a: Date | null, b: Date | null): Date | null =>
  a === null || b === null ? (a ?? b) : a < b ? a : b;

/** The configured address under the sender's name. */
export function fromHeader(mailFrom: string, name: string): string {
  const address = /<([^<>\s]+)>/.exec(mailFrom)?.[1] ?? mailFrom.trim();
  return `"${name.replaceAll(/["\\\p{Cc}]/gu, '')}" <${address}>`;
}
