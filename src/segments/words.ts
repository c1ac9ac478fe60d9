import { leafType } from './catalogue.ts';
import type { Rule } from './contract.rule.ts';
import type { Language, Names } from './leaf.ts';
import { isGroup } from './tree.ts';

const JOIN = { en: { all: ' and ', any: ' or ', not: 'not ' }, ru: { all: ' и ', any: ' или ', not: 'не ' } };

/** A rule in plain words: one sentence without a full stop. */
export function words(rule: Rule, language: Language, names: Names): string {
  const text = phrase(rule, language, names, false);
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/** Groups inside groups stand in brackets, so that "and" and "or" cannot be misread. */
function phrase(node: Rule, language: Language, names: Names, inside: boolean): string {
  if (!isGroup(node)) return leafType(node.type).words(node, language, names);
  if (node.type === 'not') return `${JOIN[language].not}(${phrase(node.child, language, names, false)})`;
  const parts = node.children.map((child) => phrase(child, language, names, node.children.length > 1));
  const text = parts.join(JOIN[language][node.type]);
  return inside && parts.length > 1 ? `(${text})` : text;
}
