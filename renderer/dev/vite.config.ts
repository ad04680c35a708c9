import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  worker: { format: 'es' },
  server: { port: 0, host: '127.0.0.1', fs: { allow: [path.resolve(import.meta.dirname, '../..')] } },
});
