import { useTranslation } from 'react-i18next';
import type conditions from '../i18n/en/conditions.ts';

type OpKey = keyof typeof conditions.op;

/** Operations that need no value. */
export const NO_VALUE: ReadonlySet<string> = new Set(['exists', 'lacks', 'missing']);
/** Operations over a list of values. */
export const MANY: ReadonlySet<string> = new Set(['in', 'notIn', 'hasAny', 'hasAll', 'hasNot']);

/** What an operation is called for a field of a kind: "is after" for dates, "has any of" for lists. */
export function useOpWords(): (op: string, kind: string) => string {
  const { t, i18n } = useTranslation('conditions');
  return (op, kind) => {
    const own = kind === 'date' ? `dateOp.${op}` : kind === 'list' ? `listOp.${op}` : undefined;
    if (own !== undefined && i18n.exists(own, { ns: 'conditions' })) return t(own as 'dateOp.gt');
    return i18n.exists(`op.${op}`, { ns: 'conditions' }) ? t(`op.${op as OpKey}`) : op;
  };
}
