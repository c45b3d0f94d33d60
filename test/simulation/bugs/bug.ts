/** One deliberately broken engine: a few words of its source text replaced by others. */
export interface Bug {
  readonly name: string;
  /** What is broken, in one sentence. */
  readonly what: string;
  readonly patches: readonly Patch[];
}

export interface Patch {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly from: string;
  readonly to: string;
}

/** A source text as the bug has it. A patch that does not fit any more is an error, never a bug that is quietly gone. */
export function patched(bug: Bug, file: string, text: string): string {
  let broken = text;
  for (const patch of bug.patches) {
    if (patch.file === file) {
      const parts = broken.split(patch.from);
      if (parts.length !== 2) {
        throw new Error(`The bug “${bug.name}” wants to replace what stands ${parts.length - 1} times in ${file}: ${patch.from}`);
      }
      broken = parts.join(patch.to);
    }
  }
  return broken;
}
