// Makes `import 'electron'` mean the stand-in; everything else resolves as always.
const standIn = new URL('./electron.mjs', import.meta.url).href;

export function resolve(specifier, context, next) {
  if (specifier === 'electron') return { url: standIn, shortCircuit: true };
  return next(specifier, context);
}
