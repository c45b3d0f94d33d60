export function programOf(root: string, script: string): { readonly file: string; readonly compiled: string; readonly isBuilt: boolean };
export function builtFolder(root: string): string;
export function buildsFolder(root: string): string;
