/** Calendar days as YYYY-MM-DD: for what a program's terms come to, and for the months of its zone. */

const DAY_MS = 86_400_000;
const isoDay = (at: Date): string => at.toISOString().slice(0, 10);

export const addDays = (day: string, count: number): string =>
  isoDay(new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS));

/** 31 Jan + 1 month = 28 Feb. */
export function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return isoDay(new Date(Date.UTC(year, month - 1 + count, Math.min(date, last))));
}

export function dayWords(day: string, locale: string): string {
  const written = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  // Russian ends with "г.", whose full stop would meet that of the sentence.
  return written.format(new Date(`${day}T00:00:00Z`)).replace(/\sг\.$/, '');
}

/** The present day in a time zone. */
function todayIn(zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(new Date());
}

/** The month `back` months before the present one, YYYY-MM. */
export const monthIn = (zone: string, back = 0): string =>
  addMonths(`${todayIn(zone).slice(0, 7)}-01`, -back).slice(0, 7);

/** The nearest of the days (MM-DD) that is not before `day`; 29 February is the 28th in years without it. */
export function nextOf(dates: readonly string[], day: string): string | undefined {
  const year = Number(day.slice(0, 4));
  return [year, year + 1]
    .flatMap((one) =>
      dates.map((date) => {
        const month = Number(date.slice(0, 2));
        const last = new Date(Date.UTC(one, month, 0)).getUTCDate();
        return `${one}-${date.slice(0, 2)}-${String(Math.min(Number(date.slice(3)), last)).padStart(2, '0')}`;
      }),
    )
    .toSorted()
    .find((candidate) => candidate >= day);
}
