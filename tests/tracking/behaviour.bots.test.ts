import { describe, expect, test } from 'vitest';
import { agentOf } from '../../src/tracking/behaviour/agent.ts';
import { botReason, withPurpose } from '../../src/tracking/behaviour/bots.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

describe('bots', () => {
  test.each([
    ['a person', { userAgent: CHROME }, null],
    ['a client that tells no agent', {}, null],
    ['a crawler', { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' }, 'bot_agent'],
    ['a script', { userAgent: 'python-requests/2.32' }, 'bot_agent'],
    ['an empty agent', { userAgent: '  ' }, 'no_agent'],
    ['a headless browser', { userAgent: CHROME.replace('Chrome', 'HeadlessChrome') }, 'headless'],
    ['a driven browser', { userAgent: CHROME, webdriver: true }, 'headless'],
    ['a prefetch', { userAgent: CHROME, purpose: 'prefetch' }, 'prefetch'],
    ['a preview', { userAgent: CHROME, purpose: 'preview' }, 'prefetch'],
    ['a prerender', { userAgent: CHROME, purpose: 'prefetch;prerender' }, 'prerender'],
    ['a prerendered page', { userAgent: CHROME, page: { visibilityState: 'prerender' } }, 'prerender'],
    ['an agent that is no text', { userAgent: 7 }, null],
  ] as const)('%s', (_what, context, reason) => {
    expect(botReason(context, 'site', 'public')).toBe(reason);
    expect(botReason(context, 'shop', 'public')).toBe(reason);
  });

  test('the purpose a browser names in a header is kept with the events of the request', () => {
    const asked = (headers: Record<string, string>) =>
      withPurpose(
        [{ type: 'page', context: { a: 1 } }, { type: 'page', context: null }, 7, [1]],
        (name) => headers[name],
      );
    expect(asked({ 'sec-purpose': 'prefetch;prerender' })).toEqual([
      { type: 'page', context: { a: 1, purpose: 'prefetch;prerender' } },
      { type: 'page', context: { purpose: 'prefetch;prerender' } },
      7,
      [1],
    ]);
    expect(asked({})).toEqual([{ type: 'page', context: { a: 1 } }, { type: 'page', context: null }, 7, [1]]);
  });

  test('apps and servers are programs by nature, and a server key is believed', () => {
    const context = { userAgent: 'axios/1.7' };
    expect(botReason(context, 'site', 'public')).toBe('bot_agent');
    expect(botReason(context, 'app', 'public')).toBeNull();
    expect(botReason(context, 'server', 'public')).toBeNull();
    expect(botReason(context, 'site', 'server')).toBeNull();
  });
});

describe('devices and browsers', () => {
  test.each([
    [CHROME, 'desktop', 'Chrome', 'Windows'],
    [IPHONE, 'mobile', 'Safari', 'iOS'],
    [`${CHROME} Edg/140.0.0.0`, 'desktop', 'Edge', 'Windows'],
    [`${CHROME} YaBrowser/25.6.0.0`, 'desktop', 'Yandex', 'Windows'],
    [`${CHROME} OPR/120.0`, 'desktop', 'Opera', 'Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'desktop', 'Firefox', 'Linux'],
    [
      'Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36',
      'mobile',
      'Samsung Internet',
      'Android',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; SM-X910) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'tablet',
      'Chrome',
      'Android',
    ],
    [
      'Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) AppleWebKit/537.36 Chrome/100.0 Safari/537.36',
      'tv',
      'Chrome',
      'Android',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      'desktop',
      'Safari',
      'macOS',
    ],
    ['', null, null, null],
  ])('%s', (agent, device, browser, os) => {
    expect(agentOf(agent)).toEqual({ device, browser, os });
  });

  test('an app names its device where its agent does not', () => {
    expect(agentOf(null, 'ios').device).toBe('mobile');
    expect(agentOf('okhttp/4', 'android').device).toBe('mobile');
    expect(agentOf(null, 'tablet').device).toBe('tablet');
    expect(agentOf(null, null).device).toBeNull();
  });
});
