import { expect, test } from 'vitest';
import { compileTemplate, Template, type TemplateValues } from './template';

const values: TemplateValues = {
  value: (name) => ({ id: 7, user: { name: 'Ada', tags: ['x'] }, empty: undefined })[name],
};
const known = new Set(['id', 'user', 'empty']);
const filled = (text: string) => {
  const compiled = compileTemplate(text, known);
  return compiled instanceof Template ? compiled.text(values) : compiled;
};

test('a text without templates stays the text itself', () => {
  expect(compileTemplate('/a/{b}/{ {c} }', known)).toBe('/a/{b}/{ {c} }');
});

test('variables and their columns are filled in', () => {
  expect(filled('/users/{{ id }}/{{user.name}}?t={{ user.tags }}&e={{ empty }}{{ user.none.more }}')).toBe(
    '/users/7/Ada?t=["x"]&e=',
  );
});

test('a whole template keeps the type of its value', () => {
  expect((compileTemplate('{{ id }}', known) as Template).value(values)).toBe(7);
  expect((compileTemplate('{{ empty }}', known) as Template).value(values)).toBeNull();
  expect((compileTemplate('n{{ id }}', known) as Template).value(values)).toBe('n7');
});

test('functions make new values each time', () => {
  const template = compileTemplate('{{ $sequence }}', known) as Template;
  expect(Number(template.text(values)) + 1).toBe(Number(template.text(values)));
  for (let at = 0; at < 50; at++) {
    expect(['3', '4', '5']).toContain(filled('{{ $randomInt(3, 5) }}'));
    expect(['a', 'b c']).toContain(filled("{{ $randomItem(a, 'b c') }}"));
  }
  expect(filled(`{{ $randomItem('a,b') }}|{{ $randomItem("a,b" , 'a,b') }}`)).toBe('a,b|a,b');
  expect(['', "it's"]).toContain(filled("{{ $randomItem(, it's) }}"));
  expect(filled('{{ $uuid }}')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(filled('{{ $randomString(12) }}')).toMatch(/^[A-Za-z0-9]{12}$/);
  expect(Math.abs(Number(filled('{{ $timestamp }}')) - Date.now())).toBeLessThan(60_000);
  process.env['LOAD_TEMPLATE_TEST'] = 'from outside';
  expect(filled('{{ $env(LOAD_TEMPLATE_TEST) }}')).toBe('from outside');
  delete process.env['LOAD_TEMPLATE_TEST'];
});

test.each([
  '{{ nobody }}',
  '{{ $nothing }}',
  '{{ $randomInt(a) }}',
  '{{ $randomInt(5,1) }}',
  '{{ $randomItem() }}',
  '{{ $env }}',
])('%s is refused by name', (text) => {
  expect(() => compileTemplate(text, known)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
});
