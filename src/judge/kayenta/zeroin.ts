const tolerance = 1e-4;
const precision = Number.EPSILON;
const most = 1001;

/**
 * A root of `f` between `low` and `high`, where it changes its sign: Brent's method as R's `zeroin` has it (Brent,
 * Algorithms for Minimization without Derivatives, 1973, ch. 4), iteration by iteration, with Kayenta's tolerance of
 * 1e-4. The tolerance is absolute. On a step function the answer depends on where the iteration happens to land within
 * it, so nothing here may be reordered.
 *
 * @param atLow f(low)
 * @param atHigh f(high)
 */
export function zeroin(
  f: (x: number) => number,
  low: number,
  high: number,
  atLow: number,
  atHigh: number,
): number {
  if (isZero(atLow)) return low;
  if (isZero(atHigh)) return high;
  // b is the best guess, a the one before, and the root lies between b and c.
  let [a, fa] = [low, atLow];
  let [b, fb] = [high, atHigh];
  let [c, fc] = [low, atLow];
  for (let iteration = 0; iteration < most; iteration++) {
    const before = b - a;
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const least = 2 * precision * Math.abs(b) + tolerance / 2;
    let step = (c - b) / 2;
    if (Math.abs(step) <= least || isZero(fb)) return b;

    if (Math.abs(before) >= least && Math.abs(fa) > Math.abs(fb)) {
      const { p, q } = a === c ? secant(b, c, fa, fb) : inverseQuadratic(a, b, c, fa, fb, fc);
      const bounded = p < 0.75 * (c - b) * q - Math.abs(least * q) / 2 && p < Math.abs((before * q) / 2);
      if (bounded) step = p / q;
    }
    if (Math.abs(step) < least) step = step > 0 ? least : -least;
    [a, fa] = [b, fb];
    b += step;
    fb = f(b);
    if ((fb > 0 && fc > 0) || (fb < 0 && fc < 0)) [c, fc] = [a, fa];
  }
  return b;
}

/** A step of p / q from b, p not negative. */
interface Step {
  p: number;
  q: number;
}

function secant(b: number, c: number, fa: number, fb: number): Step {
  const t = fb / fa;
  return upward((c - b) * t, 1 - t);
}

function inverseQuadratic(a: number, b: number, c: number, fa: number, fb: number, fc: number): Step {
  const q = fa / fc;
  const t1 = fb / fc;
  const t2 = fb / fa;
  return upward(t2 * ((c - b) * q * (q - t1) - (b - a) * (t1 - 1)), (q - 1) * (t1 - 1) * (t2 - 1));
}

function upward(p: number, q: number): Step {
  return p > 0 ? { p, q: -q } : { p: -p, q };
}

/** Commons Math counts the number next to zero as zero. */
function isZero(value: number): boolean {
  return Math.abs(value) <= Number.MIN_VALUE;
}
