// HONEST: hundreds of code paths are compiled at their first use, collect feedback and are optimised; then the heap stays.
import { serve } from './serve.mjs';

const pathCount = Number(process.env.CODE_PATHS ?? 800);

/** As a template engine or an ORM does: source made at start, compiled by V8 when it is first called. */
function codePath(number) {
  const steps = Array.from(
    { length: 25 },
    (_, i) =>
      `const value${i} = { name: 'item${i}', key${number}_${i}: input.length + ${i}, total: ${i * number} + seed };\n` +
      `sum += value${i}.key${number}_${i} % 7 + helper(value${i}.total, '${number}');`,
  ).join('\n');
  return new Function(
    'input',
    'seed',
    `let sum = 0;
     function helper(total, text) { return total % 13 + text.length; }
     for (let round = 0; round < 20; round++) { ${steps} }
     return sum;`,
  );
}

const codePaths = Array.from({ length: pathCount }, (_, number) => codePath(number));

serve((requestNumber) => {
  let sum = 0;
  for (let i = 0; i < 3; i++)
    sum += codePaths[(requestNumber * 3 + i) % pathCount](`/page/${requestNumber}`, i);
  return { sum };
});
