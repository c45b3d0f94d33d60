import type { Bug } from './bug.ts';
import { creatingBugs } from './creating.ts';
import { decidingBugs } from './deciding.ts';
import { hearingBugs } from './hearing.ts';
import { writingBugs } from './writing.ts';

export const bugs: readonly Bug[] = [...creatingBugs, ...writingBugs, ...hearingBugs, ...decidingBugs];
