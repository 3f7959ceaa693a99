import { autocannon, uncorrected } from './autocannon.ts';
import { hey } from './hey.ts';
import { ours } from './ours.ts';
import type { Tool } from './tool.ts';
import { wrk } from './wrk.ts';

export const tools: readonly Tool[] = [ours, autocannon, uncorrected, hey, wrk];
