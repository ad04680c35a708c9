/** curl commands, as developer tools copy them for bash or cmd, as steps. */
import { AppError } from '../../errors';
import { httpMethods, type ScenarioInput } from '../../scenario';
import { splitCommands } from './command-words';
import { filesNote, multipartOfText } from './multipart-text';

type StepInput = ScenarioInput['flows'][number]['steps'][number];

/** Options of curl's that have a value and say nothing about the request itself. */
const ignoredWithValue = new Set([
  '-o',
  '--output',
  '-w',
  '--write-out',
  '-D',
  '--dump-header',
  '-c',
  '--cookie-jar',
  '--retry',
  '--retry-delay',
  '--retry-max-time',
  '--limit-rate',
  '--cacert',
  '--capath',
  '--ciphers',
  '--trace',
  '--trace-ascii',
  '--stderr',
  '--interface',
  '--dns-servers',
  '-K',
  '--config',
  '--max-filesize',
  '-y',
  '-Y',
  '--tls-max',
  '--noproxy',
]);
const toldWithValue = new Map([
  ['-x', 'a proxy'],
  ['--proxy', 'a proxy'],
  ['-E', 'a client certificate'],
  ['--cert', 'a client certificate'],
  ['--key', 'a client certificate'],
  ['--resolve', 'addresses of names'],
  ['--connect-to', 'addresses of names'],
  ['--unix-socket', 'a Unix socket'],
  ['-r', 'a range'],
  ['--range', 'a range'],
]);

/** Several commands, or several requests of one (`--next`), are steps one after the other. @throws AppError BAD_INPUT when it is no curl command or names no address */
export function readCurl(text: string): { scenario: ScenarioInput; notes: string[] } {
  const requests = splitCommands(text).flatMap((words) => {
    if (!/(^|[/\\])curl(\.exe)?$/i.test(words[0] ?? ''))
      throw new AppError('BAD_INPUT', 'This is no curl command: it does not begin with curl.', {
        hint: 'In the browser’s developer tools: Network, a request’s menu, Copy as cURL.',
      });
    return requestsOf(words.slice(1)).map((each) => new CurlReader(each).read());
  });
  const [first, ...others] = requests;
  if (!first || others.length === 0) return first!;
  const all = requests.map(({ scenario }) => scenario);
  const connections = all.map(({ connection = {} }) => connection);
  return {
    scenario: {
      ...first.scenario,
      flows: [{ name: 'main', steps: all.flatMap(({ flows }) => flows.flatMap(({ steps }) => steps)) }],
      connection: {
        ...connections.reduce((before, each) => ({ ...each, ...before })),
        insecureTls: connections.some(({ insecureTls }) => insecureTls === true),
        http2: connections.some(({ http2 }) => http2 === true),
      },
    },
    notes: [...new Set(requests.flatMap(({ notes }) => notes))],
  };
}

/** What each request of a command is made of. */
function requestsOf(words: readonly string[]): string[][] {
  const requests: string[][] = [[]];
  for (const word of words) {
    if (word === '--next' || word === '-:') requests.push([]);
    else requests.at(-1)!.push(word);
  }
  return requests.filter((each, at) => at === 0 || each.length > 0);
}

class CurlReader {
  private readonly notes: string[] = [];
  private readonly urls: string[] = [];
  private readonly headers: [string, string][] = [];
  private readonly data: { text?: string; file?: string }[] = [];
  private readonly parts: (
    { name: string; value: string } | { name: string; file: string; contentType?: string; fileName?: string }
  )[] = [];
  private method: string | undefined;
  private isJson = false;
  private asQuery = false;
  private head = false;
  private upload: string | undefined;
  private redirects = 0;
  private maxRedirects = 20;
  private insecure = false;
  private http2 = false;
  private timeoutMs: number | undefined;
  private connectTimeoutMs: number | undefined;
  private at = 0;

  constructor(private readonly words: readonly string[]) {}

  read(): { scenario: ScenarioInput; notes: string[] } {
    while (this.at < this.words.length) {
      const word = this.words[this.at++]!;
      if (word === '--') continue;
      if (word.startsWith('--')) this.long(word);
      else if (word.startsWith('-') && word.length > 1) this.short(word);
      else this.urls.push(word);
    }
    return { scenario: this.scenario(), notes: this.notes };
  }

  private value(option: string): string {
    const value = this.words[this.at++];
    if (value === undefined)
      throw new AppError('BAD_INPUT', `curl’s ${option} has no value here.`, {
        hint: 'Was the command copied whole?',
      });
    return value;
  }

  private long(word: string): void {
    const equals = word.indexOf('=');
    // curl itself does not take --name=value, but some write it.
    if (equals > 0) {
      this.option(word.slice(0, equals), () => word.slice(equals + 1));
      return;
    }
    this.option(word, () => this.value(word));
  }

  /** `-sSLXPOST` is -s -S -L -X POST. */
  private short(word: string): void {
    for (let i = 1; i < word.length; i++) {
      const option = `-${word[i]}`;
      const rest = word.slice(i + 1);
      let taken = false;
      this.option(option, () => {
        taken = true;
        return rest === '' ? this.value(option) : rest;
      });
      if (taken) return;
    }
  }

  private option(option: string, value: () => string): void {
    switch (option) {
      case '-X':
      case '--request':
        this.method = value().toUpperCase();
        return;
      case '-H':
      case '--header':
        this.header(value());
        return;
      case '-d':
      case '--data':
      case '--data-ascii':
        this.addData(value(), true);
        return;
      case '--data-binary':
        this.addData(value(), false);
        return;
      case '--data-raw':
        this.data.push({ text: value() });
        return;
      case '--json':
        this.isJson = true;
        this.addData(value(), false);
        return;
      case '--data-urlencode':
        this.data.push({ text: urlEncoded(value()) });
        return;
      case '-F':
      case '--form':
        this.part(value());
        return;
      case '--form-string': {
        const [name = '', ...rest] = value().split('=');
        this.parts.push({ name, value: rest.join('=') });
        return;
      }
      case '-G':
      case '--get':
        this.asQuery = true;
        return;
      case '-I':
      case '--head':
        this.head = true;
        return;
      case '-T':
      case '--upload-file':
        this.upload = value();
        return;
      case '-u':
      case '--user':
        this.headers.push(['Authorization', `Basic ${Buffer.from(value()).toString('base64')}`]);
        return;
      case '--oauth2-bearer':
        this.headers.push(['Authorization', `Bearer ${value()}`]);
        return;
      case '-A':
      case '--user-agent':
        this.headers.push(['User-Agent', value()]);
        return;
      case '-e':
      case '--referer':
        this.headers.push(['Referer', value()]);
        return;
      case '-b':
      case '--cookie': {
        const cookie = value();
        if (cookie.includes('=')) this.headers.push(['Cookie', cookie]);
        else this.notes.push(`Cookies of the file ${cookie} are not read.`);
        return;
      }
      case '-L':
      case '--location':
      case '--location-trusted':
        this.redirects = 1;
        return;
      case '--max-redirs':
        this.maxRedirects = Math.min(20, Math.max(0, Number(value()) || 0));
        return;
      case '-k':
      case '--insecure':
        this.insecure = true;
        return;
      case '--http2':
      case '--http2-prior-knowledge':
        this.http2 = true;
        return;
      case '-m':
      case '--max-time':
        this.timeoutMs = Number(value()) * 1000;
        return;
      case '--connect-timeout':
        this.connectTimeoutMs = Number(value()) * 1000;
        return;
      case '--url':
        this.urls.push(value());
        return;
      case '--compressed':
        if (!this.headers.some(([name]) => name.toLowerCase() === 'accept-encoding'))
          this.headers.push(['Accept-Encoding', 'gzip, deflate, br']);
        return;
      default: {
        if (ignoredWithValue.has(option)) value();
        else if (toldWithValue.has(option)) {
          value();
          this.notes.push(`curl’s ${option} (${toldWithValue.get(option)}) is left out.`);
        } else if (!quiet.has(option))
          this.notes.push(`curl’s option ${option} is not known here and left out.`);
      }
    }
  }

  private header(header: string): void {
    const [, name, value] = /^([^:;]+)[:;]\s*(.*)$/s.exec(header) ?? [];
    if (name !== undefined && value !== undefined && !(value === '' && header.includes(':')))
      this.headers.push([name.trim(), value.trim()]);
    else if (header.startsWith('@')) this.notes.push(`Headers of the file ${header.slice(1)} are not read.`);
  }

  /** @param strips line breaks of files, as -d does */
  private addData(value: string, strips: boolean): void {
    if (!value.startsWith('@')) this.data.push({ text: value });
    else {
      this.data.push({ file: value.slice(1) });
      if (strips) this.notes.push(`${value.slice(1)} is sent as it is; curl’s -d leaves line breaks out.`);
    }
  }

  private part(part: string): void {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at));
    const content = part.slice(at + 1);
    if (!/^[@<]/.test(content)) {
      this.parts.push({ name, value: content.replace(/;type=[^;]*$/, '') });
      return;
    }
    const [file = '', ...attributes] = content.slice(1).split(';');
    const attribute = (wanted: string) =>
      attributes
        .find((each) => each.trim().startsWith(`${wanted}=`))
        ?.split('=')
        .slice(1)
        .join('=')
        .replace(/^"|"$/g, '');
    const contentType = attribute('type');
    const fileName = attribute('filename');
    this.parts.push({
      name,
      file: file.replace(/^"|"$/g, ''),
      ...(contentType !== undefined && { contentType }),
      ...(fileName !== undefined && { fileName }),
    });
  }

  private scenario(): ScenarioInput {
    const [given] = this.urls;
    if (given === undefined)
      throw new AppError('BAD_INPUT', 'This curl command names no address.', {
        hint: 'It needs a URL like http://127.0.0.1:3000/products.',
      });
    if (this.urls.length > 1)
      this.notes.push(`The command names ${this.urls.length} addresses: each is a step.`);
    const steps = this.urls.map((url) =>
      this.step(/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`),
    );
    return {
      version: 1,
      name: 'From curl',
      load: { model: 'closed', stages: [{ durationMs: 30_000, users: 10 }] },
      flows: [{ name: 'main', steps }],
      connection: {
        insecureTls: this.insecure,
        http2: this.http2,
        ...(this.timeoutMs !== undefined && this.timeoutMs > 0 && { timeoutMs: this.timeoutMs }),
        ...(this.connectTimeoutMs !== undefined &&
          this.connectTimeoutMs > 0 && { connectTimeoutMs: this.connectTimeoutMs }),
      },
    };
  }

  private step(url: string): StepInput {
    const text = this.data.map(({ text: each }) => each ?? '').join(this.isJson ? '' : '&');
    const [first] = this.data;
    const hasBody =
      (this.data.length > 0 && !this.asQuery) || this.parts.length > 0 || this.upload !== undefined;
    const guessed = this.head ? 'HEAD' : this.upload !== undefined ? 'PUT' : hasBody ? 'POST' : 'GET';
    let method = this.method ?? guessed;
    if (!(httpMethods as readonly string[]).includes(method)) {
      this.notes.push(`The method ${method} is not known here: ${guessed} stands in its place.`);
      method = guessed;
    }
    const headers = this.mergedHeaders(hasBody);
    const contentType = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    const multipart = this.parts.length === 0 ? multipartOfText(text, contentType) : undefined;
    if (multipart) {
      // With a boundary of its own.
      for (const name of Object.keys(headers))
        if (name.toLowerCase() === 'content-type') delete headers[name];
      if (multipart.parts.some((part) => 'file' in part)) this.notes.push(filesNote);
    }
    const body = !hasBody
      ? undefined
      : this.upload !== undefined
        ? { type: 'file' as const, file: this.upload }
        : this.parts.length > 0
          ? { type: 'multipart' as const, parts: this.parts }
          : first?.file !== undefined && this.data.length === 1
            ? { type: 'file' as const, file: first.file }
            : (multipart ?? bodyOfText(text, contentType));
    if (this.data.length > 1 && this.data.some(({ file }) => file !== undefined))
      this.notes.push('Data of files among other data is left out.');
    return {
      kind: 'request',
      method: method as (typeof httpMethods)[number],
      url: this.asQuery && text !== '' ? `${url}${url.includes('?') ? '&' : '?'}${text}` : url,
      headers,
      ...(body && { body }),
      redirects: this.redirects > 0 ? this.maxRedirects : 0,
    };
  }

  private mergedHeaders(hasBody: boolean): Record<string, string> {
    const merged = new Map<string, [string, string]>();
    for (const [name, value] of this.headers) merged.set(name.toLowerCase(), [name, value]);
    const set = (name: string, value: string) => {
      if (!merged.has(name.toLowerCase())) merged.set(name.toLowerCase(), [name, value]);
    };
    if (this.isJson) {
      set('Content-Type', 'application/json');
      set('Accept', 'application/json');
    } else if (hasBody && this.parts.length === 0 && this.upload === undefined)
      set('Content-Type', 'application/x-www-form-urlencoded');
    // Of the message as it goes over the wire; the boundary is made anew.
    for (const name of ['content-length', 'host', 'connection']) merged.delete(name);
    if (this.parts.length > 0) merged.delete('content-type');
    return Object.fromEntries(merged.values());
  }
}

const quiet = new Set([
  '-s',
  '--silent',
  '-S',
  '--show-error',
  '-v',
  '--verbose',
  '-i',
  '--include',
  '-f',
  '--fail',
  '--fail-with-body',
  '-g',
  '--globoff',
  '-N',
  '--no-buffer',
  '-#',
  '--progress-bar',
  '-4',
  '--ipv4',
  '-6',
  '--ipv6',
  '--http1.1',
  '--http1.0',
  '-0',
  '-1',
  '--tlsv1.2',
  '--tlsv1.3',
  '-O',
  '--remote-name',
  '-J',
  '-R',
  '-q',
  '--disable',
  '-n',
  '--netrc',
  '--path-as-is',
  '--no-keepalive',
  '--compressed-ssh',
  '-Z',
  '--parallel',
  '--ssl-no-revoke',
  '--raw',
  '-j',
  '--no-progress-meter',
]);

function urlEncoded(given: string): string {
  const [, name, content] = /^([^=@]*)=(.*)$/s.exec(given) ?? [];
  if (content === undefined) return encodeURIComponent(given);
  return name === '' || name === undefined
    ? encodeURIComponent(content)
    : `${name}=${encodeURIComponent(content)}`;
}

/** JSON that is JSON is easier to edit as such. */
export function bodyOfText(
  text: string,
  contentType: string | undefined,
): NonNullable<Extract<StepInput, { kind: 'request' }>['body']> {
  if (contentType?.includes('json')) {
    try {
      const value: unknown = JSON.parse(text);
      if (JSON.stringify(value).length === text.replace(/\s/g, '').length || JSON.stringify(value) === text)
        return { type: 'json', value: value as string };
    } catch {
      // Sent as the text that it is.
    }
  }
  return { type: 'text', text };
}
