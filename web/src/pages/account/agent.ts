/** The order tells: Edge and Opera name Chrome too, Chrome names Safari. */
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** "Firefox, Windows" of a user agent; undefined for none, its first words for one nobody knows. */
export function agentWords(agent: string | null): string | undefined {
  if (agent === null || agent === '') return undefined;
  const of = (list: typeof BROWSERS) => list.find(([pattern]) => pattern.test(agent))?.[1];
  const known = [of(BROWSERS), of(SYSTEMS)].filter((part) => part !== undefined).join(', ');
  return known === '' ? agent.slice(0, 40) : known;
}
