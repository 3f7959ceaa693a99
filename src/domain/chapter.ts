import type { Window } from '../judge/samples.ts';
import { mostTicks } from './size.ts';

/** A stretch of a bake that one activity watches: `ticks` windows of `every` ms, one after the other. */
export interface Chapter {
  /** ms since 1970 */
  from: number;
  every: number;
  ticks: number;
}

const shortest = 60_000;
const longest = 600_000;
/** A chapter that begins later than this after the last tick leaves the time between unmeasured. */
const contiguous = 60_000;

export interface ChapterNeed {
  now: number;
  /** End of the last tick; null before the first. */
  lastTick: number | null;
  every: number;
  /** Milliseconds that are still to be watched. */
  remaining: number;
  /** Chapters since the step began: they grow from one minute to ten. */
  before: number;
  /** How much later than its end the last tick may be read (ms). */
  lag: number;
  /** Bytes of each tick of the last chapter; 0 before the first. */
  tickBytes: number;
}

/**
 * The next chapter: it goes on where the last tick ended, and has at least one tick. No more than are expected to fit: a
 * load runs for as long as its chapter, and is not counted where it is cut short.
 */
export function nextChapter(need: ChapterNeed): Chapter {
  const { now, lastTick, every, remaining, before, lag, tickBytes } = need;
  const from = lastTick !== null && now - lastTick <= contiguous + lag ? lastTick : now;
  const length = Math.min(longest, shortest * 2 ** Math.min(before, 10), remaining);
  const fitting = Math.floor((mostTicks * 0.9) / Math.max(1, tickBytes));
  return { from, every, ticks: Math.max(1, Math.min(fitting, Math.ceil(length / every))) };
}

export function chapterEnd(chapter: Chapter): number {
  return chapter.from + chapter.ticks * chapter.every;
}

/** The window of the tick `at`, counted from 0. */
export function tickWindow(chapter: Chapter, at: number): Window {
  const from = chapter.from + at * chapter.every;
  return { from, to: from + chapter.every };
}

/** Milliseconds of the windows that lie outside of the pauses; a pause that goes on has no end. */
export function unpaused(
  windows: readonly Window[],
  pauses: readonly { from: number; to: number | null }[],
): number {
  const overlap = (window: Window): number =>
    pauses
      .map(({ from, to }) => Math.min(to ?? Infinity, window.to) - Math.max(from, window.from))
      .reduce((sum, part) => sum + Math.max(0, part), 0);
  return windows.reduce((sum, window) => sum + window.to - window.from - overlap(window), 0);
}
