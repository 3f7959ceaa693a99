const z = 1.959963984540054;

/**
 * The 95% confidence interval of a probability of which `count` of `all` were seen (Wilson, "Probable inference, the
 * law of succession, and statistical inference", 1927). From 0 to 1 where nothing was seen.
 */
export function wilson(count: number, all: number): { low: number; high: number } {
  if (all === 0) return { low: 0, high: 1 };
  const share = count / all;
  const centre = share + (z * z) / (2 * all);
  const width = z * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all));
  const scale = 1 + (z * z) / all;
  return { low: Math.max(0, (centre - width) / scale), high: Math.min(1, (centre + width) / scale) };
}
