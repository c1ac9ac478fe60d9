import { Alert, Badge, Button, Group, NumberInput, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import type { MemberView, ProgramView } from '../../../api/loyalty.ts';
import { members } from '../../../api/loyalty.ts';
import { standing } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { contactName } from '../../../lib/contactName.ts';
import { decimalText, moneyText, numberText } from '../../../lib/format.ts';
import { AnchorLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import type { Blank } from '../amounts.ts';
import { minorOf } from '../amounts.ts';
import { spaced } from '../member/CardNumber.tsx';
import { Accumulated, Tier } from '../member/Tier.tsx';
import { spendableOf, worthOf } from './spendable.ts';
import { Waiting } from './Waiting.tsx';

type Props = { program: ProgramView; member: MemberView; onNext: () => void };

/** Who stands at the till: by name, with tier, what else gives a discount, and what may be spent. */
export function Found({ program, member, onNext }: Props) {
  const { t } = useTranslation(['till', 'contacts']);
  const { contactId } = member;
  const contact = useQuery(contacts.one(contactId));
  return (
    <Section
      title={t('till:found')}
      actions={
        <Button autoFocus variant="default" onClick={onNext}>
          {t('till:next')}
        </Button>
      }
    >
      <Stack gap="md">
        <div>
          <Loaded query={contact} lines={1}>
            {(found) => (
              <Title order={3} style={{ overflowWrap: 'anywhere' }}>
                <AnchorLink to="/contacts/$id" params={{ id: contactId }} c="inherit">
                  {contactName(found) ?? t('contacts:unnamed')}
                </AnchorLink>
              </Title>
            )}
          </Loaded>
          <Text size="sm" c="dimmed" className="otk-figure">
            {t('till:cardNumber', { number: spaced(member.cardNumber) })}
          </Text>
        </div>
        <Waiting member={member} />
        <Standing contactId={contactId} program={program} />
        <Spending contactId={contactId} program={program} />
      </Stack>
    </Section>
  );
}

function Standing({ contactId, program }: { contactId: string; program: ProgramView }) {
  const { t } = useTranslation('till');
  return (
    <Loaded query={useQuery(standing.ofContact(contactId))} lines={2}>
      {({ tiers, personCategories, personalDiscounts }) => {
        const tier = tiers.find(({ programId }) => programId === program.id);
        const given = [
          ...personCategories.filter(({ state }) => state === 'approved').map((one) => one.categoryName),
          ...personalDiscounts
            .filter(({ state }) => state === 'approved')
            .map(({ percent }) => t('personal', { percent: decimalText(percent, locale()) })),
        ];
        return (
          <Stack gap="xs">
            {tier !== undefined && <Tier standing={tier} />}
            {given.length > 0 && (
              <Group gap={6}>
                {given.map((one) => (
                  <Badge key={one} color="sky">
                    {one}
                  </Badge>
                ))}
              </Group>
            )}
            <Accumulated contactId={contactId} />
          </Stack>
        );
      }}
    </Loaded>
  );
}

function Spending({ contactId, program }: { contactId: string; program: ProgramView }) {
  const { t } = useTranslation('till');
  const [order, setOrder] = useState<Blank>('');
  const money = (minor: number) => moneyText(minor, program.currency, locale());
  return (
    <Loaded query={useQuery(members.wallets(contactId))} lines={2}>
      {(all) => {
        const own = all.filter(({ programId, kind }) => programId === program.id && kind !== 'gift');
        const wallet = own.find(({ kind }) => kind === 'family') ?? own.find(({ kind }) => kind === 'points');
        const { spendable = 0, spendableNow = 0 } = wallet ?? {};
        const may = spendableOf(
          program.settings,
          { spendable, spendableNow },
          minorOf(Number(order), program.currency),
        );
        return (
          <Stack gap="sm">
            <div>
              <Text size="sm" c="dimmed">
                {t(wallet?.kind === 'family' ? 'balanceShared' : 'balance')}
              </Text>
              <Text fz={28} fw={650} lh={1.2} className="otk-figure">
                {numberText(spendableNow, locale())}
              </Text>
              <Text size="sm" c="dimmed">
                {t('worth', { money: money(worthOf(program.settings, spendableNow)) })}
              </Text>
              {spendableNow < spendable && (
                <Text size="sm" c="dimmed">
                  {t('capped', { points: numberText(spendable, locale()) })}
                </Text>
              )}
            </div>
            <NumberInput
              label={t('order', { currency: program.currency })}
              description={t('orderHint')}
              min={0}
              decimalScale={2}
              maw={280}
              value={order}
              onChange={(value) => setOrder(value === '' ? '' : Number(value))}
            />
            <div aria-live="polite">
              {order !== '' && order > 0 && (
                <Alert color={may.points > 0 ? 'pine' : 'gold'}>
                  <Text fw={600}>
                    {may.points > 0
                      ? t('may', { points: numberText(may.points, locale()), money: money(may.worthMinor) })
                      : t('mayNot')}
                  </Text>
                  {may.limitedBy !== undefined && (
                    <Text size="sm">
                      {t(`limits.${may.limitedBy}`, {
                        min: numberText(program.settings.spendCap.minBalance, locale()),
                      })}
                    </Text>
                  )}
                </Alert>
              )}
            </div>
          </Stack>
        );
      }}
    </Loaded>
  );
}
