import { buildWeb } from '../src/start/web-build.ts';
import { webFolder } from '../src/start/web-sources.ts';

/** Builds the web app if it is missing or its sources changed. Answers its folder. */
export async function prepareWebFolder(): Promise<string> {
  await buildWeb().done;
  return webFolder;
}
