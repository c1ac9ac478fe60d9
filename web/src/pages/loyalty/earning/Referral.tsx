import { Button, NumberInput, SimpleGrid, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ReferralTerms } from '../../../api/earning.ts';
import { referral } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { currencyDigits, moneyText, numberText } from '../../../lib/format.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { useMe } from '../../../lib/me.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { minorOf, unitsOf } from '../amounts.ts';

const FRESH: ReferralTerms = {
  active: true,
  referrerPoints: 200,
  friendPoints: 100,
  minOrderMinor: 0,
  returnDays: 14,
  maxFriends: 100,
};

/** Points for whoever recommends, and for the friend. */
export function Referral({ program }: { program: ProgramView }) {
  const { t } = useTranslation('earning');
  const { may, settings } = useMe();
  const query = useQuery(referral.ofProgram(program.id));
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <Section
      title={t('referral.title')}
      hint={t('referral.hint')}
      actions={
        may('loyalty:write') &&
        query.isSuccess && (
          <Button size="xs" variant="default" onClick={open}>
            {t(query.data.active ? 'referral.change' : 'referral.begin')}
          </Button>
        )
      }
    >
      <Loaded query={query}>
        {(terms) => (
          <>
            <Text size="sm" {...(terms.active ? {} : { c: 'dimmed' })}>
              {terms.active ? sentence(t, terms, settings.baseCurrency) : t('referral.none')}
            </Text>
            <TermsDrawer
              key={JSON.stringify(terms)}
              program={program}
              terms={terms.referrerPoints + terms.friendPoints > 0 ? terms : FRESH}
              opened={opened}
              onClose={close}
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

type T = ReturnType<typeof useTranslation<'earning'>>['t'];

function sentence(t: T, terms: ReferralTerms, currency: string): string {
  const points = (count: number): string => t('points', { count, shown: numberText(count, locale()) });
  return [
    t('referral.words', { referrer: points(terms.referrerPoints), friend: points(terms.friendPoints) }),
    terms.minOrderMinor > 0
      ? t('referral.least', { money: moneyText(terms.minOrderMinor, currency, locale()) })
      : '',
    t('referral.after', { count: terms.returnDays }),
    t('referral.most', { count: terms.maxFriends, shown: numberText(terms.maxFriends, locale()) }),
  ]
    .filter(Boolean)
    .join(' ');
}

function TermsDrawer(props: {
  program: ProgramView;
  terms: ReferralTerms;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation(['earning', 'common']);
  const { settings } = useMe();
  const currency = settings.baseCurrency;
  const form = useForm({
    initialValues: { ...props.terms, minOrderMinor: unitsOf(props.terms.minOrderMinor, currency) },
  });
  const save = useWrite({
    run: (values: ReferralTerms) =>
      referral.set(props.program.id, { ...values, minOrderMinor: minorOf(values.minOrderMinor, currency) }),
    touches: ['loyalty'],
    done: t('earning:referral.saved'),
    onDone: props.onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened={props.opened}
      onClose={props.onClose}
      title={t('earning:referral.title')}
      submit={t('common:action.save')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <Switch label={t('earning:referral.active')} {...form.getInputProps('active', { type: 'checkbox' })} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} style={{ alignItems: 'end' }}>
        <NumberInput
          label={t('earning:referral.referrerPoints')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('referrerPoints')}
        />
        <NumberInput
          label={t('earning:referral.friendPoints')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('friendPoints')}
        />
        <NumberInput
          label={t('earning:referral.minOrder', { currency })}
          min={0}
          decimalScale={currencyDigits(currency)}
          {...form.getInputProps('minOrderMinor')}
        />
        <NumberInput
          label={t('earning:referral.returnDays')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('returnDays')}
        />
        <NumberInput
          label={t('earning:referral.maxFriends')}
          min={1}
          allowDecimal={false}
          {...form.getInputProps('maxFriends')}
        />
      </SimpleGrid>
    </FormDrawer>
  );
}
