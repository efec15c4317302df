/** What the flags of the syncer say about Prometheus, and what they may not say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import {
  loadSourceOptions,
  type PrometheusFlags,
  prometheusOptions,
  shownUrl,
} from '../../src/cli/prometheus-flags.ts';
import { runHere } from './command.ts';

const URL = '--prometheus-url=http://prom:9090';

function flagsOf(...args: string[]) {
  const command = new Command().exitOverride();
  for (const option of prometheusOptions()) command.addOption(option);
  return command.parse(args, { from: 'user' }).opts<PrometheusFlags>();
}

const parsed = (...args: string[]) => loadSourceOptions(flagsOf(...args));

test('without a URL nothing is asked', () => assert.equal(parsed(), undefined));

test('the URL alone is enough', () => {
  assert.deepEqual(parsed(URL), {
    url: 'http://prom:9090',
    auth: { kind: 'none' },
    headers: [],
    queryParameters: [],
    caFile: undefined,
    certFile: undefined,
    keyFile: undefined,
    timeoutMs: 5_000,
    intervalMs: 5_000,
    namespaceLabel: 'namespace',
    nameLabel: 'service',
    scrapeIntervalSeconds: 15,
    stableWindowSeconds: 60,
  });
});

const ways = [
  {
    args: ['--prometheus-username=me', '--prometheus-password-file=/p'],
    auth: { kind: 'basic', username: 'me', passwordFile: '/p' },
  },
  { args: ['--prometheus-credentials-file=/c'], auth: { kind: 'basicFile', file: '/c' } },
  { args: ['--prometheus-bearer-token-file=/t'], auth: { kind: 'bearer', tokenFile: '/t' } },
  { args: ['--prometheus-sigv4-region=eu-west-1'], auth: { kind: 'aws', region: 'eu-west-1' } },
];
for (const { args, auth } of ways) {
  test(`${args.join(' ')} is ${auth.kind}`, () => assert.deepEqual(parsed(URL, ...args)?.auth, auth));
}

test('headers and parameters add up, and may be many in one', () => {
  const options = parsed(
    URL,
    '--prometheus-header=X-Scope-OrgID=a',
    '--prometheus-header=B=1=2,C=3',
    '--prometheus-query-param=dedup=true',
  );
  assert.deepEqual(options?.headers, [
    ['X-Scope-OrgID', 'a'],
    ['B', '1=2'],
    ['C', '3'],
  ]);
  assert.deepEqual(options.queryParameters, [['dedup', 'true']]);
});

/** Refused before anything is connected to. */
const refused: readonly { name: string; args: readonly string[]; says: RegExp }[] = [
  {
    name: 'credentials without a URL',
    args: ['--prometheus-bearer-token-file=/t'],
    says: /--prometheus-bearer-token-file is of no use without --prometheus-url/,
  },
  {
    name: 'a user without a password',
    args: [URL, '--prometheus-username=me'],
    says: /both --prometheus-username and --prometheus-password-file/,
  },
  {
    name: 'two ways to log in',
    args: [URL, '--prometheus-bearer-token-file=/t', '--prometheus-sigv4-region=x'],
    says: /takes one only/,
  },
  {
    name: 'a password in the URL',
    args: ['--prometheus-url=http://me:secret@prom'],
    says: /must not hold a username or password/,
  },
  {
    name: 'a URL of another kind',
    args: ['--prometheus-url=ftp://prom'],
    says: /must begin with http:\/\/ or https:\/\//,
  },
  {
    name: 'a header that is none',
    args: [URL, '--prometheus-header=A=1', '--prometheus-header=secret'],
    says: /--prometheus-header takes name=value; number 2 of those given is not like that/,
  },
  {
    name: 'a header as HTTP writes it',
    args: [URL, '--prometheus-header=Authorization: Bearer secret=='],
    says: /header number 1 has a name that no header may have/,
  },
  {
    name: 'a value with a comma in it',
    args: [URL, '--prometheus-query-param=token=a,secret'],
    says: /--prometheus-query-param takes name=value; number 2/,
  },
  { name: 'a window that is too short', args: [URL, '--scrape-interval=30'], says: /120/ },
  {
    name: 'ticks further apart than a window is long',
    args: [URL, '--interval=61'],
    says: /--interval 61 must not be longer than --window 60/,
  },
  { name: 'half a second', args: [URL, '--interval=0.5'], says: /Expected a whole number from 1 to 3600, got '0\.5'/ },
  { name: 'one label for both', args: [URL, '--name-label=namespace'], says: /must differ/ },
];
for (const { name, args, says } of refused) {
  test(`the syncer refuses ${name}, and shows no secret`, async () => {
    const { exitCode, stderr } = await runHere(['syncer', ...args]);
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /secret/);
  });
}

test('of the URL only what is no secret is shown', () => {
  assert.equal(
    shownUrl(flagsOf('--prometheus-url=https://prom.example:9443/tenants/s3cret?key=s3cret')),
    'https://prom.example:9443',
  );
  assert.equal(shownUrl(flagsOf()), undefined);
});
