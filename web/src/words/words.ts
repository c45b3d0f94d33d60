import { en } from './en.ts';
import type { Words } from './en.ts';

export const languages = [
  { id: 'en', label: 'English' },
  { id: 'pt-BR', label: 'Português (Brasil)' },
] as const;
export type Language = (typeof languages)[number]['id'];

const key = 'patchboard-language';

/** Every text of the app that is not written by a tracker, a scanner or the server. */
export let words: Words = en;

export function chosenLanguage(): Language {
  const kept = localStorage.getItem(key);
  const wanted = kept ?? navigator.language;
  return wanted.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en';
}

/** Before anything is drawn. Only the language in use is loaded. */
export async function loadWords(): Promise<void> {
  const language = chosenLanguage();
  document.documentElement.lang = language;
  if (language === 'pt-BR') {
    words = (await import('./pt-BR.ts')).ptBR;
  }
}

/** The whole app is drawn anew: texts are read everywhere, also outside components. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(key, language);
  location.reload();
}
