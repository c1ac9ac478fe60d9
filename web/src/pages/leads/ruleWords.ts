import { useTranslation } from 'react-i18next';
import type leads from '../../i18n/en/leads.ts';

type Known = keyof typeof leads.rules;

/** A rule's name in the reader's language when it is one of those shipped; a rule of the shop's own keeps its name. */
export function useRuleWords(): (rule: string) => string {
  const { t, i18n } = useTranslation('leads');
  return (rule) => {
    const key = rule.toLowerCase().replaceAll(/[^a-z]+/g, '_');
    return i18n.exists(`rules.${key}`, { ns: 'leads' }) ? t(`rules.${key as Known}`) : rule;
  };
}
