import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { OPS } from '../segments/contract.ts';
import { compared, countLeaf, inWindow, quote } from '../segments/index.ts';
import type { CatalogueField, Dependency, Language, LeafEnv, LeafType, Source } from '../segments/index.ts';
import { MESSAGE_KINDS } from './contract.leaf.ts';
import type { MessageKind, MessageLeaf } from './contract.leaf.ts';
import { campaign, message, response } from './schema.ts';

/**
 * How many messages somebody was sent, and what came of them. A message counts once however often it was opened; what the ledger and
 * the responses hold decides. A bounce is dated by its hand-off. States of messages have no history: a past moment is asked of what the
 * ledger says at present. `messages.settled` (a row or two a batch of sending) and responses have segments look at their contacts.
 */
export const messageType: LeafType<MessageLeaf> = {
  type: 'message',
  compile: (leaf, env) => countLeaf(leaf, env, sourceOf(leaf, env), 'count(distinct f.message_id)'),
  dependencies: (leaf) =>
    leaf.campaigns === undefined
      ? [{ kind: 'message', key: leaf.kind }]
      : leaf.campaigns.map((id) => ({ kind: 'message', key: `${leaf.kind} ${id}` })),
  // Sends and what readers do are told after they happened; an order that is credited may be dated later.
  futureFacts: (now) =>
    sql`exists (select from ${response} where occurred_at > ${now.toISOString()}::timestamptz)`,
  words: messageWords,
  facts: (leaf, env, contactId) =>
    sourceOf(leaf, env).newest(
      contactId,
      [{ key: 'past', sql: sql`f.occurred_at <= ${env.now.toISOString()}::timestamptz` }],
      sql`'message' as kind, f.message_id::text as id,
        (select c.name from ${campaign} c where c.campaign_id = f.campaign_id) as what`,
    ),
  fields: () =>
    MESSAGE_KINDS.map((kind) => ({
      leaf: 'message',
      field: kind,
      kind: 'number',
      ops: [...OPS.equality, ...OPS.order, 'between'],
      label: LABELS[kind],
    })) satisfies CatalogueField[],
};

/** The facts that a change of a contact's messages is, as rules depend on them: of any campaign, and of this one. */
export function messageFacts(kinds: readonly MessageKind[], campaignId: string): Dependency[] {
  return kinds.flatMap((kind) => [
    { kind: 'message', key: kind },
    { kind: 'message', key: `${kind} ${campaignId}` },
  ]);
}

/** What may change of a message when what became of it is written. */
export const LEDGER_KINDS: readonly MessageKind[] = ['sent', 'delivered', 'bounced'];

/** Rows of the ledger as facts; what is not known to have gone out is not sent. */
const LEDGER: Readonly<Record<'sent' | 'delivered' | 'bounced', SQL>> = {
  sent: sql`(select contact_id, coalesce(handed_at, occurred_at) as occurred_at, coalesce(handed_at, occurred_at) as recorded_at,
    id as message_id, campaign_id from ${message} where state = 'sent' or (state = 'failed' and reason = 'bounced')) f`,
  delivered: sql`(select contact_id, delivered_at as occurred_at, delivered_at as recorded_at, id as message_id, campaign_id
    from ${message} where state = 'sent' and delivered_at is not null) f`,
  bounced: sql`(select contact_id, coalesce(handed_at, occurred_at) as occurred_at, coalesce(handed_at, occurred_at) as recorded_at,
    id as message_id, campaign_id from ${message} where state = 'failed' and reason = 'bounced') f`,
};

function sourceOf(leaf: MessageLeaf, env: LeafEnv): Source {
  const { kind, campaigns, channels, transactional } = leaf;
  const ofLedger = kind === 'sent' || kind === 'delivered' || kind === 'bounced';
  const where: SQL[] = [];
  if (!ofLedger) where.push(sql`f.kind = ${kind}::text`, sql`f.human`);
  if (campaigns !== undefined) where.push(sql`f.campaign_id = any(${`{${campaigns.join(',')}}`}::uuid[])`);
  const wanted = campaignConditions(channels, transactional === true || campaigns !== undefined);
  if (wanted !== null)
    where.push(sql`f.campaign_id in (select c.campaign_id from ${campaign} c where ${wanted})`);
  return env.source({
    key: JSON.stringify(['message', kind, campaigns ?? null, channels ?? null, transactional === true]),
    from: ofLedger ? LEDGER[kind] : sql`${response} f`,
    where,
    recorded: sql`f.recorded_at`,
  });
}

/** Who names a campaign means it, whatever its kind. */
function campaignConditions(channels: readonly string[] | undefined, anyKind: boolean): SQL | null {
  const conditions: SQL[] = anyKind ? [] : [sql`c.kind <> 'transactional'`];
  if (channels !== undefined)
    conditions.push(
      sql`c.channel = any(array(select jsonb_array_elements_text(${JSON.stringify(channels)}::text::jsonb)))`,
    );
  return conditions.length === 0 ? null : sql.join(conditions, sql` and `);
}

const LABELS: Readonly<Record<MessageKind, Record<Language, string>>> = {
  sent: { en: 'Messages sent', ru: 'Отправлено сообщений' },
  delivered: { en: 'Messages delivered', ru: 'Доставлено сообщений' },
  opened: { en: 'Messages opened (by a person)', ru: 'Открыто сообщений (человеком)' },
  clicked: { en: 'Messages clicked (by a person)', ru: 'Переходов из сообщений (человеком)' },
  converted: { en: 'Messages that led to an order', ru: 'Сообщений, приведших к заказу' },
  bounced: { en: 'Messages that bounced', ru: 'Возвращено сообщений' },
  complained: { en: 'Messages marked as spam', ru: 'Жалоб на спам' },
  unsubscribed: { en: 'Messages unsubscribed from', ru: 'Отписок из сообщений' },
};

const SUBJECTS: Readonly<Record<MessageKind, Record<Language, string>>> = {
  sent: { en: 'messages sent', ru: 'отправленных сообщений' },
  delivered: { en: 'messages delivered', ru: 'доставленных сообщений' },
  opened: { en: 'messages opened by a person', ru: 'сообщений, открытых человеком,' },
  clicked: {
    en: 'messages with a link a person followed',
    ru: 'сообщений, из которых человек перешёл по ссылке,',
  },
  converted: { en: 'messages that led to an order', ru: 'сообщений, приведших к заказу,' },
  bounced: { en: 'messages that bounced', ru: 'возвращённых сообщений' },
  complained: { en: 'messages marked as spam', ru: 'сообщений, отмеченных как спам,' },
  unsubscribed: { en: 'messages unsubscribed from', ru: 'сообщений, из которых отписались,' },
};

/** "the number of messages opened by a person in the last 30 days is at least 1 (one campaign)". */
function messageWords(leaf: MessageLeaf, language: Language): string {
  const ru = language === 'ru';
  const subject = `${ru ? 'число' : 'the number of'} ${SUBJECTS[leaf.kind][language]}${inWindow(leaf.window, language)}`;
  const test = compared(leaf, language, (value) => quote(value, language));
  const notes = notesOf(leaf, ru);
  return `${subject} ${test}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

function notesOf({ campaigns, channels, transactional }: MessageLeaf, ru: boolean): string[] {
  return [
    ...(campaigns === undefined
      ? []
      : [`${ru ? 'выбранных кампаний:' : 'chosen campaigns:'} ${campaigns.length}`]),
    ...(channels === undefined ? [] : [`${ru ? 'каналы' : 'channels'} ${channels.join(', ')}`]),
    ...(transactional === true ? [ru ? 'вместе со служебными' : 'transactional ones too'] : []),
  ];
}
