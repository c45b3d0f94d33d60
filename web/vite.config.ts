import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What most screens need is one file: many small ones compress badly, each by itself. */
const codeSplitting = { groups: [{ name: 'common', minShareCount: 12 }] };

export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', assetsDir: 'static', emptyOutDir: true, chunkSizeWarningLimit: 900, sourcemap: false, rolldownOptions: { output: { codeSplitting } } },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:4180' } },
});
