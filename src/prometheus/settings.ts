/** Which server is asked, and as whom: checked once, when the program starts. */

/** A name and its value, such as of a header. */
export type Pair = readonly [name: string, value: string];

/** How the server knows us. Files are read again at each tick. */
export type Auth =
  | { readonly kind: 'none' }
  /** A file with the password alone. */
  | { readonly kind: 'basic'; readonly username: string; readonly passwordFile: string }
  /** A file with `username:password`. */
  | { readonly kind: 'basicFile'; readonly file: string }
  | { readonly kind: 'bearer'; readonly tokenFile: string }
  /** Amazon's signature, with the credentials that its standard chain finds. Default of service: `aps`, Amazon Managed Prometheus. */
  | { readonly kind: 'aws'; readonly region: string; readonly service?: string };

/** Where Prometheus is, and how to get in. */
export interface ServerSettings {
  /** Base URL, to which `/api/v1/query` is added: `https://mimir.example/prometheus`. */
  readonly url: string;
  /** @default none */
  readonly auth?: Auth;
  /** Sent with each query, such as X-Scope-OrgID. */
  readonly headers?: readonly Pair[];
  /** Added to the URL of each query, such as dedup or namespace. */
  readonly queryParameters?: readonly Pair[];
  /** PEM file with the authorities that are trusted, instead of those that Node knows. Read again at each tick, as are the next two. */
  readonly caFile?: string | undefined;
  /** PEM files of the client certificate and its key; both or none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** The same, checked and taken apart. */
export interface Server {
  /** `https://host:port` */
  readonly origin: string;
  /** Host, and port unless it is the scheme's own: as messages name it. */
  readonly host: string;
  /** Path and query of the URL. */
  readonly path: string;
  readonly auth: Auth;
  readonly headers: readonly Pair[];
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;
/** What Node sends as it is: no line ends, no other control characters. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Those that are ours to set. */
const OWN_HEADERS = [
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
];
/** What is asked, and that it is asked of now, is ours to say. */
const OWN_PARAMETERS = ['query', 'time'];

/**
 * Checks the settings.
 *
 * @throws TypeError that names what is wrong, without values that may be secret
 */
export function checkedServer(settings: ServerSettings): Server {
  const { auth = { kind: 'none' }, headers = [], queryParameters = [], caFile, certFile, keyFile } = settings;
  const url = checkedUrl(settings.url);
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new TypeError('a client certificate takes two files, the certificate and its key; got only one of them');
  }
  const isPlain = url.protocol === 'http:';
  if (isPlain && (caFile ?? certFile) !== undefined) {
    throw new TypeError(`CA and client certificate files need a URL that begins with https://, got one with http://`);
  }
  if (auth.kind === 'basic' && auth.username.includes(':')) {
    throw new TypeError('the username must not have a colon: it would end there');
  }
  for (const [index, pair] of headers.entries()) checkHeader(pair, index + 1, auth);
  const own = queryParameters.find(([name]) => OWN_PARAMETERS.includes(name));
  if (own !== undefined) throw new TypeError(`the query parameter ${own[0]} is set by the syncer itself`);
  const query = new URLSearchParams(queryParameters.map(([name, value]): [string, string] => [name, value])).toString();
  return {
    origin: url.origin,
    host: url.host,
    path: `${url.pathname.replace(/\/+$/, '')}/api/v1/query${query === '' ? '' : `?${query}`}`,
    ...{ auth, headers, caFile, certFile, keyFile },
  };
}

function checkedUrl(text: string): URL {
  if (!URL.canParse(text))
    throw new TypeError('the URL of Prometheus must be like http://prometheus:9090; this one is none');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`the URL of Prometheus must begin with http:// or https://, got ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('the URL of Prometheus must not hold a username or password; put them into a file');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError('the URL of Prometheus must end with its path; give query parameters as such');
  }
  return url;
}

function checkHeader([name, value]: Pair, number: number, auth: Auth): void {
  // What stands before the = may be a secret, too: `Authorization: Bearer c2VjcmV0=`.
  if (!HEADER_NAME.test(name))
    throw new TypeError(
      `header number ${number} has a name that no header may have; expected one such as X-Scope-OrgID`,
    );
  const lower = name.toLowerCase();
  if (OWN_HEADERS.includes(lower) || (lower === 'authorization' && auth.kind !== 'none')) {
    throw new TypeError(`the header ${name} is set by the syncer itself`);
  }
  if (!isHeaderValue(value))
    throw new TypeError(`the value of the header ${name} has characters that no header may have`);
}

/** Whether it can be sent in a header without changing what comes after it. */
export function isHeaderValue(value: string): boolean {
  return HEADER_VALUE.test(value);
}
