/** What `elasticweb diff` says would change is what changes when the file is applied; and diff itself changes nothing. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { ADOPT_ANNOTATION, API_VERSION, KIND } from '../../src/api/resource.ts';
import type { ElasticWebSpec } from '../../src/api/types.ts';
import { withoutGiven } from '../../src/cli/diff/shown.ts';
import { diffLines } from '../../src/cli/diff/text.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB, SERVICE } from '../../src/syncer/kinds.ts';
import { type Outcome, runHere, runProcess } from '../cli/command.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { eventually } from '../control-plane/eventually.ts';
import { containerOf, serviceSpec } from './kinds.ts';
import { conditionOf, SMALL, useWorld } from './world.ts';

const world = await useWorld();
const { kubeconfig, directory } = useControlPlane();
const CLUSTER = [`--kubeconfig=${kubeconfig}`, '--context=admin'];

const manifest = (name: string, spec: Partial<ElasticWebSpec> = {}, metadata: object = {}): string =>
  JSON.stringify({ apiVersion: API_VERSION, kind: KIND, metadata: { name, ...metadata }, spec: { ...SMALL, ...spec } });

const diff = (stdin: string, ...flags: string[]): Promise<Outcome> =>
  runHere(['diff', '-f', '-', ...CLUSTER, '--namespace', world.namespace, ...flags], { stdin });

async function apply(text: string, ...flags: string[]): Promise<void> {
  const { code, stderr } = await world.tryKubectlWith(text, 'apply', '-f', '-', ...flags);
  assert.equal(code, 0, stderr);
}

/** The lines that begin with + or -, without those of the heads. */
const changed = ({ stdout }: Outcome): string[] => stdout.split('\n').filter((line) => /^[-+](?!--|\+\+)/.test(line));
const heads = ({ stdout }: Outcome): string[] => stdout.split('\n').filter((line) => /^(---|\+\+\+) /.test(line));

/** All there is to an ElasticWeb of that name, in the order in which diff shows it. */
const parts = (name: string): readonly { type: ResourceType; name: string }[] => [
  { type: ELASTIC_WEB, name },
  { type: DEPLOYMENT, name },
  { type: SERVICE, name },
  { type: SERVICE, name: `${name}-metrics` },
];
const liveParts = (name: string) => Promise.all(parts(name).map(({ type, name: part }) => world.get(type, part)));

test('of a new ElasticWeb everything is shown as made, and nothing is made', async () => {
  const outcome = await diff(manifest('new', { totalQPS: 700, mtargetPort: 9090, serviceType: 'NodePort' }));

  assert.equal(outcome.exitCode, 1, outcome.stderr);
  const made = ['ElasticWeb', 'Deployment', 'Service', 'Service'].map(
    (kind, index) => `+++ ${kind} ${world.namespace}/new${index === 3 ? '-metrics' : ''}`,
  );
  assert.deepEqual(
    heads(outcome),
    made.flatMap((head) => ['--- /dev/null', head]),
  );
  assert.ok(changed(outcome).includes('+  replicas: 2'), outcome.stdout);
  // What the API server fills in is shown, what it gives out at its own choice is not.
  assert.ok(changed(outcome).includes('+  protocol: TCP'));
  assert.doesNotMatch(outcome.stdout, /clusterIP|nodePort|uid|managedFields|resourceVersion|status:/);
  assert.equal(outcome.stderr, '4 objects: 4 created\n');
  assert.deepEqual(await liveParts('new'), [undefined, undefined, undefined, undefined]);
});

interface Story {
  readonly name: string;
  readonly from: Partial<ElasticWebSpec>;
  readonly to: Partial<ElasticWebSpec>;
  readonly flags?: readonly string[];
  /** What somebody does by hand in between, while the ElasticWeb is suspended. */
  readonly byHand?: (name: string) => Promise<void>;
}

const stories: readonly Story[] = [
  { name: 'another image', from: {}, to: { image: 'nginx:1.30' } },
  { name: 'more declared load', from: { totalQPS: 700 }, to: { totalQPS: 1700 } },
  { name: 'no declared load any more', from: { totalQPS: 1700 }, to: {} },
  { name: 'no declared load any more, server-side', from: { totalQPS: 1700 }, to: {}, flags: ['--server-side'] },
  { name: 'another port', from: { serviceType: 'NodePort' }, to: { serviceType: 'NodePort', port: 81 } },
  { name: 'another type of Service', from: {}, to: { serviceType: 'LoadBalancer' } },
  { name: 'metrics', from: {}, to: { mtargetPort: 9090 } },
  { name: 'no metrics any more', from: { mtargetPort: 9090 }, to: {} },
  {
    name: 'a variable less',
    from: { env: [{ name: 'A', value: 'a' }, { name: 'B', value: 'b' }] }, // prettier-ignore
    to: { env: [{ name: 'B', value: 'c' }] },
  },
  {
    name: 'autoscaling where there were pods by hand',
    from: { replicas: 3 },
    to: { autoscaling: { maxReplicas: 9 } },
  },
  {
    name: 'a lower limit',
    from: { autoscaling: { minReplicas: 3, maxReplicas: 9 } },
    to: { autoscaling: { minReplicas: 1, maxReplicas: 2 } },
  },
  { name: 'suspended', from: { totalQPS: 700 }, to: { totalQPS: 1700, suspend: true } },
  {
    name: 'ports that somebody renumbered',
    // Without pods, whose end would go on while diff is running.
    from: { serviceType: 'NodePort', totalQPS: 0 },
    to: { serviceType: 'NodePort', totalQPS: 0 },
    byHand: renumberPorts,
  },
];

async function renumberPorts(name: string): Promise<void> {
  const [service, deployment] = await Promise.all([world.service(name), world.deployment(name)]);
  const [{ nodePort } = {}] = serviceSpec(service).ports;
  await world.patch(SERVICE, name, { spec: { ports: [{ name: 'http-traffic', port: 90, nodePort }] } });
  const container = { ...containerOf(deployment), ports: [{ name: 'http', containerPort: 9090 }] };
  await world.patch(DEPLOYMENT, name, { spec: { template: { spec: { containers: [container] } } } });
  await world.until(DEPLOYMENT, name, ({ metadata, status }) => status?.observedGeneration === metadata.generation);
}

async function suspend(name: string, spec: Partial<ElasticWebSpec>): Promise<void> {
  await apply(manifest(name, { ...spec, suspend: true }));
  await world.until(ELASTIC_WEB, name, ({ metadata, status }) => status?.observedGeneration === metadata.generation);
}

suite('what diff shows is what comes:', { concurrency: 3 }, () => {
  for (const [index, { name, from, to, flags = [], byHand }] of stories.entries()) {
    test(name, async () => {
      const web = `story-${index}`;
      await apply(manifest(web, from), ...flags);
      await world.ready(web);
      if (byHand !== undefined) {
        await suspend(web, from);
        await byHand(web);
      }
      const before = await liveParts(web);

      const outcome = await diff(manifest(web, to));

      assert.equal(outcome.exitCode, 1, outcome.stderr);
      assert.deepEqual(await liveParts(web), before, 'diff wrote something');
      await apply(manifest(web, to), ...flags);
      await world.ready(web);
      // The collector takes what is no longer wanted.
      if (from.mtargetPort !== undefined) await world.untilGone(SERVICE, `${web}-metrics`);
      const now = await liveParts(web);
      const came = parts(web).flatMap(({ type, name: part }, at) =>
        diffLines(
          {
            object: `${type.kind} ${world.namespace}/${part}`,
            before: before[at],
            after: shownOf(now[at], before[at]),
          },
          { color: false },
        ),
      );
      assert.equal(outcome.stdout, `${came.join('\n')}\n`);
      const again = await diff(manifest(web, to));
      assert.deepEqual([again.exitCode, again.stdout], [0, ''], again.stdout);
    });
  }
});

/** Without what the controllers of Kubernetes wrote afterwards. */
function shownOf(after: KubeObject | undefined, before: KubeObject | undefined): KubeObject | undefined {
  if (after === undefined) return undefined;
  const { annotations, finalizers, ...metadata } = after.metadata;
  const { annotations: old, finalizers: oldFinalizers } = before?.metadata ?? {};
  const isDeployment = after.kind === 'Deployment';
  const kept = isDeployment ? { ...annotations, ...old } : annotations;
  return withoutGiven(
    {
      ...after,
      metadata: {
        ...metadata,
        ...(kept && { annotations: kept }),
        ...(oldFinalizers && finalizers && { finalizers: oldFinalizers }),
      },
    },
    before,
    [],
  );
}

test('where nothing would change, it says so with exit code 0', async () => {
  await apply(manifest('same', { totalQPS: 700 }));
  await world.ready('same');
  const outcome = await runProcess(['diff', '-f', '-', ...CLUSTER, '-n', world.namespace], {
    stdin: manifest('same', { totalQPS: 700 }),
  });
  assert.deepEqual(outcome, { exitCode: 0, stdout: '', stderr: '3 objects: 3 unchanged\n' });
});

test('with autoscaling the number of pods is the one there is', async () => {
  const autoscaling = { minReplicas: 2, maxReplicas: 9 };
  await apply(manifest('scaled', { autoscaling }));
  await world.ready('scaled');
  const outcome = await diff(manifest('scaled', { autoscaling: { ...autoscaling, minReplicas: 1 }, image: 'a:2' }));
  assert.doesNotMatch(outcome.stdout, /^[-+] +replicas:/m);
  assert.match(outcome.stdout, /^\+ +- image: a:2|^\+ +image: a:2/m);
});

test('drift that the syncer would repair is a difference', async () => {
  await apply(manifest('drifting', { suspend: true }));
  await apply(manifest('drifting'));
  await world.ready('drifting');
  await suspend('drifting', {});
  await world.kubectl('set', 'image', 'deployment/drifting', 'web=evil:1');

  const [suspended, released] = await Promise.all([
    diff(manifest('drifting', { suspend: true })),
    diff(manifest('drifting')),
  ]);

  assert.equal(suspended.exitCode, 0, suspended.stdout);
  assert.match(suspended.stderr, /is suspended: the syncer leaves its children as they are/);
  assert.equal(released.exitCode, 1);
  assert.ok(
    changed(released).some((line) => /^- +(- )?image: evil:1$/.test(line)),
    released.stdout,
  );
});

test('a stranger’s Deployment is a conflict, and nothing beside it is announced', async () => {
  const selector = { app: 'theirs' };
  await world.make(DEPLOYMENT, 'taken', {
    spec: {
      selector: { matchLabels: selector },
      template: { metadata: { labels: selector }, spec: { containers: [{ name: 'theirs', image: 'theirs:1' }] } },
    },
  });

  const outcome = await diff(manifest('taken'));

  assert.equal(outcome.exitCode, 2);
  assert.deepEqual(heads(outcome), ['--- /dev/null', `+++ ElasticWeb ${world.namespace}/taken`]);
  assert.match(
    outcome.stderr,
    /^error: Deployment \S+\/taken is not ours: expected owner ElasticWeb\/taken, found no owner/,
  );
  assert.match(outcome.stderr, /\nerror: Service \S+\/taken is left as it is while another child's name is taken\n/);
});

test('of what is handed over, what its former owner had set and nobody asks for goes away', async () => {
  const selector = { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': 'adopted' };
  const theirs = [
    { name: 'web', image: 'theirs:1', imagePullPolicy: 'Always', env: [{ name: 'THEIRS', value: '1' }] },
    { name: 'sidecar', image: 'theirs:2' },
  ];
  const handOver = { metadata: { ...world.named('adopted'), annotations: { [ADOPT_ANNOTATION]: 'adopted' } } };
  await world.make(DEPLOYMENT, 'adopted', {
    ...handOver,
    spec: {
      replicas: 0,
      selector: { matchLabels: selector },
      template: { metadata: { labels: selector }, spec: { containers: theirs } },
    },
  });
  await world.make(SERVICE, 'adopted', { ...handOver, spec: { selector, ports: [{ name: 'theirs', port: 7000 }] } });
  await world.until(
    DEPLOYMENT,
    'adopted',
    ({ metadata, status }) => status?.observedGeneration === metadata.generation,
  );
  const before = await liveParts('adopted');

  const outcome = await diff(manifest('adopted'));

  assert.equal(outcome.exitCode, 1, outcome.stderr);
  assert.deepEqual(await liveParts('adopted'), before);
  const gone = changed(outcome).filter((line) => /theirs|THEIRS|sidecar|Always/.test(line) && line.startsWith('-'));
  assert.ok(
    gone.some((line) => line.includes('THEIRS')),
    outcome.stdout,
  );
  assert.ok(
    gone.some((line) => line.includes('sidecar')),
    outcome.stdout,
  );
  assert.doesNotMatch(outcome.stdout, /^[ +].*(theirs|THEIRS|sidecar|imagePullPolicy: Always)/m);
  await apply(manifest('adopted'));
  await world.ready('adopted');
  const again = await diff(manifest('adopted'));
  assert.deepEqual([again.exitCode, again.stdout], [0, '']);
});

test('what an HPA scales is left to it, and said', async () => {
  await apply(manifest('contended', { totalQPS: 700 }));
  await world.ready('contended');
  await world.client.mergePatch(
    DEPLOYMENT,
    world.named('contended'),
    { spec: { replicas: 5 } },
    { fieldManager: 'kube-controller-manager', subresource: 'scale' },
  );
  const outcome = await diff(manifest('contended', { totalQPS: 1700 }));
  assert.equal(outcome.exitCode, 1);
  assert.doesNotMatch(outcome.stdout, /^[-+] +replicas:/m);
  assert.match(outcome.stderr, /spec\.replicas belongs to a HorizontalPodAutoscaler/);
});

test('fields that somebody else owns are said, and shown as taken over', async () => {
  await apply(manifest('owned', { totalQPS: 700 }), '--server-side');
  await world.ready('owned');
  await apply(manifest('owned', { totalQPS: 900 }), '--server-side', '--field-manager=other', '--force-conflicts');
  await world.ready('owned');
  await apply(manifest('owned', { totalQPS: 900, image: 'a:2' }), '--server-side', '--force-conflicts');
  await world.kubectl('patch', 'elasticweb', 'owned', '--type=merge', '-p', '{"spec":{"totalQPS":1400}}');
  await world.ready('owned');
  const outcome = await diff(manifest('owned', { totalQPS: 900, image: 'a:2' }));
  assert.equal(outcome.exitCode, 1);
  assert.match(outcome.stderr, /others have set what the file sets: spec\.totalQPS \(conflict with "kubectl-patch"/);
  assert.ok(changed(outcome).includes('+  totalQPS: 900'), outcome.stdout);
});

test('what the API server would refuse is an error with its words, and nothing else is hidden by it', async () => {
  const classed = { serviceType: 'LoadBalancer', service: { loadBalancerClass: 'a.b/c' } } as const;
  await apply(manifest('refused', classed));
  await world.ready('refused');
  const outcome = await diff(
    [
      manifest('refused', { ...classed, service: { loadBalancerClass: 'x.y/z' } }),
      manifest('high', { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      manifest('fine'),
    ].join('\n---\n'),
  );
  assert.equal(outcome.exitCode, 2);
  assert.match(outcome.stderr, /^error: ElasticWeb \S+\/refused: Invalid: .*is immutable/m);
  assert.match(outcome.stderr, /^error: Deployment \S+\/high: Invalid: .*limit/m);
  assert.match(outcome.stdout, /^\+\+\+ ElasticWeb \S+\/fine$/m);
  assert.match(outcome.stderr, /\n\d objects: \d created, 2 in trouble\n$/);
});

test('what the syncer refuses is an error in its words, and no child is announced', async () => {
  const reserved = { autoscaling: { maxReplicas: 3, metric: { matchLabels: { namespace: 'other' } } } };

  const outcome = await diff(manifest('reserved', reserved));

  assert.equal(outcome.exitCode, 2);
  assert.deepEqual(heads(outcome), ['--- /dev/null', `+++ ElasticWeb ${world.namespace}/reserved`]);
  await apply(manifest('reserved', reserved));
  const web = await world.notReady('reserved', 'InvalidSpec');
  const { message = '' } = conditionOf(web, 'Ready') ?? {};
  assert.match(message, /matchLabels: namespace is set by the syncer/);
  assert.ok(outcome.stderr.startsWith(`error: ElasticWeb ${world.namespace}/reserved: ${message}\n`), outcome.stderr);
  assert.deepEqual((await liveParts('reserved')).slice(1), [undefined, undefined, undefined]);
});

test('what is invalid in the file is said without asking anybody', async () => {
  const outcome = await runHere(['diff', '-f', '-', '--kubeconfig=/dev/null'], {
    stdin: manifest('bad', { port: 0 }),
  });
  assert.equal(outcome.exitCode, 2);
  assert.match(outcome.stderr, /spec\.port: must be .*\nNothing was compared\. 1 ElasticWeb: 0 valid, 1 invalid\n$/s);
});

test('the namespace is that of the object, else --namespace, else that of the context', async (t) => {
  const other = await mkdtemp(join(tmpdir(), 'elasticweb-diff-'));
  t.after(() => rm(other, { recursive: true, force: true }));
  const config = readFileSync(kubeconfig, 'utf8').replaceAll(
    /^( +)user: admin$/gm,
    `$&\n$1namespace: ${world.namespace}`,
  );
  await writeFile(join(other, 'config'), config);
  const inContext = ['diff', '-f', '-', `--kubeconfig=${join(other, 'config')}`, '--context=admin'];

  const [named, contexts, both, nowhere] = await Promise.all([
    runHere(['diff', '-f', '-', ...CLUSTER], { stdin: manifest('a', {}, { namespace: world.namespace }) }),
    runHere(inContext, { stdin: manifest('a') }),
    diff(manifest('a', {}, { namespace: 'elsewhere' })),
    runHere(['diff', '-f', '-', ...CLUSTER, '-n', 'not-there'], { stdin: manifest('a') }),
  ]);

  for (const { stdout } of [named, contexts])
    assert.match(stdout, new RegExp(`\\+\\+\\+ Deployment ${world.namespace}/a`));
  assert.equal(both.exitCode, 2);
  assert.match(both.stderr, /is of namespace elsewhere, and --namespace says/);
  assert.equal(nowhere.exitCode, 2);
  assert.match(nowhere.stderr, /namespaces "not-there" not found; kubectl create namespace makes one\n/);
});

test('a namespace that a template left empty is none', async () => {
  const outcome = await diff(manifest('a', {}, { namespace: '' }));
  assert.equal(outcome.exitCode, 1, outcome.stderr);
  assert.ok(heads(outcome).includes(`+++ ElasticWeb ${world.namespace}/a`), outcome.stdout);
});

test('two ElasticWebs that want one Service are refused', async () => {
  const outcome = await diff(`${manifest('x', { mtargetPort: 9090 })}\n---\n${manifest('x-metrics')}`);
  assert.equal(outcome.exitCode, 2);
  assert.match(outcome.stderr, /^Nothing was compared\. .*its Service \S+\/x-metrics is also one of /);
});

test('who may not, hears which right is missing', async () => {
  const { exitCode, stderr, stdout } = await runHere(
    ['diff', '-f', '-', `--kubeconfig=${kubeconfig}`, '--context=syncer', '-n', world.namespace],
    { stdin: manifest('mine') },
  );
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(
    stderr,
    /cannot create resource "elasticwebs".*; although nothing is written, a dry run takes the rights to/,
  );
});

test('an API server that is not there ends it with one sentence', async (t) => {
  const other = await mkdtemp(join(tmpdir(), 'elasticweb-diff-'));
  t.after(() => rm(other, { recursive: true, force: true }));
  const config = readFileSync(kubeconfig, 'utf8').replaceAll(/server: .*/g, 'server: https://127.0.0.1:1');
  await writeFile(join(other, 'config'), config);
  const { exitCode, stderr, stdout } = await runHere(['diff', '-f', '-', `--kubeconfig=${join(other, 'config')}`], {
    stdin: `${manifest('a')}${manifest('b')}`,
  });
  assert.deepEqual([exitCode, stdout, stderr.split('\n').length], [2, '', 2], stderr);
});

// Runs last: whatever was asked in this file, and by its name in any other.
after(async () => {
  interface Event {
    readonly verb: string;
    readonly userAgent?: string;
    readonly requestURI: string;
  }
  const events = await eventually(
    () => {
      const found = readFileSync(join(directory, 'audit.log'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('elasticweb-diff/') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Event);
      return found.length > 0 && found;
    },
    { timeoutMs: 10_000 },
  );
  const writes = events.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
  assert.ok(writes.length > 0);
  assert.deepEqual(
    writes.filter(({ requestURI }) => !requestURI.includes('dryRun=All')),
    [],
    'diff asked for a write',
  );
});
