import assert from 'node:assert/strict';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { FreshCredentials } from '../../src/kube/credentials.ts';
import { type Identity, type IdentityOptions, loadIdentity } from '../../src/kube/identity.ts';
import { FakeClock } from './fake-clock.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Entries {
  readonly user?: object;
  readonly cluster?: object;
  readonly context?: object;
  readonly currentContext?: string;
  readonly name?: string;
}

/** A kubeconfig with one context; JSON is YAML. */
function kubeconfig({ user = {}, cluster = {}, context = {}, currentContext, name = 'dev' }: Entries = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': currentContext ?? name,
    clusters: [{ name: `${name}-cluster`, cluster: { server: `https://${name}.example:6443/`, ...cluster } }],
    users: [{ name: `${name}-user`, user }],
    contexts: [{ name, context: { cluster: `${name}-cluster`, user: `${name}-user`, ...context } }],
  });
}

async function write(t: TestContext, content: string): Promise<string> {
  const file = path.join(await temporaryDirectory(t), 'config');
  await writeFile(file, content);
  return file;
}

async function load(t: TestContext, entries: Entries, options: Partial<IdentityOptions> = {}): Promise<Identity> {
  return loadIdentity({ kubeconfig: await write(t, kubeconfig(entries)), env: {}, ...options });
}

test('a kubeconfig gives server, namespace and where they come from', async (t) => {
  const file = await write(t, kubeconfig({ context: { namespace: 'shop' } }));
  const identity = await loadIdentity({ kubeconfig: file, env: {} });
  assert.equal(identity.server, 'https://dev.example:6443');
  assert.equal(identity.namespace, 'shop');
  assert.equal(identity.source, `context dev of ${file}`);
});

test('a context without a namespace means the one called default', async (t) => {
  assert.equal((await load(t, {})).namespace, 'default');
});

test('a token file beside the kubeconfig is read again and again, and counts more than a token', async (t) => {
  const file = await write(t, kubeconfig({ user: { token: 'old', tokenFile: 'token' } }));
  const tokenFile = path.join(path.dirname(file), 'token');
  await writeFile(tokenFile, 'first\n');
  const identity = await loadIdentity({ kubeconfig: file, env: {} });
  assert.equal((await identity.read(true)).headers.authorization, 'Bearer first');
  await writeFile(tokenFile, 'second\n');
  assert.equal((await identity.read(false)).headers.authorization, 'Bearer second');
});

test('the proxy of a cluster is passed on', async (t) => {
  const identity = await load(t, { cluster: { 'proxy-url': 'http://proxy.example:3128' } });
  assert.equal(identity.proxyUrl, 'http://proxy.example:3128');
});

test('a token, a CA and a server name become a header and TLS options', async (t) => {
  const cluster = { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'api.internal' };
  const { headers, tls } = await (await load(t, { user: { token: 'secret' }, cluster })).read(true);
  assert.deepEqual(headers, { authorization: 'Bearer secret' });
  assert.equal(String(tls.ca), 'CA');
  assert.equal(tls.servername, 'api.internal');
});

test('a client certificate becomes TLS options, also from files named relative to the kubeconfig', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = path.join(directory, 'config');
  const user = { 'client-certificate': 'me.crt', 'client-key-data': base64('KEY') };
  await writeFile(path.join(directory, 'me.crt'), 'CERT');
  await writeFile(file, kubeconfig({ user, cluster: { 'insecure-skip-tls-verify': true } }));
  const { headers, tls } = await (await loadIdentity({ kubeconfig: file, env: {} })).read(true);
  assert.deepEqual(headers, {});
  assert.deepEqual([tls.cert, tls.key, tls.rejectUnauthorized], [Buffer.from('CERT'), Buffer.from('KEY'), false]);
});

test('a user name and password become a header', async (t) => {
  const { headers } = await (await load(t, { user: { username: 'ada', password: 'pass' } })).read(true);
  assert.deepEqual(headers, { authorization: `Basic ${base64('ada:pass')}` });
});

test('a user to impersonate becomes a header', async (t) => {
  const { headers } = await (await load(t, { user: { token: 'x', as: 'system:admin' } })).read(true);
  assert.equal(headers['impersonate-user'], 'system:admin');
});

for (const server of [
  'http://127.0.0.1:8001',
  'HTTP://127.0.0.1:8001',
  ' http://127.0.0.1:8001/ ',
  'hTtP:\\\\127.0.0.1:8001',
]) {
  test(`nothing secret goes over plain HTTP, to ${JSON.stringify(server)}`, async (t) => {
    const identity = await load(t, { user: { token: 'x' }, cluster: { server } });
    assert.equal(identity.server, 'http://127.0.0.1:8001');
    assert.deepEqual(await identity.read(true), { headers: {}, tls: {} });
  });
}

test('nothing secret goes over plain HTTP, though the file names another server by now', async (t) => {
  const file = await write(t, kubeconfig({ user: { token: 'x' }, cluster: { server: 'http://127.0.0.1:8001' } }));
  const identity = await loadIdentity({ kubeconfig: file, env: {} });
  await writeFile(file, kubeconfig({ user: { token: 'x' } }));
  assert.deepEqual(await identity.read(true), { headers: {}, tls: {} });
});

test('a server may have a path', async (t) => {
  const server = 'https://rancher.example/k8s/clusters/c-1/';
  assert.equal((await load(t, { cluster: { server } })).server, 'https://rancher.example/k8s/clusters/c-1');
});

test('the answer of an exec plugin is kept until fresh credentials are asked for', async (t) => {
  const directory = await temporaryDirectory(t);
  const plugin = path.join(directory, 'plugin');
  const calls = path.join(directory, 'calls');
  const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token: 'run-' } };
  const [before, after] = JSON.stringify(answer).split('run-');
  const script = `#!/bin/sh\necho x >> '${calls}'\nn=$(wc -l < '${calls}')\nprintf '%s' '${before ?? ''}run-'$n'${after ?? ''}'\n`;
  await writeFile(plugin, script);
  await chmod(plugin, 0o755);
  const identity = await load(t, {
    user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, args: [] } },
  });
  const tokens = [];
  for (const fresh of [true, false, false, true]) tokens.push((await identity.read(fresh)).headers.authorization);
  assert.deepEqual(tokens, ['Bearer run-1', 'Bearer run-1', 'Bearer run-1', 'Bearer run-2']);
});

const pluginMistakes = [
  { name: 'fails', script: 'echo log in first >&2; exit 1', says: /: log in first$/ },
  {
    name: 'fails with more than a line',
    script: `printf '\\nlog in first\\r\\nAuthorization: Bearer hunter2\\n' >&2; exit 1`,
    says: /: log in first$/,
  },
  { name: 'fails with a long line', script: `printf '%0300d hunter2' 0 >&2; exit 1`, says: /: 0{200}\.\.\.$/ },
  { name: 'fails without a word', script: 'exit 1', says: /: the plugin failed without a word$/ },
  { name: 'prints no JSON', script: 'echo token=hunter2', says: /: the plugin did not print an ExecCredential$/ },
  { name: 'prints another object', script: `echo '{"token":"hunter2"}'`, says: /did not print an ExecCredential$/ },
  { name: 'prints a half', script: `printf '{"status":{"token":"hunter2"}'`, says: /did not print an ExecCredential$/ },
];
for (const { name, script, says } of pluginMistakes) {
  test(`an exec plugin that ${name} is told by one line, and nothing that it printed is`, async (t) => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] };
    const identity = await load(t, { user: { exec } });
    await assert.rejects(identity.read(true), (error: Error) => {
      assert.match(error.message, /^kubeconfig .*, context dev: cannot read the credentials: /);
      assert.match(error.message, says);
      assert.doesNotMatch(inspect(error), /hunter2/);
      return true;
    });
  });
}

/** Lines of a user in a kubeconfig that make it no YAML, or none that is meant. */
const secretsBesideMistakes = [
  { name: 'a wrong indentation', lines: '    token: hunter2\n     username: ada', at: 'line 5, column' },
  { name: 'less of it', lines: '    password: hunter2\n   foo: bar', at: 'line 5, column 4' },
  { name: 'a tab', lines: '    password: hunter2\n\ttoken: hunter2', at: 'line 5, column 1' },
  { name: 'a quote without end', lines: '    password: "hunter2', at: 'line 5, column' },
  { name: 'a colon', lines: '    password: hunter2: hunter2', at: 'line 4, column' },
  { name: 'an @', lines: '    password: @hunter2', at: 'line 4, column 15' },
  { name: 'a % sign', lines: '    password: %hunter2', at: 'line 4, column 15' },
  { name: 'a key twice', lines: '    token: hunter2\n    token: hunter2', at: 'line 5, column 5' },
];
for (const { name, lines, at } of secretsBesideMistakes) {
  test(`a kubeconfig with ${name} beside a secret: where is told, and not what`, async (t) => {
    const file = await write(t, `kind: Config\nusers:\n- user:\n${lines}\n`);
    await assert.rejects(loadIdentity({ kubeconfig: file, env: {} }), (error: Error) => {
      assert.ok(error.message.startsWith(`kubeconfig ${file}: is not YAML at ${at}`), error.message);
      assert.match(error.message, / \d+; expected a kubeconfig; name another file, or mend this one$/);
      assert.doesNotMatch(inspect(error), /hunter2/);
      return true;
    });
  });
}

test('a context can be chosen; of several kubeconfigs the first entry of a name counts', async (t) => {
  const first = await write(t, kubeconfig({ name: 'dev', cluster: { server: 'https://first' } }));
  const second = await write(t, kubeconfig({ name: 'dev', cluster: { server: 'https://second' } }));
  const third = await write(t, kubeconfig({ name: 'prod' }));
  const all = [first, second, third].join(path.delimiter);
  assert.equal((await loadIdentity({ env: { KUBECONFIG: all } })).server, 'https://first');
  assert.equal((await loadIdentity({ env: { KUBECONFIG: all }, context: 'prod' })).server, 'https://prod.example:6443');
});

test('of several kubeconfigs, one that is missing is passed over', async (t) => {
  const file = await write(t, kubeconfig());
  const identity = await loadIdentity({ env: { KUBECONFIG: ['/no/such/file', file].join(path.delimiter) } });
  assert.equal(identity.server, 'https://dev.example:6443');
});

test('without a kubeconfig named, the one in the home directory counts', async (t) => {
  const home = await temporaryDirectory(t);
  await mkdir(path.join(home, '.kube'));
  await writeFile(path.join(home, '.kube', 'config'), kubeconfig());
  assert.equal((await loadIdentity({ env: { HOME: home } })).server, 'https://dev.example:6443');
});

/** The files that a pod gets. */
async function serviceAccount(t: TestContext) {
  const serviceAccountDir = await temporaryDirectory(t);
  const tokenFile = path.join(serviceAccountDir, 'token');
  await writeFile(tokenFile, 'first\n');
  await writeFile(path.join(serviceAccountDir, 'ca.crt'), 'CA');
  await writeFile(path.join(serviceAccountDir, 'namespace'), 'elasticweb-system');
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  return { tokenFile, caFile: path.join(serviceAccountDir, 'ca.crt'), options: { env, serviceAccountDir } };
}

test('in a pod, its service account counts', async (t) => {
  const identity = await loadIdentity((await serviceAccount(t)).options);
  assert.equal(identity.server, 'https://[fd00::1]:443');
  assert.equal(identity.namespace, 'elasticweb-system');
  const { headers, tls } = await identity.read(true);
  assert.deepEqual(headers, { authorization: 'Bearer first' });
  assert.equal(String(tls.ca), 'CA');
});

test('a rotated token and CA are in use after a minute at most', async (t) => {
  const { caFile, options, tokenFile } = await serviceAccount(t);
  const clock = new FakeClock();
  const credentials = new FreshCredentials(await loadIdentity(options), clock);
  const before = await credentials.get();
  await writeFile(tokenFile, 'second\n');
  await writeFile(caFile, 'NEW CA');
  clock.advance(59_999);
  assert.equal(await credentials.get(), before);
  clock.advance(1);
  const { headers, tls } = await credentials.get();
  assert.deepEqual([headers.authorization, String(tls.ca)], ['Bearer second', 'NEW CA']);
});

test('a token file that is missing for a moment does no harm', async (t) => {
  const { options, tokenFile } = await serviceAccount(t);
  const clock = new FakeClock();
  const credentials = new FreshCredentials(await loadIdentity(options), clock);
  await credentials.get();
  await rm(tokenFile);
  clock.advance(60_000);
  assert.equal((await credentials.get()).headers.authorization, 'Bearer first');
  await writeFile(tokenFile, 'second');
  clock.advance(5_000);
  assert.equal((await credentials.get()).headers.authorization, 'Bearer second');
});

test('refused credentials are read again at once, and no other will do', async (t) => {
  const { options, tokenFile } = await serviceAccount(t);
  const credentials = new FreshCredentials(await loadIdentity(options), new FakeClock());
  const old = await credentials.get();
  await writeFile(tokenFile, 'second');
  credentials.refused(old);
  const next = await credentials.get();
  assert.equal(next.headers.authorization, 'Bearer second');
  credentials.refused(old); // a late answer to a request made with the old ones
  assert.equal(await credentials.get(), next);
  await rm(tokenFile);
  credentials.refused(next);
  await assert.rejects(credentials.get(), /service account in .*: cannot read the credentials: ENOENT/);
});

test('credentials with which nothing is reached stay in use and are read again after 5 s: the CA may be another now', async (t) => {
  const { caFile, options } = await serviceAccount(t);
  const clock = new FakeClock();
  const credentials = new FreshCredentials(await loadIdentity(options), clock);
  const old = await credentials.get();
  await writeFile(caFile, 'NEW CA');
  credentials.doubt(old);
  clock.advance(4_999);
  credentials.doubt(old);
  assert.equal(await credentials.get(), old);
  clock.advance(1);
  const next = await credentials.get();
  assert.equal(String(next.tls.ca), 'NEW CA');
  credentials.doubt(old); // a late failure of a request made with the old ones
  clock.advance(59_999);
  assert.equal(await credentials.get(), next);
});

const mistakes: readonly { name: string; options: (t: TestContext) => Promise<IdentityOptions>; says: RegExp }[] = [
  {
    name: 'nothing at all',
    options: () => Promise.resolve({ env: { HOME: '/nowhere' }, serviceAccountDir: '/nowhere/either' }),
    says: /^Error: no API server to talk to: expected a kubeconfig \(an option, KUBECONFIG, or \/nowhere\/\.kube\/config\) or the service account of a pod \(\/nowhere\/either\), found neither; name a kubeconfig$/,
  },
  {
    name: 'a kubeconfig that is not there',
    options: () => Promise.resolve({ kubeconfig: '/no/such/file', env: {} }),
    says: /^Error: kubeconfig \/no\/such\/file: cannot be read: ENOENT.*name another file/,
  },
  {
    name: 'a kubeconfig that is not YAML',
    options: async (t) => ({ kubeconfig: await write(t, '{"a": ['), env: {} }),
    says: /^Error: kubeconfig .*config: is not YAML at line 1, column 8; expected a kubeconfig/,
  },
  {
    name: 'a server with a password in it',
    options: async (t) => ({
      kubeconfig: await write(t, kubeconfig({ cluster: { server: 'https://ada:hunter2@dev.example' } })),
      env: {},
    }),
    says: /^Error: kubeconfig \S+config, cluster dev-cluster: its server holds a user name or a password; they belong to the user, as username and password$/,
  },
  {
    name: 'a server that is no address',
    options: async (t) => ({
      kubeconfig: await write(t, kubeconfig({ cluster: { server: 'ada:hunter2@dev.example' } })),
      env: {},
    }),
    says: /^Error: kubeconfig \S+config, cluster dev-cluster: its server is no address; expected one such as https:\/\/host:6443$/,
  },
  {
    name: 'an empty kubeconfig',
    options: async (t) => ({ kubeconfig: await write(t, ''), env: {} }),
    says: /^Error: kubeconfig .*config: is not YAML, or empty; expected a kubeconfig/,
  },
  {
    name: 'a context that is not there',
    options: async (t) => ({ kubeconfig: await write(t, kubeconfig()), context: 'prod', env: {} }),
    says: /^Error: kubeconfig .*config: expected a context prod; contexts there: dev$/,
  },
  {
    name: 'no current context',
    options: async (t) => ({ kubeconfig: await write(t, kubeconfig({ currentContext: '' })), env: {} }),
    says: /no current context, and none was named; contexts there: dev$/,
  },
  {
    name: 'a context whose cluster is not there',
    options: async (t) => ({ kubeconfig: await write(t, kubeconfig({ context: { cluster: 'gone' } })), env: {} }),
    says: /context dev names cluster gone, which is not there$/,
  },
  {
    name: 'a context whose user is not there',
    options: async (t) => ({ kubeconfig: await write(t, kubeconfig({ context: { user: 'gone' } })), env: {} }),
    says: /context dev names user gone, which is not there$/,
  },
];
for (const { name, options, says } of mistakes) {
  test(`a clear error for ${name}`, async (t) => {
    await assert.rejects(loadIdentity(await options(t)), (error) => {
      assert.match(String(error), says);
      return true;
    });
  });
}
