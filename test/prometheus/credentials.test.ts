/** Credentials come from files, are read again at each tick, and are told to nobody else. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { Auth } from '../../src/prometheus/source.ts';
import type { Unknown } from '../../src/scaling/reading.ts';
import { eventually } from '../control-plane/eventually.ts';
import { temporaryDirectory } from '../kube/temporary-directory.ts';
import { type CertificateName, certificate } from './certificates.ts';
import { gathered } from './gathered.ts';
import { healthy, type Script, startSource, startStub } from './server.ts';
import { target } from './targets.ts';

const web = target('web');
const base64 = (text: string) => Buffer.from(text).toString('base64');

const kinds: { name: string; auth: (file: string) => Auth; content: string; header: string }[] = [
  {
    name: 'a password file',
    auth: (passwordFile) => ({ kind: 'basic', username: 'ada', passwordFile }),
    content: 'pä:ss \n',
    header: `Basic ${base64('ada:pä:ss ')}`,
  },
  {
    name: 'a file with both',
    auth: (file) => ({ kind: 'basicFile', file }),
    content: 'ada:pass\r\n',
    header: `Basic ${base64('ada:pass')}`,
  },
  {
    name: 'a token file',
    auth: (tokenFile) => ({ kind: 'bearer', tokenFile }),
    content: ' token \n',
    header: 'Bearer token',
  },
];

for (const { name, auth, content, header } of kinds) {
  test(`${name} becomes the header that it should`, async (t) => {
    const file = join(await temporaryDirectory(t), 'secret');
    await writeFile(file, content);
    const stub = await startStub(t, () => undefined);
    const { clock, readOne } = startSource(t, { url: stub.url, auth: auth(file) });
    stub.script = healthy(clock, 'web');
    assert.equal((await readOne(web)).kind, 'measured');
    assert.deepEqual(
      stub.asked.map(({ headers }) => headers.authorization),
      [header, header],
    );
  });
}

test('a token that was replaced is used at the next tick, and one that was refused is not tried at every tick', async (t) => {
  const tokenFile = join(await temporaryDirectory(t), 'token');
  await writeFile(tokenFile, 'old');
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, { url: stub.url, auth: { kind: 'bearer', tokenFile } });
  const only = (token: string): Script => {
    return (asked, response) =>
      asked.headers.authorization === `Bearer ${token}`
        ? healthy(clock, 'web')(asked, response)
        : void response.writeHead(401).end();
  };
  stub.script = only('old');
  assert.equal((await readOne(web)).kind, 'measured');
  await writeFile(tokenFile, 'new');
  stub.script = only('new');
  assert.equal((await readOne(web)).kind, 'measured');

  stub.script = only('newest');
  const before = stub.asked.length;
  const kindsOf = [];
  for (let n = 0; n < 4; n += 1) kindsOf.push((await readOne(web)).kind);
  assert.deepEqual(kindsOf, Array(4).fill('unknown'));
  assert.equal(stub.asked.length - before, 4); // Two queries every ten seconds.
  await writeFile(tokenFile, 'newest');
  assert.equal((await readOne(web)).kind, 'measured');
});

const flaws = [
  { name: 'is missing', content: undefined, reason: 'SourceRefused', says: /^cannot read \S+\/secret: ENOENT/ },
  {
    name: 'is empty',
    content: ' \n',
    reason: 'SourceRefused',
    says: /\/secret is empty; asked again at the next tick$/,
  },
  {
    name: 'has two lines',
    content: 'hidden\nlines',
    reason: 'SourceRefused',
    says: /expected a token in \S+\/secret, found characters/,
  },
] as const;

for (const { name, content, reason, says } of flaws) {
  test(`a token file that ${name} is named, its content is not, and nothing is sent until it is right`, async (t) => {
    const tokenFile = join(await temporaryDirectory(t), 'secret');
    if (content !== undefined) await writeFile(tokenFile, content);
    const stub = await startStub(t, () => undefined);
    const { clock, readOne } = startSource(t, { url: stub.url, auth: { kind: 'bearer', tokenFile } });
    stub.script = healthy(clock, 'web');
    const reading = (await readOne(web)) as Unknown;
    assert.equal(reading.reason, reason);
    assert.match(reading.message, says);
    assert.doesNotMatch(reading.message, /hidden/);
    assert.equal(stub.asked.length, 0);
    await writeFile(tokenFile, 'right');
    assert.equal((await readOne(web)).kind, 'measured');
  });
}

/** A file that hangs whoever reads it, until it is let go; then it is gone. */
async function hungFile(t: TestContext): Promise<{ readonly file: string; readonly letGo: () => void }> {
  let letGo = (): void => undefined;
  // Before its directory goes, which could take a thread that hangs.
  t.after(() => letGo());
  const file = join(await temporaryDirectory(t), 'secret');
  await promisify(execFile)('mkfifo', [file]);
  // As long as somebody could write into it, its end does not come.
  const writer = openSync(file, 'r+');
  letGo = () => {
    letGo = () => undefined;
    rmSync(file, { force: true });
    closeSync(writer); // On this thread, since those that are for files may all hang.
  };
  return { file, letGo: () => letGo() };
}

test(
  'a token file that hangs costs a tick its deadline and no more, and is read once it hangs no more',
  { timeout: 20_000 },
  async (t) => {
    const { file, letGo } = await hungFile(t);
    const stub = await startStub(t, () => undefined);
    const { clock, readOne } = startSource(t, {
      ...{ url: stub.url, timeoutMs: 300 },
      auth: { kind: 'bearer', tokenFile: file },
    });
    stub.script = healthy(clock, 'web');
    for (let n = 0; n < 5; n += 1) {
      const { reason, message } = (await readOne(web)) as Unknown;
      assert.equal(reason, 'SourceRefused');
      assert.match(message, /^cannot read \S+\/secret: it took longer than 300 ms; asked again at the next tick$/);
    }
    assert.equal(stub.asked.length, 0);
    await access(import.meta.filename); // Five reads that hang would leave no thread for another file.
    letGo();
    await writeFile(file, 'right');
    await eventually(async () => (await readOne(web)).kind === 'measured', { timeoutMs: 10_000, what: 'a reading' });
  },
);

test('an abort ends a tick though a file hangs', { timeout: 20_000 }, async (t) => {
  const { file } = await hungFile(t);
  const { source } = startSource(t, {
    ...{ url: 'https://127.0.0.1:1', timeoutMs: 3_600_000 },
    caFile: file,
  });
  const controller = new AbortController();
  const readings = gathered(source.read([web], controller.signal));
  await new Promise(setImmediate);
  controller.abort(new Error('enough'));
  assert.equal(((await readings).get(web.key) as Unknown).reason, 'NotReadYet');
});

test('a file for both without a colon is refused', async (t) => {
  const file = join(await temporaryDirectory(t), 'secret');
  await writeFile(file, 'hidden');
  const { readOne } = startSource(t, { url: 'http://127.0.0.1:1', auth: { kind: 'basicFile', file } });
  const reading = (await readOne(web)) as Unknown;
  assert.match(reading.message, /^expected username:password in \S+\/secret, found no colon/);
});

/** A server with TLS, and the files of a client that come and go. */
async function tls(t: TestContext, own: CertificateName, clients?: CertificateName) {
  const directory = await temporaryDirectory(t);
  const files = {
    caFile: join(directory, 'ca.pem'),
    certFile: join(directory, 'cert.pem'),
    keyFile: join(directory, 'key.pem'),
  };
  const wanted =
    clients === undefined ? {} : { ca: certificate(clients).cert, requestCert: true, rejectUnauthorized: true };
  const stub = await startStub(t, () => undefined, { ...certificate(own), ...wanted });
  const trust = (name: CertificateName) => writeFile(files.caFile, certificate(name).cert);
  const show = async (name: CertificateName) => {
    await writeFile(files.certFile, certificate(name).cert);
    await writeFile(files.keyFile, certificate(name).key);
  };
  return { stub, files, trust, show };
}

test('a server is trusted by the CA file of the moment', async (t) => {
  const { stub, files, trust } = await tls(t, 'first');
  await trust('second');
  const { clock, readOne } = startSource(t, { url: stub.url, caFile: files.caFile });
  stub.script = healthy(clock, 'web');
  const reading = (await readOne(web)) as Unknown;
  assert.equal(reading.reason, 'SourceUnreachable');
  assert.match(reading.message, /^no answer from Prometheus at 127\.0\.0\.1:\d+: .*certificate/);
  await trust('first');
  assert.equal((await readOne(web)).kind, 'measured');
  await rm(files.caFile);
  assert.match(((await readOne(web)) as Unknown).message, /^cannot read \S+\/ca\.pem: ENOENT/);
});

const { cert, key } = certificate('second');
const flawsOfTls = [
  {
    name: 'a CA file without a certificate',
    content: { ca: key },
    says: /^expected a certificate in PEM in \S+\/ca\.pem, found none; /,
  },
  {
    name: 'a certificate file without one',
    content: { cert: 'hidden' },
    says: /^expected a certificate in PEM in \S+\/cert\.pem, found none/,
  },
  {
    name: 'a key file without one',
    content: { key: cert },
    says: /^expected a private key in PEM without a passphrase in \S+\/key\.pem, found none/,
  },
  {
    name: 'the key of another certificate',
    content: { key: certificate('first').key },
    says: /^the key in \S+\/key\.pem is not that of the certificate in \S+\/cert\.pem; asked again at the next tick$/,
  },
];

for (const { name, content, says } of flawsOfTls) {
  test(`${name} is named as such, and nothing is sent until it is right`, async (t) => {
    const { stub, files, trust, show } = await tls(t, 'first', 'second');
    const all = { ca: certificate('first').cert, cert, key, ...content };
    await writeFile(files.caFile, all.ca);
    await writeFile(files.certFile, all.cert);
    await writeFile(files.keyFile, all.key);
    const { clock, readOne } = startSource(t, { url: stub.url, ...files });
    stub.script = healthy(clock, 'web');
    const { reason, message } = (await readOne(web)) as Unknown;
    assert.equal(reason, 'SourceUnreachable');
    assert.match(message, says);
    assert.doesNotMatch(message, /hidden/);
    assert.equal(stub.connections(), 0);
    await trust('first');
    await show('second');
    assert.equal((await readOne(web)).kind, 'measured');
  });
}

test('a client certificate may stand before its chain, and in one file with its key', async (t) => {
  const { stub, files, trust } = await tls(t, 'first', 'second');
  await trust('first');
  await writeFile(files.certFile, `${key}${cert}${certificate('first').cert}`);
  const { clock, readOne } = startSource(t, { url: stub.url, ...files, keyFile: files.certFile });
  stub.script = healthy(clock, 'web');
  assert.equal((await readOne(web)).kind, 'measured');
});

test('a server that Node does not know is not trusted without a CA file', async (t) => {
  const { stub } = await tls(t, 'first');
  const { readOne } = startSource(t, { url: stub.url });
  assert.equal(((await readOne(web)) as Unknown).reason, 'SourceUnreachable');
  assert.equal(stub.asked.length, 0);
});

test('a certificate for another name is refused, and the name that it is for is not told', async (t) => {
  const { stub, files, trust } = await tls(t, 'elsewhere');
  await trust('elsewhere');
  const { readOne } = startSource(t, { url: stub.url, caFile: files.caFile });
  const { reason, message } = (await readOne(web)) as Unknown;
  assert.equal(reason, 'SourceUnreachable');
  assert.match(message, /its certificate is for other names/);
  assert.doesNotMatch(message, /elsewhere/);
  assert.equal(stub.asked.length, 0);
});

test('the client certificate of the moment is shown', async (t) => {
  const { stub, files, trust, show } = await tls(t, 'first', 'second');
  await trust('first');
  await show('elsewhere');
  const { clock, readOne } = startSource(t, { url: stub.url, ...files });
  stub.script = healthy(clock, 'web');
  assert.equal(((await readOne(web)) as Unknown).reason, 'SourceUnreachable');
  await show('second');
  assert.equal((await readOne(web)).kind, 'measured');
  // Half of a rotation is a certificate with the key of another.
  await writeFile(files.keyFile, certificate('first').key);
  assert.equal(((await readOne(web)) as Unknown).reason, 'SourceUnreachable');
  await show('second');
  assert.equal((await readOne(web)).kind, 'measured');
});

test('files that stay the same keep their connections', async (t) => {
  const { stub, files, trust } = await tls(t, 'first');
  await trust('first');
  const { clock, readOne } = startSource(t, { url: stub.url, caFile: files.caFile });
  stub.script = healthy(clock, 'web');
  for (let n = 0; n < 10; n += 1) {
    await trust('first'); // Written anew, as a mounted Secret is.
    assert.equal((await readOne(web)).kind, 'measured');
  }
  assert.ok(stub.connections() <= 8, `${stub.connections()} connections`);
});
