import { AwsError } from '../service.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const LAST_YEAR = 2199;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Names of the values, the first standing for `low`. */
  readonly names?: readonly string[];
}

const FIELDS = [
  { name: 'Minutes', low: 0, high: 59 },
  { name: 'Hours', low: 0, high: 23 },
  { name: 'Day-of-month', low: 1, high: 31 },
  { name: 'Month', low: 1, high: 12, names: MONTHS },
  { name: 'Day-of-week', low: 1, high: 7, names: DAYS },
  { name: 'Year', low: 1970, high: LAST_YEAR },
] as const satisfies readonly Field[];

/**
 * The next time (ms since the epoch, UTC) strictly after `after` at which a cron expression of EventBridge is due,
 * or undefined if there is none. Six fields: minutes, hours, day of month, month, day of week (1 is Sunday), year;
 * numbers, names, `*`, `?`, lists, ranges (which may wrap around, as `20-2`) and steps
 * (EventBridge User Guide, "Setting a schedule pattern for scheduled rules").
 *
 * @throws AwsError `ValidationException` for `L`, `W` and `#`, which are not simulated, and for what is not valid
 */
export function compileCron(fields: string): (after: number) => number | undefined {
  const texts = fields.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) {
    throw invalid(fields, `it has ${texts.length} fields, not ${FIELDS.length}`);
  }
  const [, , dayOfMonth, , dayOfWeek] = texts;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw invalid(fields, 'exactly one of Day-of-month and Day-of-week has to be ?');
  }
  const sets = FIELDS.map((field, index) => values(texts[index] as string, field, fields));
  const [minutes, hours, days, months, weekdays, years] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  const minutesOfDay = [...hours]
    .flatMap((hour) => [...minutes].map((minute) => hour * HOUR_MS + minute * MINUTE_MS))
    .sort((a, b) => a - b);

  return (after) => {
    const firstDay = Math.floor(after / DAY_MS) * DAY_MS;
    const lastDay = Date.UTC(LAST_YEAR, 11, 31);
    for (let day = firstDay; day <= lastDay; day += DAY_MS) {
      const date = new Date(day);
      if (
        !years.has(date.getUTCFullYear()) ||
        !months.has(date.getUTCMonth() + 1) ||
        !days.has(date.getUTCDate()) ||
        !weekdays.has(date.getUTCDay() + 1)
      ) {
        continue;
      }
      const due = minutesOfDay.find((offset) => day + offset > after);
      if (due !== undefined) return day + due;
    }
    return undefined;
  };
}

function values(text: string, field: Field, fields: string): Set<number> {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    const by = step === undefined ? 1 : Number(step);
    if (more.length > 0 || !Number.isInteger(by) || by < 1) {
      throw invalid(fields, `${field.name} has the step "${part}"`);
    }
    const [low, high] = bounds(range, step !== undefined, field, fields);
    const size = field.high - field.low + 1;
    const span = high >= low ? high - low : high - low + size;
    for (let offset = 0; offset <= span; offset += by) {
      found.add(((low - field.low + offset) % size) + field.low);
    }
  }
  return found;
}

function bounds(range: string, hasStep: boolean, field: Field, fields: string): [number, number] {
  const isDay = field.name === 'Day-of-month' || field.name === 'Day-of-week';
  if (range === '*' || (range === '?' && isDay && !hasStep)) return [field.low, field.high];
  const ends = range.split('-').map((end) => value(end, field, fields));
  const [low, high] = ends;
  if (low === undefined || ends.length > 2) throw invalid(fields, `${field.name} has the range "${range}"`);
  if (high !== undefined) return [low, high];
  // 0/15 continues to the end of the field.
  return [low, hasStep ? field.high : low];
}

function value(text: string, field: Field, fields: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return named + field.low;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= field.low && number <= field.high) return number;
  const wildcard = /[LW#]/i.test(text) ? ': L, W and # are not simulated' : '';
  throw invalid(fields, `${field.name} has "${text}"${wildcard}`);
}

function invalid(fields: string, reason: string): AwsError {
  return new AwsError(
    'ValidationException',
    `Parameter ScheduleExpression is not valid: cron(${fields}): ${reason}.`,
  );
}
