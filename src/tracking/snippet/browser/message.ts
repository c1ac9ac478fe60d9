import { messageId } from './deliver.ts';
import type { Message } from './deliver.ts';
import { read } from './memory.ts';
import { version } from './page.ts';

/** What every message says of the page it came from, in Segment's words. */

/** gclid, msclkid, fbclid, yclid and their like. */
const CLICK_IDS = /clk?id$|^([gw]braid|li_fat_id|epik|rdt_cid)$/;

/** Some sites put secrets and addresses of people into their addresses. */
const PRIVATE = /([?&#][^=&#]*(?:pass|pwd|pw|token|secret|card|cvv|iban|e-?mail|phone)[^=&#]*=)[^&#]*/gi;
export const clean = (url: string): string => url.replace(PRIVATE, '$1-');

let referrer = clean(document.referrer);
export const cameFrom = (url: string): void => {
  referrer = url;
};

export const pageOf = (): Record<string, string> => {
  const { href, pathname, search } = location;
  return { path: pathname, referrer, search: clean(search), title: document.title, url: clean(href) };
};

const contextOf = (): Record<string, unknown> => {
  const campaign: Record<string, string> = {};
  const clickIds: Record<string, string> = {};
  new URLSearchParams(location.search).forEach((value, name) => {
    const [, part] = /^utm_(\w+)/.exec(name) ?? [];
    if (part) campaign[part === 'campaign' ? 'name' : part] = value.slice(0, 200);
    if (CLICK_IDS.test(name)) clickIds[name] = value.slice(0, 500);
  });
  return {
    library: { name: 'otklik.js', version },
    page: pageOf(),
    campaign,
    clickIds,
    userAgent: navigator.userAgent,
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
  };
};

export const messageOf = (type: string, rest: Partial<Message>): Message => {
  const message: Message = {
    type,
    messageId: messageId(),
    timestamp: new Date().toISOString(),
    ...rest,
    context: { ...contextOf(), ...rest.context },
  };
  const userId = read('u');
  if (userId) message.userId = userId;
  const groupId = read('g');
  if (groupId) message.context.groupId = groupId;
  return message;
};
