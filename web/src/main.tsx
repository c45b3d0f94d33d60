import '@mantine/core/styles.css';
import { loadWords } from './words/words.ts';

// The texts first: they are read outside components too.
await loadWords();
const { drawApp } = await import('./shell/app.tsx');
drawApp(document.getElementById('root') as HTMLElement);
