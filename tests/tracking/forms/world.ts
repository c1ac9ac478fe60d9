import { sql } from 'drizzle-orm';
import { rows } from '../../../src/core/db.ts';
import type { z } from 'zod';
import type { formDefinition, FormView, SubmissionView } from '../../../src/tracking/forms/contract.ts';
import type { Answer, Send } from '../../support/api.ts';
import { openSite } from '../site.ts';
import type { Site } from '../site.ts';

export const PERSON =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

type Definition = z.input<typeof formDefinition>;

export const NEWS = 'I want news of Mountain Tea by mail. I can withdraw this at any time.';
export const NEWS_RU = 'Хочу получать новости «Горного чая» по почте. Могу отказаться в любой момент.';

/** A form to subscribe with; `over` replaces parts. */
export const definition = (over: Partial<Definition> = {}): Definition => ({
  title: { en: 'News of tea', ru: 'Новости о чае' },
  fields: [
    { key: 'email', type: 'email', label: { en: 'Email', ru: 'Почта' }, required: true },
    { key: 'first_name', type: 'givenName', label: { en: 'First name', ru: 'Имя' } },
    {
      key: 'taste',
      type: 'select',
      label: { en: 'Taste', ru: 'Вкус' },
      options: [
        { value: 'green', label: { en: 'Green', ru: 'Зелёный' } },
        { value: 'black', label: { en: 'Black', ru: 'Чёрный' } },
      ],
      attribute: 'taste',
    },
    { key: 'note', type: 'textarea', label: { en: 'Anything else', ru: 'Что-нибудь ещё' } },
  ],
  consents: [{ key: 'news', purpose: 'marketing', channel: 'email', text: { en: NEWS, ru: NEWS_RU } }],
  doubleOptIn: false,
  ...over,
});

export type FormWorld = {
  site: Site;
  owner: Send;
  form(over?: Partial<Definition>): Promise<FormView>;
  /** Opens the page as a person, waits long enough and gives its token. */
  token(formId: string, query?: string): Promise<string>;
  /** Posts as a browser does. */
  post(formId: string, values: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Opens, waits, posts. */
  fill(formId: string, values: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  submissions(formId: string, state?: string): Promise<SubmissionView[]>;
  /** Asked-for mails to this address, oldest first. */
  mails(email: string): Promise<Array<{ contactId: string; key: string; confirmUrl: string }>>;
  query<T extends Record<string, unknown>>(query: ReturnType<typeof sql>): Promise<T[]>;
  close(): Promise<void>;
};

let made = 0;

export async function openForms(origins: string[] = []): Promise<FormWorld> {
  const site = await openSite({ origins });
  const { api, clock } = site;
  const owner = await api.owner();
  const post: FormWorld['post'] = (formId, values, headers = {}) =>
    api.send('POST', `/f/${formId}`, new URLSearchParams(values).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html',
      'user-agent': PERSON,
      // Each test has an address of its own as far as limits go: they count by it.
      ...headers,
    });
  const token: FormWorld['token'] = async (formId, query = '') => {
    const page = await api.send('GET', `/f/${formId}${query}`, undefined, { 'user-agent': PERSON });
    const found = /name="_token"[^>]*value="([^"]+)"/s.exec(page.text)?.[1];
    if (found === undefined) throw new Error(`no token: ${page.status} ${page.text.slice(0, 300)}`);
    return found;
  };
  return {
    site,
    owner,
    form: async (over = {}) => {
      made += 1;
      const answer = await owner('POST', '/api/forms', {
        name: `Form ${made}`,
        sourceId: site.sourceId,
        definition: definition(over),
      });
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.body as FormView;
    },
    token,
    post,
    fill: async (formId, values, headers) => {
      const _token = await token(formId);
      clock.advance(10_000);
      return post(formId, { _token, ...values }, headers);
    },
    submissions: async (formId, state) => {
      const answer = await owner(
        'GET',
        `/api/forms/${formId}/submissions${state === undefined ? '' : `?state=${state}`}`,
      );
      return (answer.body as { items: SubmissionView[] }).items;
    },
    mails: async (email) => {
      const found = await rows<{
        payload: { contactId: string; key: string; data: { form: { confirmUrl: string } } };
      }>(
        api.ctx.db,
        sql`select payload from outbox where topic = 'mail.requested' and payload ->> 'email' = ${email} order by id`,
      );
      return found.map(({ payload }) => ({
        contactId: payload.contactId,
        key: payload.key,
        confirmUrl: payload.data.form.confirmUrl,
      }));
    },
    query: (query) => rows(api.ctx.db, query),
    close: () => site.close(),
  };
}
