#!/usr/bin/env node
// `patchboard …` from anywhere: the same as `npm run patchboard -- …` in the project's folder.

process.argv.splice(2, 0, 'src/main.ts');
void import('../scripts/run.mjs');
