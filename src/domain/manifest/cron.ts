/** The values each field of a five-field cron expression allows. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** 0 = Sunday … 6. */
  readonly daysOfWeek: readonly number[];
}

export const MIN_SCHEDULE_MINUTES = 5;

/** `minute hour day month weekday` in digits, `*`, ranges, lists and steps; null for anything else. */
export function parseCron(text: string): Cron | null {
  const fields = text.split(" ");
  if (fields.length !== 5) return null;
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = [
    values(fields[0] as string, 0, 59),
    values(fields[1] as string, 0, 23),
    values(fields[2] as string, 1, 31),
    values(fields[3] as string, 1, 12),
    values(fields[4] as string, 0, 6),
  ];
  if (!minutes || !hours || !daysOfMonth || !months || !daysOfWeek) return null;
  return { minutes, hours, daysOfMonth, months, daysOfWeek };
}

/** Whether two runs are always at least five minutes apart; counts across the hour, whatever the hours are. */
export function isCalm({ minutes }: Cron): boolean {
  return minutes.every((minute, index) => {
    const next = minutes[index + 1] ?? (minutes[0] as number) + 60;
    return next - minute >= MIN_SCHEDULE_MINUTES;
  });
}

function values(field: string, min: number, max: number): readonly number[] | null {
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return null;
    const isStar = match[1] === undefined;
    const from = isStar ? min : Number(match[1]);
    const step = Number(match[3] ?? 1);
    const isOpen = isStar || (match[3] !== undefined && match[2] === undefined);
    const to = match[2] !== undefined ? Number(match[2]) : isOpen ? max : from;
    if (from < min || to > max || from > to || step < 1) return null;
    for (let value = from; value <= to; value += step) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}
