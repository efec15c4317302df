/** What `elasticweb simulate` prints, writes and refuses. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { selectorText } from '../../src/prometheus/selector.ts';
import { elasticWeb, type Outcome, ROOT, runHere, runProcess, type World } from './command.ts';

const autoscaling = { minReplicas: 1, maxReplicas: 10 };
const TRACE = 'seconds,qps\n0,50\n30,450\n60,\n90,NaN\n105,0\n450,0\n';
const files = { 'web.yaml': elasticWeb({ autoscaling }), 'trace.csv': TRACE };
const ARGS = ['simulate', '-f', 'web.yaml', '--trace', 'trace.csv'];

/** Runs it on those files, with these flags besides. */
const simulate = (flags: readonly string[] = [], world: World = {}): Promise<Outcome> =>
  runHere([...ARGS, ...flags], { files, ...world });

/** The rows that `--csv -` prints. */
async function rowsOf(flags: readonly string[] = [], world: World = {}): Promise<string[]> {
  const { exitCode, stdout, stderr } = await simulate(['--csv', '-', ...flags], world);
  assert.equal(exitCode, 0, stderr);
  return stdout.trimEnd().split('\n');
}

test('simulate: a row for each decision, from the first second of the trace to the last', async () => {
  const rows = await rowsOf();
  assert.deepEqual(rows.slice(0, 9), [
    'seconds,qps,replicas,reason',
    '0,50,1,DesiredWithinRange',
    '15,50,1,DesiredWithinRange',
    '30,450,5,DesiredWithinRange',
    '45,450,5,DesiredWithinRange',
    '60,,5,NoSeries',
    '75,,5,NoSeries',
    '90,,5,NoSeries',
    '105,0,5,ScaleDownStabilized',
  ]);
  // The last recommendation of 5 pods is of 45 s, and counts for 300 s.
  assert.deepEqual(rows.slice(-9, -6), [
    '330,0,5,ScaleDownStabilized',
    '345,0,1,TooFewReplicas',
    '360,0,1,TooFewReplicas',
  ]);
  assert.equal(rows.length, 1 + 450 / 15 + 1);
});

test('simulate: with --csv - there is nothing but rows on stdout; chart and summary go to stderr', async () => {
  const { stdout, stderr } = await simulate(['--csv', '-']);
  assert.doesNotMatch(stdout, /pod-hours|⣿/);
  assert.match(stderr, /^shop: trace\.csv, 7m30s, a decision each 15 s; 100 requests per second a pod, 1 to 10 pods\n/);
  assert.match(stderr, /⣿ load/);
  assert.match(stderr, /\npod-hours +0\.5\n/);
});

test('simulate: chart and summary go to stdout, the chart unless it is not wanted', async () => {
  const [plain, chartless] = await Promise.all([simulate(), simulate(['--no-chart'])]);
  assert.equal(plain.stderr, '');
  assert.match(plain.stdout, /⣿ load/);
  assert.match(plain.stdout, /\nscale actions +1 up, 1 down\npeak pods +5\nseconds of unknown load +45 \(10 %\)\n$/);
  assert.doesNotMatch(chartless.stdout, /⣿/);
  assert.match(chartless.stdout, /\nscale actions +1 up, 1 down\n/);
});

test('simulate: --compare hpa puts a second column into the summary, and a second line into the charts', async () => {
  const written = new Map<string, string>();
  const { stdout } = await simulate(['--compare', 'hpa', '--ready-delay', '10', '--svg', 'a.svg'], { written });
  assert.match(stdout, /\n +elasticweb +HPA\npod-hours +[\d.]+ +[\d.]+\n/);
  // Both need 5 pods at 30 s, have one, and get four more 10 s later.
  assert.match(stdout, /\nmissing pod-seconds +40 +40\n/);
  assert.match(stdout, /pods of HPA/);
  assert.match(written.get('a.svg') ?? '', /^<svg .*>HPA<\/text>.*<\/svg>\n$/s);
});

test('simulate: an answer of Prometheus is a trace, too', async () => {
  const values = [
    [0, '50'],
    [30, '450'],
    [60, 'NaN'],
    [90, '0'],
  ];
  const trace = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } });
  const csv = 'seconds,qps\n0,50\n30,450\n60,\n90,0\n';
  const [ofJson, ofCsv] = await Promise.all(
    [trace, csv].map((text) => rowsOf([], { files: { ...files, 'trace.csv': text } })),
  );
  assert.deepEqual(ofJson, ofCsv);
});

test('simulate -o json and yaml: the figures of the summary, and nothing else on stdout', async () => {
  const [json, yaml] = await Promise.all([
    simulate(['-o', 'json', '--compare', 'hpa']),
    simulate(['-o', 'yaml', '--compare', 'hpa']),
  ]);
  assert.deepEqual([json.exitCode, json.stderr, yaml.stderr], [0, '', '']);
  const figures = JSON.parse(json.stdout) as Record<string, unknown>;
  assert.deepEqual(parse(yaml.stdout), figures);
  const { elasticweb, hpa, ...about } = figures as { elasticweb: { peakPods: number }; hpa: { peakPods: number } };
  assert.deepEqual([elasticweb.peakPods, hpa.peakPods], [5, 5]);
  assert.deepEqual(about, {
    name: 'shop',
    trace: 'trace.csv',
    intervalSeconds: 15,
    readyDelaySeconds: 0,
    singlePodQPS: 100,
    minReplicas: 1,
    maxReplicas: 10,
  });
  assert.equal((await simulate(['-o', 'json', '--csv', '-'])).exitCode, 2);
});

test('simulate: flags say how often is decided, with how many pods it begins, and when pods are ready', async () => {
  assert.deepEqual((await rowsOf(['--interval', '40', '--initial-replicas', '7'])).slice(0, 4), [
    'seconds,qps,replicas,reason',
    '0,50,7,ScaleDownStabilized',
    '40,450,7,ScaleDownStabilized',
    '80,,7,NoSeries',
  ]);
});

test('simulate: policies see what was changed before', async () => {
  const scaleUp = { policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] };
  const web = elasticWeb({ autoscaling: { ...autoscaling, behavior: { scaleUp } } });
  const trace = 'seconds,qps\n0,100\n15,900\n150,900\n';
  const rows = await rowsOf([], { files: { 'web.yaml': web, 'trace.csv': trace } });
  assert.deepEqual(
    rows.slice(1).map((row) => Number(row.split(',')[2])),
    [1, 3, 3, 3, 3, 5, 5, 5, 5, 7, 7],
  );
});

test('simulate: a reading of the fast window counts upwards', async () => {
  const trace = 'seconds,qps,fastQps\n0,50,50\n15,50,320\n30,50,50\n';
  const rows = await rowsOf([], { files: { ...files, 'trace.csv': trace } });
  assert.match(rows[2] ?? '', /^15,50,4,/);
});

test('simulate: the trace can come from stdin, or the ElasticWeb, and not both', async () => {
  const fromFiles = await simulate();
  const trace = await runHere(['simulate', '-f', 'web.yaml', '--trace', '-'], { files, stdin: TRACE });
  const web = await runHere(['simulate', '-f', '-', '--trace', 'trace.csv'], { files, stdin: files['web.yaml'] });
  assert.equal(trace.stdout, fromFiles.stdout.replace('trace.csv', 'stdin'));
  assert.deepEqual(web, fromFiles);
  const both = await runHere(['simulate', '-f', '-', '--trace', '-'], { files });
  assert.equal(both.exitCode, 2);
  assert.equal(both.stderr, 'error: -f - and --trace - exclude each other: stdin cannot be read twice\n');
});

const shop = elasticWeb({ autoscaling }, { namespace: 'a' });
const several =
  shop +
  elasticWeb({ autoscaling: { maxReplicas: 2 } }, { namespace: 'b' }) +
  elasticWeb({ autoscaling }, { name: 'blog' });

test('simulate: of several ElasticWebs --name says which', async () => {
  const world = { files: { ...files, 'web.yaml': several } };
  assert.match((await simulate(['--name', 'b/shop'], world)).stdout, /^b\/shop: .* 1 to 2 pods\n/);
  assert.match((await simulate(['--name', 'blog'], world)).stdout, /^blog: /);
});

const refusals: readonly {
  readonly name: string;
  readonly web?: string;
  readonly flags?: readonly string[];
  readonly exitCode?: number;
  readonly stderr: string | RegExp;
}[] = [
  {
    name: 'several ElasticWebs and no name',
    web: several,
    exitCode: 2,
    stderr: 'error: there are several ElasticWebs, and --name must say which: a/shop, b/shop, blog\n',
  },
  {
    name: 'a name that two have',
    web: several,
    flags: ['--name', 'shop'],
    exitCode: 2,
    stderr: 'error: there are several ElasticWebs, and --name must say which: a/shop, b/shop\n',
  },
  {
    name: 'a name that none has',
    web: shop,
    flags: ['--name', 'x'],
    stderr: 'there is no ElasticWeb x; there are a/shop\n',
  },
  {
    name: 'no autoscaling',
    web: elasticWeb({ totalQPS: 7 }),
    stderr:
      'web.yaml: document 1 (ElasticWeb shop): has no spec.autoscaling, so its number of pods does not follow the load; add at least: autoscaling: { maxReplicas: 10 }\n',
  },
  {
    name: 'an invalid ElasticWeb',
    web: elasticWeb({ port: 0, autoscaling }),
    stderr:
      /^web\.yaml: document 1 \(ElasticWeb shop\): spec\.port: .*\nNothing was simulated\. 1 ElasticWeb: 0 valid, 1 invalid\n$/,
  },
  {
    name: 'no ElasticWeb at all',
    web: '{"apiVersion":"v1","kind":"Namespace"}',
    stderr: /no ElasticWeb in web\.yaml\n$/,
  },
  { name: 'a trace that is not there', flags: ['--trace', 'x.csv'], stderr: 'x.csv: there is no such file\n' },
  {
    name: 'a trace that is none',
    flags: ['--trace', 'note.txt'],
    stderr: /^note\.txt: line 1: expected the header seconds,qps or .*; found "hello"\n$/,
  },
  {
    name: 'a trace without end',
    flags: ['--trace', 'long.csv'],
    stderr:
      'long.csv: the trace is 11574d1h long, which is 66666667 decisions at one each 15 s, and at most 1000000 are simulated; give an --interval of 1001, or a shorter trace\n',
  },
  {
    name: 'an HPA that would decide too often',
    flags: ['--trace', 'long.csv', '--interval', '5000', '--compare', 'hpa'],
    stderr: /66666667 decisions at one each 15 s.*; leave out --compare, or give a shorter trace\n$/,
  },
  {
    name: 'an output that would overwrite the trace',
    flags: ['--csv', 'trace.csv'],
    exitCode: 2,
    stderr: 'error: --csv trace.csv would overwrite what is read; name another file\n',
  },
  { name: 'two outputs into one file', flags: ['--csv', '-', '--svg', '-'], exitCode: 2, stderr: /^error: --csv and --svg both name -/ }, // prettier-ignore
  ...[
    ['--interval', '0'],
    ['--interval', '0.5'],
    ['--ready-delay', '-1'],
    ['--initial-replicas', '2147483648'],
  ].map((flags) => ({
    name: flags.join(' '),
    flags,
    exitCode: 2,
    stderr: /Expected a whole number from \d+ to \d+, got /,
  })),
];
for (const { name, web, flags = [], exitCode = 1, stderr } of refusals) {
  test(`simulate refuses: ${name}`, async () => {
    const world = {
      files: {
        ...files,
        'web.yaml': web ?? files['web.yaml'],
        'long.csv': 'seconds,qps\n0,1\n1e9,1\n',
        'note.txt': 'hello\n',
      },
    };
    const outcome = await simulate(flags, world);
    assert.equal(outcome.exitCode, exitCode, outcome.stderr);
    if (typeof stderr === 'string') assert.equal(outcome.stderr, stderr);
    else assert.match(outcome.stderr, stderr);
    assert.equal(outcome.stdout, '');
  });
}

for (const { spec, note } of [
  { spec: { suspend: true }, note: 'is suspended; simulated as if it were not' },
  { spec: { replicas: 3 }, note: 'spec.replicas sets 3 by hand, so the load changes nothing' },
  {
    spec: { autoscaling: { ...autoscaling, mode: 'Observe' } },
    note: 'mode Observe changes nothing; simulated as mode Auto',
  },
]) {
  test(`simulate says what it does otherwise: ${note}`, async () => {
    const web = elasticWeb({ autoscaling, ...spec });
    const { exitCode, stdout, stderr } = await simulate([], { files: { ...files, 'web.yaml': web } });
    assert.equal(stderr, `web.yaml: document 1 (ElasticWeb shop): ${note}\n`);
    assert.equal(exitCode, 0);
    assert.match(stdout, 'replicas' in spec ? /peak pods +3\n/ : /peak pods +5\n/);
  });
}

test('simulate as a process: it writes the files, and says when one cannot be written', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'elasticweb-simulate-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const [web, trace, csv, svg] = ['web.json', 'trace.csv', 'out.csv', 'out.svg'].map((name) => join(directory, name));
  assert.ok(web !== undefined && trace !== undefined && csv !== undefined && svg !== undefined);
  await writeFile(web, files['web.yaml']);
  await writeFile(trace, TRACE);
  const args = ['simulate', '-f', web, '--trace', trace];

  const [outcome, refused] = await Promise.all([
    runProcess([...args, '--csv', csv, '--svg', svg]),
    runProcess([...args, '--svg', join(directory, 'no/such/directory.svg')]),
  ]);

  assert.equal(outcome.exitCode, 0, outcome.stderr);
  assert.match(outcome.stdout, /pod-hours/);
  assert.deepEqual((await readFile(csv, 'utf8')).trimEnd().split('\n'), await rowsOf());
  assert.match(await readFile(svg, 'utf8'), /^<svg .*<\/svg>\n$/s);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /^--svg .*directory\.svg: could not be written: ENOENT/);
  // Nobody should take a file for complete that is not there.
  assert.equal(refused.stdout, '');
});

test('simulate: a terminal gets colors unless NO_COLOR is set, and its width is used', async () => {
  const { hasColor, widthOf } = await import('../../src/cli/terminal.ts');
  const terminal = { write: () => true, isTTY: true, columns: 123 };
  const pipe = { write: () => true };
  assert.deepEqual(
    [
      hasColor(terminal, {}),
      hasColor(terminal, { NO_COLOR: '' }),
      hasColor(terminal, { NO_COLOR: '1' }),
      hasColor(terminal, { TERM: 'dumb' }),
      hasColor(pipe, {}),
    ],
    [true, true, false, false, false],
  );
  assert.deepEqual([widthOf(terminal), widthOf(pipe), widthOf({ ...terminal, columns: 0 })], [123, 100, 100]);
});

test('simulate: the queries that help and docs tell ask for what the syncer asks for', async () => {
  const query = (service: string) =>
    `sum(rate(${selectorText({
      metric: 'http_server_requests_seconds_count',
      among: [],
      present: [],
      equal: [
        ['namespace', 'shop'],
        ['service', service],
      ],
      withoutActuator: true,
    })}[1m]))`;
  const { stdout } = await runHere(['simulate', '--help']);
  const docs = await readFile(join(ROOT, 'docs/command.md'), 'utf8');
  const queriesIn = (text: string) => text.replaceAll(/\s/g, '').match(/sum\(rate\(http.*?\)\)/g);
  assert.deepEqual(queriesIn(stdout), [query('shop-metrics'), query('shop-metrics')]);
  assert.deepEqual(queriesIn(docs), [query('shop')]);
});
