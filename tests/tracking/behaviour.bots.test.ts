import { describe, expect, test } from 'vitest';
import { agentOf } from '../../src/tracking/behaviour/agent.ts';
import { botReason } from '../../src/tracking/behaviour/bots.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

describe('bots', () => {
  test.each([
    ['a person', { userAgent: CHROME }, undefined, null],
    ['a person by the request alone', {}, { userAgent: CHROME, purpose: null }, null],
    ['a client that tells no agent, and no request to ask', {}, undefined, null],
    ['a crawler', { userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1)' }, undefined, 'bot_agent'],
    ['a script', { userAgent: 'python-requests/2.32' }, undefined, 'bot_agent'],
    ['a crawler by the request', {}, { userAgent: 'curl/8.5.0', purpose: null }, 'bot_agent'],
    ['an empty agent', { userAgent: '  ' }, undefined, 'no_agent'],
    ['no agent anywhere', {}, { userAgent: null, purpose: null }, 'no_agent'],
    ['a headless browser', { userAgent: CHROME.replace('Chrome', 'HeadlessChrome') }, undefined, 'headless'],
    ['a driven browser', { userAgent: CHROME, webdriver: true }, undefined, 'headless'],
    ['a prefetch', { userAgent: CHROME }, { userAgent: CHROME, purpose: 'prefetch' }, 'prefetch'],
    ['a preview', { userAgent: CHROME }, { userAgent: CHROME, purpose: 'preview' }, 'prefetch'],
    ['a prerender', { userAgent: CHROME }, { userAgent: CHROME, purpose: 'prefetch;prerender' }, 'prerender'],
    [
      'a prerendered page',
      { userAgent: CHROME, page: { visibilityState: 'prerender' } },
      undefined,
      'prerender',
    ],
    ['an agent that is no text', { userAgent: 7 }, undefined, null],
  ] as const)('%s', (_what, context, request, reason) => {
    expect(botReason(context, 'site', 'public', request)).toBe(reason);
    expect(botReason(context, 'shop', 'public', request)).toBe(reason);
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
