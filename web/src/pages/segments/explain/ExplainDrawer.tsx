import { Alert, Button, Checkbox, Drawer, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import type { Asked, Explanation, Moment } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { contactName } from '../../../lib/contactName.ts';
import { dateTimeText } from '../../../lib/format.ts';
import { fromLocalInput } from '../../../lib/localTime.ts';
import { DateTime } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { ExplainTree } from './ExplainTree.tsx';
import { Facts } from './Facts.tsx';

type Person = { id: string; name: string };

type Props = {
  opened: boolean;
  onClose: () => void;
  asked: Asked;
  /** Whom it is about; without, one is chosen first. */
  contact?: Person | undefined;
  moment?: Moment;
};

/** Asked of another moment than the present. */
const isPast = (moment: Moment | undefined): boolean => moment?.now !== undefined;

/** Why somebody is in a segment or not, condition by condition. */
export function ExplainDrawer({ opened, onClose, ...rest }: Props) {
  const { t } = useTranslation('segments');
  return (
    <Drawer opened={opened} onClose={onClose} size="lg" title={t('explain.title')}>
      {opened && <Inside key={rest.contact?.id} {...rest} />}
    </Drawer>
  );
}

function Inside({ asked, contact, moment }: Omit<Props, 'opened' | 'onClose'>) {
  const { t } = useTranslation('segments');
  const [chosen, choose] = useState<Person | undefined>(contact);
  const [at, setAt] = useState('');
  const [known, setKnown] = useState(true);
  const then = fromLocalInput(at);
  const past = then !== '' && Date.parse(then) < Date.now();
  return (
    <Stack gap="md">
      {contact === undefined && chosen === undefined && <Choose onChange={choose} />}
      {contact === undefined && chosen !== undefined && (
        <Button size="xs" variant="default" autoFocus onClick={() => choose(undefined)} mr="auto">
          {t('explain.another')}
        </Button>
      )}
      {chosen !== undefined && (
        <Answer
          asked={asked}
          contact={chosen}
          moment={then === '' ? moment : { now: then, ...(past && known ? { knownAt: then } : {}) }}
        />
      )}
      {chosen !== undefined && moment?.now === undefined && (
        <TextInput
          type="datetime-local"
          size="sm"
          maw={260}
          label={t('explain.asOf')}
          description={t('explain.asOfHint')}
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      )}
      {chosen !== undefined && past && (
        <Checkbox
          size="sm"
          label={t('preview.knownThen')}
          checked={known}
          onChange={(event) => setKnown(event.currentTarget.checked)}
        />
      )}
    </Stack>
  );
}

export function Choose({ onChange }: { onChange: (person: Person) => void }) {
  const { t } = useTranslation(['segments', 'contacts']);
  const [search, setSearch] = useState('');
  const [typed] = useDebouncedValue(search, 250);
  const { data = [] } = useQuery(contacts.found(typed));
  const nameOf = (one: (typeof data)[number]): string => contactName(one) ?? t('contacts:unnamed');
  const options = data.map((one) => ({
    value: one.id,
    label: one.email === null || one.email === undefined ? nameOf(one) : `${nameOf(one)} · ${one.email}`,
  }));
  return (
    <Select
      label={t('segments:explain.who')}
      placeholder={t('segments:explain.whoHint')}
      searchable
      data-autofocus
      filter={({ options: every }) => every}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage={typed === '' ? undefined : t('segments:explain.nobody')}
      data={options}
      value={null}
      onChange={(id) => {
        const found = data.find((one) => one.id === id);
        if (found !== undefined) onChange({ id: found.id, name: nameOf(found) });
      }}
    />
  );
}

function Answer({ asked, contact, moment }: { asked: Asked; contact: Person; moment?: Moment | undefined }) {
  const { t } = useTranslation('segments');
  const query = useQuery({
    ...segments.explain(asked, contact.id, moment),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} lines={6}>
      {(found) => (
        <Stack gap="md">
          <Verdict found={found} contact={contact} draft={!('id' in asked)} past={isPast(moment)} />
          {found.root !== null && (
            <section aria-label={t('explain.tree')}>
              <ExplainTree root={found.root} today={isPast(moment) && found.knownAt === null} />
            </section>
          )}
          {found.root === null && <Facts facts={found.facts} />}
        </Stack>
      )}
    </Loaded>
  );
}

function Verdict(props: { found: Explanation; contact: Person; draft: boolean; past: boolean }) {
  const { t } = useTranslation('segments');
  const { found, contact, draft, past } = props;
  const { value, listed } = found;
  const kind = draft ? (value ? 'fits' : 'fitsNot') : value ? 'in' : 'out';
  const what = past ? (`${kind}Then` as const) : kind;
  return (
    <Alert
      color={value ? 'pine' : 'gray'}
      variant="light"
      title={t(`explain.verdict.${what}`, { name: contact.name, at: dateTimeText(found.now, locale()) })}
    >
      <Stack gap={4}>
        {found.root?.value === true && !value ? (
          <Text size="sm">{t('explain.notThere')}</Text>
        ) : (
          <Changes
            value={value}
            at={found.validUntil}
            static={found.root === null}
            by={!past ? undefined : found.knownAt === null ? 'today' : 'byThen'}
          />
        )}
        {listed !== null && listed.value !== value && <Text size="sm">{t('explain.lag')}</Text>}
        {listed !== null && listed.value && listed.since !== null && (
          <Text size="sm">
            {t('explain.since')} <DateTime at={listed.since} />
          </Text>
        )}
        <Group gap="md">
          <AnchorLink to="/contacts/$id" params={{ id: contact.id }} size="sm">
            {t('explain.card')}
          </AnchorLink>
        </Group>
      </Stack>
    </Alert>
  );
}

/**
 * What happens by itself, with no new fact. Asked of a past moment it hangs on what is known: by then, or today, when
 * later facts are among it.
 */
function Changes(props: {
  value: boolean;
  at: string | null;
  static: boolean;
  by: 'byThen' | 'today' | undefined;
}) {
  const { t } = useTranslation('segments');
  const { value, at, static: byHand, by } = props;
  const said = (what: 'onlyFact' | 'mayLeave' | 'mayEnter') =>
    by === undefined ? t(`explain.${what}`) : t(`explain.${by}.${what}`);
  if (byHand) return <Text size="sm">{t('explain.byHand')}</Text>;
  if (at === null) return <Text size="sm">{said('onlyFact')}</Text>;
  return (
    <Text size="sm">
      {said(value ? 'mayLeave' : 'mayEnter')} <DateTime at={at} /> (
      <DateTime at={at} mode="relative" />)
    </Text>
  );
}
