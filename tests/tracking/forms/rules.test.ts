import { array, assert, constant, constantFrom, oneof, property, string, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contactFieldsOf, readAnswers, toldAnswers } from '../../../src/tracking/forms/answers.ts';
import { formDefinition } from '../../../src/tracking/forms/contract.ts';
import { frameCode, htmlCode } from '../../../src/tracking/forms/embed.ts';
import { formPage } from '../../../src/tracking/forms/page.form.ts';
import { takeFrom } from '../../../src/core/rate.ts';
import type { Buckets } from '../../../src/core/rate.ts';
import { policyOf } from '../../../src/tracking/forms/sites.ts';
import { flagsOf } from '../../../src/tracking/forms/spam.ts';
import { formTokens } from '../../../src/tracking/forms/token.ts';
import { localeFor, localesOf } from '../../../src/tracking/forms/words.ts';
import { definition } from './world.ts';

const form = (over: Parameters<typeof definition>[0] = {}) => formDefinition.parse(definition(over));
const frame = { locale: 'en' as const, theme: 'auto' as const, embed: false };
const issues = (over: object): string[] => {
  const parsed = formDefinition.safeParse({ ...definition(), ...over });
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'));
};

describe('a form that cannot work is refused with its place', () => {
  const email = { key: 'email', type: 'email', label: { en: 'Email' }, required: true };
  test.each<[string, object, string]>([
    ['no field', { fields: [] }, 'fields'],
    ['two of one name', { fields: [email, { ...email, type: 'text' }] }, 'fields'],
    ['two addresses', { fields: [email, { ...email, key: 'other' }] }, 'fields'],
    ['no label', { fields: [{ key: 'a', type: 'text', label: { en: ' ' } }] }, 'fields.0.label'],
    [
      'a choice of nothing',
      { fields: [{ key: 'a', type: 'select', label: { en: 'A' } }] },
      'fields.0.options',
    ],
    ['a name of the machinery', { fields: [{ ...email, key: '_token' }] }, 'fields.0.key'],
    ['a name of every object', { fields: [{ ...email, key: '__proto__' }] }, 'fields.0.key'],
    [
      'consent without words',
      { consents: [{ key: 'c', purpose: 'p', channel: 'email', text: {} }] },
      'consents.0.text',
    ],
    ['a mail to nobody', { doubleOptIn: true, fields: [{ ...email, required: false }] }, 'doubleOptIn'],
    ['a script for a target', { thanks: { type: 'redirect', url: 'javascript:alert(1)' } }, 'thanks.url'],
    ['a text that cannot be stored', { title: { en: 'a\0b' } }, 'title.en'],
  ])('%s', (_what, over, path) => {
    expect(issues(over)).toContain(path);
  });
});

test('whatever is posted: only names of the form come through, consent only by its own box, and no text is longer than allowed', () => {
  const parsed = form();
  const names = oneof(
    constantFrom('email', 'first_name', 'taste', 'note', 'news', '__proto__', 'constructor', 'role'),
    string(),
  );
  assert(
    property(
      array(tuple(names, oneof(string({ unit: 'binary', maxLength: 40 }), constant('x'.repeat(600))))),
      (pairs) => {
        const posted = Object.fromEntries(pairs);
        const { values, consents, errors } = readAnswers(parsed, posted, 'en');
        expect(Object.keys(values)).toEqual(['email', 'first_name', 'taste', 'note']);
        for (const value of Object.values(values)) {
          expect(String(value).length).toBeLessThanOrEqual(500);
          expect(String(value).isWellFormed() && !String(value).includes('\0')).toBe(true);
        }
        if (consents.length > 0) expect(Object.hasOwn(posted, 'news')).toBe(true);
        if (errors.length === 0) expect(contactFieldsOf(parsed, values).email).toContain('@');
        expect(Object.keys(toldAnswers(parsed, values))).not.toContain('email');
      },
    ),
  );
});

test('a page holds whatever was typed as text: nothing of it becomes markup', () => {
  assert(
    property(string({ maxLength: 60 }), (typed) => {
      const evil = `"><script>${typed}</script><img src=x onerror=alert(1)>`;
      const page = formPage({
        definition: form({ title: { en: evil } }),
        frame,
        action: '/f/x',
        token: 't',
        anonymousId: evil,
        page: evil,
        values: { email: evil, note: evil, taste: evil },
        ticked: [],
        errors: [{ key: 'email', fault: 'email' }],
      });
      expect(page).not.toContain('<script>');
      expect(page).not.toContain('<img');
    }),
  );
});

test('the code to copy is the form’s own, with the consent in its exact words', () => {
  const html = htmlCode('https://o.example', { formId: 'id', version: 3, definition: form() });
  expect(html).toContain('<form action="https://o.example/f/id" method="post">');
  expect(html).toContain('name="_version" value="3"');
  expect(html).toContain('I want news of Mountain Tea by mail.');
  expect(html).not.toContain('checked');
  expect(frameCode('https://o.example', { formId: 'id', name: 'A "form"' })).toContain(
    'title="A &quot;form&quot;"',
  );
});

test('a token holds what was shown and opens nothing else; one bit changed and it is nothing', () => {
  const tokens = formTokens('a secret of the tests, long enough');
  const issuedAt = new Date('2026-03-01T10:00:00Z');
  const formId = '01a2006a-51dc-7605-98fc-6320e570564a';
  const token = tokens.issue({ formId, version: 7, locale: 'ru', shown: 'embed', issuedAt });
  const read = tokens.readFill(token, issuedAt);
  expect(read).toMatchObject({
    ok: true,
    fill: { formId, version: 7, locale: 'ru', shown: 'embed', issuedAt },
  });
  expect(tokens.readConfirm(token, issuedAt)).toEqual({ ok: false, why: 'forged' });
  const bytes = Buffer.from(token, 'base64url');
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(tokens.readFill(changed.toString('base64url'), issuedAt).ok).toBe(false);
  }
  expect(tokens.readFill(token, new Date('2026-03-09T10:00:00Z'))).toEqual({ ok: false, why: 'expired' });
});

test('the language asked for wins, then the browser’s best, among those the form is written in', () => {
  const both = localesOf(form());
  expect(both).toEqual(['en', 'ru']);
  expect(localeFor(both, { asked: 'ru', accepted: 'en' })).toBe('ru');
  expect(localeFor(both, { asked: 'xx', accepted: 'de, ru-RU;q=0.8, en;q=0.5' })).toBe('ru');
  expect(localeFor(both, { asked: undefined, accepted: 'en;q=0, ru' })).toBe('ru');
  expect(localeFor(['ru'], { asked: 'en', accepted: 'en' })).toBe('ru');
  expect(localeFor(both, { asked: undefined, accepted: undefined })).toBe('en');
});

test('a bucket lets its burst through, then its rate, in bounded memory', () => {
  const buckets: Buckets = new Map();
  const rate = { burst: 3, perSecond: 0.5 };
  const take = (ms: number) => takeFrom(buckets, 'who', rate, ms);
  expect([take(0), take(0), take(0), take(0), take(1_000)]).toEqual([0, 0, 0, 2, 1]);
  expect(take(2_000)).toBe(0);
  for (let i = 0; i < 30_000; i += 1) takeFrom(buckets, `other ${i}`, rate, 3_000);
  expect(buckets.size).toBeLessThanOrEqual(20_000);
});

test('addresses that say something about themselves are marked', () => {
  expect(flagsOf('ann@example.com')).toEqual([]);
  expect(flagsOf('info@shop.example')).toEqual(['role_address']);
  expect(flagsOf('x+y@sub.yopmail.com')).toEqual(['disposable']);
  expect(flagsOf('aaa@shop.example')).toEqual(['junk_email']);
});

test('pages run no script but our own, and stand only in frames of the form’s sites', () => {
  const policy = policyOf(['https://shop.example'], 'https://shop.example/thanks?x=1');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(policy).toContain("frame-ancestors 'self' https://shop.example");
  expect(policy).toContain("form-action 'self' https://shop.example;");
  expect(policyOf(null, null)).toContain("frame-ancestors 'none'");
});
