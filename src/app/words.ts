/** Numbers as a person reads them. */

export const count = (value: number): string => value.toLocaleString('en');

/** `0.85 m`, `12 cm`. */
export function meters(value: number): string {
  return value < 0.995 ? `${Number((100 * value).toPrecision(2))} cm` : `${Number(value.toPrecision(3))} m`;
}

/** `8 s`, `2 min 5 s`. */
export function seconds(value: number): string {
  const whole = Math.max(1, Math.round(value));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `12 MB`, `1.4 GB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;
