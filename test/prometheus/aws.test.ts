import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Unknown } from '../../src/scaling/reading.ts';
import { temporaryDirectory } from '../kube/temporary-directory.ts';
import { healthy, startSource, startStub } from './server.ts';
import { expectedAuthorization } from './signature.ts';
import { target } from './targets.ts';

const web = target('web');
// Amazon's own examples.
const ID = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/** Sets the environment as an operator of the syncer would, until the test ends; nothing else of Amazon's is looked for. */
function environment(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', AWS_SDK_LOAD_CONFIG: '0' }, variables);
  t.after(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  });
}

test('the check of these tests gives the signature of Amazon’s own example', () => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${ID}/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=?`;
  const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z', authorization };
  assert.equal(
    expectedAuthorization({ method: 'GET', path: '/', headers, body: '' }, ID, SECRET).split('Signature=')[1],
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  );
});

test('queries are signed for Amazon Managed Prometheus with the credentials of the environment', async (t) => {
  environment(t, { AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: 'session' });
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, {
    url: `${stub.url}/workspaces/ws-1`,
    auth: { kind: 'aws', region: 'eu-west-1' },
    queryParameters: [
      ['b', 'two words'],
      ['a', 'x/y'],
    ],
    headers: [['X-Team', 'a']],
  });
  stub.script = healthy(clock, 'web');
  const reading = await readOne(web);
  assert.equal(reading.kind, 'measured', JSON.stringify(reading));
  assert.equal(stub.asked.length, 2);
  for (const asked of stub.asked) {
    assert.equal(asked.headers.authorization, expectedAuthorization(asked, ID, SECRET));
    assert.match(asked.headers.authorization, /\/eu-west-1\/aps\/aws4_request, SignedHeaders=\S*host;/);
    assert.match(asked.headers.authorization, /x-amz-security-token/);
    assert.equal(asked.headers['x-amz-security-token'], 'session');
  }
});

test('credentials are also found in the shared file', async (t) => {
  const file = join(await temporaryDirectory(t), 'credentials');
  await writeFile(file, `[default]\naws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\n`);
  environment(t, { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: '/dev/null' });
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, {
    url: stub.url,
    auth: { kind: 'aws', region: 'eu-west-1', service: 'other' },
  });
  stub.script = healthy(clock, 'web');
  const reading = await readOne(web);
  assert.equal(reading.kind, 'measured', JSON.stringify(reading));
  for (const asked of stub.asked) assert.equal(asked.headers.authorization, expectedAuthorization(asked, ID, SECRET));
});

test('without credentials nothing is sent, and the message says what is missing', async (t) => {
  environment(t, { AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_CONFIG_FILE: '/dev/null' });
  const stub = await startStub(t, () => undefined);
  const { readOne } = startSource(t, { url: stub.url, auth: { kind: 'aws', region: 'eu-west-1' } });
  const reading = (await readOne(web)) as Unknown;
  assert.equal(reading.reason, 'SourceRefused');
  assert.match(
    reading.message,
    /^no AWS credentials for region eu-west-1 to sign the queries with: .*; asked again within 10 s$/,
  );
  assert.equal(stub.asked.length, 0);
});
