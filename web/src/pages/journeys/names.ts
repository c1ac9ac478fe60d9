import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { coupons } from '../../api/coupons.ts';
import { programs } from '../../api/loyalty.ts';
import { segments } from '../../api/segments.ts';
import { templates } from '../../api/templates.ts';
import { locale } from '../../i18n/index.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import type { JourneyDefinition } from './model/definition.ts';
import type { Told } from './model/words.ts';

type Named = readonly { id: string; name: string }[];

const by = (rows: Named | undefined): ((id: string) => string | undefined) => {
  const names = new Map(rows?.map(({ id, name }) => [id, name]));
  // While a list is on its way nothing is called gone.
  return rows === undefined ? () => '…' : (id) => names.get(id);
};

/** What the words of steps need: names of what they refer to, the currency, the language. */
export function useTold(definition: JourneyDefinition): Told {
  const { t } = useTranslation('journeys');
  const { settings, may } = useMe();
  const segmentRows = useList({ ...segments.list(200), enabled: may('segments:read') }).rows;
  const templateRows = useQuery(templates.all).data;
  const programRows = useQuery({ ...programs.all, enabled: may('loyalty:read') }).data;
  const couponRows = useList({ ...coupons.campaigns(), enabled: may('loyalty:read') }).rows;
  const names = useMemo(
    () => ({
      segment: by(segmentRows),
      template: by(templateRows),
      program: by(programRows),
      coupon: by(couponRows),
    }),
    [segmentRows, templateRows, programRows, couponRows],
  );
  return { t, names, currency: settings.baseCurrency, locale: locale(), definition };
}
