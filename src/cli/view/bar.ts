import type { Colors } from './canvas.ts';

const cells = 30;

/** A bar of 30 cells filled to a share of one; anything above nothing shows at least one cell. */
export function bar(share: number, colors: Colors): string {
  const bounded = Math.min(1, Math.max(0, share));
  const filled = bounded === 0 ? 0 : Math.max(1, Math.round(bounded * cells));
  return colors.cyan('█'.repeat(filled)) + colors.dim('░'.repeat(cells - filled));
}
