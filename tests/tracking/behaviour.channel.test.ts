import { describe, expect, test } from 'vitest';
import { arrivalOf, trafficOf } from '../../src/tracking/behaviour/arrival.ts';
import { categoryOf, channelOf } from '../../src/tracking/behaviour/channel.ts';

describe('channels: the published default rules, in their order', () => {
  test.each([
    // source, medium, campaign, channel
    [null, null, null, 'Direct'],
    ['(direct)', '(none)', null, 'Direct'],
    ['(direct)', '(not set)', null, 'Direct'],
    ['google', 'cpc', 'spring cross-network', 'Cross-network'],
    ['amazon', 'cpc', null, 'Paid Shopping'],
    ['newsletter', 'paid', 'workshop', 'Paid Other'],
    ['newsletter', 'paid', 'eshop', 'Paid Shopping'],
    ['newsletter', 'paid', 'the shop', 'Paid Shopping'],
    ['google', 'cpc', 'shopping_de', 'Paid Shopping'],
    ['google', 'cpc', null, 'Paid Search'],
    ['yandex', 'CPC', null, 'Paid Search'],
    ['bing', 'retargeting', null, 'Paid Search'],
    ['google', 'paidsearch', null, 'Paid Search'],
    ['facebook', 'paid_social', null, 'Paid Social'],
    ['vk', 'cpm', null, 'Paid Social'],
    ['youtube', 'cpv', null, 'Paid Video'],
    ['partner', 'banner', null, 'Display'],
    ['partner', 'cpm', null, 'Display'],
    ['partner', 'cpa', null, 'Paid Other'],
    ['ebay', 'referral', null, 'Organic Shopping'],
    ['partner', 'link', 'shop', 'Organic Shopping'],
    ['facebook', 'referral', null, 'Organic Social'],
    ['anything', 'social network', null, 'Organic Social'],
    ['vimeo', 'referral', null, 'Organic Video'],
    ['partner', 'video-post', null, 'Organic Video'],
    ['duckduckgo', 'referral', null, 'Organic Search'],
    ['unknown', 'organic', null, 'Organic Search'],
    ['chatgpt.com', 'ai-assistant', '(ai-assistant)', 'AI Assistant'],
    ['example.org', 'referral', null, 'Referral'],
    ['example.org', 'app', null, 'Referral'],
    ['newsletter', 'e-mail', null, 'Email'],
    ['email', 'march', null, 'Email'],
    ['partner', 'affiliate', null, 'Affiliates'],
    ['spotify', 'audio', null, 'Audio'],
    ['sms', null, null, 'SMS'],
    ['otklik', 'webpush', null, 'Mobile Push Notifications'],
    ['otklik', 'mobile app', null, 'Mobile Push Notifications'],
    ['firebase', null, null, 'Mobile Push Notifications'],
    ['newsletter', 'march', null, 'Unassigned'],
    [null, null, 'march', 'Unassigned'],
  ])('%s / %s / %s', (source, medium, campaign, channel) => {
    expect(channelOf({ source, medium, campaign })).toBe(channel);
  });

  test.each([
    ['www.google.co.uk', 'search'],
    ['google.de', 'search'],
    ['yandex.kz', 'search'],
    ['market.yandex.ru', 'shopping'],
    ['shopping.google.com', 'shopping'],
    ['gemini.google.com', 'assistant'],
    ['m.facebook.com', 'social'],
    ['l.instagram.com', 'social'],
    ['m.youtube.com', 'video'],
    ['t.co', 'social'],
    ['ozon.ru', 'shopping'],
    ['somebody.blogspot.com', 'social'],
    ['google.example.com', null],
    ['notgoogle.com', null],
    ['my-amazon-shop.de', null],
    ['localhost', null],
  ])('the site %s is %s', (host, category) => {
    expect(categoryOf(host)).toBe(category);
  });
});

describe('where a visit comes from', () => {
  const at = (url: string, referrer?: string, campaign?: object) =>
    arrivalOf({ context: { page: { url, referrer }, campaign }, properties: {} });
  const from = (url: string, referrer?: string, campaign?: object) => {
    const traffic = trafficOf(at(url, referrer, campaign));
    return [traffic.source, traffic.medium, traffic.campaign, channelOf(traffic)];
  };

  test.each([
    [
      'tags of the address',
      'https://s.test/?utm_source=Newsletter&utm_medium=Email&utm_campaign=March',
      '',
      ['newsletter', 'email', 'March', 'Email'],
    ],
    [
      'tags beat the page before',
      'https://s.test/?utm_source=vk&utm_medium=social',
      'https://www.google.com/',
      ['vk', 'social', null, 'Organic Social'],
    ],
    [
      'a click id',
      'https://s.test/?gclid=abc',
      'https://www.google.com/',
      ['google', 'cpc', null, 'Paid Search'],
    ],
    ...(['gclid', 'gbraid', 'wbraid'] as const).flatMap((id): Array<[string, string, string, unknown[]]> => [
      [
        `${id} beside a source of somebody else`,
        `https://s.test/?utm_source=agency&utm_medium=cpc&utm_campaign=March&${id}=1`,
        '',
        ['google', 'cpc', 'March', 'Paid Search'],
      ],
      [
        `${id} beside a medium that is none`,
        `https://s.test/?utm_source=newsletter&utm_medium=email&${id}=1`,
        '',
        ['google', 'cpc', null, 'Paid Search'],
      ],
      [
        `${id} in a campaign of products`,
        `https://s.test/?utm_source=feed&utm_campaign=shopping_uk&${id}=1`,
        '',
        ['google', 'cpc', 'shopping_uk', 'Paid Shopping'],
      ],
      [
        `${id} in a campaign across networks`,
        `https://s.test/?utm_source=agency&utm_campaign=cross-network&${id}=1`,
        '',
        ['google', 'cpc', 'cross-network', 'Cross-network'],
      ],
      [
        `${id} without a value`,
        `https://s.test/?utm_source=agency&utm_medium=cpc&${id}=`,
        '',
        ['agency', 'cpc', null, 'Paid Other'],
      ],
    ]),
    [
      'display clicks beside other tags',
      'https://s.test/?utm_source=agency&utm_medium=cpc&dclid=1',
      '',
      ['google', 'display', null, 'Display'],
    ],
    [
      'other advertisers’ ids, which Analytics leaves to the tags',
      'https://s.test/?utm_source=agency&utm_medium=cpc&yclid=1',
      '',
      ['agency', 'cpc', null, 'Paid Other'],
    ],
    [
      'an id of Facebook in a newsletter',
      'https://s.test/?utm_source=newsletter&utm_medium=email&fbclid=1',
      '',
      ['newsletter', 'email', null, 'Email'],
    ],
    ['Yandex Direct', 'https://s.test/?yclid=1', '', ['yandex', 'cpc', null, 'Paid Search']],
    ['Yandex Market', 'https://s.test/?ymclid=1', '', ['market.yandex.ru', 'cpc', null, 'Paid Shopping']],
    ['Microsoft', 'https://s.test/?msclkid=1', '', ['bing', 'cpc', null, 'Paid Search']],
    [
      'Facebook puts its id on every link',
      'https://s.test/?fbclid=1',
      '',
      ['facebook', 'social', null, 'Organic Social'],
    ],
    [
      'a paid medium with the click id of Facebook',
      'https://s.test/?fbclid=1&utm_medium=cpc',
      '',
      ['facebook', 'cpc', null, 'Paid Social'],
    ],
    ['display clicks', 'https://s.test/?dclid=1', '', ['google', 'display', null, 'Display']],
    [
      'a search engine',
      'https://s.test/',
      'https://www.google.co.uk/search?q=x',
      ['google', 'organic', null, 'Organic Search'],
    ],
    ['Yandex', 'https://s.test/', 'https://ya.ru/', ['yandex', 'organic', null, 'Organic Search']],
    [
      'a smaller engine',
      'https://s.test/',
      'https://search.brave.com/',
      ['search.brave.com', 'organic', null, 'Organic Search'],
    ],
    [
      'an app of a search engine',
      'https://s.test/',
      'android-app://com.google.android.googlequicksearchbox/',
      ['com.google.android.googlequicksearchbox', 'referral', null, 'Referral'],
    ],
    [
      'an assistant',
      'https://s.test/',
      'https://chatgpt.com/',
      ['chatgpt.com', 'ai-assistant', '(ai-assistant)', 'AI Assistant'],
    ],
    [
      'another site',
      'https://s.test/',
      'https://blog.example.org/post',
      ['blog.example.org', 'referral', null, 'Referral'],
    ],
    ['the same site', 'https://s.test/b', 'https://s.test/a', [null, null, null, 'Direct']],
    ['www of the same site', 'https://www.s.test/b', 'https://s.test/a', [null, null, null, 'Direct']],
    ['a part of the same site', 'https://shop.s.test/b', 'https://s.test/a', [null, null, null, 'Direct']],
    ['nothing', 'https://s.test/', '', [null, null, null, 'Direct']],
    ['a broken page before', 'https://s.test/', 'not an address', [null, null, null, 'Direct']],
    [
      'a broken address',
      '::',
      'https://blog.example.org/',
      ['blog.example.org', 'referral', null, 'Referral'],
    ],
  ])('%s', (_what, url, referrer, expected) => {
    expect(from(url, referrer)).toEqual(expected);
  });

  test('the campaign a client has read of the address itself', () => {
    expect(from('https://s.test/', '', { source: 'Bing', medium: 'cpc', name: 'a' })).toEqual([
      'bing',
      'cpc',
      'a',
      'Paid Search',
    ]);
  });

  test('page calls may tell it in their properties, and a query alone is enough', () => {
    const arrival = arrivalOf({
      context: {},
      properties: { path: '/a', search: '?utm_source=x', referrer: 'https://y.test/' },
    });
    expect([arrival.path, arrival.tags?.source, arrival.referrer]).toEqual(['/a', 'x', 'https://y.test/']);
  });

  test('what is no text is nothing, and texts are cut', () => {
    const wild = arrivalOf({
      context: { page: { url: 5, path: ['x'], referrer: null }, campaign: 'spring' },
      properties: { url: {}, search: `?utm_source=${'x'.repeat(5_000)}` },
    });
    expect(wild.path).toBeNull();
    expect(wild.tags?.source).toHaveLength(200);
  });

  test('equal tags and clicks have equal keys, others do not', () => {
    const key = (query: string): string | null => at(`https://s.test/${query}`).campaignKey;
    expect(key('?utm_source=a&x=1')).toBe(key('?utm_source=a&x=2'));
    expect(key('?utm_source=a&gclid=1')).not.toBe(key('?utm_source=a&gclid=2'));
    expect(key('?x=1')).toBeNull();
  });
});
