import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { formatCommandLine, parseCommandLine } from './argv';

const words = (text: string, platform?: string): string[] => parseCommandLine(text, platform).argv;

describe('a typed command line', () => {
  it('is split at blanks', () => {
    expect(words('  node   server.js\t--port 3000 ')).toEqual(['node', 'server.js', '--port', '3000']);
  });

  it('keeps quoted words together, also in the middle of a word', () => {
    expect(words(`node "my server.js" --name='a b'`)).toEqual(['node', 'my server.js', '--name=a b']);
  });

  it('keeps empty words', () => {
    expect(words(`node -e ''`)).toEqual(['node', '-e', '']);
  });

  it('takes a backslash as the shell does', () => {
    expect(words('a\\ b "c\\"d" \'e\\f\' "g\\h"')).toEqual(['a b', 'c"d', 'e\\f', 'g\\h']);
  });

  it('leaves backslashes of Windows paths alone', () => {
    expect(words('C:\\node\\node.exe "C:\\my app\\x.js"', 'win32')).toEqual([
      'C:\\node\\node.exe',
      'C:\\my app\\x.js',
    ]);
  });

  it('takes leading assignments as environment, but not quoted ones or later ones', () => {
    expect(parseCommandLine('PORT=3000 NAME="a b" node A=1')).toMatchObject({
      env: { PORT: '3000', NAME: 'a b' },
      argv: ['node', 'A=1'],
    });
    expect(words(`'A=1' x`)).toEqual(['A=1', 'x']);
  });

  it('says when a quote is not closed', () => {
    expect(parseCommandLine('node "x').error).toMatch(/not closed/);
    expect(parseCommandLine('node "x"').error).toBeNull();
  });

  it('points out shell syntax outside quotes', () => {
    expect(parseCommandLine('npm run build && node x').shellSyntax).toBe('&&');
    expect(parseCommandLine('node x > log').shellSyntax).toBe('>');
    expect(parseCommandLine(`node -e 'a && b'`).shellSyntax).toBeNull();
  });

  it.each(['linux', 'win32'])('comes back from its own text on %s', (platform) => {
    const word = fc.string({
      unit: fc.constantFrom(...`ab =-/."'$&|`, ...(platform === 'linux' ? ['\\', '\n'] : [])),
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (argv) => {
        expect(words(formatCommandLine(argv, platform), platform)).toEqual(argv);
      }),
    );
  });
});
