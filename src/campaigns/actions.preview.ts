import { visibleContacts } from '../contacts/index.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { audit } from '../core/audit.ts';
import { secretOf } from '../core/sign.ts';
import { addMs, DAY_MS } from '../core/time.ts';
import { mustFindCampaign } from './actions.campaigns.ts';
import { aboutContacts } from './actions.about.ts';
import { asksOf, buildFrame, laterLinks, senderOf } from './actions.frame.ts';
import { currentTemplate, templateInvalid } from './actions.templates.ts';
import type { ChannelName } from './contract.channel.ts';
import type { PreviewView, Sender } from './contract.ts';
import type { TemplatePreviewInput } from './contract.template.ts';
import { renderMessage } from './frame.ts';
import type { About, Frame, WantedLink } from './frame.ts';
import { textPage } from './page.text.ts';
import { linksFor } from './links.ts';
import type { Links } from './links.ts';
import { countSms } from './sms.ts';
import { chainOf } from './store.campaigns.ts';
import { findRecipient } from './store.recipients.ts';
import type { Recipient } from './store.recipients.ts';
import { saveSender } from './store.sender.ts';
import { compileSource } from './template.compile.ts';
import { compileRenderer } from './template.render.ts';
import { readSample } from './template.sample.ts';
import type { Sample } from './template.sample.ts';

/** What a preview shows instead of a coupon: previews issue none. */
const PREVIEW_CODE = 'PREVIEW-0000';
const PREVIEW_DAYS = 14;

/** The campaign's message as this contact would get it (or a sample person). Sends nothing, issues nothing, counts nothing. */
export async function previewCampaign(
  ctx: Ctx,
  id: string,
  contactId: string | undefined,
  channel?: ChannelName,
): Promise<PreviewView> {
  authorise(ctx, 'campaigns:read');
  const row = await mustFindCampaign(ctx, id);
  const step = chainOf(row).find(({ channel: one }) => one === (channel ?? row.channel)) ?? chainOf(row)[0];
  if (step === undefined) throw new Error('a campaign has a channel');
  const { template, variants } = await currentTemplate(ctx, step.templateId);
  const urls: string[] = [];
  const frame = await buildFrame(ctx, row, { ...step, templateVersion: template.version }, numbersIn(urls));
  return previewOf(ctx, frame, urls, readSample(variants[0]?.sample), contactId);
}

/** Numbers addresses by their place in a list that grows. */
const numbersIn =
  (urls: string[]) =>
  async (wanted: readonly WantedLink[]): Promise<ReadonlyMap<string, number>> => {
    for (const { url } of wanted) if (!urls.includes(url)) urls.push(url);
    return new Map(urls.map((url, i) => [url, i]));
  };

/** A template that need not be saved, with its own sample or as a contact would get it. 422 template_invalid. */
export async function previewTemplate(ctx: Ctx, input: TemplatePreviewInput): Promise<PreviewView> {
  authorise(ctx, 'campaigns:read');
  const { frame, urls, sample } = await triedFrame(ctx, input);
  return previewOf(ctx, frame, urls, sample, input.contactId);
}

/** The frame of a text that belongs to no campaign. */
async function triedFrame(
  ctx: Ctx,
  input: TemplatePreviewInput,
): Promise<{ frame: Frame; urls: string[]; sample: Sample }> {
  const { variant } = input;
  const compiled = await compileSource(variant, input.channel);
  if (!compiled.ok) throw templateInvalid(variant.locale, compiled);
  const render = compileRenderer({ ...variant, html: compiled.html });
  const sender = await senderOf(ctx);
  const sample = readSample(variant.sample);
  const urls = [sender.url, ...compiled.uses.urls];
  const frame: Frame = {
    campaignId: newId(),
    channel: input.channel,
    name: 'Preview',
    purpose: input.purpose,
    couponCampaignId: null,
    segmentId: null,
    priority: 0,
    atBestTime: false,
    offerEnds: null,
    templateVersion: 0,
    content: {},
    variants: new Map([
      [
        variant.locale,
        {
          locale: variant.locale,
          uses: compiled.uses,
          render,
          fixedLinks: compiled.uses.urls.map((_, i) => i + 1),
        },
      ],
    ]),
    defaultLocale: variant.locale,
    links: new Map(['main', ...compiled.uses.links].map((name) => [name, 0])),
    products: sample.products,
    asks: asksOf([compiled]),
    numberLinks: laterLinks(numbersIn(urls), 0, (url) => url),
    sender,
    from: ctx.config.mailFrom,
    couponTerms: {
      kind: 'percent',
      name: '',
      percent: 15,
      amountMinor: null,
      currency: ctx.config.baseCurrency,
      minOrderMinor: 0n,
      validUntil: null,
    },
    timeZone: ctx.config.timeZone,
  };
  return { frame, urls, sample };
}

async function previewOf(
  ctx: Ctx,
  frame: Frame,
  urls: readonly string[],
  sample: Sample,
  contactId: string | undefined,
): Promise<PreviewView> {
  const now = ctx.clock.now();
  const person =
    contactId === undefined ? { ...sample.person, contactId: newId() } : await personOf(ctx, contactId);
  const about =
    contactId === undefined
      ? sample.about
      : (await aboutContacts(ctx, { ...frame, asks: { ...frame.asks, why: true } }, [contactId])).get(
          contactId,
        );
  const { channel } = frame;
  // An SMS is counted with the addresses it will have, not with those they lead to.
  const links = channel === 'sms' ? linksFor(secretOf(ctx.config), ctx.config.publicUrl) : plainLinks(urls);
  const { subject, html, text, locale } = renderMessage(frame, links, {
    person,
    about,
    coupon:
      frame.couponTerms === null || (contactId === undefined && !sample.coupon)
        ? null
        : { code: PREVIEW_CODE, validUntil: addMs(now, PREVIEW_DAYS * DAY_MS) },
    data: sample.data,
    ref: { messageId: newId(), contactId: person.contactId },
    now,
  });
  const to =
    channel === 'email' ? person.email : channel === 'sms' || channel === 'call' ? person.phone : null;
  const shown = channel === 'email' ? html : textPage({ channel, subject, text });
  return {
    to,
    channel,
    locale,
    subject,
    html: shown,
    text,
    sms: channel === 'sms' ? smsOf(ctx, text) : null,
    suggested: contactId === undefined ? [] : suggestedIn(about),
  };
}

/** What was suggested, and why. */
const suggestedIn = (about: About | undefined): PreviewView['suggested'] =>
  [...(about?.recommended ?? []), ...(about?.wanted ?? [])].map(({ name, kind, because }) => ({
    name,
    kind,
    because,
  }));

/** What the text takes as an SMS, and costs by the configured price of a part. */
function smsOf(ctx: Ctx, text: string): NonNullable<PreviewView['sms']> {
  const counted = countSms(text);
  const { smsPartPrice, baseCurrency } = ctx.config;
  const cost =
    smsPartPrice === undefined ? null : String(Math.round(Number(smsPartPrice) * counted.parts * 1e6) / 1e6);
  return { ...counted, cost, currency: baseCurrency };
}

async function personOf(ctx: Ctx, contactId: string): Promise<Recipient> {
  authorise(ctx, 'contacts:read');
  const found = await findRecipient(ctx, contactId, visibleContacts(ctx));
  if (found === undefined) throw notFound('contact', contactId);
  return found;
}

/** A preview's links lead straight to where they lead, and its pixel is empty. */
function plainLinks(urls: readonly string[]): Pick<Links, 'open' | 'click' | 'unsubscribe' | 'preferences'> {
  return {
    open: () => 'data:image/gif;base64,R0lGODlhAQABAAAAACw=',
    click: (_ref, linkNo) => urls[linkNo] ?? '#',
    unsubscribe: () => '#unsubscribe',
    preferences: () => '#preferences',
  };
}

export async function getSender(ctx: Ctx): Promise<Sender> {
  authorise(ctx, 'campaigns:read');
  return senderOf(ctx);
}

/** Who mails are from: name, postal address, site, logo. Running campaigns take it up at once. */
export async function setSender(ctx: Ctx, sender: Sender): Promise<Sender> {
  authorise(ctx, 'campaigns:write');
  await saveSender(ctx, sender);
  await audit(ctx, { action: 'sender.changed', entity: 'sender', entityId: 'sender' });
  return sender;
}
