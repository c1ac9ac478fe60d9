import { useTranslation } from 'react-i18next';
import type leads from '../../i18n/en/leads.ts';

type Known = keyof typeof leads.rules;
type Fact = keyof typeof leads.factWords;

const keyOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]+/g, '_');

/** A rule's name in the reader's language when it is one of those shipped; a rule of the shop's own keeps its name. */
export function useRuleWords(): (rule: string) => string {
  const { t, i18n } = useTranslation('leads');
  return (rule) => {
    const key = keyOf(rule);
    return i18n.exists(`rules.${key}`, { ns: 'leads' }) ? t(`rules.${key as Known}`) : rule;
  };
}

/** What a score's cause reacted to (`clicked`, `holds`, `Product Viewed`), in words; a shop's own event keeps its name. */
export function useFactWords(): (what: string) => string {
  const { t, i18n } = useTranslation('leads');
  return (what) => {
    const key = keyOf(what);
    return i18n.exists(`factWords.${key}`, { ns: 'leads' }) ? t(`factWords.${key as Fact}`) : what;
  };
}
