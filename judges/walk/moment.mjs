// An instant as the forms take it: day, time and zone, each in a field of its own.

const two = (n) => String(n).padStart(2, '0');

/** The parts of an instant in a zone. */
export function parts(instant, zone = 'JST') {
  const local = new Date(instant + (zone === 'JST' ? 9 * 3_600_000 : 0));
  return {
    date: `${local.getUTCFullYear()}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}`,
    time: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}${local.getUTCSeconds() ? `:${two(local.getUTCSeconds())}` : ''}`,
    zone,
  };
}

/** The fields `prefix_date`, `prefix_time`, `prefix_zone`. */
export function fields(prefix, instant, zone = 'JST') {
  const { date, time } = parts(instant, zone);
  return { [`${prefix}_date`]: date, [`${prefix}_time`]: time, [`${prefix}_zone`]: zone };
}

/** Ten in the morning in Japan, so many days from now. */
export function inDays(days) {
  const day = 86_400_000;
  return Math.floor(Date.now() / day + days) * day + 3_600_000;
}

/** The same on the first Sunday after so many days. */
export function onSunday(days) {
  const at = inDays(days);
  const day = new Date(at).getUTCDay();
  return at + ((7 - day) % 7) * 86_400_000;
}
