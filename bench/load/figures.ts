/** Figures as the tables show them. */

export function perSecond(rate: number): string {
  return `${grouped(rate)}/s`;
}

/** `+1%` of 0.01. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  return whole === 0 ? '0%' : `${whole > 0 ? '+' : '−'}${Math.abs(whole)}%`;
}

export function times(factor: number): string {
  return `${factor.toFixed(1)} ×`;
}

export function milliseconds(ms: number): string {
  if (Number.isNaN(ms)) return 'not said';
  const text = ms.toFixed(Math.abs(ms) < 100 ? 1 : 0);
  return text === '-0.0' ? '0.0' : text.replace('-', '−');
}

function grouped(number: number): string {
  return Math.round(number).toLocaleString('en');
}
